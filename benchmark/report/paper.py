"""A paper as one value: its tables, claims, ablations and published figures.

A paper is a package that exports this value as ``PAPER``; its published figures are files in the
package. Folders in ``benchmark/papers/`` are found without registration; other packages use an
entry point of the group "benchmark.papers".
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
    """A table of a paper that is made from results.

    title: its name in the paper. says: what it shows, in one line. beside: the same table with the
    published figures beside ours, if there are any.
    """

    title: str
    says: str
    make: MakeTable
    beside: MakeTable | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper's tables and ablations by name, and its claims.

    name: unique, and usable in file names. title: with authors, venue and year.
    published: files with figures under the joint protocol, see ``published.Published``.
    """

    name: str
    title: str
    tables: Mapping[str, PaperTable] = field(default_factory=lambda: MappingProxyType({}))
    published: Sequence[Path] = ()
    claims: Sequence[Claim] = ()
    ablations: Mapping[str, Ablation] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def claims_file(self) -> str:
        """The file beside the leaderboard with the verdicts on its claims."""
        return f"claims-{self.name}.md"
