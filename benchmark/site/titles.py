"""What the site calls each system: no two alike, and models that stand in for others named so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.registry import retrievers
from benchmark.report.tables import Table
from benchmark.results.result import Result

SMALL = "Small"
"""How the recipes' names of models begin that stand in for published ones, such as SmallClip."""


def titles(results: Sequence[Result]) -> dict[str, str]:
    """Name -> title, of the results and of the retrievers that have none.

    A title that several results have is followed by their group. The reference's are named so where
    others are not.
    """
    named = {name: entry.title for name, entry in retrievers().items()}
    own = {result.name: str(result.metrics["title"]) for result in results}
    shared, mixed = Counter(own.values()), not all(result.reference for result in results)
    for result in results:
        parts = [own[result.name]]
        parts += [result.group] if shared[parts[0]] > 1 else []
        parts += ["small stand-in"] if stands_in(result) else []
        parts += ["reference"] if result.reference and mixed else []
        named[result.name] = ", ".join(parts)
    return named


def stands_in(result: Result) -> bool:
    """Whether a small model of the data set takes the place of a published one in it."""
    return any(kind.rpartition(".")[2].startswith(SMALL) for kind in _kinds(result.manifest))


def titled(table: Table, names: Mapping[str, str]) -> Table:
    """The table with these titles in rows that have a title and a name."""
    rows = [
        {**row, "title": names[row["name"]]} if "title" in row and row.get("name") in names else row
        for row in table.rows
    ]
    return replace(table, rows=rows)


def _kinds(recipe: Any) -> list[str]:
    """The kinds of all values that a recipe is made of."""
    match recipe:
        case dict():
            own = [recipe["kind"]] if isinstance(recipe.get("kind"), str) else []
            return own + [kind for part in recipe.values() for kind in _kinds(part)]
        case list():
            return [kind for part in recipe for kind in _kinds(part)]
    return []
