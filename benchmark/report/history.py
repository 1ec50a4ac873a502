"""How results were made, from their manifests: artefact trees and seconds."""

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
"""Kind of artefact -> the stage that its build time is counted for."""

ASKING = ("encoding questions", "searching")
"""The stages that are repeated for a new question."""

OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value in a recipe, and the values that it is made from.

    role: its name in the parent's recipe. identity, seconds: of an artefact, else None. repeated:
    its settings and parts are shown at an earlier node of the tree.
    """

    role: str
    kind: str
    identity: str | None
    seconds: float | None
    settings: Mapping[str, Any]
    parts: Sequence[Node]
    repeated: bool = False


def tree(manifest: Mapping[str, Any]) -> Node:
    """The tree of artefacts and settings that a result was made from."""
    seconds = {artefact["identity"]: artefact["seconds"] for artefact in manifest["artefacts"]}
    seen: set[str] = set()

    def node(role: str, recipe: Mapping[str, Any]) -> Node:
        key = digest(recipe)
        identity = key if key in seconds else None
        repeated = identity is not None and identity in seen
        if identity:
            seen.add(identity)
        return Node(
            role=role,
            kind=recipe["kind"],
            identity=identity,
            seconds=seconds.get(key),
            settings={} if repeated else dict(_settings(recipe)),
            parts=[] if repeated else [node(*part) for part in _parts(recipe)],
            repeated=repeated,
        )

    return node("ranking", manifest["recipe"])


def seconds_by_stage(result: Result) -> dict[str, float]:
    """The seconds that each stage of a result took when its artefacts were built."""
    seconds: dict[str, float] = {}
    for artefact in result.manifest["artefacts"]:
        stage = STAGES.get(artefact["kind"], OTHER)
        seconds[stage] = seconds.get(stage, 0.0) + artefact["seconds"]
    return {
        stage: seconds[stage]
        for stage in (*dict.fromkeys(STAGES.values()), OTHER)
        if stage in seconds
    }


def seconds_table(results: Sequence[Result]) -> Table:
    """Seconds by stage of each system, the quickest first, without external systems."""
    results = [result for result in results if not result.external]
    seconds = {result: seconds_by_stage(result) for result in results}
    ranked = sorted(results, key=lambda result: sum(seconds[result].values()))
    stages = list(dict.fromkeys(stage for by_stage in seconds.values() for stage in by_stage))
    rows = [
        {
            "title": result.title,
            "name": result.name,
            "seconds": {stage: seconds[result].get(stage) for stage in stages},
            "total": sum(seconds[result].values()),
            "search_ms": _search_ms(result, seconds[result]),
        }
        for result in ranked
    ]
    machines = {
        f"{machine['processor']}, {machine['threads']} threads"
        for machine in (result.manifest["machine"] for result in results)
    }
    return Table(
        title="Seconds to build each system",
        columns=[
            *SYSTEM,
            Column("Total", "total", decimals(1), first=True),
            Column("Search, ms a question", "search_ms", decimals(1), first=True),
            *(Column(stage.capitalize(), ("seconds", stage), decimals(1)) for stage in stages),
        ],
        rows=rows,
        notes=[
            "Wall-clock seconds of each artefact when it was built; other programs may have run at "
            "the same time. An artefact that several systems share counts for each of them.",
            "Search: the time to encode and search all questions, divided by their number.",
            f"Built or last used on: {'; '.join(sorted(machines))}.",
            "A dash means that the system has no such stage.",
        ],
        unranked=oracle_rows(ranked),
    )


def _search_ms(result: Result, seconds: Mapping[str, float]) -> float | None:
    """Milliseconds of search for each question; None if no stage of the search was measured."""
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
