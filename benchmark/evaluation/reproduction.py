"""How well one run reproduces another: the measures of Breuer et al. (SIGIR 2020), by repro_eval.

``repro_eval``'s measures are used as they are. What it refuses or leaves open is decided here: its
Kendall's tau union needs lists of one length, so both are cut to the shorter; a question that one
of the two runs doesn't answer has no tau, and a rank-biased overlap of 0; the depth of the overlap
is the longer list's, so that a short list overlaps with itself by 1. Its tie rule never applies:
scores are made from ranks. Its modules for metadata and for reading runs aren't used: they import
``pkg_resources``, which setuptools no longer brings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.metrics import DEPTH, Scores
from benchmark.types import Run

PERSISTENCE = 0.95
"""p of rank-biased overlap: ``repro_eval``'s default."""

Lists = dict[str, dict[str, float]]


@dataclass(frozen=True, kw_only=True)
class Order:
    """How alike the ranked lists of two runs are.

    identical: the share of questions with the same documents in the same order. tau: Kendall's tau
    union, averaged over the questions that have one; None where none has. overlap: rank-biased
    overlap, averaged over all questions that either run answers.
    """

    identical: float
    tau: float | None
    overlap: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How alike the figures of two runs are, in one metric.

    rmse: root mean square error over the questions. p: paired t-test, 1 for equal figures; None
    where there are too few questions. alike: the share of questions with the same figure to the
    last digit.
    """

    rmse: float
    p: float | None
    alike: float


@dataclass(frozen=True, kw_only=True)
class Effects:
    """How an improvement over a baseline is reproduced; None where the original has none.

    ratio: of the mean improvements, reproduced by original (ER; 1 is ideal). relative: difference
    of the relative improvements, original less reproduced (DeltaRI; 0 is ideal).
    """

    ratio: float | None
    relative: float | None


def order(original: Run, reproduced: Run) -> Order:
    """Compare the ranked lists of two runs, to the benchmark's depth."""
    from repro_eval.measure.document_order import KTU, RBO

    first, second = (
        {query: ranked[:DEPTH] for query, ranked in run.documents.items() if ranked}
        for run in (original, reproduced)
    )
    either = list(dict.fromkeys([*first, *second]))
    if not either:
        return Order(identical=1.0, tau=None, overlap=1.0)
    both = [query for query in either if query in first and query in second]
    lengths = {query: min(len(first[query]), len(second[query])) for query in both}
    ranked = [query for query in both if lengths[query] > 1]
    tau = None
    if ranked:
        cut = [_scored({q: one[q][: lengths[q]] for q in ranked}) for one in (first, second)]
        tau = float(np.nanmean(list(KTU(*cut, trim_thresh=DEPTH, per_topic=True).values())))
    by_length: dict[int, list[str]] = {}
    for query in both:
        by_length.setdefault(max(len(first[query]), len(second[query])), []).append(query)
    total = 0.0
    for length, queries in by_length.items():
        lists = [_scored({query: one[query] for query in queries}) for one in (first, second)]
        found = RBO(*lists, p=PERSISTENCE, depth=length, pbar=False, per_topic=True)
        total += sum(min(value, 1.0) for value in found.values())
    identical = sum(first.get(query) == second.get(query) for query in either) / len(either)
    return Order(identical=identical, tau=tau, overlap=total / len(either))


def figures(original: Scores, reproduced: Scores, metric: str) -> Figures:
    """Compare the figures of two runs on the same questions."""
    from repro_eval.measure.effectiveness import RMSE
    from repro_eval.measure.statistics import ttest

    scores = [_by_query(one, metric) for one in (original, reproduced)]
    first, second = original.values[metric], reproduced.values[metric]
    p: float | None = 1.0
    if not np.array_equal(first, second):
        p = ttest(*scores)[metric] if len(first) > 1 else None
        p = None if p is None or math.isnan(p) else p
    return Figures(
        rmse=float(RMSE(*scores)[metric]), p=p, alike=float(np.mean(np.equal(first, second)))
    )


def effects(
    original: Scores,
    reproduced: Scores,
    original_baseline: Scores,
    reproduced_baseline: Scores,
    metric: str,
) -> Effects:
    """Compare the improvements over a baseline, original and reproduced."""
    from repro_eval.measure.overall_effects import DRI, ER

    means = [one.mean(metric) for one in (original_baseline, reproduced_baseline)]
    scores = [
        _by_query(one, metric)
        for one in (original, original_baseline, reproduced, reproduced_baseline)
    ]
    return Effects(
        ratio=ER(*scores)[metric] if original.mean(metric) != means[0] else None,
        relative=DRI(*scores)[metric] if all(means) else None,
    )


def _scored(lists: Mapping[str, list[str]]) -> Lists:
    """Runs as ``repro_eval`` reads them, with scores that strictly decrease."""
    return {
        query: {document: 1.0 / rank for rank, document in enumerate(ranked, 1)}
        for query, ranked in lists.items()
    }


def _by_query(scores: Scores, metric: str) -> dict[str, dict[str, float]]:
    values = scores.values[metric].tolist()
    return {query: {metric: value} for query, value in zip(scores.queries, values, strict=True)}
