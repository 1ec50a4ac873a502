"""The tables that are computed from results and belong to no paper, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from benchmark.datasets import Collection
from benchmark.report.bias import bias_table, scores_table
from benchmark.report.certainty import agreement_table, certainty_table
from benchmark.report.embedding_map import gap_table
from benchmark.report.leaderboard import leaderboard
from benchmark.report.tables import Table
from benchmark.report.unjudged import unjudged_table
from benchmark.results.result import Result

MakeTable: TypeAlias = Callable[[Sequence[Result], Collection, str], Table]
"""A function that makes a table from the results on a split of a data set."""

DERIVED: Mapping[str, MakeTable] = MappingProxyType(
    {
        "leaderboard": leaderboard,
        "bias": bias_table,
        "scores": scores_table,
        "gap": gap_table,
        "certainty": certainty_table,
        "agreement": agreement_table,
        "unjudged": unjudged_table,
    }
)
