"""Every family of open_clip and of transformers' CLIPs against the libraries' own embeddings."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from tiny_models import WORDS, align, bert, blip, clip, siglip, tokenizer
from transformers import AutoModel, AutoProcessor
from univl_tiny import collection

from baselines.auto_model import AutoModelRetriever
from baselines.open_clip import OpenCLIPRetriever
from benchmark.artefacts.store import Store
from benchmark.errors import BenchmarkError, InputError
from benchmark.retriever import Task

TEXTS = ["the tower", "what?", "a", "the tower that was built here, long before the others " * 4]
VISION = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}
TEXT = {"context_length": 24, "width": 32, "heads": 2, "layers": 2}
PIECES = {**TEXT, "vocab_size": len(WORDS), "hf_tokenizer_name": "own"}
TIMM = {"image_size": 32, "timm_model_pretrained": False}

FAMILIES: dict[str, dict[str, Any]] = {
    "CLIP": {"vision_cfg": VISION, "text_cfg": TEXT, "quick_gelu": True},
    "CLIP, ResNet": {
        "vision_cfg": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8},
        "text_cfg": TEXT,
    },
    "CLIP, worldwide": {
        "vision_cfg": VISION,
        "text_cfg": {**PIECES, "pool_type": "eos", "eos_id": 3},
    },
    "CLIPA": {
        "vision_cfg": {
            **VISION,
            "no_ln_pre": True,
            "pool_type": "avg",
            "final_ln_after_pool": True,
        },
        "text_cfg": {**PIECES, "pool_type": "last", "no_causal_mask": True},
    },
    "SigLIP": {
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {
            **TIMM,
            "timm_model_name": "test_vit",
            "timm_pool": "map",
            "timm_proj": "none",
        },
        "text_cfg": {**PIECES, "no_causal_mask": True, "proj_bias": True, "pool_type": "last"},
        "embed_dim": 64,
    },
    "EVA02": {
        "custom_text": True,
        "vision_cfg": {
            **TIMM,
            "timm_model_name": "eva02_tiny_patch14_224",
            "timm_pool": "token",
            "timm_proj": None,
            "image_size": 224,
        },
        "text_cfg": TEXT,
        "embed_dim": 192,
    },
    "ConvNeXt": {
        "vision_cfg": {
            **TIMM,
            "timm_model_name": "test_convnext",
            "timm_pool": "",
            "timm_proj": "linear",
        },
        "text_cfg": TEXT,
    },
    "MobileCLIP": {
        "custom_text": True,
        "vision_cfg": {**TIMM, "timm_model_name": "test_byobnet", "timm_pool": "avg"},
        "text_cfg": {**TEXT, "no_causal_mask": True},
    },
    "CoCa": {
        "custom_text": True,
        "vision_cfg": {
            **VISION,
            "attentional_pool": True,
            "attn_pooler_heads": 2,
            "output_tokens": True,
        },
        "text_cfg": {**TEXT, "embed_cls": True, "output_tokens": True},
        "multimodal_cfg": {**TEXT, "mlp_ratio": 4, "attn_pooler_heads": 2},
    },
    "text tower of Hugging Face": {
        "custom_text": True,
        "vision_cfg": VISION,
        "text_cfg": {
            "hf_model_name": "own",
            "hf_tokenizer_name": "own",
            "hf_model_pretrained": False,
            "hf_proj_type": "mlp",
            "hf_pooler_type": "mean_pooler",
            "context_length": 24,
        },
    },
}


def made(folder: Path, family: str) -> str:
    """A folder in open_clip's form with random weights."""
    own = bert(folder / "own")
    config = {"embed_dim": 32, **copy.deepcopy(FAMILIES[family])}
    for key in ("hf_model_name", "hf_tokenizer_name"):
        if key in config["text_cfg"]:
            config["text_cfg"][key] = str(own)
    packed = folder / "packed"
    packed.mkdir()
    tokenizer().save_pretrained(packed)
    preprocess = {"mean": [0.4, 0.5, 0.6], "std": [0.3, 0.2, 0.25], "interpolation": "bilinear"}
    preprocess["resize_mode"] = "squash" if family == "SigLIP" else "shortest"
    content = {"model_cfg": config, "preprocess_cfg": preprocess}
    (packed / "open_clip_config.json").write_text(json.dumps(content))
    torch.manual_seed(1)
    model = open_clip.create_model(f"local-dir:{packed}", load_weights=False)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    weights = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
    save_file(weights, packed / "open_clip_model.safetensors")
    return str(packed)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_open_clip_family_embeds_as_open_clip(family: str, tmp_path: Path) -> None:
    folder = made(tmp_path, family)
    name = f"local-dir:{folder}"
    plain, _, transform = open_clip.create_model_and_transforms(name)
    plain.eval()
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8))
    towers = OpenCLIPRetriever(model=folder).encoding().towers()
    with torch.inference_mode():
        texts = plain.encode_text(open_clip.get_tokenizer(name)(TEXTS), normalize=False)
        images = plain.encode_image(transform(image)[None], normalize=False)
        torch.testing.assert_close(towers.embed_texts(TEXTS), texts, atol=1e-5, rtol=1e-4)
        pixels = [towers.preprocess(image)]
        torch.testing.assert_close(towers.embed_images(pixels), images, atol=1e-5, rtol=1e-4)
    trims = family in ("CLIP", "CLIP, ResNet", "CLIP, worldwide", "EVA02", "ConvNeXt")
    assert towers.causal == trims
    assert towers.cut == (1 if trims or family.startswith("text tower") else 0)


def test_a_row_of_open_clip_sums_its_towers(tmp_path: Path, store: Store) -> None:
    task = Task(data=collection(tmp_path / "tiny"), split="dev", depth=5)
    (tmp_path / "model").mkdir()
    row = OpenCLIPRetriever(model=made(tmp_path / "model", "SigLIP"))
    towers, corpus = row.encoding().towers(), task.data.corpus
    with torch.inference_mode():
        captions = towers.embed_texts(corpus.texts(corpus.numbers("image")))
        pixels = [towers.preprocess(corpus.image(number)) for number in corpus.numbers("image")]
        total = captions + towers.embed_images(pixels)
    expected = torch.nn.functional.normalize(total, dim=-1).numpy()
    found = row.ranking(task).documents.matrix(store)[8:]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_is_no_open_clip_model_is_refused_in_one_line(tmp_path: Path) -> None:
    for row, said in (
        (OpenCLIPRetriever(model="ViT-B-32", start="openay"), "unknown open_clip weights"),
        (OpenCLIPRetriever(model="ViT-B-33", start="openai"), "no weights for an architecture"),
        (OpenCLIPRetriever(model=str(bert(tmp_path / "bert"))), "cannot be loaded as a model of"),
    ):
        with pytest.raises(BenchmarkError) as error:
            row.encoding().towers()
        assert said in str(error.value)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("make", [clip, siglip, align, blip])
def test_a_family_of_transformers_embeds_as_transformers(
    make: Callable[[Path], Path], tmp_path: Path, store: Store
) -> None:
    folder = str(make(tmp_path / "model"))
    theirs = AutoModel.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    task = Task(data=collection(tmp_path / "tiny"), split="dev", depth=5)
    corpus = task.data.corpus
    pad = {"padding": "max_length", "max_length": 16} if make is siglip else {"padding": True}

    def features(kind: str, **given: Any) -> torch.Tensor:
        with torch.inference_mode():
            found = getattr(theirs, f"get_{kind}_features")(**given)
        return getattr(found, "pooler_output", found)

    def texts(given: list[str]) -> torch.Tensor:
        batch = processor.tokenizer(given, truncation=True, return_tensors="pt", **pad)
        return features("text", **batch)

    images = [corpus.image(number) for number in corpus.numbers("image")]
    pixels = processor.image_processor(images=images, return_tensors="pt")["pixel_values"]
    summed = texts(corpus.texts(corpus.numbers("image"))) + features("image", pixel_values=pixels)
    ranking = AutoModelRetriever(model=folder).ranking(task)
    found = ranking.documents.matrix(store)
    unit = torch.nn.functional.normalize
    np.testing.assert_allclose(found[8:], unit(summed, dim=-1).numpy(), atol=1e-5)
    passages = unit(texts(corpus.texts(corpus.numbers("text"))), dim=-1).numpy()
    np.testing.assert_allclose(found[:8], passages, atol=1e-5)
    shown = AutoModelRetriever(model=folder, view="image").ranking(task).documents.matrix(store)
    only = unit(features("image", pixel_values=pixels), dim=-1).numpy()
    np.testing.assert_allclose(shown[8:], only, atol=1e-5)
    assert ranking.top(store).numbers.shape == (16, 5)


def test_what_has_no_two_towers_is_refused_in_one_line(tmp_path: Path, store: Store) -> None:
    task = Task(data=collection(tmp_path / "tiny"), split="dev", depth=5)
    row = AutoModelRetriever(model=str(bert(tmp_path / "bert")))
    with pytest.raises(InputError, match="is a BertModel, which has no two towers"):
        row.ranking(task).top(store)
