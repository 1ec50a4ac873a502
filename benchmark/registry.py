"""Names -> retrievers: this project's, those of entry points, and plug-ins, loaded when asked for.

A retriever registers itself where it is written, and nowhere else:

    @register("bm25", title="BM25", group="Single modality (text only)")
    @dataclass(frozen=True, kw_only=True)
    class BM25(Retriever): ...

Modules that register are imported by ``list`` and ``--help``: they import torch, a JVM and their
like inside their functions.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from benchmark.artefacts.identity import name_retriever
from benchmark.errors import InputError, unknown
from benchmark.evaluation.own import OWN
from benchmark.io.files import read_toml, sha256
from benchmark.retriever import settings

if TYPE_CHECKING:
    from benchmark.retriever import Retriever

ENTRY_POINTS = "benchmark.retrievers"

NAME = re.compile(r"\w[\w-]{0,79}")
RESERVED = ("variants",)
"""Folders of their own among those that are named after retrievers."""

R = TypeVar("R", bound="type[Retriever]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A registered retriever: its row in tables, and its class."""

    name: str
    title: str
    group: str
    kind: type[Retriever]
    summary: str
    settings: Mapping[str, object] = field(default_factory=dict)

    def make(self) -> Retriever:
        """The retriever with the row's settings; others have their defaults."""
        return self.kind(**self.settings)


_entries: dict[str, Entry] = {}
_plugged_in: list[Path] = []


def register(name: str, *, title: str, group: str) -> Callable[[R], R]:
    """Class decorator: register a retriever under ``name``.

    title: what tables call it. group: the group of rows it belongs to. The class's docstring says
    the rest. Raises InputError where the name is taken.
    """

    def decorate(kind: R) -> R:
        summary = (kind.__doc__ or "").strip().split("\n")[0]
        _add(Entry(name=name, title=title, group=group, kind=kind, summary=summary))
        name_retriever(kind, name)
        return kind

    return decorate


def _add(entry: Entry, path: Path | None = None) -> None:
    if entry.name in _entries:
        raise InputError(
            f"retriever '{entry.name}' is registered twice", mend="rename one of them", path=path
        )
    check_name("retriever", entry.name, path)
    _entries[entry.name] = entry


def check_name(kind: str, name: str, path: Path | None = None) -> None:
    """Raises InputError for a ``name`` that can't be that of a result's folder everywhere.

    path: the file that gives it.
    """
    if not NAME.fullmatch(name) or name in RESERVED:
        raise InputError(
            f"{kind} name '{name}' is no plain name",
            mend="use letters, digits, hyphens and underscores, 80 at most",
            path=path,
        )


def retrievers() -> Mapping[str, Entry]:
    """All registered retrievers by name."""
    _load()
    return _entries


def retriever(name: str, path: Path | None = None) -> Entry:
    """The retriever called ``name``. Raises InputError with the nearest name.

    path: the file that names it.
    """
    known = retrievers()
    if name not in known:
        raise unknown("retriever", name, list(known), path)
    return known[name]


def plug_in(path: Path) -> None:
    """Run a Python file that registers retrievers or metrics: the way in for uninstalled code."""
    _load()
    if not path.is_file():
        raise InputError("no such file", mend="check --plugin", path=path)
    before, metrics = set(_entries), len(OWN)
    spec = importlib.util.spec_from_file_location(f"benchmark_plugin_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise InputError("no Python file", mend="give a file that ends in .py", path=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except InputError:
        raise
    except Exception as error:
        line = error.lineno if isinstance(error, SyntaxError) else _line(error, path)
        raise InputError(
            f"{type(error).__name__}: {error}", mend="mend the plug-in", path=path, line=line
        ) from error
    new = [_entries[name] for name in _entries if name not in before]
    if not new and len(OWN) == metrics:
        raise InputError(
            "registers no retriever or metric", mend="use @register(...) or @metric(...)", path=path
        )
    for entry in new:
        entry.kind.source = sha256(path)
    _plugged_in.append(path)


def plugged_in() -> tuple[Path, ...]:
    """The files that were plugged in, for another process to do the same."""
    return tuple(_plugged_in)


def read_rows(path: Path) -> None:
    """Register the rows of a TOML file: retrievers under other settings, without code.

    [clip-large]                          # the row's name
    retriever = "clip-zero-shot"          # what it is a variant of
    title = "CLIP ViT-L/14"
    model = "ViT-L-14"
    start = "laion2b_s32b_b82k"           # any of the retriever's settings
    """
    for name, row in read_toml(path).items():
        if not isinstance(row, dict):
            raise InputError(f"'{name}' is no table", mend=f"write [{name}] above it", path=path)
        base, title = row.pop("retriever", None), row.pop("title", name)
        if not isinstance(base, str) or not isinstance(title, str):
            raise InputError(
                f"row '{name}' names no retriever", mend='add retriever = "..."', path=path
            )
        entry = retriever(base, path)
        known = settings(entry.make())
        for key, value in row.items():
            if key not in known:
                raise unknown(f"setting of {base}", key, list(known), path)
            if known[key] is not None and type(value) is not type(known[key]):
                raise InputError(
                    f"'{key}' of row '{name}' is no {type(known[key]).__name__}",
                    mend=f"write a value like {known[key]!r}",
                    path=path,
                )
        _add(replace(entry, name=name, title=title, settings={**entry.settings, **row}), path)


@cache
def _load() -> None:
    families = importlib.import_module("baselines")
    for module in pkgutil.iter_modules(families.__path__, "baselines."):
        importlib.import_module(module.name)
    importlib.import_module("univl_dr.retrievers")
    for point in entry_points(group=ENTRY_POINTS):
        point.load()


def _line(error: Exception, path: Path) -> int | None:
    """The last line of ``path`` that the error passed through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path.resolve()):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
