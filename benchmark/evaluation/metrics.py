"""The benchmark's metrics, a figure a question, through ranx.

ranx gets numbers in place of ids, and strictly decreasing scores made from the ranks: with equal
scores it would scramble the list. A judged question without results counts 0.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from benchmark.errors import InputError, unknown
from benchmark.evaluation.own import OWN, measured
from benchmark.types import Qrels, Run

RANX_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "MRR@10": "mrr@10",
        "MRR@20": "mrr@20",
        "nDCG@10": "ndcg@10",
        "nDCG@20": "ndcg@20",
        "Recall@20": "recall@20",
        "Recall@100": "recall@100",
        "success@1": "hit_rate@1",
        "success@5": "hit_rate@5",
    }
)
"""The metrics' names here and in ranx; nDCG's gain is the relevance itself, as trec_eval's."""

METRICS = tuple(RANX_NAMES)
FURTHER = re.compile(
    r"(precision|recall|f1|r-precision|mrr|map|ndcg|ndcg_burges|hit_rate)(@[1-9]\d?|@100)?|rbp\.\d+"
)
"""ranx's names of further metrics, each with a cut-off within DEPTH, or none, which is DEPTH."""

MAIN = "MRR@10"
DEPTH = 100


@dataclass(frozen=True)
class Scores:
    """Figures of one system, for the judged questions in the order of the judgments.

    values: metric -> float64, shape (questions,), between 0 and 1.
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


def score_run(run: Run, qrels: Qrels, metrics: Sequence[str] = METRICS) -> Scores:
    """Score a run by metrics of the benchmark, by ranx's names of others, by those of plug-ins.

    A judged question must have a relevant document; results of unjudged questions are ignored.
    Raises InputError for an unknown metric, or where run and judgments share no question.
    """
    own = [metric for metric in metrics if _is_own(metric)]
    by_ranx = {metric: ranx_name(metric) for metric in metrics if metric not in own}
    queries = tuple(query for query, judged in qrels.items() if max(judged.values()) > 0)
    answered = sum(1 for query in queries if run.documents.get(query))
    if not answered:
        raise InputError(
            f"run '{run.name}' has results for none of the {len(queries)} judged questions",
            mend="check that run and qrels are of the same split",
        )
    lists = {query: run.documents.get(query, [])[:DEPTH] for query in queries}
    values = _by_ranx(lists, qrels, by_ranx) if by_ranx else {}
    for name in own:
        values[name] = np.array([measured(name, lists[q], qrels[q]) for q in queries])
    kept = {metric: values[metric] for metric in metrics}
    return Scores(queries, kept, len(queries) - answered)


def ranx_name(metric: str) -> str:
    """What ranx calls a metric. Raises InputError with the nearest name for an unknown one."""
    if metric in RANX_NAMES:
        return RANX_NAMES[metric]
    if not FURTHER.fullmatch(metric):
        raise unknown("metric", metric, [*METRICS, *OWN, "precision@5", "map", "r-precision"])
    return metric


def _is_own(metric: str) -> bool:
    """Whether a plug-in registered it. Raises InputError where that takes the name of another."""
    known = metric in RANX_NAMES or FURTHER.fullmatch(metric)
    if known and metric in OWN:
        raise InputError(f"metric '{metric}' of a plug-in has a known name", mend="rename it")
    return metric in OWN


def _by_ranx(
    lists: Mapping[str, Sequence[str]], qrels: Qrels, names: Mapping[str, str]
) -> dict[str, npt.NDArray[np.float64]]:
    """The figures of each question, by the metric's name here; names: that one -> ranx's."""
    from ranx import evaluate

    widest = max(len(qrels[query]) for query in lists)
    truth = np.zeros((len(lists), widest, 2))
    ranked = np.zeros((len(lists), DEPTH, 2))
    ranked[:, :, 1] = np.arange(DEPTH, 0, -1)
    for place, (query, documents) in enumerate(lists.items()):
        judged = sorted(qrels[query].items(), key=lambda pair: -pair[1])
        numbers = {document: number for number, (document, _) in enumerate(judged, 1)}
        # Number 0 is no judged document; padding has relevance 0, which ranx leaves out.
        truth[place, : len(judged)] = [(numbers[name], max(level, 0)) for name, level in judged]
        found = [numbers.get(name, 0) for name in documents]
        ranked[place, : len(found), 0] = found
    truth[:, :, 0][truth[:, :, 1] == 0] = -1
    # Twice, since ranx fails where it is asked for one metric with a cut-off alone.
    values = evaluate(truth, ranked, [*names.values()] * 2, return_mean=False)
    return {metric: np.asarray(values[name]) for metric, name in names.items()}


def score_sets(sets: Mapping[str, Collection[str]], qrels: Qrels) -> Scores:
    """F1 of unranked sets, as WebQA scores its sources: 2 |A and B| / (|A| + |B|).

    Raises InputError where sets and judgments share no question.
    """
    relevant = {
        query: {document for document, relevance in judged.items() if relevance > 0}
        for query, judged in qrels.items()
    }
    queries = tuple(query for query, documents in relevant.items() if documents)
    answered = sum(1 for query in queries if sets.get(query))
    if not answered:
        raise InputError(
            f"the predictions have sources for none of the {len(queries)} judged questions",
            mend="check that predictions and qrels are of the same split",
        )
    values = np.zeros(len(queries))
    for place, query in enumerate(queries):
        found = set(sets.get(query, ()))
        values[place] = 2 * len(found & relevant[query]) / (len(found) + len(relevant[query]))
    return Scores(queries, {"F1": values}, len(queries) - answered)


def merge_copies(
    run: Run, qrels: Qrels, canonical: Mapping[str, str]
) -> tuple[Run, dict[str, dict[str, int]]]:
    """Run and judgments in which documents of equal content count as one.

    canonical: document id -> id of the first document of the same content, where it is another.
    Of several copies the best ranked stays, and the highest judgment.
    """
    documents: dict[str, list[str]] = {}
    scores: dict[str, list[float]] = {}
    for query, ranked in run.documents.items():
        first: dict[str, float] = {}
        for document, score in zip(ranked, run.scores[query], strict=True):
            first.setdefault(canonical.get(document, document), score)
        documents[query], scores[query] = list(first), list(first.values())
    merged: dict[str, dict[str, int]] = {}
    for query, judged in qrels.items():
        levels = merged.setdefault(query, {})
        for document, relevance in judged.items():
            name = canonical.get(document, document)
            levels[name] = max(relevance, levels.get(name, relevance))
    return Run(run.name, documents, scores), merged
