"""The tables that need nothing but results, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from benchmark.datasets import Collection
from benchmark.papers.univl_dr.table1 import table1
from benchmark.report.bias import bias_table, scores_table
from benchmark.report.embedding_map import gap_table
from benchmark.report.leaderboard import leaderboard
from benchmark.report.tables import Table
from benchmark.results.result import Result

DERIVED: Mapping[str, Callable[[Sequence[Result], Collection, str], Table]] = MappingProxyType(
    {
        "leaderboard": leaderboard,
        "table1": table1,
        "bias": bias_table,
        "scores": scores_table,
        "gap": gap_table,
    }
)
