"""Work in chunks: artefacts that processes make together which know nothing of each other.

A divided artefact is a result for each of some rows, made in chunks of fixed size. Each chunk is a
file of its own in the store, written whole or not at all: it doesn't matter who makes it, when, and
how many others there are. Whoever comes last puts the chunks together.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from benchmark.artefacts.identity import Artefact
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.io.files import replacing, write_text
from benchmark.progress import Progress

if TYPE_CHECKING:
    import numpy.typing as npt

Chunk: TypeAlias = Mapping[str, "npt.NDArray[Any]"]
"""What is made of some rows: arrays by name, without objects."""

OF = "shards"
"""The file that says how many shards the last process counted."""


@dataclass(frozen=True)
class Shard:
    """One of ``count`` equal parts of some work, from 0."""

    number: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """``i/n``. Raises InputError."""
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and int(number) < int(count)):
            raise InputError(
                f"'{text}' is no shard", mend="write i/n, counting from 0: 0/4, 1/4, 2/4, 3/4"
            )
        return cls(int(number), int(count))

    def of(self, chunks: Sequence[range]) -> Sequence[range]:
        """This shard's chunks: neighbours, as many as any other shard has, give or take one."""
        return chunks[
            len(chunks) * self.number // self.count : len(chunks) * (self.number + 1) // self.count
        ]


WHOLE = Shard()


class Chunked(Artefact):
    """Base of the artefacts that are made in chunks; ``build`` calls ``fill``, then ``made``."""

    doing: ClassVar[str]
    """What making a chunk is called."""

    def count(self) -> int:
        """How many rows it has."""
        raise NotImplementedError

    def size(self) -> int:
        """Rows in a chunk. A constant: other sizes make other chunks."""
        raise NotImplementedError

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        """What makes a chunk from its rows; a model is loaded once."""
        raise NotImplementedError


def chunks(artefact: Chunked) -> list[range]:
    """The rows of each chunk; nothing at all is one chunk too."""
    count, size = artefact.count(), artefact.size()
    return [range(start, min(start + size, count)) for start in range(0, max(count, 1), size)]


def make_chunks(artefact: Chunked, store: Store, shard: Shard = WHOLE) -> None:
    """Make those chunks of ``shard`` that are missing."""
    folder, mine = store.chunks(artefact), shard.of(chunks(artefact))
    todo = [rows for rows in mine if not _path(folder, rows).exists()]
    if not todo:
        return
    write_text(folder / OF, f"{shard.count}\n")
    make = artefact.worker(store)
    with Progress(artefact.doing, sum(map(len, mine)), "rows") as progress:
        progress.advance(sum(map(len, mine)) - sum(map(len, todo)))
        for rows in todo:
            path = _path(folder, rows)
            if not path.exists():
                _write(path, make(rows))
            progress.advance(len(rows))


def read_chunks(artefact: Chunked, store: Store) -> Iterator[tuple[range, Chunk]]:
    """The chunks with their rows, in order, all of which must have been made.

    Raises InputError where a file is damaged, and removes it.
    """
    import numpy as np

    folder = store.chunks(artefact)
    for rows in chunks(artefact):
        path = _path(folder, rows)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                chunk = dict(arrays)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            path.unlink(missing_ok=True)
            raise InputError(
                f"damaged ({error}), and removed", mend="run the same command again", path=path
            ) from None
        yield rows, chunk


def missing(artefact: Chunked, store: Store) -> list[Shard]:
    """The shards of which chunks are missing, counted as the last process that made one did."""
    if store.has(artefact):
        return []
    folder, every = store.chunks(artefact), chunks(artefact)
    try:
        count = int((folder / OF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        count = 1
    lost = {rows for rows in every if not _path(folder, rows).exists()}
    shards = [Shard(number, count) for number in range(count)]
    return [shard for shard in shards if lost.intersection(shard.of(every))]


def _path(folder: Path, rows: range) -> Path:
    return folder / f"{rows.start:012d}-{rows.stop:012d}.npz"


def _write(path: Path, chunk: Chunk) -> None:
    import numpy as np

    with replacing(path) as temporary, temporary.open("wb") as file:
        arrays: dict[str, Any] = dict(chunk)
        np.savez(file, **arrays)
