"""Documents that nobody judged: how many there are, and how far they could move a figure.

A metric takes what isn't judged for not relevant. Its figure lies between that and the one where
all that is unjudged is relevant. Lists without the unjudged documents (condensed: Sakai, 2007) and
bpref (Buckley and Voorhees, 2004), which looks at judged documents alone, are estimates between;
both need documents that were judged not relevant.
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
    """How many documents were judged not relevant."""
    return sum(level <= 0 for judged in qrels.values() for level in judged.values())


def both_first(
    one: Run, other: Run, qrels: Qrels, depth: int = DEPTH
) -> Mapping[str, list[tuple[str, int, int]]]:
    """Unjudged documents among the first ``depth`` of both runs: id and the two ranks.

    By judged question; those that both rank highest (by the sum of their ranks) come first.
    """
    found: dict[str, list[tuple[str, int, int]]] = {}
    for query, judged in qrels.items():
        ranks = {name: rank for rank, name in enumerate(other.documents.get(query, [])[:depth], 1)}
        shared = [
            (name, rank, ranks[name])
            for rank, name in enumerate(one.documents.get(query, [])[:depth], 1)
            if name in ranks and name not in judged
        ]
        if shared:
            found[query] = sorted(shared, key=lambda each: (each[1] + each[2], each[1]))
    return found
