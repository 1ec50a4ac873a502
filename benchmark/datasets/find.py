"""Finding a data set: by name, by folder, by its id in ir_datasets, or by a small TOML file.

name = "scifact"        # the name of the results' folder
format = "beir"         # one of the formats below
path = "../scifact"     # relative to the TOML file
own_documents = "keep"  # only BEIR: lists may contain the document with the question's id
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import ClassVar

from benchmark import entry_points
from benchmark.artefacts.identity import INCIDENTAL, Artefact, name_of, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets.archive import unpacking
from benchmark.datasets.beir import KEEP_OWN
from benchmark.datasets.collection import Collection
from benchmark.datasets.ir_collections import PREFIX, as_beir
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError, unknown
from benchmark.io.files import read_toml, sha256, write_text
from benchmark.progress import Progress, track

DEFAULT = "webqa-mini"

OWN = "own_documents"
"""The key of a TOML file for the treatment of documents with the id of a question."""

NAME = re.compile(r"\w[\w.-]{0,79}")

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "webqa-mini": "benchmark.datasets.webqa_mini",
        "webqa": "benchmark.datasets.webqa",
        "webqa-answers": "benchmark.datasets.answers",
        "wiki-photos": "benchmark.datasets.wiki_photos",
        "webqa-mbeir": "benchmark.datasets.webqa_mbeir",
        "webqa-mbeir-captions": "benchmark.datasets.webqa_mbeir_captions",
        "beir": "benchmark.datasets.beir",
        "mteb": "benchmark.datasets.mteb",
        "own": "benchmark.datasets.own",
    }
)
"""Format -> module with ``TITLE``, ``NOTICE``, ``files(source)``, ``prepare(source, writer)``.

A module may have ``STAND_INS`` (see ``Collection.stand_ins``); ``own()``: name and hash of what
the project adds to the files; ``pictures(source)``: image files, which are hashed as one;
``COMMAND``: the command that prepares it; ``VARIANT_OF``: the data set that it is a changed copy
of; and ``fetch(folder)``: downloads the files by the clients of package registries.
"""

ENTRY_POINTS = "benchmark.formats"
"""The group of entry points of other packages; each names such a module."""


@cache
def formats() -> Mapping[str, str]:
    """Format -> module, of this project and of other packages.

    Raises InputError if another package uses the name of a format.
    """
    known = dict(FORMATS)
    for name, module in entry_points.load(ENTRY_POINTS):
        if not isinstance(module, ModuleType) or name in known:
            what = "exists already" if name in known else "is not a module"
            raise InputError(f"format '{name}' {what}", mend="correct the package that declares it")
        known[name] = module.__name__
    return MappingProxyType(known)


@recipe_name("Prepared")
@dataclass(frozen=True, kw_only=True)
class Prepared(Artefact):
    """A data set in the form that retrievers read, identified by the content of its files."""

    version: ClassVar[str] = "2"

    format: str
    name: str
    files: tuple[tuple[str, str], ...]
    source: Path = field(metadata=INCIDENTAL)

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        module = _module(self.format)
        with Writer(
            folder,
            name=self.name,
            title=module.TITLE,
            notice=module.NOTICE,
            stand_ins=getattr(module, "STAND_INS", False),
            variant_of=getattr(module, "VARIANT_OF", None),
            hashes=dict(self.files),
        ) as writer:
            module.prepare(self.source, writer)


def find(name: str, data_dir: Path | None, store: Store) -> Collection:
    """The data set called ``name``, which is prepared if necessary.

    ``name`` is the path of a TOML file, ``ir_datasets:ID``, or a format with ``data_dir`` as its
    folder. A data set that was prepared before needs no folder, and webqa-mini is generated. Raises
    InputError for an unknown name and a missing folder.
    """
    if name.startswith(PREFIX):
        folder = as_beir(name.removeprefix(PREFIX), store.root / "downloads" / "ir_datasets")
        return _prepare(folder.name, "beir", folder, store)
    if name.endswith(".toml"):
        title, form, folder, keep_own = _configured(Path(name))
        return _prepare(title, form, folder, store, keep_own=keep_own)
    if name not in formats():
        raise unknown("data set", name, [*formats(), "FILE.toml", f"{PREFIX}ID"])
    if data_dir is not None:
        return _prepare(_title(name, data_dir), name, data_dir, store)
    if name == DEFAULT:
        return _prepare(name, name, Path(), store)
    if not is_prepared(name, store):
        raise InputError(
            f"data set '{name}' is not prepared",
            mend=f"give --data-dir DIR, or run `python -m benchmark {preparation(name)}` once",
        )
    folder = _pointed(name, store)
    store.check(folder)
    return Collection(folder)


def is_prepared(name: str, store: Store) -> bool:
    """Whether the data set of the format ``name`` was prepared and still exists."""
    return _pointer(name, store).is_file() and _pointed(name, store).is_dir()


def prepare(name: str, source: Path | None, store: Store) -> Collection:
    """Prepare the data set of the format ``name`` from its files, and record it under that name.

    Without ``source``, the files are downloaded, if the format supports it.
    """
    if name not in formats():
        raise unknown("data set", name, list(formats()))
    if source is None:
        if not can_fetch(name):
            raise InputError(f"'{name}' needs its files", mend="give --source DIR")
        source = store.root / "downloads" / name
        _module(name).fetch(source)
    data = _prepare(_title(name, source), name, source, store)
    folder = data.folder.relative_to(store.root).as_posix()
    write_text(_pointer(name, store), f"{folder}\n")
    return data


def can_fetch(name: str) -> bool:
    """Whether the files of the format ``name`` can be downloaded by package clients."""
    return hasattr(_module(name), "fetch")


def preparation(name: str) -> str:
    """The command that prepares a data set, without ``python -m benchmark``."""
    usual = f"data prepare {name}" + ("" if can_fetch(name) else " --source DIR")
    return getattr(_module(name), "COMMAND", usual)


def _prepare(
    name: str, form: str, source: Path, store: Store, *, keep_own: bool = False
) -> Collection:
    if not source.is_dir():
        raise InputError("no such folder", mend="check --data-dir or the path", path=source)
    if name in formats() and name != form:
        raise InputError(
            f"data of format '{form}' cannot have the name '{name}'",
            mend="use another name, since this one stands for a data set with known counts",
            path=source,
        )
    module = _module(form)
    files = module.files(source)
    for path in files:
        if not path.is_file():
            mend = unpacking(path) or f"{form} needs it"
            raise InputError("no such file", mend=mend, path=path)
    with Progress(f"hash {name}", sum(path.stat().st_size for path in files), "B") as progress:
        hashes = [(_place(path, source), sha256(path, progress.advance)) for path in files]
    hashes += module.own() if hasattr(module, "own") else []
    hashes += [KEEP_OWN] if keep_own else []
    if hasattr(module, "pictures") and (pictures := module.pictures(source)):
        hashes.append(("images", _hash_together(name, pictures)))
    prepared = Prepared(format=form, name=name, files=tuple(hashes), source=source)
    return Collection(store.path(prepared))


def _hash_together(name: str, paths: Sequence[Path]) -> str:
    """One hash for the contents of many files, in their order."""
    digest = hashlib.sha256()
    for path in track(paths, f"hash {name}", len(paths), "images"):
        if not path.is_file():
            raise InputError("no such file", mend="unpack the images there", path=path)
        digest.update(bytes.fromhex(sha256(path)))
    return digest.hexdigest()


def _title(form: str, source: Path) -> str:
    """The name of a data set: for general layouts the folder's, otherwise the format's."""
    return source.resolve().name if form in ("beir", "mteb") else form


def _place(path: Path, source: Path) -> str:
    """The name of a file: its path within the source folder, or its name if it is elsewhere."""
    inside = path.is_relative_to(source)
    return path.relative_to(source).as_posix() if inside else path.name


def _pointer(name: str, store: Store) -> Path:
    return store.root / "datasets" / f"{name}.txt"


def _pointed(name: str, store: Store) -> Path:
    """The prepared folder of the data set with that name."""
    kind, _, folder = _pointer(name, store).read_text(encoding="utf-8").strip().partition("/")
    if kind != name_of(Prepared) or not folder.isalnum():
        raise InputError(
            "does not name a prepared data set",
            mend=f"run `python -m benchmark {preparation(name)}` again",
            path=_pointer(name, store),
        )
    return store.root / kind / folder


def _configured(path: Path) -> tuple[str, str, Path, bool]:
    """Name, format and folder of the data, and whether lists keep a question's own document."""
    settings = read_toml(path)
    fields = []
    for key in ("name", "format", "path"):
        if not isinstance(settings.get(key), str):
            raise InputError(f"'{key}' is missing", mend=f'add {key} = "..."', path=path)
        fields.append(settings.pop(key))
    name, form, folder = fields
    own = settings.pop(OWN, "leave out") if form == "beir" else "leave out"
    if own not in ("keep", "leave out"):
        raise InputError(f"'{OWN}' is {own!r}", mend='write "keep" or "leave out"', path=path)
    if settings:
        known = ["name", "format", "path", *([OWN] if form == "beir" else [])]
        raise unknown("key", next(iter(settings)), known, path)
    if form not in formats():
        raise unknown("format", form, list(formats()), path)
    if form == DEFAULT:
        raise InputError(
            f"format '{form}' has no files, since it is generated",
            mend=f"give --dataset {form}",
            path=path,
        )
    if not NAME.fullmatch(name):
        raise InputError(
            f"name '{name}' is not a valid name",
            mend="use letters, digits, dots, hyphens and underscores, 80 at most",
            path=path,
        )
    source = path.parent / folder
    try:
        exists = source.is_dir()
    except OSError:  # the name is too long, for example
        exists = False
    if not exists:
        raise InputError(
            "its 'path' is not a folder", mend="paths are relative to this file", path=path
        )
    return name, form, source, own == "keep"


def _module(form: str) -> ModuleType:
    return importlib.import_module(formats()[form])
