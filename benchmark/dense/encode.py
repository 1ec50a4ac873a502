"""Embeddings: encoded in a stream, kept as a mapped matrix, resumed where they were cut off."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from benchmark.artefacts import Artefact, Store
from benchmark.files import write_text
from benchmark.progress import Progress, say
from benchmark.types import Modality

if TYPE_CHECKING:
    from benchmark.datasets import Collection, Corpus

Matrix = npt.NDArray[np.float32]

CHUNK = 4096
"""Texts or documents encoded between two marks of what is done: what an interruption may cost."""


class Encoder(Protocol):
    """A loaded model. Rows of its results belong to the rows of its arguments.

    It may have ``notes``: counts of what befell the texts and images so far (cut, left out), by
    name, which are kept beside the embeddings and told.
    """

    @property
    def dimension(self) -> int:
        """The width of an embedding."""

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """Embed questions; float32, shape (texts, dimension)."""

    def encode_documents(self, corpus: Corpus, rows: npt.NDArray[np.int64]) -> Matrix:
        """Embed the documents in ``rows``, of both modalities; float32, shape (rows, dimension)."""


class Model(Protocol):
    """How an encoder is made: a frozen dataclass, part of the identity of what it encodes."""

    def load(self, store: Store) -> Encoder:
        """Load the weights."""


@dataclass(frozen=True, kw_only=True)
class Embedded(Artefact):
    """A matrix of embeddings; subclasses say of what."""

    version: ClassVar[str] = "2"
    resumable: ClassVar[bool] = True

    model: Model

    def count(self) -> int:
        """How many rows the matrix has."""
        raise NotImplementedError

    def encode(self, encoder: Encoder, done: Matrix, stop: int) -> Matrix:
        """The rows that follow those that are ``done``, up to ``stop``."""
        raise NotImplementedError

    def build(self, folder: Path, store: Store) -> None:
        encoder = self.model.load(store)
        shape = (self.count(), encoder.dimension)
        mark, path = folder / "done.json", folder / "embeddings.npy"
        done, counts = json.loads(mark.read_text()) if mark.exists() else (0, {})
        notes = before = Counter[str](counts)
        matrix = np.lib.format.open_memmap(
            path, mode="r+" if done else "w+", dtype=np.float32, shape=shape
        )
        with Progress(f"encode {type(self).__name__.lower()}", shape[0], "rows") as progress:
            progress.advance(done)
            for start in range(done, shape[0], CHUNK):
                stop = min(start + CHUNK, shape[0])
                matrix[start:stop] = self.encode(encoder, matrix[:start], stop)
                matrix.flush()
                notes = before + Counter(getattr(encoder, "notes", {}))
                write_text(mark, json.dumps([stop, notes]))
                progress.advance(stop - start)
        write_text(folder / "notes.json", json.dumps(notes) + "\n")
        mark.unlink(missing_ok=True)
        for what, count in notes.items():
            say(f"{type(self).__name__.lower()}: {count:,} {what}")

    def matrix(self, store: Store) -> Matrix:
        """The embeddings, mapped from disk; float32, shape (count, dimension)."""
        mapped: Matrix = np.load(
            store.path(self) / "embeddings.npy", mmap_mode="r", allow_pickle=False
        )
        return mapped


@dataclass(frozen=True, kw_only=True)
class Questions(Embedded):
    """The embeddings of a split's questions, in their order."""

    data: Collection
    split: str

    def count(self) -> int:
        return len(self._texts)

    def encode(self, encoder: Encoder, done: Matrix, stop: int) -> Matrix:
        return encoder.encode_queries(self._texts[len(done) : stop])

    @cached_property
    def _texts(self) -> list[str]:
        return [query.text for query in self.data.queries(self.split)]


@dataclass(frozen=True, kw_only=True)
class Documents(Embedded):
    """The embeddings of the corpus, or of one modality of it; equal contents are encoded once.

    New questions or judgments leave them as they are.
    """

    data: Corpus
    scope: Modality | None = None

    def count(self) -> int:
        return len(self._rows())

    def encode(self, encoder: Encoder, done: Matrix, stop: int) -> Matrix:
        rows = self._rows()
        first, start = rows.start, rows.start + len(done)
        chunk = self.data.canonical[start : first + stop].astype(np.int64)
        contents, places = np.unique(chunk, return_inverse=True)
        copies = np.searchsorted(contents, start)
        new = encoder.encode_documents(self.data, contents[copies:])
        return np.concatenate([done[contents[:copies] - first], new])[places]

    def _rows(self) -> range:
        return self.data.rows(self.scope)


def batches_by_length(lengths: Sequence[int], room: int) -> Iterator[npt.NDArray[np.int64]]:
    """Cut texts into batches of like length, the longest first: little padding, early failure.

    A batch is padded to its longest text and then holds at most ``room`` tokens, or one text.
    """
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        stop = start + max(room // max(lengths[order[start]], 1), 1)
        yield order[start:stop]
        start = stop
