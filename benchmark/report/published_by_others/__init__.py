"""Figures that others published on WebQA, by task, with their sources.

A task is a protocol with its questions: ``joint``; ``split-passages`` and ``split-images`` (a pool
for each modality); ``union-passages`` and ``union-images`` (M-BEIR's pool over all its data sets).
Figures of different tasks or different metrics are not comparable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmark.io.files import read_toml
from benchmark.types import Modality

FOLDER = Path(__file__).parent
SOURCES = ("mteb", "pyserini")
"""The sources that belong to no paper, by the name of their file in this folder."""

JOINT_TASK = "joint"


@dataclass(frozen=True, kw_only=True)
class PublishedTask:
    """A task: a protocol, and the modality that answers the questions (None: both).

    origin: its name in the source. pool: the documents that are searched.
    """

    name: str
    protocol: str
    modality: Modality | None = None
    origin: str = ""
    pool: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The published figures of one system on one task, in percent, by metric."""

    task: PublishedTask
    model: str
    figures: Mapping[str, float]
    revision: str = ""
    data_revision: str = ""
    version: str = ""
    erratum: str = ""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A source of figures, with its address, licence and definitions of metrics.

    open_clip: model -> its name and the tag of its weights in open_clip. tolerance: see
    ``published.status``.
    """

    name: str
    source: str
    rows: Sequence[Row]
    commit: str = ""
    licence: str = ""
    definitions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    open_clip: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    tolerance: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def address(self) -> str:
        """The source with commit and licence, for notes."""
        commit = f", commit {self.commit}" if self.commit else ""
        return f"{self.source}{commit}{f'; licence: {self.licence}' if self.licence else ''}"


def read_publication(name: str, path: Path) -> Publication:
    """Read a source's file: one of this folder, or a paper's with figures under protocol joint."""
    content = read_toml(path)
    if "results" not in content:
        return _of_paper(name, content)
    tasks = {key: PublishedTask(name=key, **value) for key, value in content.pop("tasks").items()}
    metrics, scale = content.pop("metrics"), content.pop("scale")
    rows = [_row(result, tasks, metrics, scale) for result in content.pop("results")]
    return Publication(name=name, rows=rows, **content)


def sources_without_paper() -> list[Publication]:
    """The sources in this folder, which belong to no paper."""
    return [read_publication(name, FOLDER / f"{name}.toml") for name in SOURCES]


def _row(
    result: dict[str, Any], tasks: Mapping[str, PublishedTask], metrics: Sequence[str], scale: float
) -> Row:
    # Rounding removes the errors of the multiplication, so that the source's digits remain.
    values = [round(scale * value, 10) for value in result.pop("figures")]
    figures = dict(zip(metrics, values, strict=True))
    return Row(task=tasks[result.pop("task")], figures=figures, **result)


def _of_paper(name: str, content: Mapping[str, Any]) -> Publication:
    task = PublishedTask(name=JOINT_TASK, protocol="joint", pool="all passages and all images")
    rows = [
        Row(
            task=task,
            model=model,
            figures=dict(zip(content["metrics"], values, strict=True)),
            erratum=content.get("errata", {}).get(model, ""),
        )
        for model, values in content["figures"].items()
    ]
    return Publication(
        name=name, source=content["source"], licence=content.get("licence", ""), rows=rows
    )
