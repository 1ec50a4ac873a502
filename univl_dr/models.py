"""Recipes of CLIP encoders: from a tag of open_clip, from a file, or small and untrained."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.artefacts.identity import INCIDENTAL, recipe_name
from benchmark.artefacts.store import Store
from benchmark.environment.hub import lacks_weights
from benchmark.errors import InputError, unknown
from univl_dr.choices import VIT_B_32
from univl_dr.tokens import BytePairs, Vocabulary

if TYPE_CHECKING:
    from univl_dr.encoder import DualEncoder

PLAIN = frozenset({"embed_dim", "quick_gelu", "vision_cfg", "text_cfg"})
PLAIN_TEXT = frozenset({"context_length", "vocab_size", "width", "heads", "layers"})
"""The configuration keys of a plain CLIP: its text tower is causal, pools the end token, and reads
byte pairs."""


class _Clip:
    """Base of these recipes: the format in which a trained encoder is saved."""

    def restore(self, folder: Path) -> DualEncoder:
        """The encoder that ``DualEncoder.save`` wrote into ``folder``."""
        from univl_dr.encoder import DualEncoder

        return DualEncoder.load(folder)


@recipe_name("OpenClip")
@dataclass(frozen=True, kw_only=True)
class OpenClip(_Clip):
    """A model of open_clip with the weights of a tag, which are downloaded at first use."""

    name: str = VIT_B_32
    pretrained: str = "openai"

    def module(self, store: Store) -> DualEncoder:
        del store
        import open_clip

        from univl_dr.embedder import device
        from univl_dr.encoder import DualEncoder

        tags = open_clip.list_pretrained_tags_by_model(self.name)
        if self.pretrained not in tags:
            raise unknown("open_clip weights", self.pretrained, tags)
        _check_preprocessing(self.name, self.pretrained)
        module = DualEncoder(_config(self.name), BytePairs())
        loaded = open_clip.create_model(self.name, pretrained=self.pretrained)
        module.clip.load_state_dict(loaded.state_dict())
        return module.to(device())

    def why_unavailable(self) -> str | None:
        """Why the weights cannot be used, and the remedy; None if they can.

        Weights of an unsupported model are reported before missing ones, so that nobody downloads
        them in vain.
        """
        from open_clip.pretrained import get_pretrained_cfg

        try:
            _config(self.name)
            _check_preprocessing(self.name, self.pretrained)
        except InputError as error:
            return f"cannot be used: {error}"
        weights = get_pretrained_cfg(self.name, self.pretrained)
        if not weights:
            return f"needs an open_clip tag or a file: '{self.pretrained}' is neither"
        return lacks_weights(weights["hf_hub"].rstrip("/"), "open_clip_model.safetensors")


@recipe_name("ClipFile")
@dataclass(frozen=True, kw_only=True)
class ClipFile(_Clip):
    """A model of open_clip with the weights of a file, such as one of UniVL-DR's releases.

    In the released files, tensors have OpenAI's names, which are those of open_clip's plain CLIP as
    well. Their type is fp16; they are converted to fp32.
    """

    path: Path = field(metadata=INCIDENTAL)
    sha256: str
    name: str = VIT_B_32

    def why_unavailable(self) -> str | None:
        """Why the weights cannot be used, and the remedy; None if they can."""
        try:
            _config(self.name)
        except InputError as error:
            return f"cannot be used: {error}"
        return None

    def module(self, store: Store) -> DualEncoder:
        del store
        from univl_dr.embedder import device
        from univl_dr.encoder import DualEncoder
        from univl_dr.weights import fit, read_weights

        module = DualEncoder(_config(self.name), BytePairs())
        fit(module.clip, read_weights(self.path), self.path)
        return module.to(device())


@recipe_name("SmallClip")
@dataclass(frozen=True, kw_only=True)
class SmallClip(_Clip):
    """A small untrained CLIP for small images and word pieces, which trains on two cores."""

    vocabulary: Vocabulary
    seed: int
    image_size: int = 48
    patch: int = 8
    width: int = 64
    heads: int = 2
    layers: int = 3
    context: int = 77

    def module(self, store: Store) -> DualEncoder:
        import torch

        from univl_dr.embedder import device
        from univl_dr.encoder import DualEncoder

        tokens = self.vocabulary.tokens(store)
        torch.manual_seed(self.seed)
        config = {
            "embed_dim": self.width,
            "vision_cfg": {
                "image_size": self.image_size,
                "patch_size": self.patch,
                "width": self.width,
                "head_width": self.width // self.heads,
                "layers": self.layers,
            },
            "text_cfg": {
                "context_length": self.context,
                "vocab_size": tokens.size,
                "width": self.width,
                "heads": self.heads,
                "layers": self.layers,
            },
        }
        return DualEncoder(config, tokens).to(device())


def _config(name: str) -> dict[str, Any]:
    """open_clip's configuration of a plain CLIP with OpenAI's tokenizer."""
    import open_clip

    config: dict[str, Any] | None = open_clip.get_model_config(name)
    if config is None:
        raise unknown("open_clip model", name, open_clip.list_models())
    if not PLAIN.issuperset(config) or not PLAIN_TEXT.issuperset(config["text_cfg"]):
        raise InputError(
            f"open_clip's '{name}' is not a plain CLIP with OpenAI's tokenizer",
            mend=f'use one such as {VIT_B_32}, or write a row with retriever = "open-clip"',
        )
    return config


def _check_preprocessing(name: str, pretrained: str) -> None:
    """Raise InputError for weights that were trained with another preprocessing of images."""
    from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
    from open_clip.pretrained import get_pretrained_cfg

    found = get_pretrained_cfg(name, pretrained)
    usual = {
        "mean": OPENAI_DATASET_MEAN,
        "std": OPENAI_DATASET_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    }
    if any(found.get(key, value) != value for key, value in usual.items()):
        raise InputError(
            f"open_clip's '{name}', '{pretrained}' does not preprocess images as OpenAI's does",
            mend='write a row with retriever = "open-clip"',
        )
