"""The figures of a run for each judged question, by any metric of the registry.

Every judged question counts. A question without results counts 0, as with trec_eval's option -c,
and so does a question without a relevant document.
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
"""The length of the ranked lists that this benchmark makes."""

Engine: TypeAlias = Literal["ranx", "ir_measures"]
"""The library that computes a metric that both of them have.

Results use ranx, or ``levels``, which gives the same figures; run files use ir_measures, which
loads in a tenth of the time.
"""

_TOGETHER = 512
"""The number of questions that are scored at once, to limit the memory for long lists."""


@dataclass(frozen=True)
class Scores:
    """The figures of one system, for the judged questions in the order of the judgments.

    values: metric -> float64, shape (questions,); between 0 and 1, except for counts.
    unanswered: the number of judged questions without results.
    seeds: training seed -> its figures, if ``values`` are means over several seeds; else empty.
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
    """Score a run by metrics, given by name or as returned by ``resolve``.

    Results of questions without judgments are ignored. Raises InputError for an unknown metric, for
    a cutoff beyond the end of cut lists, for a figure outside the metric's range, and if run and
    judgments have no question in common.
    """
    resolved = [
        metric if isinstance(metric, Metric) else resolve(metric, run.cut_at) for metric in metrics
    ]
    queries = tuple(qrels)
    count = answered(run.documents, queries)
    if not count:
        raise InputError(
            f"run '{run.name}' has results for none of the {len(queries)} judged questions",
            mend="check that run and qrels are of the same split",
        )
    values = {metric.name: np.zeros(len(queries)) for metric in resolved}
    own = [metric for metric in resolved if engine == "ranx" and is_computed(metric)]
    if own:
        table = levels(run, qrels, _depth(own))
        values |= {metric.name: table.figures(metric) for metric in own}
    others = [metric for metric in resolved if metric not in own]
    depth = _depth(others) if others else None
    for start in range(0, len(queries), _TOGETHER) if others else ():
        block = queries[start : start + _TOGETHER]
        lists = [first(run.documents, query, depth) for query in block]
        judged = [qrels[query] for query in block]
        for name, figures in _figures(lists, judged, others, engine):
            values[name][start : start + len(block)] = figures
    for metric in resolved:
        _check(metric, values[metric.name])
    return Scores(queries, values, len(queries) - count)


def _depth(metrics: Sequence[Metric]) -> int | None:
    """The number of documents that the metrics need of each list; None for all."""
    if any(metric.cutoff is None and metric.depth is None for metric in metrics):
        return None
    return max(metric.cutoff or metric.depth or 0 for metric in metrics)


def _figures(
    lists: engines.Lists, judged: engines.Judged, metrics: Sequence[Metric], engine: Engine
) -> list[tuple[str, npt.NDArray[np.float64]]]:
    """The figures of each metric for some questions, by the metric's name."""
    figures: list[tuple[str, npt.NDArray[np.float64]]] = []
    for depth in dict.fromkeys(metric.depth for metric in metrics):
        cut = lists if depth is None else [documents[:depth] for documents in lists]
        at_depth = [metric for metric in metrics if metric.depth == depth]
        of_ranx = [
            metric
            for metric in at_depth
            if metric.ranx and (engine == "ranx" or metric.ir_measures is None)
        ]
        others = [metric for metric in at_depth if metric.ir_measures and metric not in of_ranx]
        if of_ranx:
            values = engines.by_ranx(cut, judged, of_ranx)
            figures += zip([metric.name for metric in of_ranx], values, strict=True)
        if others:
            values = engines.by_ir_measures(cut, judged, others)
            figures += zip([metric.name for metric in others], values, strict=True)
        plugins = [metric for metric in at_depth if metric.plugin]
        figures += [(metric.name, engines.by_plugin(cut, judged, metric)) for metric in plugins]
    return figures


def _check(metric: Metric, figures: npt.NDArray[np.float64]) -> None:
    """Raise InputError for a figure outside the metric's range."""
    highest = 1 + 1e-9 if metric.share else np.inf
    wrong = ~((figures >= -1e-9) & (figures <= highest))
    if wrong.any():
        raise InputError(
            f"'{metric.name}' has the impossible value {figures[wrong][0]:g}",
            mend="leave it out, or use its name in another library",
        )


def score_sets(sets: Mapping[str, Collection[str]], qrels: Qrels) -> Scores:
    """F1 of unranked sets, as WebQA scores its sources: 2 |A and B| / (|A| + |B|).

    As in ``score_run``, every judged question counts. Raises InputError if sets and judgments have
    no question in common.
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
        predicted = set(sets.get(query, ()))
        total = len(predicted) + len(relevant[query])
        values[place] = 2 * len(predicted & relevant[query]) / total if total else 0
    return Scores(queries, {"F1": values}, len(queries) - answered)
