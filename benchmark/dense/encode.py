"""Embeddings: computed in chunks by one or more processes, and stored as a mapped matrix."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.chunks import Chunk, Chunked, make_chunks, read_chunks
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json
from benchmark.progress import log
from benchmark.types import Modality

if TYPE_CHECKING:
    from benchmark.datasets import Collection, Corpus

Matrix = npt.NDArray[np.float32]

CHUNK = 4096
"""The number of texts or documents in a chunk, which an interruption may lose. Batches are formed
within a chunk, so that an embedding does not depend on the process that makes its chunk."""


class Encoder(Protocol):
    """A loaded model. The rows of its results correspond to the rows of its arguments.

    It may have ``notes``: the number of texts and images so far that could not be used completely
    (texts cut, images unreadable), by name. They are saved with the embeddings and logged.
    """

    @property
    def dimension(self) -> int:
        """The dimension of the embeddings."""

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """Embed questions; float32, shape (texts, dimension)."""

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        """Embed documents of both modalities; float32, shape (numbers, dimension)."""


class Model(Protocol):
    """The recipe of an encoder: a frozen dataclass, part of the identity of its embeddings."""

    def load(self, store: Store) -> Encoder:
        """Load the weights."""


@dataclass(frozen=True, kw_only=True)
class Embedded(Chunked):
    """A matrix of embeddings; subclasses define what is embedded."""

    version: ClassVar[str] = "5"

    model: Model

    def encode(self, encoder: Encoder, rows: range) -> Matrix:
        """The embeddings of ``rows``; zeros for rows that ``copy`` fills."""
        raise NotImplementedError

    def copy(self, matrix: Matrix, rows: range) -> None:
        """Fill those of ``rows`` that have the same content as earlier rows of the matrix."""

    def size(self) -> int:
        return CHUNK

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        encoder = self.model.load(store)

        def work(rows: range) -> Chunk:
            before = Counter(getattr(encoder, "notes", {}))
            embeddings = self.encode(encoder, rows) if rows else _nothing(0, encoder)
            if len(wrong := np.flatnonzero(~np.isfinite(embeddings).all(axis=1))):
                raise InputError(
                    f"the model gives row {rows.start + int(wrong[0])} an embedding that is not "
                    f"finite ({len(wrong)} of {len(rows)} rows)",
                    mend="compute in float32, or use another model",
                )
            notes = Counter(getattr(encoder, "notes", {})) - before
            return {"embeddings": embeddings, "notes": np.array(json.dumps(notes))}

        return work

    def build(self, folder: Path, store: Store) -> None:
        make_chunks(self, store)
        notes = Counter[str]()
        path, matrix = folder / "embeddings.npy", None
        for rows, chunk in read_chunks(self, store):
            if matrix is None:
                shape = (self.count(), chunk["embeddings"].shape[1])
                matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
            matrix[rows.start : rows.stop] = chunk["embeddings"]
            self.copy(matrix, rows)
            notes.update(decode_json(str(chunk["notes"])))
        assert matrix is not None  # noqa: S101  (there is a chunk at least)
        matrix.flush()
        write_text(folder / "notes.json", json.dumps(notes) + "\n")
        for what, count in notes.items():
            log.info(f"{type(self).__name__.lower()}: {count:,} {what}")

    def matrix(self, store: Store) -> Matrix:
        """The embeddings, mapped from disk; float32, shape (count, dimension)."""
        mapped: Matrix = np.load(
            store.path(self) / "embeddings.npy", mmap_mode="r", allow_pickle=False
        )
        return mapped


@recipe_name("Questions")
@dataclass(frozen=True, kw_only=True)
class Questions(Embedded):
    """The embeddings of a split's questions, in their order."""

    doing: ClassVar[str] = "encode questions"

    data: Collection
    split: str

    def count(self) -> int:
        return len(self._texts)

    def encode(self, encoder: Encoder, rows: range) -> Matrix:
        return encoder.encode_queries(self._texts[rows.start : rows.stop])

    @cached_property
    def _texts(self) -> list[str]:
        return [query.text for query in self.data.queries(self.split)]


@recipe_name("Documents")
@dataclass(frozen=True, kw_only=True)
class Documents(Embedded):
    """The embeddings of the corpus, or of one modality of it; equal contents are encoded once.

    They do not depend on questions or judgments.
    """

    doing: ClassVar[str] = "encode documents"

    data: Corpus
    scope: Modality | None = None

    def count(self) -> int:
        return len(self._rows())

    def encode(self, encoder: Encoder, rows: range) -> Matrix:
        contents, places = np.unique(self._origins(rows), return_inverse=True)
        earlier = np.searchsorted(contents, rows.start)
        new = contents[earlier:] + self._rows().start
        encoded = encoder.encode_documents(self.data, new) if len(new) else _nothing(0, encoder)
        return np.concatenate([_nothing(int(earlier), encoder), encoded])[places]

    def copy(self, matrix: Matrix, rows: range) -> None:
        origins = self._origins(rows)
        copies = np.flatnonzero(origins < rows.start)
        matrix[rows.start + copies] = matrix[origins[copies]]

    def _origins(self, rows: range) -> npt.NDArray[np.int64]:
        """For each of ``rows``, the first row with the same content."""
        first = self._rows().start
        canonical = self.data.canonical[first + rows.start : first + rows.stop]
        return canonical.astype(np.int64) - first

    def _rows(self) -> range:
        return self.data.numbers(self.scope)


def _nothing(rows: int, encoder: Encoder) -> Matrix:
    return np.zeros((rows, encoder.dimension), dtype=np.float32)
