"""The atlas: figures that others published on WebQA, with their source, by the task they are of.

A task is a protocol and the questions that it asks: ``joint``, ``split-passages``, ``split-images``
(one pool a modality), ``union-passages``, ``union-images`` (M-BEIR's pool over all its data sets).
Figures of different tasks, and of different metrics, don't compare with each other.
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
OWN = ("mteb", "pyserini")
"""The sources that belong to no paper, by the name of their file here."""

JOINT_TASK = "joint"


@dataclass(frozen=True, kw_only=True)
class AtlasTask:
    """What figures are of: a protocol, and the modality that answers the questions; None for both.

    origin: what the source calls it. pool: which documents are searched.
    """

    name: str
    protocol: str
    modality: Modality | None = None
    origin: str = ""
    pool: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One system's published figures on one task, in percent, by metric."""

    task: AtlasTask
    model: str
    figures: Mapping[str, float]
    revision: str = ""
    data_revision: str = ""
    version: str = ""
    erratum: str = ""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A source of figures: where it is, under which licence, what its metrics mean.

    open_clip: model -> open_clip's name and weights of it. tolerance: see ``published.status``.
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
        """The source with commit and licence, as notes name it."""
        commit = f", commit {self.commit}" if self.commit else ""
        return f"{self.source}{commit}{f' ({self.licence})' if self.licence else ''}"


def read_publication(name: str, path: Path) -> Publication:
    """A source's file: of this folder, or of a paper, whose figures are of the joint protocol."""
    content = read_toml(path)
    if "results" not in content:
        return _of_paper(name, content)
    tasks = {key: AtlasTask(name=key, **value) for key, value in content.pop("tasks").items()}
    metrics, scale = content.pop("metrics"), content.pop("scale")
    rows = [_row(one, tasks, metrics, scale) for one in content.pop("results")]
    return Publication(name=name, rows=rows, **content)


def own() -> list[Publication]:
    """The sources of this folder."""
    return [read_publication(name, FOLDER / f"{name}.toml") for name in OWN]


def _row(
    one: dict[str, Any], tasks: Mapping[str, AtlasTask], metrics: Sequence[str], scale: float
) -> Row:
    # The digits of the source, without what binary fractions would add.
    values = [round(scale * value, 10) for value in one.pop("figures")]
    figures = dict(zip(metrics, values, strict=True))
    return Row(task=tasks[one.pop("task")], figures=figures, **one)


def _of_paper(name: str, content: Mapping[str, Any]) -> Publication:
    task = AtlasTask(name=JOINT_TASK, protocol="joint", pool="all passages and all images")
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
