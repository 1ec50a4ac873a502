"""The papers: each folder here, and those of other packages' entry points and of plug-ins.

Nothing but the commands and the site knows of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence

from benchmark import entry_points
from benchmark.errors import InputError
from benchmark.registry import PAPER, current
from benchmark.report.ablations import Ablation
from benchmark.report.derived import DERIVED
from benchmark.report.paper import Paper, PaperTable
from benchmark.report.published_by_others import (
    Publication,
    read_publication,
    sources_without_paper,
)

GROUP = "benchmark.papers"
"""The entry points; each names a ``Paper``."""


def papers() -> list[Paper]:
    """All papers, this project's first.

    Raises InputError where two papers, or two tables or ablations of any, have the same name.
    """
    known = [*_own(), *_others()]
    names: set[str] = set()
    tables = dict.fromkeys(DERIVED, "the benchmark")
    for paper in known:
        if paper.name in names:
            raise InputError(f"two papers are called '{paper.name}'", mend="rename one of them")
        names.add(paper.name)
        for name in (*paper.tables, *paper.ablations):
            if name in tables:
                raise InputError(
                    f"paper '{paper.name}' has a table '{name}', as {tables[name]} has",
                    mend="rename one of them",
                )
            tables[name] = f"paper '{paper.name}'"
    return known


def publications() -> list[Publication]:
    """What was published on WebQA: sources of many models, and the figures of papers."""
    of_papers = [
        read_publication(paper.name, path) for paper in papers() for path in paper.published
    ]
    return [*sources_without_paper(), *of_papers]


def tables_of(known: Sequence[Paper]) -> dict[str, PaperTable]:
    """The tables of papers by name."""
    return {name: table for paper in known for name, table in paper.tables.items()}


def ablations_of(known: Sequence[Paper]) -> dict[str, Ablation]:
    """The ablations of papers by name."""
    return {name: ablation for paper in known for name, ablation in paper.ablations.items()}


def _own() -> Iterator[Paper]:
    """Those of the folders here: they need no entry point, and so no installation."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield _checked(getattr(importlib.import_module(module.name), PAPER, None), module.name)


def _others() -> Iterator[Paper]:
    for name, value in entry_points.load(GROUP):
        yield _checked(value, name)
    for module in current().modules:
        if hasattr(module, PAPER):
            yield _checked(getattr(module, PAPER), str(module.__file__))


def _checked(value: object, source: str) -> Paper:
    if not isinstance(value, Paper):
        raise InputError(f"'{source}' is no Paper", mend="name a benchmark.report.paper.Paper")
    return value
