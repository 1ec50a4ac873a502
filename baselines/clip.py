"""CLIP beyond the paper's universal rows: its text tower, a CLIP-DPR a modality, another loss."""

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


@register("clip-dpr-hard", title="CLIP-DPR (in-batch & hard, not the paper's)", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class CLIPDPRHard(UniVLDR):
    """CLIP-DPR trained on with in-batch and hard negatives together; the paper has no such row.

    It takes as many optimizer steps as UniVL-DR, with plain captions. The loss is a softmax over
    the positives and hard negatives of all questions of a batch, where UniVL-DR's looks at a
    question's own three documents. ``depth``: the hard negatives are of so many documents that
    CLIP-DPR ranks first.
    """

    verbalized: Texts | None = None
    depth: Annotated[int, Range(1)] = 20

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.presets import preset

        return self.second_stage(data, seed, preset(data).further, depth=self.depth, in_batch=True)
