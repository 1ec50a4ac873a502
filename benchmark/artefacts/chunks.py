"""Work in pieces: artefacts that processes make together which know nothing of each other.

A divided artefact is a result for each of some rows, made in pieces of fixed size. Each piece is a
file of its own in the store, written whole or not at all: it doesn't matter who makes it, when, and
how many others there are. Whoever comes last puts the pieces together.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from benchmark.artefacts import Artefact, Store
from benchmark.errors import InputError
from benchmark.io.files import replacing, write_text
from benchmark.progress import Progress

if TYPE_CHECKING:
    import numpy.typing as npt

Piece: TypeAlias = Mapping[str, "npt.NDArray[Any]"]
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

    def of(self, pieces: Sequence[range]) -> Sequence[range]:
        """This shard's pieces: neighbours, as many as any other shard has, give or take one."""
        return pieces[
            len(pieces) * self.number // self.count : len(pieces) * (self.number + 1) // self.count
        ]


WHOLE = Shard()


class Divided(Artefact):
    """Base of the artefacts that are made in pieces; ``build`` calls ``fill``, then ``made``."""

    doing: ClassVar[str]
    """What making a piece is called."""

    def count(self) -> int:
        """How many rows it has."""
        raise NotImplementedError

    def size(self) -> int:
        """Rows in a piece. A constant: other sizes make other pieces."""
        raise NotImplementedError

    def worker(self, store: Store) -> Callable[[range], Piece]:
        """What makes a piece from its rows; a model is loaded once."""
        raise NotImplementedError


def pieces(artefact: Divided) -> list[range]:
    """The rows of each piece; nothing at all is one piece too."""
    count, size = artefact.count(), artefact.size()
    return [range(start, min(start + size, count)) for start in range(0, max(count, 1), size)]


def fill(artefact: Divided, store: Store, shard: Shard = WHOLE) -> None:
    """Make those pieces of ``shard`` that are missing."""
    folder, mine = store.pieces(artefact), shard.of(pieces(artefact))
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


def made(artefact: Divided, store: Store) -> Iterator[tuple[range, Piece]]:
    """The pieces with their rows, in order, all of which must have been made.

    Raises InputError where a file is damaged, and removes it.
    """
    import numpy as np

    folder = store.pieces(artefact)
    for rows in pieces(artefact):
        path = _path(folder, rows)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                piece = dict(arrays)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            path.unlink(missing_ok=True)
            raise InputError(
                f"damaged ({error}), and removed", mend="run the same command again", path=path
            ) from None
        yield rows, piece


def missing(artefact: Divided, store: Store) -> list[Shard]:
    """The shards of which pieces are missing, counted as the last process that made one did."""
    if store.has(artefact):
        return []
    folder, every = store.pieces(artefact), pieces(artefact)
    try:
        count = int((folder / OF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        count = 1
    lost = {rows for rows in every if not _path(folder, rows).exists()}
    shards = [Shard(number, count) for number in range(count)]
    return [shard for shard in shards if lost.intersection(shard.of(every))]


def _path(folder: Path, rows: range) -> Path:
    return folder / f"{rows.start:012d}-{rows.stop:012d}.npz"


def _write(path: Path, piece: Piece) -> None:
    import numpy as np

    with replacing(path) as temporary, temporary.open("wb") as file:
        arrays: dict[str, Any] = dict(piece)
        np.savez(file, **arrays)
