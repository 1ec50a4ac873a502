"""Recipes of the encoders that MARVEL's training starts from; they load no weights themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from baselines.encoders.weights import Weights
from benchmark.artefacts.identity import INCIDENTAL, recipe_name
from benchmark.artefacts.store import Store
from univl_dr.tokens import FILE, UNKNOWN, Vocabulary

if TYPE_CHECKING:
    from baselines.encoders.marvel import Marvel
    from univl_dr.embedder import Start

Frozen: TypeAlias = Literal["text", "vision"]
"""The part of an encoder that is not trained."""


class _Kept:
    """Base of the starts: the format in which a trained encoder is saved."""

    def restore(self, folder: Path) -> Marvel:
        """The encoder that ``Marvel.save`` wrote into ``folder``."""
        from baselines.encoders.marvel import Marvel

        return Marvel.load(folder)


@recipe_name("PublishedMarvel")
@dataclass(frozen=True, kw_only=True)
class PublishedMarvel(_Kept):
    """A published T5 with CLIP's image tower.

    The layer between them and the added tokens are initialised at random from ``seed``. path,
    sha256: a released checkpoint of the whole encoder, which replaces all weights.
    """

    text: Weights
    vision: Weights
    seed: int
    path: Path | None = field(default=None, metadata=INCIDENTAL)
    sha256: str = ""

    def module(self, store: Store) -> Marvel:
        del store
        import torch
        from transformers import AutoTokenizer, CLIPModel, CLIPVisionModel, T5Model

        from baselines.encoders.marvel import Marvel, released
        from univl_dr.embedder import device
        from univl_dr.weights import fit, read_weights

        torch.manual_seed(self.seed)
        with self.text.loading("a T5"):
            at: dict[str, Any] = {"revision": self.text.commit}
            t5 = T5Model.from_pretrained(self.text.source, dtype=torch.float32, **at)
            tokenizer = AutoTokenizer.from_pretrained(self.text.source, **at)
        with self.vision.loading("a CLIP"):
            at = {"revision": self.vision.commit}
            clip: Any = CLIPModel.from_pretrained(self.vision.source, dtype=torch.float32, **at)
            vision = CLIPVisionModel.from_pretrained(self.vision.source, dtype=torch.float32, **at)
        module = Marvel(t5, vision, tokenizer)
        with torch.no_grad():
            module.logit_scale.copy_(clip.logit_scale)
        if self.path is not None:
            fit(module, released(read_weights(self.path), module), self.path)
        return module.to(device())


@recipe_name("SmallMarvel")
@dataclass(frozen=True, kw_only=True)
class SmallMarvel(_Kept):
    """A small untrained MARVEL for small images and word pieces, which trains on two cores."""

    vocabulary: Vocabulary
    seed: int
    width: int = 64
    layers: int = 2
    heads: int = 2
    image_size: int = 48
    patch: int = 8

    def module(self, store: Store) -> Marvel:
        import torch
        from transformers import (
            CLIPVisionConfig,
            CLIPVisionModel,
            PreTrainedTokenizerFast,
            T5Config,
            T5Model,
        )

        from baselines.encoders.marvel import Marvel
        from univl_dr.embedder import device

        tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_file=str(store.path(self.vocabulary) / FILE),
            pad_token="[PAD]",  # noqa: S106
            unk_token=UNKNOWN,
            eos_token="[SEP]",  # noqa: S106
        )
        torch.manual_seed(self.seed)
        shape: dict[str, Any] = {
            "num_heads": self.heads,
            "d_model": self.width,
            "d_ff": 4 * self.width,
        }
        t5 = T5Config(
            vocab_size=len(tokenizer) + 3,
            num_layers=self.layers,
            d_kv=self.width // self.heads,
            dropout_rate=0.0,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            **shape,
        )
        vision = CLIPVisionConfig(
            hidden_size=self.width,
            intermediate_size=4 * self.width,
            num_hidden_layers=self.layers + 1,
            num_attention_heads=self.heads,
            image_size=self.image_size,
            patch_size=self.patch,
        )
        return Marvel(T5Model(t5), CLIPVisionModel(vision), tokenizer).to(device())


@recipe_name("FrozenMarvel")
@dataclass(frozen=True, kw_only=True)
class FrozenMarvel(_Kept):
    """A MARVEL with one part frozen in further training."""

    start: Start
    frozen: Frozen

    def module(self, store: Store) -> Marvel:
        from baselines.encoders.marvel import Marvel

        module = self.start.module(store)
        assert isinstance(module, Marvel)  # noqa: S101  (nothing else has these parts)
        return module.freeze(self.frozen)
