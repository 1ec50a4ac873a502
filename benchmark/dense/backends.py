"""Search back ends of dense retrieval: exact, a faiss index, or a vector engine.

A back end only proposes candidates. They are scored by the product of the exact search and ordered
by the benchmark's tie rule, so that an approximate back end can lose documents but never changes
their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import Artefact, identity, recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.encode import Documents, Matrix
from benchmark.dense.search import search
from benchmark.errors import InputError, UnavailableError
from benchmark.progress import track

Candidates: TypeAlias = Callable[[Matrix, int], npt.NDArray[np.int64]]
"""The function's result: document numbers, int64, shape (queries, width); -1 for none."""

SAMPLE = 1_000_000
"""The largest number of documents, about, that an index is trained on; evenly spaced."""

BATCH = 1024
"""The number of documents or questions that are sent to an engine at once."""


class BackEnd(Protocol):
    """A way to find near documents: a frozen dataclass, part of the identity of its results."""

    @property
    def label(self) -> str:
        """Its name in tables."""

    def needs(self, documents: Documents) -> tuple[Artefact, ...]:
        """The artefacts that ``open`` reads."""

    def open(self, documents: Documents, store: Store) -> Candidates:
        """A function that searches ``documents`` by inner product."""


@recipe_name("ExactSearch")
@dataclass(frozen=True)
class Exact:
    """Compares every question with every document: the default, and the reference for recall."""

    label = "exact"

    def needs(self, documents: Documents) -> tuple[Artefact, ...]:
        return (documents,)

    def open(self, documents: Documents, store: Store) -> Candidates:
        matrix = documents.matrix(store)
        return lambda queries, width: search(queries, matrix, width).numbers.astype(np.int64)


@recipe_name("Faiss")
@dataclass(frozen=True, kw_only=True)
class Faiss:
    """An index by faiss's factory string, such as ``IVF1024,Flat``, ``HNSW32`` or ``IVF256,PQ32``.

    parameters: of the search, in the syntax of faiss's ``ParameterSpace``: ``nprobe=16``.
    """

    factory: str
    parameters: str = ""

    @property
    def label(self) -> str:
        return f"faiss {self.factory}{f', {self.parameters}' if self.parameters else ''}"

    def needs(self, documents: Documents) -> tuple[FaissIndex]:
        return (FaissIndex(documents=documents, factory=self.factory),)

    def open(self, documents: Documents, store: Store) -> Candidates:
        import faiss

        (built,) = self.needs(documents)
        index = faiss.read_index(str(store.path(built) / built.file))
        if self.parameters:
            space: Any = faiss.ParameterSpace()
            with _understood(self.parameters):
                space.set_index_parameters(index, self.parameters)

        def candidates(queries: Matrix, width: int) -> npt.NDArray[np.int64]:
            numbers: npt.NDArray[np.int64] = index.search(np.ascontiguousarray(queries), width)[1]
            return numbers

        return candidates


@recipe_name("FaissIndex")
@dataclass(frozen=True, kw_only=True)
class FaissIndex(Artefact):
    """A trained and filled faiss index over inner products."""

    file = "index.faiss"

    documents: Documents
    factory: str

    def build(self, folder: Path, store: Store) -> None:
        import faiss

        matrix = self.documents.matrix(store)
        with _understood(self.factory):
            # faiss's default is the Euclidean distance.
            index = faiss.index_factory(matrix.shape[1], self.factory, faiss.METRIC_INNER_PRODUCT)
        threads = faiss.omp_get_max_threads()
        # Several threads would build a different graph each time.
        faiss.omp_set_num_threads(1 if "HNSW" in self.factory or "NSG" in self.factory else threads)
        try:
            with _understood(self.factory):
                index.train(np.ascontiguousarray(matrix[:: 1 + len(matrix) // SAMPLE]))
            starts = range(0, len(matrix), 64 * BATCH)
            for start in track(starts, f"index ({self.factory})", len(starts), "blocks"):
                index.add(np.ascontiguousarray(matrix[start : start + 64 * BATCH]))
        finally:
            faiss.omp_set_num_threads(threads)
        faiss.write_index(index, str(folder / self.file))


@recipe_name("Qdrant")
@dataclass(frozen=True, kw_only=True)
class Qdrant:
    """The vector engine Qdrant, by its own client.

    url: of a server, or of any node of a cluster; these search by HNSW. Without one, the client's
    embedded mode searches in memory and exactly, for tests and small collections.
    """

    url: str | None = None

    @property
    def label(self) -> str:
        return "Qdrant" if self.url else "Qdrant, embedded"

    def needs(self, documents: Documents) -> tuple[Artefact, ...]:
        return (documents,)

    def open(self, documents: Documents, store: Store) -> Candidates:
        try:
            from qdrant_client import QdrantClient, models
        except ImportError:
            raise UnavailableError(
                "Qdrant's client is missing: pip install 'univl-bench[qdrant]'"
            ) from None
        matrix = documents.matrix(store)
        name = f"univl-bench-{identity(documents)[:32]}"
        client = QdrantClient(url=self.url) if self.url else QdrantClient(":memory:")
        with _reached(self.url):
            if not client.collection_exists(name):
                size = models.VectorParams(size=matrix.shape[1], distance=models.Distance.DOT)
                client.create_collection(name, vectors_config=size)
            # An interrupted upload has stored the first batches, since they are sent in order.
            starts = range(client.count(name).count // BATCH * BATCH, len(matrix), BATCH)
            for start in track(starts, "upload to Qdrant", len(starts), "batches"):
                vectors = matrix[start : start + BATCH].tolist()
                ids: list[Any] = list(range(start, start + len(vectors)))
                client.upsert(name, models.Batch(ids=ids, vectors=vectors), wait=True)

        def candidates(queries: Matrix, width: int) -> npt.NDArray[np.int64]:
            numbers = np.full((len(queries), width), -1, dtype=np.int64)
            for start in range(0, len(queries), BATCH):
                asked = [
                    models.QueryRequest(query=query.tolist(), limit=width)
                    for query in queries[start : start + BATCH]
                ]
                with _reached(self.url):
                    answers = client.query_batch_points(name, asked)
                for place, answer in enumerate(answers, start):
                    ids = [int(point.id) for point in answer.points]
                    numbers[place, : len(ids)] = ids
            return numbers

        return candidates


def back_end(text: str) -> BackEnd:
    """The back end of that name: ``exact``, ``faiss:FACTORY[:PARAMETERS]`` or ``qdrant[:URL]``.

    Raises InputError for another name.
    """
    kind, _, rest = text.partition(":")
    if text == "exact":
        return Exact()
    if kind == "faiss" and rest:
        factory, _, parameters = rest.partition(":")
        return Faiss(factory=factory, parameters=parameters)
    if kind == "qdrant":
        return Qdrant(url=rest or None)
    raise InputError(
        f"unknown index '{text}'",
        mend="write exact, faiss:FACTORY (faiss:IVF256,Flat:nprobe=16) or qdrant[:URL]",
    )


@contextmanager
def _understood(text: str) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        message = str(error).split(": ", 1)[-1]
        raise InputError(
            f"faiss cannot use '{text}' here ({message})", mend="give another factory string"
        ) from None


@contextmanager
def _reached(url: str | None) -> Iterator[None]:
    from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

    try:
        yield
    except (ApiException, ResponseHandlingException, OSError) as error:
        raise UnavailableError(f"Qdrant at {url} does not answer ({error}): start it") from None
