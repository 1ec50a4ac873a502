"""Variants: retrievers with other settings, for ablations and claims.

Their results are in ``<results>/<data set>/variants/``, not on the leaderboard. A variant without
changes is the registered row itself, and shares its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmark.datasets import Collection
from benchmark.protocol import JOINT, Protocol
from benchmark.registry import Entry, retriever
from benchmark.results.result import REFERENCE, Result, results_folder
from benchmark.types import Modality


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A registered retriever with some settings changed.

    scope: both corpus and questions are restricted to this modality, as in the single-modality runs
    of UniVL-DR; figures are only comparable with others of the same scope.
    """

    retriever: str
    settings: Mapping[str, object] = field(default_factory=dict)
    scope: Modality | None = None

    @property
    def name(self) -> str:
        """The retriever and its changes, for folders: clip-dpr+view=image@text."""
        changes = [f"+{key}={value}" for key, value in self.settings.items()]
        return "".join([self.retriever, *changes, f"@{self.scope}" if self.scope else ""])

    def entry(self) -> Entry:
        """The registry's entry with these settings."""
        entry = retriever(self.retriever)
        if self.name == self.retriever:
            return entry
        settings = {**entry.settings, **self.settings}
        return replace(entry, name=self.name, title=self.name, settings=settings)

    def folder(self, home: Path) -> Path:
        """The folder of its results in ``home``, the folder of the data set's results."""
        return home if self.name == self.retriever else home / "variants"


def at_hand(
    variants: Iterable[Variant],
    results: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
) -> dict[str, Result]:
    """The results of variants on this version of the data, by name.

    For variants that were not run, the reference's. Raises InputError if a file was changed since
    it was written.
    """
    results_by_name: dict[str, Result] = {}
    named = {variant.name: variant for variant in variants}
    for place in (results, results / REFERENCE):
        home = results_folder(place, data, split, protocol)
        for name in named.keys() - results_by_name.keys():
            folder = named[name].folder(home) / name
            result = Result(folder, reference=place is not results)
            if result.is_whole():
                result.check()
                if result.manifest["data"]["fingerprint"] == data.fingerprint:
                    results_by_name[name] = result
    return {name: results_by_name[name] for name in named if name in results_by_name}


def minutes(variants: Iterable[Variant], results: Iterable[Result]) -> str:
    """How long variants take at most, estimated from the registered rows that they change.

    Empty if none of these has a result. The estimate is too high rather than too low, since
    artefacts that variants share are counted for each.
    """
    took = {
        result.name: sum(float(part["seconds"]) for part in result.manifest["artefacts"])
        for result in results
    }
    distinct = {variant.name: variant.retriever for variant in variants}
    seconds = [took[name] for name in distinct.values() if name in took]
    if not seconds:
        return ""
    return f", in {max(round(sum(seconds) / 60), 1)} minutes or less for each seed"
