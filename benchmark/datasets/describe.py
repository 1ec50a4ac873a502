"""A description of a data set: counts, lengths, and examples of questions with their documents."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmark.datasets.collection import Collection
from benchmark.types import MODALITIES, Document, Query

_CHUNK = 65536


@dataclass(frozen=True)
class Lengths:
    """The lengths of texts, in words."""

    what: str
    count: int
    mean: float
    median: float
    percentile_95: float
    longest: int


def lengths(data: Collection) -> list[Lengths]:
    """Lengths of the questions of each split, of passages and of captions."""
    described = [
        _lengths(f"{split} questions", (query.text for query in data.queries(split)))
        for split in data.splits
    ]
    for modality, what in zip(MODALITIES, ("passages", "captions"), strict=True):
        if data.corpus.numbers(modality):
            described.append(_lengths(what, _texts(data, data.corpus.numbers(modality))))
    return described


def categories(data: Collection, split: str) -> Counter[str]:
    """The number of questions of each category and modality in a split."""
    return Counter(
        " ".join(dict.fromkeys(filter(None, (query.modality, query.category)))) or "(unknown)"
        for query in data.queries(split)
    )


def samples(
    data: Collection, split: str, count: int, seed: int = 1234
) -> list[tuple[Query, list[tuple[Document, str]]]]:
    """Questions drawn at random, each with its relevant documents and their credits."""
    queries = data.queries(split)
    drawn = random.Random(seed).sample(queries, min(count, len(queries)))  # noqa: S311
    qrels = data.qrels(split)
    chosen = []
    for query in drawn:
        relevant = [name for name, level in qrels.get(query.id, {}).items() if level > 0]
        rows = data.corpus.find(relevant)
        numbers = [rows[name] for name in relevant]
        documents = [data.corpus[row] for row in numbers]
        chosen.append((query, list(zip(documents, data.corpus.credits(numbers), strict=True))))
    return chosen


def _texts(data: Collection, numbers: range) -> Iterator[str]:
    for start in range(0, len(numbers), _CHUNK):
        yield from data.corpus.texts(numbers[start : start + _CHUNK])


def _lengths(what: str, texts: Iterable[str]) -> Lengths:
    words = np.fromiter((len(text.split()) for text in texts), dtype=np.int32)
    middle, high = np.percentile(words, [50, 95])
    return Lengths(what, len(words), float(words.mean()), middle, high, int(words.max()))
