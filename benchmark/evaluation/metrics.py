"""Figures of runs, one for each judged question, by any metric of the registry.

Every judged question counts. One without results counts 0, as with trec_eval's option -c, and so
does one whose judgments name no relevant document.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.errors import InputError
from benchmark.evaluation import engines
from benchmark.evaluation.levels import is_computed, levels
from benchmark.evaluation.measures import BENCHMARK, Metric, resolve
from benchmark.io.slices import answered, first
from benchmark.types import Qrels, Run

METRICS = tuple(BENCHMARK)
MAIN = "MRR@10"
DEPTH = 100
"""Documents in each list that is made here."""

Engine: TypeAlias = Literal["ranx", "ir_measures"]
"""The library that is asked where both compute a metric.

ranx for results, whose figures are kept, or ``levels``, which gives the same; ir_measures, which
loads in a tenth of ranx's time, for run files.
"""

_TOGETHER = 512
"""Questions that are scored at once, so that long lists take little memory."""


@dataclass(frozen=True)
class Scores:
    """Figures of one system, for the judged questions in the order of the judgments.

    values: metric -> float64, shape (questions,), between 0 and 1 but for counts.
    unanswered: how many judged questions had no result.
    seeds: training seed -> its figures, where these are their means; empty where one alone was run.
    """

    queries: tuple[str, ...]
    values: Mapping[str, npt.NDArray[np.float64]]
    unanswered: int
    seeds: Mapping[int, Scores] = field(default_factory=dict)

    def mean(self, metric: str) -> float:
        """The mean over all judged questions."""
        return float(self.values[metric].mean())

    def among(self, queries: Collection[str]) -> Scores:
        """The figures of some of the questions."""
        chosen = np.array([query in queries for query in self.queries], dtype=bool)
        kept = tuple(query for query in self.queries if query in queries)
        values = {metric: value[chosen] for metric, value in self.values.items()}
        seeds = {seed: scores.among(queries) for seed, scores in self.seeds.items()}
        return Scores(kept, values, self.unanswered, seeds)


def score_run(
    run: Run,
    qrels: Qrels,
    metrics: Sequence[str | Metric] = METRICS,
    engine: Engine = "ranx",
) -> Scores:
    """Score a run by metrics, each by its name or as ``resolve`` gives it.

    Results of questions that were not judged are ignored. Raises InputError for an unknown metric,
    for one that looks beyond the end of lists that were cut, for a figure that its metric can't
    have, or where run and judgments share no question.
    """
    wanted = [one if isinstance(one, Metric) else resolve(one, run.cut_at) for one in metrics]
    queries = tuple(qrels)
    count = answered(run.documents, queries)
    if not count:
        raise InputError(
            f"run '{run.name}' has results for none of the {len(queries)} judged questions",
            mend="check that run and qrels are of the same split",
        )
    values = {metric.name: np.zeros(len(queries)) for metric in wanted}
    own = [one for one in wanted if engine == "ranx" and is_computed(one)]
    if own:
        table = levels(run, qrels, _depth(own))
        values |= {metric.name: table.figures(metric) for metric in own}
    others = [one for one in wanted if one not in own]
    depth = _depth(others) if others else None
    for start in range(0, len(queries), _TOGETHER) if others else ():
        some = queries[start : start + _TOGETHER]
        lists = [first(run.documents, query, depth) for query in some]
        judged = [qrels[query] for query in some]
        for name, figures in _figures(lists, judged, others, engine):
            values[name][start : start + len(some)] = figures
    for metric in wanted:
        _check(metric, values[metric.name])
    return Scores(queries, values, len(queries) - count)


def _depth(metrics: Sequence[Metric]) -> int | None:
    """How far the lists have to be read; None for their whole length."""
    if any(metric.cutoff is None and metric.depth is None for metric in metrics):
        return None
    return max(metric.cutoff or metric.depth or 0 for metric in metrics)


def _figures(
    lists: engines.Lists, judged: engines.Judged, metrics: Sequence[Metric], engine: Engine
) -> list[tuple[str, npt.NDArray[np.float64]]]:
    """Each metric's figures of some questions."""
    found = []
    for depth in dict.fromkeys(metric.depth for metric in metrics):
        cut = lists if depth is None else [documents[:depth] for documents in lists]
        some = [metric for metric in metrics if metric.depth == depth]
        by_ranx = [
            one for one in some if one.ranx and (engine == "ranx" or one.ir_measures is None)
        ]
        others = [one for one in some if one.ir_measures and one not in by_ranx]
        if by_ranx:
            figures = engines.by_ranx(cut, judged, by_ranx)
            found += [(one.name, one_s) for one, one_s in zip(by_ranx, figures, strict=True)]
        if others:
            figures = engines.by_ir_measures(cut, judged, others)
            found += [(one.name, one_s) for one, one_s in zip(others, figures, strict=True)]
        plugins = [metric for metric in some if metric.plugin]
        found += [(one.name, engines.by_plugin(cut, judged, one)) for one in plugins]
    return found


def _check(metric: Metric, figures: npt.NDArray[np.float64]) -> None:
    """Raise InputError where a figure is none that the metric can have."""
    highest = 1 + 1e-9 if metric.share else np.inf
    wrong = ~((figures >= -1e-9) & (figures <= highest))
    if wrong.any():
        raise InputError(
            f"'{metric.name}' came out as {figures[wrong][0]:g}, which it can't be",
            mend="leave it out, or use another library's name of it",
        )


def score_sets(sets: Mapping[str, Collection[str]], qrels: Qrels) -> Scores:
    """F1 of unranked sets, as WebQA scores its sources: 2 |A and B| / (|A| + |B|).

    As in ``score_run`` every judged question counts.
    Raises InputError where sets and judgments share no question.
    """
    relevant = {
        query: {document for document, relevance in judged.items() if relevance > 0}
        for query, judged in qrels.items()
    }
    queries = tuple(relevant)
    answered = sum(1 for query in queries if sets.get(query))
    if not answered:
        raise InputError(
            f"the predictions have sources for none of the {len(queries)} judged questions",
            mend="check that predictions and qrels are of the same split",
        )
    values = np.zeros(len(queries))
    for place, query in enumerate(queries):
        found = set(sets.get(query, ()))
        either = len(found) + len(relevant[query])
        values[place] = 2 * len(found & relevant[query]) / either if either else 0
    return Scores(queries, {"F1": values}, len(queries) - answered)
