"""Further rows of CLIP: its text tower, a CLIP-DPR for each modality, and another loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from baselines.divided import SETTING, DivideAndConquer
from benchmark.registry import register
from benchmark.retriever import Retriever
from benchmark.settings import Range
from benchmark.types import MODALITIES, Modality
from univl_dr.choices import Texts, View
from univl_dr.retrievers import CLIPDPR, CLIPZeroShot, UniVLDR
from univl_dr.retrievers import SETTING as UNIVERSAL

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from univl_dr.embedder import Start
    from univl_dr.train import Recipe


@register("clip-text-zero-shot", title="CLIP (Zero-Shot)", group="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class CLIPText(CLIPZeroShot):
    """CLIP's pretrained text tower alone; images are represented by their captions."""

    view: View = "caption"


@dataclass(frozen=True, kw_only=True)
class CLIPHalf(CLIPDPR):
    """CLIP-DPR trained on the questions of one modality.

    These are half of all questions, so twice the epochs give the same number of steps.
    """

    def changed(self, recipe: Recipe) -> Recipe:
        return replace(super().changed(recipe), epochs=2 * recipe.epochs)


@register("clip-dpr-divided", title="CLIP-DPR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class DividedCLIPDPR(DivideAndConquer):
    """One CLIP-DPR for each modality, trained on that modality's questions; fused by 1 / rank."""

    def halves(self) -> Mapping[Modality, Retriever]:
        return {modality: CLIPHalf(modality=modality) for modality in MODALITIES}


@register("clip-dpr-hard", title="CLIP-DPR (in-batch & hard, not the paper's)", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class CLIPDPRHard(UniVLDR):
    """CLIP-DPR trained further with in-batch and hard negatives together; not in the paper.

    It takes as many optimizer steps as UniVL-DR, with plain captions. The loss is a softmax over
    the positives and hard negatives of all questions of a batch, while UniVL-DR's compares only
    the three documents of each question. ``depth``: hard negatives are mined from the first
    ``depth`` documents of CLIP-DPR's ranking.
    """

    verbalized: Texts | None = None
    depth: Annotated[int, Range(1)] = 20

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.presets import preset

        return self.second_stage(data, seed, preset(data).further, depth=self.depth, in_batch=True)
