"""Retrievers under other settings, as ablations and claims name them.

Their results stand in ``<results>/<data set>/variants/``, out of the leaderboard's sight; a variant
without changes is the registered row itself, and shares its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmark.datasets import Collection
from benchmark.protocol import JOINT, Protocol
from benchmark.registry import Entry, retriever
from benchmark.results.result import Result, results_folder
from benchmark.types import Modality


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A registered retriever with some settings changed.

    scope: corpus and questions are both restricted to one modality, as in the single-modality runs
    of UniVL-DR; its figures compare only with others of the same scope.
    """

    retriever: str
    settings: Mapping[str, object] = field(default_factory=dict)
    scope: Modality | None = None

    @property
    def name(self) -> str:
        """The retriever and what is changed, fit for a folder: clip-dpr+view=image@text."""
        changes = [f"+{key}={value}" for key, value in self.settings.items()]
        return "".join([self.retriever, *changes, f"@{self.scope}" if self.scope else ""])

    def entry(self) -> Entry:
        """The row that is run."""
        entry = retriever(self.retriever)
        if self.name == self.retriever:
            return entry
        settings = {**entry.settings, **self.settings}
        return replace(entry, name=self.name, title=self.name, settings=settings)

    def folder(self, home: Path) -> Path:
        """The folder of its results in ``home``, that of the data set's."""
        return home if self.name == self.retriever else home / "variants"


def at_hand(
    variants: Iterable[Variant],
    results: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
) -> dict[str, Result]:
    """The results of those variants that were run on this version of the data, by name.

    Raises InputError where one of them isn't what was written.
    """
    home = results_folder(results, data, split, protocol)
    named = {one.name: Result(one.folder(home) / one.name) for one in variants}
    found = {name: result for name, result in named.items() if result.is_whole()}
    for result in found.values():
        result.check()
    return {
        name: result
        for name, result in found.items()
        if result.manifest["data"]["fingerprint"] == data.fingerprint
    }
