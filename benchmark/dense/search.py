"""Exact inner-product search over embeddings on disk: bounded memory, and one tie rule.

Blocks of the corpus are searched with faiss, and their best candidates scored again by one fixed
product, so that neither the block size nor the number of threads changes a score, and documents
with equal embeddings tie exactly. A query whose candidates may end inside a tie is searched again,
deeper, until the tie ends.
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
"""Documents that are searched by themselves, and what an interruption may cost."""

BLOCK = 65536
"""Documents in memory at a time."""

MARGIN = 28
"""Candidates beyond the depth, to hold the ties and the rounding at its edge."""

WIDEST = 64_000_000
"""Candidates in memory at a time, over all queries."""

ROUNDING = 1e-5
"""Relative to the vectors' lengths: how far faiss's scores may be from the fixed product's."""


LARGE = 200_000_000
"""Scores from which on a search is begun by a scan in int8."""


@recipe_name("DenseRanking")
@dataclass(frozen=True, kw_only=True)
class DenseRanking(Chunked, Ranking):
    """Each question's nearest documents by inner product of their embeddings.

    Large collections are searched in segments, whose lists are merged.
    """

    doing: ClassVar[str] = "search segments"

    task: Task
    model: Model

    @property
    def questions(self) -> Questions:
        """What is searched with."""
        return Questions(model=self.model, data=self.task.data, split=self.task.split)

    @property
    def documents(self) -> Documents:
        """What is searched."""
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
        """Search the joint embeddings where questions differ in their candidates."""
        queries = np.array(self.questions.matrix(store))
        documents = self.documents.matrix(store)
        first, depth = self.task.numbers.start, self.task.depth
        top = TopK.empty(len(queries), depth)
        for part in track(self.task.parts(), "search candidates", None, "groups of questions"):
            some = queries[part.places]
            if isinstance(part.numbers, range):
                inside = documents[part.numbers.start - first : part.numbers.stop - first]
                best = shifted(search(some, inside, depth), part.numbers.start)
            else:
                numbers = np.asarray(part.numbers, dtype=np.int64)[np.newaxis] - first
                best = shifted(rescored(numbers, some, documents, depth), first)
            top.numbers[part.places], top.scores[part.places] = best.numbers, best.scores
        return top

    def further_dependencies(self) -> tuple[Questions, Documents]:
        """The questions' embeddings and the documents'."""
        return self.questions, self.documents


def dense_rankings(ranking: Ranking) -> Iterator[DenseRanking]:
    """The dense rankings that ``ranking`` is or fuses; not those that only mined its negatives."""
    if isinstance(ranking, DenseRanking):
        yield ranking
        return
    for field in dataclasses.fields(ranking):  # type: ignore[arg-type]
        value = getattr(ranking, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Ranking):
                yield from dense_rankings(one)


def search(queries: Matrix, documents: Matrix, depth: int) -> TopK:
    """The ``depth`` documents of highest inner product for each query.

    queries: float32, shape (queries, dimension), in memory.
    documents: float32, shape (documents, dimension), may be mapped from disk.
    Order: score descending, then row ascending. Fewer documents than ``depth`` leave numbers of -1.
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
    """One list for each query from those of several parts of the documents, which share no row.

    What leads is scored again here, by the one fixed product: parts that were searched on other
    processors may differ in the last digit, which must not decide the order.
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
    """What was retrieved from the part of a corpus that begins at ``start``, by corpus numbers."""
    numbers = np.where(top.numbers >= 0, top.numbers + start, -1)
    return TopK(numbers.astype(np.int32), top.scores)


def rescored(
    numbers: npt.NDArray[np.int64], queries: Matrix, documents: Matrix, depth: int
) -> TopK:
    """The ``depth`` best of each query's candidates by the fixed product and the tie rule.

    numbers: shape (queries, candidates), without repetition; -1 for none.
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
    """The best of each list, by the tie rule; places without a document come last."""
    order = np.lexsort((np.where(numbers < 0, np.iinfo(np.int64).max, numbers), -scores), axis=1)
    best = order[:, :kept]
    return np.take_along_axis(numbers, best, axis=1), np.take_along_axis(scores, best, axis=1)


def _scanned(
    queries: Matrix,
    documents: Matrix,
    numbers: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float32],
) -> npt.NDArray[np.int64]:
    """Search by a scan in int8, and score exactly what it leaves; fills numbers and scores.

    Returns the places of the queries for which the scan left too much.
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
    """Search for the queries in ``places`` with ``width`` candidates each, into numbers and scores.

    Returns the places of the queries whose lists may lack a document beyond the candidates.
    """
    some, kept = queries[places], min(numbers.shape[1], len(documents))
    candidates, bound, longest = _candidates(some, documents, width)
    exact = _rescore(some, documents, candidates)
    order = np.lexsort((candidates, -exact), axis=1)[:, :kept]
    numbers[places, :kept] = np.take_along_axis(candidates, order, axis=1)
    scores[places, :kept] = np.take_along_axis(exact, order, axis=1)
    if width == len(documents):
        return places[:0]
    # What was left out scores at most `bound`, give or take the rounding.
    slack = 2 * ROUNDING * np.linalg.norm(some, axis=1) * longest
    unsure: npt.NDArray[np.int64] = places[bound + slack >= scores[places, kept - 1]]
    return unsure


def _candidates(
    queries: Matrix, documents: Matrix, width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], float]:
    """The best ``width`` documents of each query by faiss's scores, the least of these scores,
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
    """Inner products of each query with its candidates, each computed in the same order of sums."""
    scores = np.empty(numbers.shape, dtype=np.float32)
    for place, (query, candidates) in enumerate(zip(queries, numbers, strict=True)):
        scores[place] = np.einsum("nd,d->n", documents[candidates], query)
    return scores
