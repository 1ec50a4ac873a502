"""What equal scores leave open: the lowest and the highest figure that any order of the tied gives.

A ranked list with equal scores stands for several orders, and another tool may break the ties
otherwise. Between documents of equal score the best order of all has the relevant ones first, the
more relevant before the less, and the worst order has them last: a metric that never falls when a
more relevant document moves up takes its highest value in the first and its lowest in the second.
All metrics of the benchmark and of ranx are of this kind, and most of trec_eval's. Documents that
are not in a list are not seen: a tie that goes on beyond its end may leave more open than is said.
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
"""ir_measures' metrics that never fall when a more relevant document moves up."""


@dataclass(frozen=True)
class Ties:
    """The figures in the worst and in the best order of the tied, question by question.

    Both orders are the same for all metrics, so means over questions are the lowest and the highest
    as well. documents: how many documents of judged questions share their score with another.
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
    """What the equal scores of ``run`` leave open; scores are compared in single precision.

    Raises InputError for a metric of which it isn't known that it never falls when a more relevant
    document moves up, such as a plug-in's; and as ``score_run`` does.
    """
    wanted = [one if isinstance(one, Metric) else resolve(one, run.cut_at) for one in metrics]
    for metric in wanted:
        if not _rises(metric):
            raise InputError(
                f"the lowest and highest values of '{metric.name}' over all orders aren't known",
                mend="name another metric",
            )
    tied = sum(len(group) for query in qrels for group in _groups(run, query) if len(group) > 1)
    if not tied:
        scores = score_run(run, qrels, wanted, engine)
        return Ties(scores, scores, 0)
    lowest, highest = (
        score_run(in_order(run, qrels, best=best), qrels, wanted, engine) for best in (False, True)
    )
    return Ties(lowest, highest, tied)


def in_order(run: Run, qrels: Qrels, *, best: bool) -> Run:
    """``run`` with each group of equal scores in its best order, or in its worst.

    Best: by relevance, descending, documents that were judged before those that were not. Worst is
    the reverse.
    """
    documents = dict(run.documents)
    for query in run.documents.keys() & qrels.keys():
        judged = qrels[query]
        documents[query] = [
            document
            for group in _groups(run, query)
            for document in sorted(group, key=lambda one: _gain(one, judged), reverse=best)
        ]
    return replace(run, documents=documents)


def _groups(run: Run, query: str) -> list[list[str]]:
    """The documents of a list, those of equal score together."""
    if query not in run.documents:
        return []
    scores = np.asarray(run.scores[query], dtype=np.float32).tolist()
    pairs = zip(run.documents[query], scores, strict=True)
    return [[document for document, _ in group] for _, group in groupby(pairs, lambda one: one[1])]


def _rises(metric: Metric) -> bool:
    """Whether it never falls when a more relevant document moves up; not of gains of one's own."""
    if metric.plugin:
        return False
    name = metric.ir_measures or ""
    return metric.ranx is not None or (
        re.split(r"[@(]", name, maxsplit=1)[0] in RISING and "gains" not in name
    )


def _gain(document: str, judged: Mapping[str, int]) -> tuple[int, bool]:
    return max(judged.get(document, 0), 0), document in judged
