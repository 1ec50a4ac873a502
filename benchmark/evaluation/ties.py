"""The lowest and the highest figure over all orders of documents with equal scores.

A list with equal scores has several possible orders, and another tool may break the ties
differently. In the best order, documents of equal score are sorted by relevance, descending; the
worst order is the reverse. A metric that never falls if a more relevant document moves up has its
highest value in the best order and its lowest in the worst. This holds for all metrics of the
benchmark and of ranx, and for most of trec_eval. If a tie continues beyond the end of a list, the
true bounds may be wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from benchmark.errors import InputError
from benchmark.evaluation.measures import Metric, resolve
from benchmark.evaluation.metrics import METRICS, Engine, Scores, score_run
from benchmark.types import Qrels, Run

RISING = frozenset(
    "P R RR AP nDCG Success Rprec Bpref ERR RBP Judged SetP SetR SetF".split()  # noqa: SIM905
)
"""Metrics of ir_measures that never fall if a more relevant document moves up."""


@dataclass(frozen=True)
class Ties:
    """The figures of each question in the worst and in the best order of tied documents.

    Both orders are the same for all metrics, so that their means over questions are also the lowest
    and the highest. documents: the number of documents of judged questions that share their score
    with another one in the list.
    """

    lowest: Scores
    highest: Scores
    documents: int

    def bounds(self) -> dict[str, list[float]]:
        """Metric -> the lowest and the highest mean over all judged questions."""
        return {
            metric: [self.lowest.mean(metric), self.highest.mean(metric)]
            for metric in self.lowest.values
        }


def ties(
    run: Run,
    qrels: Qrels,
    metrics: Sequence[str | Metric] = METRICS,
    engine: Engine = "ranx",
) -> Ties:
    """The bounds of the figures of ``run``; scores are compared in single precision.

    Raises InputError for a metric that may fall if a more relevant document moves up, such as a
    plug-in's, and in the cases of ``score_run``.
    """
    resolved = [
        metric if isinstance(metric, Metric) else resolve(metric, run.cut_at) for metric in metrics
    ]
    for metric in resolved:
        if not _rises(metric):
            raise InputError(
                f"the lowest and highest values of '{metric.name}' over all orders are not known",
                mend="use another metric",
            )
    tied = sum(len(group) for query in qrels for group in _groups(run, query) if len(group) > 1)
    if not tied:
        scores = score_run(run, qrels, resolved, engine)
        return Ties(scores, scores, 0)
    lowest, highest = (
        score_run(in_order(run, qrels, best=best), qrels, resolved, engine)
        for best in (False, True)
    )
    return Ties(lowest, highest, tied)


def in_order(run: Run, qrels: Qrels, *, best: bool) -> Run:
    """``run`` with documents of equal score in the best or in the worst order.

    The best order is by relevance, descending, with judged documents before unjudged ones; the
    worst order is the reverse.
    """
    documents = dict(run.documents)
    for query in run.documents.keys() & qrels.keys():
        judged = qrels[query]
        documents[query] = [
            document
            for group in _groups(run, query)
            for document in sorted(group, key=lambda name: _gain(name, judged), reverse=best)
        ]
    return replace(run, documents=documents)


def _groups(run: Run, query: str) -> list[list[str]]:
    """The documents of a list, in groups of equal score."""
    if query not in run.documents:
        return []
    scores = np.asarray(run.scores[query], dtype=np.float32).tolist()
    pairs = zip(run.documents[query], scores, strict=True)
    return [
        [document for document, _ in group] for _, group in groupby(pairs, lambda pair: pair[1])
    ]


def _rises(metric: Metric) -> bool:
    """Whether the metric never falls if a more relevant document moves up; unknown for custom
    gains.
    """
    if metric.plugin:
        return False
    name = metric.ir_measures or ""
    return metric.ranx is not None or (
        re.split(r"[@(]", name, maxsplit=1)[0] in RISING and "gains" not in name
    )


def _gain(document: str, judged: Mapping[str, int]) -> tuple[int, bool]:
    return max(judged.get(document, 0), 0), document in judged
