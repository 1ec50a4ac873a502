"""The difference of two systems in groups of questions, and the questions that differ most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal, TypeAlias

import numpy as np

from benchmark.errors import InputError
from benchmark.evaluation.comparison import Comparison, compare
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, defined, holm
from benchmark.report.tables import (
    COUNT,
    LABEL,
    LIST,
    P_VALUE,
    PERCENT,
    POINTS,
    POINTS_INTERVAL,
    TEXT,
    Column,
    Format,
    Table,
)
from benchmark.report.testing import intervals, method
from benchmark.types import Query

By: TypeAlias = Literal["Qcate", "modality", "length"]
MOVED = 10
"""The number of questions shown in which each of the two systems is better."""


def slices(queries: Sequence[Query], by: By) -> dict[str, set[str]]:
    """The ids of the questions of each group; lengths are grouped by their tertiles.

    Raises InputError if the data set lacks this property of the questions.
    """
    if by == "length":
        return _by_length({query.id: len(query.text.split()) for query in queries})
    groups: dict[str, set[str]] = {}
    for query in queries:
        if name := query.category if by == "Qcate" else query.modality:
            groups.setdefault(name, set()).add(query.id)
    if not groups:
        raise InputError(f"the questions of this data set have no {by}", mend="use --by length")
    return dict(sorted(groups.items()))


def slices_table(
    systems: Mapping[str, Scores], metric: str, parts: Mapping[str, set[str]]
) -> Table:
    """The difference between two systems in each group, with Holm's correction over the groups."""
    first, second = systems
    groups = {"all": set(systems[first].queries), **parts}
    pairs: dict[str, Comparison] = {}
    for name, ids in groups.items():
        in_group = {system: scores.among(ids) for system, scores in systems.items()}
        if name == "all" or len(in_group[first].queries) >= FEWEST_QUESTIONS:
            pairs[name] = compare(in_group, metric)[0]
    p_holm = {"all": pairs["all"].p_holm}
    named = [name for name in pairs if name != "all"]
    p = np.array([pairs[name].p for name in named], dtype=np.float64)
    p_holm |= dict(zip(named, map(defined, holm(p)), strict=True))
    rows = []
    for name, pair in pairs.items():
        means = [scores.among(groups[name]).mean(metric) for scores in systems.values()]
        figures = {**asdict(pair), "p_holm": p_holm[name]}
        rows.append({"slice": name, "means": dict(zip(systems, means, strict=True)), **figures})
    return Table(
        title=f"{first} against {second}, {metric}",
        columns=[
            Column("Questions", "slice", TEXT, first=True),
            Column("Count", "questions", COUNT),
            *(Column(system, ("means", system), PERCENT) for system in systems),
            Column("Difference [95%]", (), POINTS_INTERVAL, first=True),
            Column("p (Holm)", "p_holm", P_VALUE, first=True),
            Column("Significant", "p_holm", SIGNIFICANT),
        ],
        rows=rows,
        notes=[
            f"Differences in points of 100. Test: {method([pairs['all']], 'the groups')}.",
            intervals([pairs["all"]]),
        ],
    )


def _is_significant(p: float | None) -> bool:
    return p is not None and p <= ALPHA


SIGNIFICANT = Format(lambda p: "yes" if _is_significant(p) else "no")


def moved_table(systems: Mapping[str, Scores], metric: str, queries: Sequence[Query]) -> Table:
    """The questions with the largest differences, first those in which the first system wins."""
    first, second = systems
    texts = {query.id: query for query in queries}
    ids = systems[first].queries
    left, right = (scores.values[metric] for scores in systems.values())
    order = np.argsort(right - left, kind="stable")
    best = [place for place in order[:MOVED] if left[place] > right[place]]
    worst = [place for place in order[::-1][:MOVED] if left[place] < right[place]]
    rows, records = [], []
    for place in [*best, *worst]:
        query = texts[ids[place]]
        record = {
            "query": query.id,
            "text": query.text,
            "category": query.category,
            "modality": query.modality,
            "difference": float(left[place] - right[place]),
        }
        figures = {first: left[place], second: right[place]}
        rows.append({**record, "kinds": (query.category, query.modality), "figures": figures})
        records.append(record)
    return Table(
        title=f"Questions that differ most in {metric}",
        columns=[
            Column("Id", "query", LABEL),
            Column("Question", "text", TEXT, first=True),
            Column("Kind", "kinds", LIST),
            *(Column(system, ("figures", system), PERCENT, first=True) for system in systems),
            Column("Difference", "difference", POINTS, first=True),
        ],
        rows=rows,
        records=records,
    )


def _by_length(words: Mapping[str, int]) -> dict[str, set[str]]:
    low, high = np.quantile(list(words.values()), [1 / 3, 2 / 3], method="lower").astype(int)
    named = {
        f"up to {low} words": range(low + 1),
        f"{low + 1} to {high} words": range(low + 1, high + 1),
        f"over {high} words": range(high + 1, max(words.values()) + 1),
    }
    return {
        name: {query for query, count in words.items() if count in lengths}
        for name, lengths in named.items()
        if len(lengths)
    }
