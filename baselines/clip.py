"""CLIP beyond the paper's universal rows: its text tower alone, and a CLIP-DPR a modality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baselines.divided import SETTING, DivideAndConquer
from benchmark.registry import register
from benchmark.retriever import Retriever
from benchmark.types import MODALITIES, Modality
from univl_dr.choices import View
from univl_dr.retrievers import CLIPDPR, CLIPZeroShot

if TYPE_CHECKING:
    from univl_dr.train import Recipe


@register("clip-text-zero-shot", title="CLIP (Zero-Shot)", group="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class CLIPText(CLIPZeroShot):
    """CLIP's text tower as it was pretrained; an image is its caption."""

    view: View = "caption"


@dataclass(frozen=True, kw_only=True)
class CLIPHalf(CLIPDPR):
    """CLIP-DPR on one modality's questions: half of all, so twice the epochs, for as many steps."""

    def changed(self, recipe: Recipe) -> Recipe:
        return replace(super().changed(recipe), epochs=2 * recipe.epochs)


@register("clip-dpr-divided", title="CLIP-DPR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class DividedCLIPDPR(DivideAndConquer):
    """A CLIP-DPR for each modality, trained on its own questions; lists fused by 1 / rank."""

    def halves(self) -> Mapping[Modality, Retriever]:
        return {modality: CLIPHalf(modality=modality) for modality in MODALITIES}
