"""Files written whole or not at all, and hashed."""

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
    """Yield a temporary path beside ``path`` that takes its place when the block succeeds.

    A reader sees the old file or the new one, never half of either.
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
    """Remove the temporary files of writers that were killed; nobody else may be writing there."""
    for path in folder.rglob(f".*{TEMPORARY}"):
        path.unlink(missing_ok=True)


def locked(path: Path, work: str) -> Any:
    """A context manager that holds ``path`` against other processes, by a lock beside it.

    Where another process holds it, the user is told that one is at this ``work``. The lock goes
    with the process that holds it, however that ends.
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
    """Write ``text`` to ``path`` as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises InputError where there is none, or none that is TOML."""
    if not path.is_file():
        raise InputError("no such file", mend="check the path", path=path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8, of a number, or of depth
        raise InputError(f"not TOML ({error})", mend="correct it", path=path) from None


def sha256(path: Path, advance: Callable[[int], None] = lambda _: None) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits; ``advance`` is told of bytes read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()
