"""How results came about, read from their manifests: artefact trees and seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.artefacts.identity import digest, recipe_fields
from benchmark.report.tables import SYSTEM, Column, Table, decimals
from benchmark.results.result import Result, oracle_rows

STAGES: Mapping[str, str] = {
    "Checkpoint": "training",
    "Documents": "encoding documents",
    "Questions": "encoding questions",
    "LuceneIndex": "indexing",
    "LuceneRanking": "searching",
    "DenseRanking": "searching",
    "FaissIndex": "indexing",
    "IndexedRanking": "searching",
}
"""Kind of artefact -> the stage that its seconds belong to."""

ASKING = ("encoding questions", "searching")
"""The stages that each new question needs."""

OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value of a recipe, with what it is made from.

    identity, seconds: of an artefact; None for other values. repeated: its content stands above.
    """

    role: str
    kind: str
    identity: str | None
    seconds: float | None
    settings: Mapping[str, Any]
    parts: Sequence[Node]
    repeated: bool = False


def tree(manifest: Mapping[str, Any]) -> Node:
    """The tree of artefacts and settings that a result was made by."""
    seconds = {one["identity"]: one["seconds"] for one in manifest["artefacts"]}
    seen: set[str] = set()

    def node(role: str, recipe: Mapping[str, Any]) -> Node:
        key = digest(recipe)
        made = key if key in seconds else None
        repeated = made is not None and made in seen
        if made:
            seen.add(made)
        return Node(
            role=role,
            kind=recipe["kind"],
            identity=made,
            seconds=seconds.get(key),
            settings={} if repeated else dict(_settings(recipe)),
            parts=[] if repeated else [node(*part) for part in _parts(recipe)],
            repeated=repeated,
        )

    return node("ranking", manifest["recipe"])


def seconds_by_stage(result: Result) -> dict[str, float]:
    """How long each stage of a result took when its artefacts were built."""
    took: dict[str, float] = {}
    for artefact in result.manifest["artefacts"]:
        stage = STAGES.get(artefact["kind"], OTHER)
        took[stage] = took.get(stage, 0.0) + artefact["seconds"]
    return {
        stage: took[stage] for stage in (*dict.fromkeys(STAGES.values()), OTHER) if stage in took
    }


def seconds_table(results: Sequence[Result]) -> Table:
    """Seconds by stage of each system, the quickest first; of external ones nothing is known."""
    results = [result for result in results if not result.external]
    found = {result: seconds_by_stage(result) for result in results}
    ranked = sorted(results, key=lambda result: sum(found[result].values()))
    stages = list(dict.fromkeys(stage for took in found.values() for stage in took))
    rows = [
        {
            "title": result.title,
            "name": result.name,
            "seconds": found[result],
            "total": sum(found[result].values()),
            "search_ms": _search_ms(result, found[result]),
        }
        for result in ranked
    ]
    machines = {
        f"{machine['processor']}, {machine['threads']} threads"
        for machine in (result.manifest["machine"] for result in results)
    }
    return Table(
        title="Seconds to make each system",
        columns=[
            *SYSTEM,
            *(Column(stage.capitalize(), ("seconds", stage), decimals(1)) for stage in stages),
            Column("Total", "total", decimals(1), first=True),
            Column("Search, ms a question", "search_ms", decimals(1), first=True),
        ],
        rows=rows,
        notes=[
            "Wall-clock seconds of each artefact when it was built, whatever else the machine was "
            "doing; one that several systems share counts for each of them.",
            "Search: encoding the questions and searching, together, divided by their number.",
            f"Built or last used on: {'; '.join(sorted(machines))}.",
            "A cell is empty where a system has no such stage.",
        ],
        unranked=oracle_rows(ranked),
    )


def _search_ms(result: Result, seconds: Mapping[str, float]) -> float | None:
    """Milliseconds a question at search; None where no stage of it was measured."""
    stages = [seconds[stage] for stage in ASKING if stage in seconds]
    return 1000 * sum(stages) / result.metrics["questions"] if stages else None


def _parts(recipe: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in recipe_fields(recipe).items():
        values = value if isinstance(value, list) else [value]
        for part in values:
            if isinstance(part, dict) and "kind" in part:
                yield name, part


def _settings(recipe: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    parts = {name for name, _ in _parts(recipe)}
    if (version := recipe.get("version")) is not None:
        yield "version", version
    for name, value in recipe_fields(recipe).items():
        if name not in parts:
            yield name, value
