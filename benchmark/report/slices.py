"""Where one system wins: the difference on slices of the questions, and what moved most."""

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
"""Questions shown that moved most, each way."""


def slices(queries: Sequence[Query], by: By) -> dict[str, set[str]]:
    """The ids of the questions of each slice; lengths are cut at their tertiles.

    Raises InputError where the data don't tell what is asked for.
    """
    if by == "length":
        return _by_length({query.id: len(query.text.split()) for query in queries})
    found: dict[str, set[str]] = {}
    for query in queries:
        if name := query.category if by == "Qcate" else query.modality:
            found.setdefault(name, set()).add(query.id)
    if not found:
        raise InputError(f"the data set doesn't tell its questions' {by}", mend="slice by length")
    return dict(sorted(found.items()))


def slices_table(
    systems: Mapping[str, Scores], metric: str, parts: Mapping[str, set[str]]
) -> Table:
    """The difference between two systems on each slice, corrected over the slices."""
    first, second = systems
    groups = {"all": set(systems[first].queries), **parts}
    pairs: dict[str, Comparison] = {}
    for name, ids in groups.items():
        some = {system: scores.among(ids) for system, scores in systems.items()}
        if name == "all" or len(some[first].queries) >= FEWEST_QUESTIONS:
            pairs[name] = compare(some, metric)[0]
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
            Column("Questions", "slice", TEXT),
            Column("Count", "questions", COUNT),
            *(Column(system, ("means", system), PERCENT) for system in systems),
            Column("Difference [95%]", (), POINTS_INTERVAL),
            Column("p (Holm)", "p_holm", P_VALUE),
            Column("Different", "p_holm", SIGNIFICANT),
        ],
        rows=rows,
        notes=[
            f"{method([pairs['all']], 'the slices')}; in points of 100",
            intervals([pairs["all"]]),
        ],
    )


def _is_significant(p: float | None) -> bool:
    return p is not None and p <= ALPHA


SIGNIFICANT = Format(lambda p: "yes" if _is_significant(p) else "no")


def moved_table(systems: Mapping[str, Scores], metric: str, queries: Sequence[Query]) -> Table:
    """The questions that gain and lose most from the second system to the first."""
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
        title=f"What moved most in {metric}",
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
