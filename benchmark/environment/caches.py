"""Folders that ranx needs when it is imported: the usual ones where these can be written.

ranx imports numba, which keeps what it compiles, and ir_datasets, which makes a folder for its
downloads. In a container whose user has no home and doesn't own the installed packages, neither
finds a place, and the import fails.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmark.errors import UnavailableError


def ensure_caches() -> None:
    """Let ranx be imported, to be called before: set the variables of folders that can't be made.

    Raises UnavailableError, naming the variable, where no folder can be written.
    """
    for variable, usual in _usual().items():
        if given := os.environ.get(variable):
            if not _is_writable(Path(given)):
                raise UnavailableError(
                    f"{variable} names {given}, where no file can be written; set it to a folder "
                    "that you own"
                )
        elif not any(map(_is_writable, usual)):
            os.environ[variable] = str(_own_folder(variable))


def _usual() -> Mapping[str, list[Path]]:
    """Variable -> where the library looks without it."""
    from platformdirs import user_cache_path

    beside = importlib.util.find_spec("ranx")
    numba = [user_cache_path("numba", appauthor=False)]
    if beside is not None and beside.origin is not None:
        numba.insert(0, Path(beside.origin).parent / "__pycache__")
    home = os.path.expanduser("~")  # noqa: PTH111  (Path raises where there is none)
    return {"NUMBA_CACHE_DIR": numba, "IR_DATASETS_HOME": [Path(home, ".ir_datasets")]}


def _own_folder(variable: str) -> Path:
    """A folder of this user's alone: numba runs what lies in it, so nobody else may write there.

    The next process finds it again.
    """
    name = f"univl-bench-{variable.lower().replace('_', '-')}"
    try:
        folder = Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        alone = found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == 0o700
        if not (alone and stat.S_ISDIR(found.st_mode)):
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    except OSError as error:
        raise UnavailableError(
            f"no folder can be written ({error.strerror}); set {variable} to one that you own"
        ) from None
    return folder


def _is_writable(folder: Path) -> bool:
    """Whether files can be written into ``folder``, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
