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
from benchmark.results.result import REFERENCE, Result, results_folder
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

    Of what wasn't run, the reference's. Raises InputError where one isn't what was written.
    """
    found: dict[str, Result] = {}
    named = {variant.name: variant for variant in variants}
    for place in (results, results / REFERENCE):
        home = results_folder(place, data, split, protocol)
        for name in named.keys() - found.keys():
            folder = named[name].folder(home) / name
            result = Result(folder, reference=place is not results)
            if result.is_whole():
                result.check()
                if result.manifest["data"]["fingerprint"] == data.fingerprint:
                    found[name] = result
    return {name: found[name] for name in named if name in found}


def minutes(variants: Iterable[Variant], results: Iterable[Result]) -> str:
    """How long variants may take, told from the registered rows that they change.

    Empty where none of these has a result. It is too long rather than too short: what variants
    share counts for each.
    """
    took = {
        result.name: sum(float(one["seconds"]) for one in result.manifest["artefacts"])
        for result in results
    }
    distinct = {variant.name: variant.retriever for variant in variants}
    seconds = [took[name] for name in distinct.values() if name in took]
    if not seconds:
        return ""
    return f", in {max(round(sum(seconds) / 60), 1)} minutes or less for each seed"
