"""Any model of open_clip, with its own tokenizer, context length, pooling and preprocessing.

Texts are trimmed if this does not change the result: a causal tower that pools the end token does
not attend to what follows it, and text towers of transformers mask the padding. Other towers
(SigLIP, CoCa, CLIPA, MobileCLIP) attend to the padding, or pool it, so their texts have the full
context length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.identity import INCIDENTAL, recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.batching import embed_by_length
from benchmark.errors import InputError
from univl_dr.attention import PooledBlock, SelfAttention
from univl_dr.choices import EncodingPrecision
from univl_dr.documents import AS_IS, Presentation
from univl_dr.embedder import device
from univl_dr.inference import EmbedderEncoder, presented
from univl_dr.towers import TwoTowers

SMALL = 128
"""The largest dimension of embeddings for which one thread is used."""

IMAGES = 64
"""The batch size of images on a GPU; on a processor it is a quarter of that."""


class ClipTowers(TwoTowers):
    """A loaded model of open_clip with its tokenizer.

    model: the result of ``create_model``. tokenizer: returns ids of shape (texts, context length).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        from open_clip.transform import PreprocessCfg, image_transform_v2

        self.model, self.tokenizer = model, tokenizer
        self.text = getattr(model, "text", model)
        transform = image_transform_v2(
            PreprocessCfg(**model.visual.preprocess_cfg), is_train=False
        ).transforms
        # The last two steps, conversion to a tensor and normalisation, are done in batches; until
        # then images are stored as bytes.
        self._resize, normalize = transform[:-2], transform[-1]
        for name in ("mean", "std"):
            values = torch.tensor(getattr(normalize, name)).view(3, 1, 1)
            self.register_buffer(name, values, persistent=False)
        self.causal = _pools_the_end(self.text)
        if self.causal:
            _lighten(self.text.transformer)
        if _pools_the_first(model.visual):
            _lighten(model.visual.transformer)
        self.longest = int(tokenizer.context_length)
        self.width = int(getattr(self.text, "width", 0) or _width(self.text))
        self.dimension = int(self._shape())
        self.threads = 1 if self.dimension <= SMALL else None

    def preprocess(self, image: Image.Image) -> Tensor:
        """The model's own resizing and cropping; uint8, (3, height, width)."""
        for step in self._resize:
            image = step(image)
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)

    def embed_images(self, images: Sequence[Tensor]) -> Tensor:
        size = IMAGES if self.device.type == "cuda" else IMAGES // 4
        parts = []
        for start in range(0, len(images), size):
            pixels = torch.stack(list(images[start : start + size])).to(self.device) / 255
            parts.append(_unnormalized(self.model.encode_image, (pixels - self.mean) / self.std))
        return torch.cat(parts)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        ids = self.tokenizer(list(texts))
        if self.causal:
            ends = self._ends(ids)
            # A text that fills the context length was cut, or has exactly that length.
            self.cut += int((ends == self.longest - 1).sum())
            lengths = (ends + 1).tolist()
        elif (padding := self._padding()) is not None:
            places = torch.arange(ids.shape[1]).expand_as(ids)
            last = torch.where(ids == padding, -1, places).max(dim=1).values
            self.cut += int((last == self.longest - 1).sum())
            lengths = (last + 1).clamp(min=1).tolist()
        else:
            lengths = [self.longest] * len(texts)
        return embed_by_length(
            lengths,
            self.room,
            lambda places: self._embed(ids[torch.from_numpy(places)], lengths[places[0]]),
        )

    def _embed(self, ids: Tensor, length: int) -> Tensor:
        """Embeddings of texts from ``ids``; ids from ``length`` on do not affect the result.

        length: that of the first text, which is the longest of the batch.
        """
        ids = ids[:, :length].to(self.device)
        if not self.causal:
            return _unnormalized(self.model.encode_text, ids)
        text = self.text
        cast = text.transformer.get_cast_dtype()
        hidden = text.token_embedding(ids).to(cast) + text.positional_embedding[:length].to(cast)
        *blocks, last = text.transformer.resblocks
        for block in blocks:
            hidden = block(hidden, attn_mask=text.attn_mask[:length, :length])
        pooled = text.ln_final(last(hidden, ends=self._ends(ids))[:, 0])
        projection = text.text_projection
        if isinstance(projection, nn.Linear):
            pooled = projection(pooled)
        elif projection is not None:
            pooled = pooled @ projection
        embedded: Tensor = pooled.float()
        return embedded

    def _ends(self, ids: Tensor) -> Tensor:
        """The position of each text's end token, which open_clip finds in the same way."""
        if getattr(self.text, "pool_type", getattr(self.text, "text_pool_type", "")) == "eos":
            end = getattr(self.text, "eos_id", getattr(self.text, "text_eos_id", -1))
            return torch.eq(ids, end).int().argmax(dim=-1)
        return ids.argmax(dim=-1)

    def _padding(self) -> int | None:
        """The id that the text tower masks; None for towers that are not of transformers."""
        from open_clip.hf_model import HFTextEncoder

        return self.text.config.pad_token_id if isinstance(self.text, HFTextEncoder) else None

    @torch.inference_mode()
    def _shape(self) -> int:
        return self.embed_texts(["one"]).shape[1]


@recipe_name("OpenClipTowers")
@dataclass(frozen=True, kw_only=True)
class OpenClipTowers:
    """A ``DenseRanking`` model: a model of open_clip and its presentation of documents.

    name: the architecture; empty if ``weights`` is a folder or a model on the hub in open_clip's
    format, whose configuration names it. The architecture's weights have the tag ``pretrained``, or
    are a checkpoint (``path``, ``sha256``). precision: bfloat16 is used by autocast.
    """

    name: str = ""
    pretrained: str = ""
    weights: Weights | None = None
    path: Path | None = field(default=None, metadata=INCIDENTAL)
    sha256: str = ""
    presentation: Presentation = AS_IS
    precision: Precision = "float32"

    def load(self, store: Store) -> EmbedderEncoder:
        """Load the weights. Raises InputError if they are not those of an open_clip model."""
        towers = self.towers().to(device())
        precision: EncodingPrecision = "bf16" if self.precision == "bfloat16" else "fp32"
        return presented(towers, self.presentation, store, precision)

    def towers(self) -> ClipTowers:
        """The model with its tokenizer, in fp32."""
        import open_clip

        made = self.weights or Weights(name=self.name, revision=self.sha256, folder=self.path)
        with made.loading("a model of open_clip"):
            name, pretrained = self.name, self.pretrained or None
            if self.weights is not None and not self.pretrained:
                name = f"local-dir:{self._fetched(self.weights)}"
            elif self.path is not None:
                pretrained = str(self.path)
            model = open_clip.create_model(name, pretrained=pretrained, require_pretrained=True)
            if self.weights is not None and self.pretrained:
                self._check_commit(self.weights)
            return ClipTowers(model.eval(), open_clip.get_tokenizer(name)).eval()

    def _fetched(self, made: Weights) -> Path:
        """The folder of the weights; those on the hub are downloaded at their commit."""
        if made.folder is not None:
            return made.folder
        from huggingface_hub import snapshot_download

        patterns = ["open_clip_*", "*.json", "*.model", "*.txt"]
        return Path(snapshot_download(made.name, revision=made.revision, allow_patterns=patterns))

    def _check_commit(self, made: Weights) -> None:
        """Raise InputError if a tag's weights are not of the commit that the row gives."""
        from benchmark.environment.hub import snapshot

        loaded = snapshot(made.name, None, ("open_clip_model.safetensors",))
        if loaded is not None and loaded.name != made.revision:
            raise InputError(
                f"the weights of '{self.name}', '{self.pretrained}' are of commit {loaded.name}, "
                f"not {made.revision}",
                mend=f'set model = "hf-hub:{made.name}", which is downloaded at a commit',
            )


def _unnormalized(encode: Any, given: Tensor) -> Tensor:
    """A tower's embeddings without normalisation; CoCa normalises them by default."""
    found: Tensor = encode(given, normalize=False)
    return found.float()


def _pools_the_end(text: Any) -> bool:
    """Whether a text tower is causal, pools the end token, and has no further outputs."""
    pool = getattr(text, "pool_type", getattr(text, "text_pool_type", None))
    return (
        getattr(text, "attn_mask", None) is not None
        and getattr(text, "cls_emb", None) is None
        and not getattr(text, "output_tokens", False)
        and pool in ("argmax", "eos")
        and _is_plain(text.transformer)
    )


def _pools_the_first(visual: Any) -> bool:
    """Whether an image tower is open_clip's own, pools its first token, and has no more outputs."""
    return (
        getattr(visual, "pool_type", None) == "tok"
        and getattr(visual, "attn_pool", None) is None
        and not visual.output_tokens
        and _is_plain(visual.transformer)
    )


def _is_plain(transformer: Any) -> bool:
    """Whether all blocks are open_clip's standard ones with self-attention only."""
    return all(
        isinstance(getattr(block, "attn", None), nn.MultiheadAttention)
        and not hasattr(block, "ln_1_kv")
        for block in transformer.resblocks
    )


def _lighten(transformer: Any) -> None:
    """Replace the attention of a tower, and let its last block compute only the pooled token."""
    for block in transformer.resblocks:
        block.attn = SelfAttention(block.attn)
    transformer.resblocks[-1] = PooledBlock(transformer.resblocks[-1])


def _width(text: Any) -> int:
    """The width of a text tower's layers."""
    if hasattr(text, "token_embedding"):
        return int(text.token_embedding.weight.shape[1])
    config = text.config
    return int(getattr(config, "hidden_size", 0) or getattr(config, "d_model", 512))
