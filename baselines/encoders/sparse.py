"""Sparse embeddings with a weight for each token of the vocabulary, and exact search over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from baselines.encoders.ragged import RaggedRows
from baselines.encoders.sentence_models import OWN_PROMPTS, Prompts, as_texts, load, prompted
from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.chunks import Chunk
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.progress import Progress
from benchmark.retriever import Ranking, Task
from benchmark.ties import top_k
from benchmark.types import Modality, TopK

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchmark.datasets import Collection, Corpus

CHUNK = 4096
"""The number of texts in a chunk."""

SCORES = 64_000_000
"""The number of scores in memory at once."""

BLOCK = 65_536
"""The number of documents that are searched at once."""


@recipe_name("SparseEncoding")
@dataclass(frozen=True, kw_only=True)
class SparseEncoding:
    """A SparseEncoder of sentence-transformers (SPLADE), with its settings.

    active: the number of weights of a text that are kept, the largest ones; None keeps all.
    """

    weights: Weights
    prompts: Prompts = OWN_PROMPTS
    active: int | None = None
    longest: int | None = None
    precision: Precision = "float32"
    batch: int = 32

    def load(self) -> Any:
        """Load the weights. Raises InputError for another kind of model or of similarity."""
        from sentence_transformers import SparseEncoder

        model = load(SparseEncoder, self.weights, self.precision, self.longest)
        if model.similarity_fn_name not in ("dot", "cosine"):
            raise InputError(
                f"'{self.weights.source}' compares by '{model.similarity_fn_name}'",
                mend="use a sparse model that compares by inner product (dot or cosine)",
            )
        return model

    def rows(self, model: Any, texts: list[str], *, queries: bool) -> Any:
        """A CSR matrix, float32, shape (texts, vocabulary), with the columns in ascending order."""
        import torch
        from scipy.sparse import csr_matrix

        prompt = self.prompts.query if queries else self.prompts.passage
        encode = model.encode_query if queries else model.encode_document
        with self.weights.encoding():
            found = encode(
                as_texts(texts),
                **prompted(prompt, model, self.weights),
                batch_size=self.batch,
                max_active_dims=self.active,
                show_progress_bar=False,
                convert_to_tensor=True,
                convert_to_sparse_tensor=True,
                save_to_cpu=True,
            )
        found = torch.as_tensor(found).coalesce()
        places, values = found.indices().numpy(), found.values().float().numpy()
        rows = csr_matrix((values, places), shape=tuple(found.shape), dtype=np.float32)
        rows.sort_indices()
        if model.similarity_fn_name == "cosine":
            lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
            counts = np.diff(rows.indptr)
            rows.data /= np.repeat(np.maximum(lengths, np.finfo(np.float32).tiny), counts)
        return rows


@dataclass(frozen=True, kw_only=True)
class SparseRows(RaggedRows):
    """Base of the artefacts with sparse embeddings: the weights and ids of each text's tokens."""

    arrays: ClassVar[tuple[str, ...]] = ("weights", "words")
    queries: ClassVar[bool]

    encoding: SparseEncoding

    def texts(self, rows: range) -> list[str]:
        """The texts of ``rows``."""
        raise NotImplementedError

    def size(self) -> int:
        return CHUNK

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        del store
        model = self.encoding.load()

        def work(rows: range) -> Chunk:
            found = self.encoding.rows(model, self.texts(rows), queries=self.queries)
            if not np.isfinite(found.data).all():
                raise InputError(
                    f"'{self.encoding.weights.source}' gives weights that are not finite",
                    mend='set dtype = "float32" in the row, or use another model',
                )
            return {
                "lengths": np.diff(found.indptr).astype(np.int64),
                "weights": found.data,
                "words": found.indices.astype(np.int32),
                "width": np.array(found.shape[1]),
            }

        return work

    def matrix(self, store: Store) -> Any:
        """The embeddings as a CSR matrix over memory-mapped files."""
        from scipy.sparse import csr_matrix

        starts, found = self.read(store)
        shape = (len(starts) - 1, found["width"])
        return csr_matrix((found["weights"], found["words"], starts), shape=shape, copy=False)


@recipe_name("SparseQuestions")
@dataclass(frozen=True, kw_only=True)
class SparseQuestions(SparseRows):
    """The sparse embeddings of a split's questions."""

    doing: ClassVar[str] = "encode questions"
    queries: ClassVar[bool] = True

    data: Collection
    split: str

    def count(self) -> int:
        return len(self._texts)

    def texts(self, rows: range) -> list[str]:
        return self._texts[rows.start : rows.stop]

    @cached_property
    def _texts(self) -> list[str]:
        return [query.text for query in self.data.queries(self.split)]


@recipe_name("SparseDocuments")
@dataclass(frozen=True, kw_only=True)
class SparseDocuments(SparseRows):
    """The sparse embeddings of the passages and captions of a corpus, or of one modality of it.

    Equal texts share one row, so that they tie exactly.
    """

    doing: ClassVar[str] = "encode documents"
    queries: ClassVar[bool] = False

    data: Corpus
    scope: Modality | None = None

    def count(self) -> int:
        return len(self._distinct)

    def texts(self, rows: range) -> list[str]:
        return self._distinct[rows.start : rows.stop]

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The row of each document's text, in corpus order."""
        row_of = {text: row for row, text in enumerate(self._distinct)}
        return np.array([row_of[text] for text in self._texts], dtype=np.int64)

    @cached_property
    def _texts(self) -> list[str]:
        return self.data.texts(self.data.numbers(self.scope))

    @cached_property
    def _distinct(self) -> list[str]:
        return list(dict.fromkeys(self._texts))


@recipe_name("SparseRanking")
@dataclass(frozen=True, kw_only=True)
class SparseRanking(Ranking):
    """The first documents of each question by the exact inner product of sparse embeddings."""

    task: Task
    encoding: SparseEncoding

    @property
    def questions(self) -> SparseQuestions:
        """The embeddings of the questions."""
        task = self.task
        return SparseQuestions(encoding=self.encoding, data=task.data, split=task.split)

    @property
    def documents(self) -> SparseDocuments:
        """The embeddings of the documents."""
        task = self.task
        return SparseDocuments(encoding=self.encoding, data=task.data.corpus, scope=task.scope)

    def further_dependencies(self) -> tuple[SparseQuestions, SparseDocuments]:
        """The embeddings of the questions and of the documents."""
        return self.questions, self.documents

    def rank(self, store: Store) -> TopK:
        queries, documents = self.questions.matrix(store), self.documents
        matrix, start = documents.matrix(store), self.task.numbers.start
        found = TopK.empty(queries.shape[0], self.task.depth)
        for part in self.task.parts():
            numbers = np.asarray(part.numbers)
            some = queries[part.places]
            best = sparse_search(some, matrix, documents.rows[numbers - start], self.task.depth)
            found.numbers[part.places] = np.where(best.numbers >= 0, numbers[best.numbers], -1)
            found.scores[part.places] = best.scores
        return found


def sparse_search(queries: Any, matrix: Any, rows: npt.NDArray[np.int64], depth: int) -> TopK:
    """The ``depth`` documents with the highest inner product for each query, in bounded memory.

    queries, matrix: CSR matrices of equal width. rows: for each document, its row in ``matrix``;
    results are positions in ``rows``. A score is summed in the order of the query's columns, so
    documents with equal weights tie exactly; ties are broken by number.
    """
    found = []
    with Progress("search", queries.shape[0] * len(rows), "scores") as progress:
        step = max(1, SCORES // min(BLOCK, max(len(rows), 1)))
        for first in range(0, queries.shape[0], step):
            some, best = queries[first : first + step], None
            for low in range(0, len(rows), BLOCK):
                block = matrix[rows[low : low + BLOCK]]
                scores = (some @ block.T).toarray().astype(np.float32)
                top = top_k(scores, range(low, low + block.shape[0]), depth)
                best = top if best is None else _better(best, top, depth)
                progress.advance(scores.size)
            assert best is not None  # noqa: S101  (a corpus has a document at least)
            found.append(best)
    numbers, scores = zip(*((one.numbers, one.scores) for one in found), strict=True)
    return TopK(np.concatenate(numbers), np.concatenate(scores))


def _better(first: TopK, second: TopK, depth: int) -> TopK:
    """Two lists merged for each query; all numbers of the second are above those of the first."""
    numbers = np.concatenate([first.numbers, second.numbers], axis=1)
    scores = np.concatenate([first.scores, second.scores], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    return TopK(
        np.take_along_axis(numbers, order, axis=1), np.take_along_axis(scores, order, axis=1)
    )
