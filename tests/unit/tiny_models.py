"""Models with random weights, small enough for a test, in folders that the libraries write."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    BertTokenizer,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
)

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789?.,'"
WORDS = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS), "the", "what", "tower"]
SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}


def tokenizer() -> BertTokenizer:
    """Word pieces of single letters, and of a few words."""
    return BertTokenizer(vocab={word: place for place, word in enumerate(WORDS)})


def bert(folder: Path, kind: Any = BertModel, seed: int = 1, **settings: Any) -> Path:
    """A BERT of transformers, with the head of ``kind``."""
    torch.manual_seed(seed)
    # Wide weights, so that random embeddings differ.
    kind(BertConfig(**SIZES, initializer_range=0.5, **settings)).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def dense(folder: Path, seed: int = 1, **settings: Any) -> Path:
    """A SentenceTransformer that averages and normalises; ``settings`` are the library's."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    network = Transformer(str(bert(folder / "bert", seed=seed)), max_seq_length=32)
    pooling = Pooling(network.get_embedding_dimension(), "mean")
    model = SentenceTransformer(modules=[network, pooling, Normalize()], device="cpu", **settings)
    model.save(str(folder / "dense"))
    return folder / "dense"


def sparse(folder: Path) -> Path:
    """A SPLADE."""
    from sentence_transformers import SparseEncoder

    model = SparseEncoder(str(bert(folder / "masked", BertForMaskedLM)), device="cpu")
    model.save(str(folder / "sparse"))
    return folder / "sparse"


def cross(folder: Path, labels: int = 1) -> Path:
    """A CrossEncoder."""
    from sentence_transformers import CrossEncoder

    network = bert(folder / "classifier", BertForSequenceClassification, num_labels=labels)
    model = CrossEncoder(str(network), device="cpu")
    model.save(str(folder / "cross"))
    return folder / "cross"


def multi_vector(folder: Path) -> Path:
    """A MultiVectorEncoder."""
    from sentence_transformers import MultiVectorEncoder

    model = MultiVectorEncoder(str(bert(folder / "tokens")), device="cpu")
    model.save(str(folder / "multi"))
    return folder / "multi"


def clip(folder: Path) -> Path:
    """A CLIP of transformers with its processor."""
    torch.manual_seed(1)
    text = {**SIZES, "projection_dim": 16, "eos_token_id": 3, "bos_token_id": 2, "pad_token_id": 0}
    vision = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 16,
        "patch_size": 8,
        "projection_dim": 16,
    }
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
    CLIPModel(config).save_pretrained(folder)
    size = {"shortest_edge": 16}
    images = CLIPImageProcessor(size=size, crop_size={"height": 16, "width": 16})
    CLIPProcessor(images, tokenizer()).save_pretrained(folder)
    return folder


def siglip(folder: Path) -> Path:
    """A SigLIP of transformers with its processor; its texts are padded to 16 tokens."""
    from transformers import SiglipConfig, SiglipImageProcessor, SiglipModel, SiglipProcessor

    torch.manual_seed(1)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    shape["num_attention_heads"] = 2
    text = {**shape, "vocab_size": len(WORDS), "max_position_embeddings": 16, "projection_size": 16}
    vision = {**shape, "image_size": 16, "patch_size": 8}
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    images = SiglipImageProcessor(size={"height": 16, "width": 16})
    SiglipProcessor(images, tokenizer()).save_pretrained(folder)
    return folder


def align(folder: Path) -> Path:
    """An ALIGN of transformers with its processor."""
    from transformers import AlignConfig, AlignModel, AlignProcessor, EfficientNetImageProcessor

    torch.manual_seed(1)
    vision = {
        "image_size": 32,
        "width_coefficient": 0.1,
        "depth_coefficient": 0.1,
        "hidden_dim": 32,
        "kernel_sizes": [3],
        "in_channels": [8],
        "out_channels": [32],
        "strides": [2],
        "num_block_repeats": [1],
        "expand_ratios": [1],
        "depthwise_padding": [],
    }
    config = AlignConfig(text_config=dict(SIZES), vision_config=vision, projection_dim=8)
    AlignModel(config).save_pretrained(folder)
    images = EfficientNetImageProcessor(
        size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32}
    )
    AlignProcessor(images, tokenizer()).save_pretrained(folder)
    return folder


def blip(folder: Path) -> Path:
    """A BLIP of transformers with its processor."""
    from transformers import BlipConfig, BlipImageProcessor, BlipModel, BlipProcessor

    torch.manual_seed(1)
    text = {**SIZES, "projection_dim": 16, "encoder_hidden_size": 16, "bos_token_id": 2}
    vision = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 16,
        "patch_size": 8,
    }
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=16)
    BlipModel(config).save_pretrained(folder)
    images = BlipImageProcessor(size={"height": 16, "width": 16})
    BlipProcessor(images, tokenizer()).save_pretrained(folder)
    return folder
