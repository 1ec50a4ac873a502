"""Figures by kind of question: by the category and the modality in the data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.metrics import MAIN, Scores
from benchmark.types import Query


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The judged questions of one kind, by their ids."""

    title: str
    queries: frozenset[str]

    def mean(self, scores: Scores, metric: str = MAIN) -> float:
        """The mean of a metric over these questions."""
        chosen = np.array([query in self.queries for query in scores.queries], dtype=bool)
        return float(scores.values[metric][chosen].mean())


def kinds(queries: Iterable[Query]) -> Sequence[Kind]:
    """All questions, then those of each modality, then those of each category.

    A category that holds the same questions as a modality is left out.
    """
    questions = list(queries)
    groups: dict[str, set[str]] = {"all": {query.id for query in questions}}
    for query in questions:
        if query.modality:
            groups.setdefault(f"{query.modality} questions", set()).add(query.id)
    for query in sorted(questions, key=lambda query: query.category or ""):
        if query.category:
            groups.setdefault(query.category, set()).add(query.id)
    distinct: list[Kind] = []
    for title, ids in groups.items():
        if all(ids != kind.queries for kind in distinct):
            distinct.append(Kind(title=title, queries=frozenset(ids)))
    return distinct
