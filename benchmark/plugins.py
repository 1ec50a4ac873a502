"""Plug-ins: Python files that register retrievers, metrics or a paper, and the modules beside them.

The folder of a plug-in becomes importable, after all installed packages. Modules that the plug-in
imports from it, also within functions, count as part of the plug-in: if one of these files changes,
the results of the plug-in are made again.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from benchmark.entry_points import CHECKOUT
from benchmark.errors import BenchmarkError, InputError

_FILES: dict[str, Path] = {}
"""The files of the plug-ins that were run in this process -> their names in error messages."""


class PlugIn(NamedTuple):
    """A plug-in that was run: its modules, the main one first, and the hash of their files."""

    modules: tuple[ModuleType, ...]
    source: str


def run(path: Path) -> PlugIn:
    """Run a plug-in. Raises InputError, with file and line, if it fails."""
    if not path.is_file():
        raise InputError("no such file", mend="check --plugin", path=path)
    files = _files(path.resolve())
    source = _hash(files)
    # The hash distinguishes plug-ins whose files have the same name, also in other processes.
    name = f"benchmark_plugin_{path.stem}_{source[:12]}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise InputError("not a Python file", mend="give a file that ends in .py", path=path)
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.append(folder)
    _refuse_hidden(files, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _FILES.update({str(file): file for file in files.values()} | {str(path.resolve()): path})
    with blaming():
        spec.loader.exec_module(module)
    modules = (module, *(sys.modules[name] for name in files if name in sys.modules))
    for part in modules:
        _mark(part, source)
    return PlugIn(modules, source)


def source(path: Path) -> str:
    """The hash of a plug-in and of the modules beside it that it imports."""
    return _hash(_files(path.resolve()))


@contextlib.contextmanager
def blaming(*files: str | None) -> Iterator[None]:
    """Raise an error in a plug-in's code as InputError, with its type, text, file and line.

    files: further files that count as a plug-in's. Other errors, and a lack of memory or disk
    space, are raised unchanged.
    """
    try:
        yield
    except (BenchmarkError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        if (place := _place(error, {*_FILES, *filter(None, files)})) is None:
            raise
        file, line = place
        raise InputError(
            f"{type(error).__name__}: {error}",
            mend="correct the plug-in",
            path=_FILES.get(file, Path(file)),
            line=line,
        ) from error


def _place(error: Exception, files: Collection[str]) -> tuple[str, int | None] | None:
    """File and line of the innermost code of ``files`` that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return str(error.filename), error.lineno
    place, trace = None, error.__traceback__
    while trace is not None:
        if (file := trace.tb_frame.f_code.co_filename) in files:
            place = file, trace.tb_lineno
        trace = trace.tb_next
    return place


def _mark(module: ModuleType, source: str) -> None:
    """Add the hash of the files to the version of each dataclass of a plug-in.

    So an index or a checkpoint of a plug-in is made again when its code changes, without a change
    of its version. Packages keep the versions that they declare.
    """
    for kind in [kind for kind in vars(module).values() if isinstance(kind, type)]:
        fields = getattr(kind, "__dataclass_fields__", None)
        if kind.__module__ == module.__name__ and fields is not None and "version" not in fields:
            declared = str(getattr(kind, "version", "")).partition("+")[0]
            setattr(kind, "version", f"{declared}+{source[:12]}")  # noqa: B010


def _hash(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> dict[str, Path]:
    """The modules that the plug-in imports from its folder, by name, and its file under ""."""
    files = {"": path}
    queue = [("", path)]
    while queue:
        module, file = queue.pop()
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        for name in _imported(file, package):
            parts = name.split(".")
            for count in range(1, len(parts) + 1):
                name = ".".join(parts[:count])
                place = path.parent.joinpath(*parts[:count])
                if place.is_dir() and path.parent == CHECKOUT:
                    break  # a package of this project, not of the plug-in
                file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
                if name not in files and file.is_file():
                    files[name] = file
                    queue.append((name, file))
    return files


def _imported(file: Path, package: str) -> Iterator[str]:
    """The names that a file imports; for ``from x import y``, both x and x.y."""
    try:
        tree = ast.parse(file.read_bytes(), file.name)
    except (SyntaxError, ValueError):
        return  # the error is reported when the file is run
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            above = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            yield from (".".join(filter(None, (base, alias.name))) for alias in node.names)


def _refuse_hidden(files: Mapping[str, Path], path: Path) -> None:
    """Raise InputError for a module beside the plug-in with the name of another module."""
    importlib.invalidate_caches()
    for name, file in files.items():
        if not name or "." in name:
            continue
        loaded = sys.modules.get(name)
        spec = loaded.__spec__ if loaded else importlib.util.find_spec(name)
        origin = getattr(spec, "origin", None)
        if origin is None or not Path(origin).exists() or not Path(origin).samefile(file):
            raise InputError(
                f"its module '{name}' ({file.name}) has the name of another module ({origin})",
                mend="rename the one beside the plug-in",
                path=path,
            )
