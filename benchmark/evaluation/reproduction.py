"""Measures of how well one run reproduces another (Breuer et al., SIGIR 2020), by repro_eval.

The measures of ``repro_eval`` are used unchanged. Cases that it rejects or leaves open are decided
here: both lists are cut to the shorter one, since its Kendall's tau union needs equal lengths; a
question that one run does not answer has no tau, and a rank-biased overlap of 0; the depth of the
overlap is that of the longer list, so that a short list has an overlap of 1 with itself. Its rule
for ties never applies, since scores are made from ranks. Its modules that read runs and metadata
are not used, because they import ``pkg_resources``, which setuptools no longer contains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.metrics import DEPTH, Scores
from benchmark.types import Run

PERSISTENCE = 0.95
"""The persistence p of rank-biased overlap: the default of ``repro_eval``."""

Lists = dict[str, dict[str, float]]


@dataclass(frozen=True, kw_only=True)
class Order:
    """The similarity of the ranked lists of two runs.

    identical: the share of questions with the same documents in the same order. tau: Kendall's tau
    union, averaged over the questions that have one; None if none has. overlap: rank-biased
    overlap, averaged over all questions that at least one run answers.
    """

    identical: float
    tau: float | None
    overlap: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The similarity of the figures of two runs, in one metric.

    rmse: root mean square error over the questions. p: of the paired t-test, 1 for equal figures;
    None with too few questions. alike: the share of questions with exactly the same figure.
    """

    rmse: float
    p: float | None
    alike: float


@dataclass(frozen=True, kw_only=True)
class Effects:
    """How well an improvement over a baseline is reproduced; None if the original has none.

    ratio: the reproduced mean improvement divided by the original one (ER; 1 is ideal). relative:
    the original relative improvement minus the reproduced one (DeltaRI; 0 is ideal).
    """

    ratio: float | None
    relative: float | None


def order(original: Run, reproduced: Run) -> Order:
    """Compare the ranked lists of two runs, up to the benchmark's depth."""
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
        cut = [_scored({q: run[q][: lengths[q]] for q in ranked}) for run in (first, second)]
        tau = float(np.nanmean(list(KTU(*cut, trim_thresh=DEPTH, per_topic=True).values())))
    by_length: dict[int, list[str]] = {}
    for query in both:
        by_length.setdefault(max(len(first[query]), len(second[query])), []).append(query)
    total = 0.0
    for length, queries in by_length.items():
        lists = [_scored({query: run[query] for query in queries}) for run in (first, second)]
        overlaps = RBO(*lists, p=PERSISTENCE, depth=length, pbar=False, per_topic=True)
        total += sum(min(value, 1.0) for value in overlaps.values())
    identical = sum(first.get(query) == second.get(query) for query in either) / len(either)
    return Order(identical=identical, tau=tau, overlap=total / len(either))


def figures(original: Scores, reproduced: Scores, metric: str) -> Figures:
    """Compare the figures of two runs on the same questions."""
    from repro_eval.measure.effectiveness import RMSE
    from repro_eval.measure.statistics import ttest

    scores = [_by_query(run, metric) for run in (original, reproduced)]
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

    means = [run.mean(metric) for run in (original_baseline, reproduced_baseline)]
    scores = [
        _by_query(run, metric)
        for run in (original, original_baseline, reproduced, reproduced_baseline)
    ]
    return Effects(
        ratio=ER(*scores)[metric] if original.mean(metric) != means[0] else None,
        relative=DRI(*scores)[metric] if all(means) else None,
    )


def _scored(lists: Mapping[str, list[str]]) -> Lists:
    """Runs in the form of ``repro_eval``, with strictly decreasing scores."""
    return {
        query: {document: 1.0 / rank for rank, document in enumerate(ranked, 1)}
        for query, ranked in lists.items()
    }


def _by_query(scores: Scores, metric: str) -> dict[str, dict[str, float]]:
    values = scores.values[metric].tolist()
    return {query: {metric: value} for query, value in zip(scores.queries, values, strict=True)}
