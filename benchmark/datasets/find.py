"""How a data set is found: by name, by folder, or by a small TOML file.

name = "scifact"        # what results are filed under
format = "beir"         # one of the formats below
path = "../scifact"     # relative to the TOML file
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType

from benchmark.artefacts import INCIDENTAL, Artefact, Store
from benchmark.datasets.collection import Collection, Writer
from benchmark.errors import InputError
from benchmark.files import sha256
from benchmark.suggest import unknown

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "beir": "benchmark.datasets.beir",
        "webqa-answers": "benchmark.datasets.answers",
    }
)
"""Format -> module with ``TITLE``, ``files(source)`` and ``prepare(source, writer)``."""


@dataclass(frozen=True, kw_only=True)
class Prepared(Artefact):
    """A data set in the form that retrievers read, known by the content of its files."""

    format: str
    name: str
    files: tuple[tuple[str, str], ...]
    source: Path = field(metadata=INCIDENTAL)

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        module = _module(self.format)
        with Writer(folder, name=self.name, title=module.TITLE) as writer:
            module.prepare(self.source, writer)


def find(name: str, data_dir: Path | None, store: Store) -> Collection:
    """The data set called ``name``, prepared if it isn't yet.

    ``name`` is a format with ``data_dir`` as its folder, or the path of a TOML file. Raises
    InputError for a name or folder that doesn't exist.
    """
    if name.endswith(".toml"):
        name, form, source = _configured(Path(name))
    elif name not in FORMATS:
        raise unknown("data set", name, [*FORMATS, "FILE.toml"])
    elif data_dir is None:
        raise InputError(f"data set '{name}' needs its files", mend="give --data-dir DIR")
    else:
        form, source = name, data_dir
        if form == "beir":
            name = data_dir.resolve().name
    if not source.is_dir():
        raise InputError("no such folder", mend="check --data-dir or the path", path=source)
    files = _module(form).files(source)
    for path in files:
        if not path.is_file():
            raise InputError("no such file", mend=f"{form} needs it", path=path)
    hashes = tuple((path.relative_to(source).as_posix(), sha256(path)) for path in files)
    return Collection(store.path(Prepared(format=form, name=name, files=hashes, source=source)))


def _configured(path: Path) -> tuple[str, str, Path]:
    if not path.is_file():
        raise InputError("no such file", mend="check --dataset", path=path)
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not TOML ({error})", mend="correct it", path=path) from None
    fields = []
    for key in ("name", "format", "path"):
        if not isinstance(settings.get(key), str):
            raise InputError(f"'{key}' is missing", mend=f'add {key} = "..."', path=path)
        fields.append(settings.pop(key))
    if settings:
        raise InputError(
            f"unknown key '{next(iter(settings))}'", mend="keep name, format and path", path=path
        )
    name, form, folder = fields
    if form not in FORMATS:
        raise unknown("format", form, list(FORMATS))
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name[0] == ".":
        raise InputError(
            f"name '{name}' is no plain name",
            mend="use letters, digits, dots, hyphens and underscores",
            path=path,
        )
    return name, form, path.parent / folder


def _module(form: str) -> ModuleType:
    return importlib.import_module(FORMATS[form])
