"""What the page of a system shows beside its figures: what it is, and how to make it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.artefacts.store import Store
from benchmark.datasets import DEFAULT
from benchmark.evaluation.metrics import MAIN
from benchmark.protocol import JOINT
from benchmark.registry import Entry, retrievers
from benchmark.report.history import seconds_by_stage, tree
from benchmark.report.inspection import Inspector
from benchmark.report.kinds import kinds
from benchmark.report.plots.curves import curves_chart
from benchmark.report.published_by_others import Publication
from benchmark.report.trainings import in_words, stages
from benchmark.results.result import Result
from benchmark.retriever import SEED
from benchmark.site.titles import stands_in


def system_page(
    result: Result, of: Inspector, store: Store, title: str, published: Sequence[Publication]
) -> dict[str, Any]:
    """The content of the page of a system.

    A system of another package or of a plug-in may not be registered here: then there is no
    description, no command and no code.
    """
    entry = retrievers().get(result.name)
    trained = stages(result, store)
    return {
        "result": result,
        "title": title,
        "stands_in": stands_in(result),
        "trainings": in_words(result),
        "charts": [curves_chart(result.name, trained)] if trained else [],
        "metric": MAIN,
        "manifest": result.manifest,
        "tree": tree(result.manifest),
        "seconds": seconds_by_stage(result),
        "description": _paragraphs(entry.kind) if entry else [],
        "code": _path(inspect.getsourcefile(entry.kind)) if entry else "",
        "settings": dict(entry.settings) if entry else {},
        "published": [*_published(result.name, published), *_stated(entry)],
        "command": _command(result, of) if entry else "",
        "by_kind": [(kind, kind.mean(result.over_seeds)) for kind in kinds(of.queries.values())],
    }


def _command(result: Result, of: Inspector) -> str:
    """The command that makes the result, with the options that are not the default."""
    chosen = {
        "--dataset": (of.data.name, DEFAULT),
        "--split": (of.split, "test"),
        "--protocol": (result.protocol, JOINT),
        "--seed": (result.number, SEED),
        "--seeds": (len(result.seeds), 1),
    }
    options = [f"{name} {value}" for name, (value, usual) in chosen.items() if value != usual]
    return " ".join(["python -m benchmark run", result.name, *options])


def _published(name: str, published: Sequence[Publication]) -> list[str]:
    """The figures that papers publish of a retriever, with their source."""
    return [
        f"{', '.join(f'{metric} {value:.2f}' for metric, value in row.figures.items())} "
        f"({publication.source})"
        for publication in published
        for row in publication.rows
        if row.model == name
    ]


def _stated(entry: Entry | None) -> list[str]:
    """The figures that a row's own file names, each with what it says of them."""
    stated = entry.published if entry else ()
    return ["; ".join(f"{name}: {value}" for name, value in one.items()) for one in stated]


def _paragraphs(kind: type) -> list[str]:
    """The paragraphs of a class's docstring as plain text."""
    text = inspect.cleandoc(kind.__doc__ or "").replace("``", "")
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _path(file: str | None) -> str:
    """A source file by its packages and name, wherever it is installed."""
    if file is None:
        return ""
    path = Path(file)
    inside = [folder.name for folder in path.parents if (folder / "__init__.py").is_file()]
    return "/".join([*reversed(inside), path.name])
