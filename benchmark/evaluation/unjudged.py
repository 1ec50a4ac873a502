"""Unjudged documents, and their effect on a figure.

A metric counts unjudged documents as not relevant. The true figure lies between that and the figure
if all unjudged documents were relevant. Two estimates between these bounds are the figure of lists
without the unjudged documents (condensed lists: Sakai, 2007) and bpref, which uses only judged
documents (Buckley and Voorhees, 2004); both need documents that were judged as not relevant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmark.evaluation.metrics import Scores, score_run
from benchmark.types import Qrels, Run

DEPTH = 10


def unjudged_as_right(run: Run, qrels: Qrels, metrics: Sequence[str], depth: int = DEPTH) -> Scores:
    """The figures if each unjudged document among the first ``depth`` were relevant."""
    most = {
        query: {**dict.fromkeys(run.documents.get(query, [])[:depth], 1), **judged}
        for query, judged in qrels.items()
    }
    return score_run(run, most, metrics)


def condensed(run: Run, qrels: Qrels, metrics: Sequence[str]) -> Scores:
    """The figures of the lists without their unjudged documents."""
    documents, scores = {}, {}
    for query, ranked in run.documents.items():
        judged = qrels.get(query, {})
        kept = [place for place, document in enumerate(ranked) if document in judged]
        documents[query] = [ranked[place] for place in kept]
        scores[query] = [run.scores[query][place] for place in kept]
    return score_run(Run(run.name, documents, scores, run.cut_at), qrels, metrics)


def judged_wrong(qrels: Qrels) -> int:
    """The number of judgments as not relevant."""
    return sum(level <= 0 for judged in qrels.values() for level in judged.values())


def both_first(
    first: Run, second: Run, qrels: Qrels, depth: int = DEPTH
) -> Mapping[str, list[tuple[str, int, int]]]:
    """Unjudged documents among the first ``depth`` of both runs, for each judged question.

    A document is a tuple (id, rank in the first run, rank in the second); the documents with the
    smallest sum of ranks come first.
    """
    unjudged: dict[str, list[tuple[str, int, int]]] = {}
    for query, judged in qrels.items():
        ranks = {name: rank for rank, name in enumerate(second.documents.get(query, [])[:depth], 1)}
        shared = [
            (name, rank, ranks[name])
            for rank, name in enumerate(first.documents.get(query, [])[:depth], 1)
            if name in ranks and name not in judged
        ]
        if shared:
            unjudged[query] = sorted(shared, key=lambda item: (item[1] + item[2], item[1]))
    return unjudged
