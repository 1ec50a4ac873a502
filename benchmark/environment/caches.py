"""The folders that ranx needs when it is imported: the default ones if they can be written.

ranx imports numba, which saves compiled code, and ir_datasets, which makes a folder for downloads.
In a container whose user has no home and does not own the installed packages, both find no folder,
and the import fails.
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
    """Set the variables of folders that cannot be made; to be called before ranx is imported.

    Raises UnavailableError, with the variable, if no folder can be written.
    """
    for variable, usual in _usual().items():
        if given := os.environ.get(variable):
            if not _is_writable(Path(given)):
                raise UnavailableError(
                    f"{variable} is {given}, where no file can be written; set it to a folder "
                    "that you own"
                )
        elif not any(map(_is_writable, usual)):
            os.environ[variable] = str(_own_folder(variable))


def _usual() -> Mapping[str, list[Path]]:
    """Variable -> the folders that the library uses without it."""
    from platformdirs import user_cache_path

    beside = importlib.util.find_spec("ranx")
    numba = [user_cache_path("numba", appauthor=False)]
    if beside is not None and beside.origin is not None:
        numba.insert(0, Path(beside.origin).parent / "__pycache__")
    home = os.path.expanduser("~")  # noqa: PTH111  (Path raises where there is none)
    return {"NUMBA_CACHE_DIR": numba, "IR_DATASETS_HOME": [Path(home, ".ir_datasets")]}


def _own_folder(variable: str) -> Path:
    """A folder that only this user can write, since numba executes the files in it.

    The next process uses the same folder.
    """
    name = f"univl-bench-{variable.lower().replace('_', '-')}"
    try:
        folder = Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        private = status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) == 0o700
        if not (private and stat.S_ISDIR(status.st_mode)):
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
