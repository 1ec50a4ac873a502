"""A figure of each judged question and seed, by the name of what is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.bias import Floats, Retrieved, judged_share, retrieved
from benchmark.evaluation.measures import check_share
from benchmark.results.result import Result
from benchmark.retriever import Task
from benchmark.types import Modality, Qrels

BIAS: Mapping[str, Callable[[Retrieved], Floats]] = MappingProxyType(
    {
        "Images@10": lambda found: found.share(10),
        "Images@100": lambda found: found.share(100),
        "Preference@10": lambda found: found.preference(10),
    }
)
"""Measures of modality bias beside the metrics."""


def figures(
    result: Result,
    measure: str,
    data: Collection,
    split: str,
    questions: Modality | None = None,
) -> Floats:
    """What was measured of each seed and question; float64, shape (seeds, questions).

    measure: a metric by any of its names, or one of BIAS. questions: those that this modality
    alone answers.
    """
    if measure in BIAS:
        looks = [look(seed, data, split) for seed in result.seeds]
        return np.stack([BIAS[measure](one)[one.asking(questions)] for one in looks])
    check_share(measure)
    scope = result.manifest["data"]["scope"]
    qrels = Task(data=data, split=split, scope=scope).qrels()
    scores = [seed.scored([measure], qrels) for seed in result.seeds]
    if questions is not None:
        asking = asked(data, split, questions)
        scores = [score.among(asking) for score in scores]
    return np.stack([next(iter(score.values.values())) for score in scores])


@cache
def look(result: Result, data: Collection, split: str) -> Retrieved:
    """What a result's run retrieved, by modality."""
    qrels, run = data.qrels(split), result.run()
    scored = {query: qrels[query] for query in result.scores.queries}
    ids = {document for ranked in run.documents.values() for document in ranked}
    return retrieved(run, scored, _images(data, ids) | judged_images(data, qrels))


@cache
def asked(data: Collection, split: str, modality: Modality) -> set[str]:
    """The judged questions that documents of one modality alone answer."""
    qrels = data.qrels(split)
    images = judged_images(data, qrels)
    whole = 1.0 if modality == "image" else 0.0
    return {query for query, share in judged_share(qrels, images).items() if share == whole}


def judged_images(data: Collection, qrels: Qrels) -> set[str]:
    """The judged documents that are images."""
    return _images(data, {document for judged in qrels.values() for document in judged})


def _images(data: Collection, ids: Iterable[str]) -> set[str]:
    pictures = data.corpus.numbers("image")
    return {document for document, row in data.corpus.find(ids).items() if row in pictures}
