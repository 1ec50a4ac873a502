"""BM25 over passages and CLIP-DPR over images, fused or routed in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from baselines.bm25 import BM25
from baselines.clip import CLIPHalf
from baselines.divided import SETTING, DivideAndConquer
from baselines.fusion import InverseSquareRank, Norm, OracleModality, WeightedSum, Weights
from baselines.router import HardRouting, Router, SoftRouting, learned_split
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import Modality

TITLE = "BM25 & CLIP-DPR"


@register("bm25-clip-dpr", title=TITLE, group=SETTING)
@dataclass(frozen=True, kw_only=True)
class BM25AndCLIPDPR(DivideAndConquer):
    """BM25 over passages; CLIP-DPR, trained on image questions, over images; fused by 1 / rank."""

    def halves(self) -> Mapping[Modality, Retriever]:
        return {"text": BM25(), "image": CLIPHalf(modality="image")}


@register("bm25-clip-dpr-isr", title=f"{TITLE} (ISR)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class InverseSquare(BM25AndCLIPDPR):
    """BM25's passages and CLIP-DPR's images by ISR.

    The lists share no document, so the order is that of 1 / rank.
    """

    def merged(self, task: Task) -> Ranking:
        return InverseSquareRank(task=task, lists=self.lists(task))


@register("bm25-clip-dpr-min-max", title=f"{TITLE} (min-max)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class MinMax(BM25AndCLIPDPR):
    """BM25's passages and CLIP-DPR's images by a sum of min-max scores, weighted on dev."""

    norm: ClassVar[Norm] = "min-max"

    def merged(self, task: Task) -> Ranking:
        weights = Weights(lists=self.lists(replace(task, split="dev")), norm=self.norm)
        return WeightedSum(task=task, lists=self.lists(task), weights=weights)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and "dev" not in task.data.splits:
            return "needs questions to tune weights on: the data set has no split 'dev'"
        return super().why_unavailable(task)


@register("bm25-clip-dpr-z-score", title=f"{TITLE} (z-score)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class ZScore(MinMax):
    """BM25's passages and CLIP-DPR's images by a sum of z-scores, weighted on dev."""

    norm: ClassVar[Norm] = "zmuv"


@register("bm25-clip-dpr-oracle", title=f"{TITLE} (Oracle Modality)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class Oracle(BM25AndCLIPDPR):
    """BM25's passages or CLIP-DPR's images, by the modality that answers: routing's upper bound."""

    def merged(self, task: Task) -> Ranking:
        text, image = self.lists(task)
        return OracleModality(task=task, text=text, image=image)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and any(query.modality is None for query in task.data.queries(task.split)):
            return f"needs the modality of each question of split '{task.split}'"
        return super().why_unavailable(task)


@register("bm25-clip-dpr-router", title=f"{TITLE} (learned router)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class Routed(BM25AndCLIPDPR):
    """BM25's passages and CLIP-DPR's images by 1 / rank, weighted by a router's probabilities."""

    def merged(self, task: Task) -> Ranking:
        text, image = self.lists(task)
        return SoftRouting(task=task, text=text, image=image, router=Router(data=task.data))

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and learned_split(task.data) in (None, task.split):
            return (
                f"needs questions to train a router on: apart from '{task.split}', the data set "
                "has no split 'train' or 'dev'"
            )
        return super().why_unavailable(task)


@register("bm25-clip-dpr-router-hard", title=f"{TITLE} (hard router)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class HardRouted(Routed):
    """BM25's passages or CLIP-DPR's images, by the modality that a router finds more probable."""

    def merged(self, task: Task) -> Ranking:
        text, image = self.lists(task)
        return HardRouting(task=task, text=text, image=image, router=Router(data=task.data))
