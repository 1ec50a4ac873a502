"""The figures of each judged question and seed, by the name of a measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.bias import Floats, Retrieved, judged_share, retrieved
from benchmark.evaluation.measures import check_share
from benchmark.results.result import Result
from benchmark.retriever import Task
from benchmark.types import Modality

BIAS: Mapping[str, Callable[[Retrieved], Floats]] = MappingProxyType(
    {
        "Images@10": lambda retrieved: retrieved.share(10),
        "Images@100": lambda retrieved: retrieved.share(100),
        "Preference@10": lambda retrieved: retrieved.preference(10),
    }
)
"""Measures of modality bias, which can be used like metrics."""


def figures(
    result: Result,
    measure: str,
    data: Collection,
    split: str,
    questions: Modality | None = None,
) -> Floats:
    """The figure of each seed and question; float64, shape (seeds, questions).

    measure: a metric by any of its names, or one of BIAS. questions: only questions that are
    answered by this modality alone; None for all.
    """
    if measure in BIAS:
        by_seed = [retrieved_by(seed, data, split) for seed in result.seeds]
        return np.stack([BIAS[measure](seed)[seed.asking(questions)] for seed in by_seed])
    check_share(measure)
    scope = result.manifest["data"]["scope"]
    qrels = Task(data=data, split=split, scope=scope).qrels()
    scores = [seed.scored([measure], qrels) for seed in result.seeds]
    if questions is not None:
        answered = answered_by(questions, data, split)
        scores = [score.among(answered) for score in scores]
    return np.stack([next(iter(score.values.values())) for score in scores])


@cache
def retrieved_by(result: Result, data: Collection, split: str) -> Retrieved:
    """The modalities of the documents that a result's run retrieved."""
    qrels = data.qrels(split)
    scored = {query: qrels[query] for query in result.scores.queries}
    return retrieved(result.run(), scored, images(data))


@cache
def answered_by(modality: Modality, data: Collection, split: str) -> set[str]:
    """The ids of the judged questions whose relevant documents are all of one modality."""
    shares = judged_share(data.qrels(split), images(data))
    whole = 1.0 if modality == "image" else 0.0
    return {query for query, share in shares.items() if share == whole}


@cache
def images(data: Collection) -> frozenset[str]:
    """The ids of the images."""
    return frozenset(data.corpus.ids(data.corpus.numbers("image")))
