"""What a paper brings to the benchmark, as one value: its tables, claims and ablations.

A paper is a package that exports it as ``PAPER``, with its published figures in files beside it. A
folder under ``benchmark/papers/`` is found as it is; another package names its value by an entry
point of the group "benchmark.papers".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmark.report.ablations import Ablation
from benchmark.report.claims import Claim
from benchmark.report.derived import MakeTable


@dataclass(frozen=True, kw_only=True)
class PaperTable:
    """A table of a paper that needs nothing but results.

    title: what the paper calls it. says: what it shows, in a line. beside: the same table with the
    published figures beside ours, where there are some.
    """

    title: str
    says: str
    make: MakeTable
    beside: MakeTable | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper's tables and ablations by name, and its claims.

    name: fit for a file, and not that of another paper. title: with authors, venue and year.
    published: files of figures under the joint protocol, see ``published.Published``.
    """

    name: str
    title: str
    tables: Mapping[str, PaperTable] = field(default_factory=lambda: MappingProxyType({}))
    published: Sequence[Path] = ()
    claims: Sequence[Claim] = ()
    ablations: Mapping[str, Ablation] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def claims_file(self) -> str:
        """The file beside the leaderboard that keeps the verdicts on its claims."""
        return f"claims-{self.name}.md"
