"""What the page of a system shows beside its figures: what it is, and how to make it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from benchmark.datasets import DEFAULT
from benchmark.evaluation.metrics import MAIN
from benchmark.registry import retrievers
from benchmark.report.history import seconds_by_stage, tree
from benchmark.report.inspection import Inspector
from benchmark.report.kinds import kinds
from benchmark.results.result import Result


def system_page(result: Result, of: Inspector) -> dict[str, Any]:
    """The content of the page of a system.

    A system of another package or of a plug-in may not be registered here: then there is no
    description and no code.
    """
    entry = retrievers().get(result.name)
    dataset = "" if of.data.name == DEFAULT else f" --dataset {of.data.name}"
    return {
        "result": result,
        "title": result.title,
        "metric": MAIN,
        "manifest": result.manifest,
        "tree": tree(result.manifest),
        "seconds": seconds_by_stage(result),
        "description": _paragraphs(entry.kind) if entry else [],
        "code": _path(inspect.getsourcefile(entry.kind)) if entry else "",
        "settings": dict(entry.settings) if entry else {},
        "published": entry.published if entry else (),
        "command": f"python -m benchmark run {result.name}{dataset}",
        "by_kind": [(kind, kind.mean(result.over_seeds)) for kind in kinds(of.queries.values())],
    }


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
