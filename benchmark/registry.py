"""The registry of retrievers: those of installed packages, including this project, and of plug-ins.

A retriever is registered where it is written:

    @register("bm25", title="BM25", group="Single modality (text only)")
    @dataclass(frozen=True, kw_only=True)
    class BM25(Retriever): ...

A package is found by an entry point of the group "benchmark.retrievers": a module that registers
retrievers, or a function that fills the ``Registry`` that it gets. ``list`` and ``--help`` import
these modules, so that they import heavy packages such as torch within functions.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from benchmark import entry_points, plugins
from benchmark.artefacts.identity import name_retriever
from benchmark.errors import InputError, unknown
from benchmark.evaluation.plugin_metrics import PLUGIN_METRICS
from benchmark.io.files import read_toml
from benchmark.settings import checked

if TYPE_CHECKING:
    from benchmark.retriever import Retriever

GROUP = "benchmark.retrievers"
"""The group of entry points."""

NAME = re.compile(r"\w[\w-]{0,79}")
RESERVED = ("qrels", "variants")
"""Names of other folders and files beside those of retrievers, in lower case."""

DECLARED = "__retrievers__"
"""The attribute of a module with the rows that it registers."""

PAPER = "PAPER"
"""The attribute of a module with its paper: tables, claims and ablations."""

TrainedOnWebQA: TypeAlias = Literal["yes", "no", "unknown"]

R = TypeVar("R", bound="type[Retriever]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A registered retriever: its row in tables, its class, and its settings.

    template: whether it is a family that needs further settings, such as the name of a model, and
    is no row itself. trained_on_webqa: what is known about the training data of the published
    weights. published: figures that others have published for them.
    """

    name: str
    title: str
    group: str
    kind: type[Retriever]
    summary: str
    settings: Mapping[str, object] = field(default_factory=dict)
    template: bool = False
    trained_on_webqa: TrainedOnWebQA | None = None
    published: tuple[Mapping[str, object], ...] = ()

    def make(self) -> Retriever:
        """The retriever with the row's settings, and defaults for the others.

        Raises InputError for a setting that its type does not allow.
        """
        with plugins.blaming():
            return self.kind(**checked(self.kind, self.settings, name=self.name))


def register(name: str, *, title: str, group: str, template: bool = False) -> Callable[[R], R]:
    """Decorator of a class: register a retriever under ``name``.

    title: its name in tables. group: its group of rows. template: whether it is a family for rows
    of TOML files and no row itself. The class's docstring is its description. Raises InputError if
    the module has registered the name before, and for a class that is not a frozen dataclass.
    """

    def decorate(kind: R) -> R:
        parameters: Any = getattr(kind, "__dataclass_params__", None)
        if parameters is None or not parameters.frozen:
            raise InputError(
                f"retriever '{name}' is not a frozen dataclass",
                mend="write @dataclass(frozen=True, kw_only=True) below @register(...)",
            )
        summary = (kind.__doc__ or "").strip().split("\n")[0].replace("``", "")
        declared = vars(sys.modules[kind.__module__]).setdefault(DECLARED, [])
        if any(entry.name == name for entry in declared):
            raise _twice(name)
        declared.append(
            Entry(
                name=name,
                title=title,
                group=group,
                kind=kind,
                summary=summary,
                template=template,
            )
        )
        name_retriever(kind, name)
        return kind

    return decorate


class Registry:
    """Retrievers by name, and the plug-ins that registered some of them."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._templates: dict[str, Entry] = {}
        self._plug_ins: list[Path] = []
        self._modules: list[ModuleType] = []

    @classmethod
    def installed(cls) -> Registry:
        """The retrievers of all installed packages."""
        registry = cls()
        for name, value in entry_points.load(GROUP):
            if isinstance(value, ModuleType):
                registry.add_module(value)
            elif callable(value):
                value(registry)
            else:
                raise InputError(
                    f"the entry point '{name}' is neither a module nor a function",
                    mend="correct the package that declares it",
                )
        return registry

    def copy(self) -> Registry:
        """Another registry with the same rows."""
        other = Registry()
        other._entries, other._plug_ins = dict(self._entries), [*self._plug_ins]
        other._modules = [*self._modules]
        other._templates = dict(self._templates)
        return other

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All rows, by name."""
        return self._entries

    @property
    def templates(self) -> Mapping[str, Entry]:
        """All families, by name."""
        return self._templates

    @property
    def plug_ins(self) -> tuple[Path, ...]:
        """The files of the plug-ins, so that another process can load them."""
        return tuple(self._plug_ins)

    @property
    def modules(self) -> tuple[ModuleType, ...]:
        """The modules of the plug-ins."""
        return tuple(self._modules)

    def retriever(self, name: str, path: Path | None = None) -> Entry:
        """The retriever called ``name``. Raises InputError with the most similar name.

        path: the file that contains the name.
        """
        if name in self._templates:
            raise InputError(
                f"'{name}' is a family of retrievers, not a row",
                mend=f'write a row with retriever = "{name}" and give its file by --rows',
                path=path,
            )
        if name not in self._entries:
            raise unknown("retriever", name, list(self._entries), path, command="list")
        return self._entries[name]

    def row_or_template(self, name: str, path: Path | None = None) -> Entry:
        """The row or family called ``name``. Raises InputError."""
        return self._templates[name] if name in self._templates else self.retriever(name, path)

    def add(self, entry: Entry, path: Path | None = None) -> None:
        """Add a row. Raises InputError if its name is taken or cannot be the name of a folder.

        path: the file that contains it.
        """
        if self._entries.get(entry.name) is entry:
            return  # two modules import the module that registers it
        check_name("retriever", entry.name, path)
        if entry.name in self._entries or entry.name in self._templates:
            raise _twice(entry.name, path)
        kept = self._templates if entry.template else self._entries
        kept[entry.name] = entry

    def add_module(self, module: ModuleType, path: Path | None = None) -> None:
        """Add the rows that a module registers."""
        for entry in vars(module).get(DECLARED, ()):
            self.add(entry, path)

    def plug_in(self, path: Path) -> None:
        """Run a Python file, which is not installed, and add what it registers.

        It registers retrievers or metrics, or has a PAPER. Raises InputError for any other file.
        """
        metrics = len(PLUGIN_METRICS)
        plug_in = plugins.run(path)
        before = set(self._entries)
        for module in plug_in.modules:
            self.add_module(module, path)
        new = [entry for name, entry in self._entries.items() if name not in before]
        has_paper = any(hasattr(module, PAPER) for module in plug_in.modules)
        if not new and len(PLUGIN_METRICS) == metrics and not has_paper:
            raise InputError(
                "registers no retriever, metric or paper",
                mend=f"use @register(...) or @metric(...), or write {PAPER} = Paper(...)",
                path=path,
            )
        for entry in new:
            entry.kind.source = plug_in.source
        self._plug_ins.append(path)
        self._modules += plug_in.modules

    def read_rows(self, *paths: Path) -> None:
        """Register the rows of TOML files: retrievers with other settings.

        [clip-large]                          # the row's name
        retriever = "clip-zero-shot"          # the retriever it is a variant of; also a row here
        title = "CLIP ViT-L/14"
        model = "ViT-L-14"
        start = "laion2b_s32b_b82k"           # any of the retriever's settings
        trained_on_webqa = "unknown"          # "yes", "no" or "unknown": the published weights
        published = [{ protocol = "...", source = "...", "MRR@10" = 40.0 }]     # in percent
        """
        waiting: dict[str, tuple[Path, Mapping[str, Any]]] = {}
        for path in paths:
            for name, row in read_toml(path).items():
                if not isinstance(row, dict):
                    raise InputError(
                        f"'{name}' is not a table",
                        mend=f"write [{name}] above it",
                        path=path,
                    )
                if name in waiting or name in self._entries or name in self._templates:
                    raise _twice(name, path)
                waiting[name] = path, row
        while waiting:
            self._add_row(next(iter(waiting)), waiting)

    def _add_row(self, name: str, waiting: dict[str, tuple[Path, Mapping[str, Any]]]) -> None:
        """Add a row, and before it the row that it is a variant of."""
        path, row = waiting.pop(name)
        base, title = row.get("retriever"), row.get("title", name)
        if not isinstance(base, str):
            raise InputError(
                f"row '{name}' names no retriever", mend='add retriever = "..."', path=path
            )
        if not isinstance(title, str):
            raise InputError(f"title of row '{name}' is not a text", mend="quote it", path=path)
        if base in waiting:
            self._add_row(base, waiting)
        entry = self.row_or_template(base, path)
        known = {key: row[key] for key in KNOWN if key in row}
        _check_known(known, name, path)
        given = {key: row[key] for key in row if key not in ("retriever", "title", *KNOWN)}
        values = {**entry.settings, **checked(entry.kind, given, name=name, path=path)}
        if "published" in known:
            known["published"] = tuple(known["published"])
        new = replace(entry, name=name, title=title, settings=values, template=False, **known)
        new.make()
        self.add(new, path)


KNOWN = ("group", "summary", "trained_on_webqa", "published")
"""The keys of a row besides its title and settings."""


def _check_known(known: Mapping[str, Any], name: str, path: Path) -> None:
    """Raise InputError if the further keys of a row are not valid."""
    for key in ("group", "summary"):
        if not isinstance(known.get(key, ""), str):
            raise InputError(f"{key} of row '{name}' is not a text", mend="quote it", path=path)
    if known.get("trained_on_webqa", "no") not in get_args(TrainedOnWebQA):
        raise InputError(
            f"trained_on_webqa of row '{name}' is '{known['trained_on_webqa']}'",
            mend=f"write one of {', '.join(get_args(TrainedOnWebQA))}",
            path=path,
        )
    figures = known.get("published", [])
    for row in figures if isinstance(figures, list) else [None]:
        if not isinstance(row, dict) or not {"protocol", "source"} <= row.keys():
            raise InputError(
                f"published figures of row '{name}' lack their protocol or source",
                mend='write [{ protocol = "...", source = "...", "MRR@10" = 40.0 }]',
                path=path,
            )


def check_name(kind: str, name: str, path: Path | None = None) -> None:
    """Raise InputError for a ``name`` that cannot be the name of a folder on every system.

    path: the file that contains the name.
    """
    if not NAME.fullmatch(name) or name.lower() in RESERVED:
        reserved = " that is not reserved" if NAME.fullmatch(name) else ""
        raise InputError(
            f"{kind} name '{name}' is not a valid name{reserved}",
            mend="use letters, digits, hyphens and underscores, 80 at most",
            path=path,
        )


_current: list[Registry] = []


def current() -> Registry:
    """The registry of this process, with all installed packages, made at first use."""
    if not _current:
        _current.append(Registry.installed())
    return _current[-1]


@contextlib.contextmanager
def using(registry: Registry) -> Iterator[Registry]:
    """Make ``registry`` the current one within the block."""
    current()
    _current.append(registry)
    try:
        yield registry
    finally:
        _current.remove(registry)


def retrievers() -> Mapping[str, Entry]:
    """All retrievers of the current registry, by name."""
    return current().entries


def retriever(name: str, path: Path | None = None) -> Entry:
    """The retriever of the current registry called ``name``; see ``Registry.retriever``."""
    return current().retriever(name, path)


def _twice(name: str, path: Path | None = None) -> InputError:
    return InputError(
        f"retriever '{name}' is registered twice", mend="rename one of them", path=path
    )
