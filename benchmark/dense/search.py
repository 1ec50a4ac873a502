"""Exact inner-product search over embeddings on disk, with bounded memory and one tie rule.

Blocks of the corpus are searched with faiss, and their best candidates are scored again by one
fixed product. So neither the block size nor the number of threads changes a score, and documents
with equal embeddings have equal scores. A query whose candidates may end within a tie is searched
again with more candidates, until the tie ends.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.chunks import Chunk, Chunked, chunks, make_chunks, read_chunks
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.encode import Documents, Matrix, Model, Questions
from benchmark.dense.scan import MOST, TILE, has_int8, scan
from benchmark.progress import Progress, track
from benchmark.protocol import JOINT
from benchmark.retriever import Ranking, Task
from benchmark.types import TopK

SEGMENT = 262_144
"""The number of documents in a segment, which an interruption may lose."""

BLOCK = 65536
"""The number of documents in memory at once."""

MARGIN = 28
"""The number of candidates beyond the depth, for ties and rounding errors at its edge."""

WIDEST = 64_000_000
"""The number of candidates in memory at once, over all queries."""

ROUNDING = 1e-5
"""The largest difference between faiss's scores and the fixed product, relative to the lengths."""


LARGE = 200_000_000
"""From this number of scores on, a search begins with a scan in int8."""


@recipe_name("DenseRanking")
@dataclass(frozen=True, kw_only=True)
class DenseRanking(Chunked, Ranking):
    """Each question's nearest documents, by the inner product of their embeddings.

    Large collections are searched in segments, whose lists are merged.
    """

    doing: ClassVar[str] = "search segments"

    task: Task
    model: Model

    @property
    def questions(self) -> Questions:
        """The embeddings of the questions."""
        return Questions(model=self.model, data=self.task.data, split=self.task.split)

    @property
    def documents(self) -> Documents:
        """The embeddings of the documents."""
        return Documents(model=self.model, data=self.task.data.corpus, scope=self.task.scope)

    def count(self) -> int:
        return len(self.task.numbers)

    def size(self) -> int:
        return SEGMENT

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        queries = np.array(self.questions.matrix(store))
        documents = self.documents.matrix(store)
        depth = self.task.depth + (MARGIN if len(chunks(self)) > 1 else 0)

        def work(numbers: range) -> Chunk:
            inside = search(queries, documents[numbers.start : numbers.stop], depth)
            top = shifted(inside, numbers.start)
            return {"numbers": top.numbers, "scores": top.scores}

        return work

    def rank(self, store: Store) -> TopK:
        if self.task.protocol != JOINT:
            return self._rank_parts(store)
        make_chunks(self, store)
        queries = np.array(self.questions.matrix(store))
        documents = self.documents.matrix(store)
        parts = (TopK(chunk["numbers"], chunk["scores"]) for _, chunk in read_chunks(self, store))
        return shifted(merge(parts, queries, documents, self.task.depth), self.task.numbers.start)

    def _rank_parts(self, store: Store) -> TopK:
        """Search if questions have different candidates, in the embeddings of all documents."""
        queries = np.array(self.questions.matrix(store))
        documents = self.documents.matrix(store)
        first, depth = self.task.numbers.start, self.task.depth
        top = TopK.empty(len(queries), depth)
        for part in track(self.task.parts(), "search candidates", None, "groups of questions"):
            asking = queries[part.places]
            if isinstance(part.numbers, range):
                inside = documents[part.numbers.start - first : part.numbers.stop - first]
                best = shifted(search(asking, inside, depth), part.numbers.start)
            else:
                numbers = np.asarray(part.numbers, dtype=np.int64)[np.newaxis] - first
                best = shifted(rescored(numbers, asking, documents, depth), first)
            top.numbers[part.places], top.scores[part.places] = best.numbers, best.scores
        return top

    def further_dependencies(self) -> tuple[Questions, Documents]:
        """The embeddings of the questions and of the documents."""
        return self.questions, self.documents


def dense_rankings(ranking: Ranking) -> Iterator[DenseRanking]:
    """The dense rankings that ``ranking`` is or fuses, without those that only mined negatives."""
    if isinstance(ranking, DenseRanking):
        yield ranking
        return
    for field in dataclasses.fields(ranking):  # type: ignore[arg-type]
        value = getattr(ranking, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Ranking):
                yield from dense_rankings(part)


def search(queries: Matrix, documents: Matrix, depth: int) -> TopK:
    """The ``depth`` documents with the highest inner product for each query.

    queries: float32, shape (queries, dimension), in memory.
    documents: float32, shape (documents, dimension), may be mapped from disk.
    The order is score descending, then row ascending. With fewer documents than ``depth``, the
    remaining numbers are -1.
    """
    top = TopK.empty(len(queries), depth)
    numbers, scores = top.numbers, top.scores
    places, width = np.arange(len(queries)), min(depth + MARGIN, len(documents))
    large = len(queries) * len(documents) >= LARGE and len(documents) >= TILE >= depth
    if large and 8 * depth <= MOST and has_int8():
        places = _scanned(queries, documents, numbers, scores)
    while len(places):
        parts = np.array_split(places, -(-len(places) * width // WIDEST))
        unsure = [_search(queries, documents, part, width, numbers, scores) for part in parts]
        places = np.concatenate(unsure)
        width = min(4 * width, len(documents))
    return top


def merge(parts: Iterable[TopK], queries: Matrix, documents: Matrix, depth: int) -> TopK:
    """One list for each query, from the lists of several parts of the documents without overlap.

    The best documents are scored again by the fixed product: scores of parts that were searched on
    other processors may differ in the last digit, which must not decide the order.
    """
    numbers = np.full((len(queries), 0), -1, dtype=np.int64)
    scores = np.full(numbers.shape, -np.inf, dtype=np.float32)
    count = 0
    for count, part in enumerate(parts, 1):  # noqa: B007  (how many there were)
        numbers = np.concatenate([numbers, part.numbers], axis=1)
        scores = np.concatenate([scores, part.scores], axis=1)
        numbers, scores = _ordered(numbers, scores, depth + MARGIN)
    if count > 1:
        return rescored(numbers, queries, documents, depth)
    return TopK(numbers[:, :depth].astype(np.int32), scores[:, :depth].astype(np.float32))


def shifted(top: TopK, start: int) -> TopK:
    """Lists of the part of a corpus that begins at ``start``, with the numbers of the corpus."""
    numbers = np.where(top.numbers >= 0, top.numbers + start, -1)
    return TopK(numbers.astype(np.int32), top.scores)


def rescored(
    numbers: npt.NDArray[np.int64], queries: Matrix, documents: Matrix, depth: int
) -> TopK:
    """The ``depth`` best candidates of each query, by the fixed product and the tie rule.

    numbers: int64, shape (queries, candidates), without repetition; -1 for none.
    """
    exact = _rescore(queries, documents, np.maximum(numbers, 0))
    numbers, scores = _ordered(numbers, np.where(numbers >= 0, exact, -np.inf), depth)
    padding = ((0, 0), (0, depth - numbers.shape[1]))
    return TopK(
        np.pad(numbers, padding, constant_values=-1).astype(np.int32),
        np.pad(scores, padding, constant_values=-np.inf).astype(np.float32),
    )


def _ordered(
    numbers: npt.NDArray[np.int64], scores: Matrix, kept: int
) -> tuple[npt.NDArray[np.int64], Matrix]:
    """The best documents of each list, by the tie rule; places without a document come last."""
    order = np.lexsort((np.where(numbers < 0, np.iinfo(np.int64).max, numbers), -scores), axis=1)
    best = order[:, :kept]
    return np.take_along_axis(numbers, best, axis=1), np.take_along_axis(scores, best, axis=1)


def _scanned(
    queries: Matrix,
    documents: Matrix,
    numbers: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float32],
) -> npt.NDArray[np.int64]:
    """Search by a scan in int8, and score its candidates exactly, into ``numbers`` and ``scores``.

    Returns the places of the queries for which the scan found too many candidates.
    """
    kept, left = min(numbers.shape[1], len(documents)), []
    for place, candidates in enumerate(scan(queries, documents, numbers.shape[1])):
        if candidates is None:
            left.append(place)
            continue
        exact = np.einsum("nd,d->n", documents[candidates], queries[place])
        order = np.lexsort((candidates, -exact))[:kept]
        numbers[place, :kept], scores[place, :kept] = candidates[order], exact[order]
    return np.array(left, dtype=np.int64)


def _search(
    queries: Matrix,
    documents: Matrix,
    places: npt.NDArray[np.int64],
    width: int,
    numbers: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float32],
) -> npt.NDArray[np.int64]:
    """Search for the queries in ``places`` with ``width`` candidates, into numbers and scores.

    Returns the places of the queries whose lists may lack a document beyond the candidates.
    """
    searched, kept = queries[places], min(numbers.shape[1], len(documents))
    candidates, bound, longest = _candidates(searched, documents, width)
    exact = _rescore(searched, documents, candidates)
    order = np.lexsort((candidates, -exact), axis=1)[:, :kept]
    numbers[places, :kept] = np.take_along_axis(candidates, order, axis=1)
    scores[places, :kept] = np.take_along_axis(exact, order, axis=1)
    if width == len(documents):
        return places[:0]
    # Other documents have at most the score `bound`, up to rounding errors.
    slack = 2 * ROUNDING * np.linalg.norm(searched, axis=1) * longest
    unsure: npt.NDArray[np.int64] = places[bound + slack >= scores[places, kept - 1]]
    return unsure


def _candidates(
    queries: Matrix, documents: Matrix, width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], float]:
    """The best ``width`` documents of each query by faiss's scores, the lowest of these scores,
    and the length of the longest document vector.
    """
    import faiss

    numbers = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0), dtype=np.float32)
    longest = 0.0
    with Progress("search", len(documents), "docs") as progress:
        for start in range(0, len(documents), BLOCK):
            block = np.ascontiguousarray(documents[start : start + BLOCK])
            longest = max(longest, float(np.linalg.norm(block, axis=1).max()))
            block_scores, places = faiss.knn(
                queries, block, min(width, len(block)), metric=faiss.METRIC_INNER_PRODUCT
            )
            scores = np.concatenate([scores, block_scores], axis=1)
            numbers = np.concatenate([numbers, places + start], axis=1)
            if scores.shape[1] > width:
                best = np.argpartition(-scores, width - 1, axis=1)[:, :width]
                scores = np.take_along_axis(scores, best, axis=1)
                numbers = np.take_along_axis(numbers, best, axis=1)
            progress.advance(len(block))
    return numbers, scores.min(axis=1), longest


def _rescore(queries: Matrix, documents: Matrix, numbers: npt.NDArray[np.int64]) -> Matrix:
    """The inner products of each query with its candidates, with sums in a fixed order."""
    scores = np.empty(numbers.shape, dtype=np.float32)
    for place, (query, candidates) in enumerate(zip(queries, numbers, strict=True)):
        scores[place] = np.einsum("nd,d->n", documents[candidates], query)
    return scores
