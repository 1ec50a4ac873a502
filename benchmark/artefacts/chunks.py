"""Artefacts that are made in chunks, by processes that do not communicate.

Such an artefact has a result for each of its rows, and is made in chunks of fixed size. Each chunk
is a file in the store, written completely or not at all: it does not matter which process makes it,
when, and how many others there are. The last process combines the chunks.
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
"""The content of a chunk: arrays by name, without objects."""

OF = "shards"
"""The file with the number of shards, as the last process counted them."""


@dataclass(frozen=True)
class Shard:
    """One of ``count`` equal parts of some work, numbered from 0."""

    number: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard written as ``i/n``. Raises InputError."""
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and int(number) < int(count)):
            raise InputError(
                f"'{text}' is not a shard", mend="write i/n, counting from 0: 0/4, 1/4, 2/4, 3/4"
            )
        return cls(int(number), int(count))

    def of(self, chunks: Sequence[range]) -> Sequence[range]:
        """This shard's chunks: a contiguous part; the parts differ by at most one chunk."""
        return chunks[
            len(chunks) * self.number // self.count : len(chunks) * (self.number + 1) // self.count
        ]


WHOLE = Shard()


class Chunked(Artefact):
    """Base of artefacts that are made in chunks; ``build`` calls ``fill``, then ``made``."""

    doing: ClassVar[str]
    """What making a chunk is called in progress bars."""

    def count(self) -> int:
        """The number of rows."""
        raise NotImplementedError

    def size(self) -> int:
        """The number of rows in a chunk; a constant, since another size gives other chunks."""
        raise NotImplementedError

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        """A function that makes a chunk from its rows; a model is loaded once."""
        raise NotImplementedError


def chunks(artefact: Chunked) -> list[range]:
    """The rows of each chunk; an artefact without rows has one empty chunk."""
    count, size = artefact.count(), artefact.size()
    return [range(start, min(start + size, count)) for start in range(0, max(count, 1), size)]


def make_chunks(artefact: Chunked, store: Store, shard: Shard = WHOLE) -> None:
    """Make the missing chunks of ``shard``."""
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
    """The chunks with their rows, in order; all must have been made.

    Raises InputError for a damaged file, and removes it.
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
    """The shards with missing chunks, by the number of shards that the last process counted."""
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
