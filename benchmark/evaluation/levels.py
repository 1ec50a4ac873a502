"""Metrics computed from one table: the relevance level at each rank of each question's list.

The table serves the benchmark's metrics, also with other cutoffs. The figures are equal to those of
ranx in all bits, since the sums are taken in the same order; a test checks this. No numba compiler
is needed, whose start takes longer than scoring a hundred runs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.evaluation.measures import Metric
from benchmark.io.slices import in_columns
from benchmark.types import Qrels, Run

Floats: TypeAlias = npt.NDArray[np.float64]

_COMPUTED = re.compile(r"(mrr|ndcg|recall|hit_rate)@([0-9]+)")


@dataclass(frozen=True)
class Levels:
    """The relevance levels of retrieved and of judged documents; negative levels count as 0.

    found: the level at each rank, 0 for unjudged documents; int32, shape (questions, ranks).
    judged: the levels of the judged documents, highest first, padded with 0; int32, shape
    (questions, documents).
    """

    found: npt.NDArray[np.int32]
    judged: npt.NDArray[np.int32]

    def figures(self, metric: Metric) -> Floats:
        """The figure of each question by a metric that ``is_computed``."""
        kind, cutoff = _parsed(metric)
        hits = self.found[:, :cutoff] > 0
        figures: Floats
        match kind:
            case "mrr":
                figures = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)
            case "hit_rate":
                figures = np.asarray(hits.any(axis=1), dtype=np.float64)
            case "recall":
                figures = hits.sum(axis=1) / np.maximum((self.judged > 0).sum(axis=1), 1)
            case _:
                ideal = _gain(self.judged, cutoff)
                figures = _gain(self.found, cutoff) / np.where(ideal > 0, ideal, 1.0)
        return figures


def is_computed(metric: Metric) -> bool:
    """Whether ``Levels.figures`` can compute the metric."""
    return metric.ranx is not None and _COMPUTED.fullmatch(metric.ranx) is not None


def levels(run: Run, qrels: Qrels, depth: int | None) -> Levels:
    """The levels of the first ``depth`` documents of each judged question; None for all."""
    documents = in_columns(run.documents)
    table, names = documents.table([*qrels], depth), documents.coded.names.tolist()
    numbers = {name: number for number, name in enumerate(names)}
    sizes = [len(judged) for judged in qrels.values()]
    rows = np.repeat(np.arange(len(sizes)), sizes)
    given = np.array([level for judged in qrels.values() for level in judged.values()])
    given = np.maximum(given, 0).astype(np.int32)
    codes = np.array([numbers.get(name, -1) for judged in qrels.values() for name in judged])
    # A pair of question and document is coded as one number, so that one search finds all pairs.
    known = np.flatnonzero((codes >= 0) & (given > 0))
    pairs = rows[known] * len(names) + codes[known]
    order = np.argsort(pairs)
    pairs, of_pairs = np.append(pairs[order], -1), np.append(given[known][order], 0)
    looked_up = np.where(table < 0, -2, np.arange(len(table))[:, None] * len(names) + table)
    places = np.searchsorted(pairs[:-1], looked_up)
    best_first = np.lexsort((-given, rows))
    judged = np.zeros((len(sizes), max(sizes)), dtype=np.int32)
    judged[rows, np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[rows]] = given[best_first]
    return Levels(np.where(pairs[places] == looked_up, of_pairs[places], 0), judged)


def _parsed(metric: Metric) -> tuple[str, int]:
    match = _COMPUTED.fullmatch(str(metric.ranx))
    if match is None:
        raise ValueError(f"'{metric.name}' is not computed from levels")
    return match[1], int(match[2])


def _gain(levels: npt.NDArray[np.int32], cutoff: int) -> Floats:
    """Discounted cumulative gain, summed from the first rank to the last."""
    total = np.zeros(len(levels))
    for rank in range(min(cutoff, levels.shape[1])):
        total += levels[:, rank] / math.log2(rank + 2)
    return total
