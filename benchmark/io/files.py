"""Writing files completely or not at all, locking and hashing them."""

import contextlib
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.progress import log

TEMPORARY = ".tmp"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, which replaces ``path`` if the block succeeds.

    A reader sees the old file or the new one, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove temporary files of killed writers; no other process may be writing to ``folder``."""
    for path in folder.rglob(f".*{TEMPORARY}"):
        path.unlink(missing_ok=True)


def locked(path: Path, work: str) -> Any:
    """A context manager that locks ``path`` against other processes, by a file beside it.

    If another process holds the lock, ``work`` is logged as what it does. The lock ends with the
    process that holds it.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        log.info(f"waiting for another process that is {work}")
        return lock.acquire()


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, completely or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises InputError if it does not exist or is not valid."""
    if not path.is_file():
        raise InputError("no such file", mend="check the path", path=path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # invalid TOML, UTF-8 or number; too much nesting
        raise InputError(f"not TOML ({error})", mend="correct it", path=path) from None


def sha256(path: Path, advance: Callable[[int], None] = lambda _: None) -> str:
    """The SHA-256 of a file, in hexadecimal digits; ``advance`` gets the numbers of bytes read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()
