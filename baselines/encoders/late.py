"""Late interaction: a vector for each token, and exact search by MaxSim.

Khattab and Zaharia, "ColBERT" (SIGIR 2020), equation 3: the sum over a question's tokens of the
largest inner product with any token of the document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from baselines.encoders.cross import reordered
from baselines.encoders.ragged import RaggedRows
from baselines.encoders.sentence_models import (
    OWN_PROMPTS,
    Composition,
    Prompts,
    as_texts,
    composition,
    document_inputs,
    load,
    prompted,
)
from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.chunks import Chunk
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.progress import Progress
from benchmark.protocol import JOINT
from benchmark.retriever import Ranking, Task
from benchmark.ties import top_k
from benchmark.types import TopK

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from benchmark.dense.encode import Matrix

CHUNK = 512
"""The number of texts or documents in a chunk; a document of 200 tokens takes 100 KB."""

TOKENS = 100_000
"""The number of document tokens that are compared at once."""

QUESTIONS = 16
"""The number of questions that are compared at once."""


@recipe_name("LateEncoding")
@dataclass(frozen=True, kw_only=True)
class LateEncoding:
    """A MultiVectorEncoder of sentence-transformers, with its settings."""

    weights: Weights
    prompts: Prompts = OWN_PROMPTS
    images: Composition = "auto"
    longest: int | None = None
    precision: Precision = "float32"
    batch: int = 32

    def load(self) -> Any:
        """Load the weights. Raises InputError if the model has no vectors of tokens."""
        from sentence_transformers import MultiVectorEncoder

        return load(MultiVectorEncoder, self.weights, self.precision, self.longest)

    def composed(self, model: Any) -> Composition:
        """How image documents are embedded. Raises InputError if the model cannot do it so."""
        found = composition(model, self.images, self.weights)
        if found != "sum":
            return found
        if self.images == "sum":
            raise InputError(
                "vectors of tokens cannot be summed", mend='set images = "image" or "caption"'
            )
        return "caption"

    def rows(self, encode: Callable[..., Any], model: Any, inputs: list[Any], prompt: Any) -> Chunk:
        """The token vectors of all inputs, concatenated, and the number of each input's."""
        with self.weights.encoding():
            found = encode(
                inputs,
                **prompted(prompt, model, self.weights),
                batch_size=self.batch,
                show_progress_bar=False,
            )
        arrays = [np.asarray(one, dtype=np.float32) for one in found]
        if not all(len(array) and np.isfinite(array).all() for array in arrays):
            raise InputError(
                f"'{self.weights.source}' gives no vectors, or vectors that are not finite",
                mend='set dtype = "float32" in the row, or use another model',
            )
        return {
            "lengths": np.array([len(array) for array in arrays], dtype=np.int64),
            "tokens": np.concatenate(arrays),
            "mean": np.array(model.similarity_fn_name == "meanmaxsim"),
        }


@dataclass(frozen=True, kw_only=True)
class TokenRows(RaggedRows):
    """Base of the artefacts with the token vectors of texts or documents."""

    arrays: ClassVar[tuple[str, ...]] = ("tokens",)

    encoding: LateEncoding

    def size(self) -> int:
        return CHUNK


@recipe_name("TokenQuestions")
@dataclass(frozen=True, kw_only=True)
class TokenQuestions(TokenRows):
    """The token vectors of a split's questions."""

    doing: ClassVar[str] = "encode questions"

    data: Collection
    split: str

    def count(self) -> int:
        return len(self._texts)

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        del store
        made, model = self.encoding, self.encoding.load()

        def work(rows: range) -> Chunk:
            texts = as_texts(self._texts[rows.start : rows.stop])
            return made.rows(model.encode_query, model, texts, made.prompts.query)

        return work

    @cached_property
    def _texts(self) -> list[str]:
        return [query.text for query in self.data.queries(self.split)]


@recipe_name("TokenDocuments")
@dataclass(frozen=True, kw_only=True)
class TokenDocuments(TokenRows):
    """The token vectors of the documents, in corpus order.

    A document has none if its content equals an earlier document's, whose vectors are used for
    both; or if ``first`` is given and no question has it among its first ``top_k``.
    """

    doing: ClassVar[str] = "encode documents"

    task: Task
    first: Ranking | None = None
    top_k: int = 0

    def count(self) -> int:
        return len(self.task.data.corpus)

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        made, model = self.encoding, self.encoding.load()
        images, corpus = made.composed(model), self.task.data.corpus
        wanted = self._wanted(store)
        width = model.encode_document(["one"])[0].shape[-1]

        def work(rows: range) -> Chunk:
            numbers = wanted[(wanted >= rows.start) & (wanted < rows.stop)]
            lengths = np.zeros(len(rows), dtype=np.int64)
            tokens, mean = [np.empty((0, width), dtype=np.float32)], np.array(False)
            pictured = numbers >= corpus.numbers("image").start
            prompts = made.prompts.passage, made.prompts.image
            # Passages come before images in the corpus.
            for kind, prompt in zip((~pictured, pictured), prompts, strict=True):
                if kind.any():
                    inputs = document_inputs(corpus, numbers[kind], images)
                    inputs = as_texts(inputs) if isinstance(inputs[0], str) else inputs
                    chunk = made.rows(model.encode_document, model, inputs, prompt)
                    lengths[numbers[kind] - rows.start] = chunk["lengths"]
                    tokens.append(chunk["tokens"])
                    mean = chunk["mean"]
            return {"lengths": lengths, "tokens": np.concatenate(tokens), "mean": mean}

        return work

    def _wanted(self, store: Store) -> npt.NDArray[np.int64]:
        """The numbers of the documents that have vectors, ascending."""
        canonical = self.task.data.corpus.canonical
        if self.first is None:
            numbers = canonical[self.task.numbers.start : self.task.numbers.stop]
        else:
            found = self.first.top(store).numbers[:, : self.top_k]
            numbers = canonical[found[found >= 0]]
        return np.unique(numbers).astype(np.int64)


@recipe_name("LateRanking")
@dataclass(frozen=True, kw_only=True)
class LateRanking(Ranking):
    """The first documents by MaxSim: of all documents, or of the first ``top_k`` of ``first``."""

    task: Task
    encoding: LateEncoding
    first: Ranking | None = None
    top_k: int = 0

    @property
    def questions(self) -> TokenQuestions:
        """The token vectors of the questions."""
        task = self.task
        return TokenQuestions(encoding=self.encoding, data=task.data, split=task.split)

    @property
    def documents(self) -> TokenDocuments:
        """The token vectors of the documents."""
        # All documents are encoded once, even if each question searches only a part of them.
        task = replace(self.task, protocol=JOINT) if self.first is None else self.task
        return TokenDocuments(encoding=self.encoding, task=task, first=self.first, top_k=self.top_k)

    def further_dependencies(self) -> tuple[TokenQuestions, TokenDocuments]:
        """The token vectors of the questions and of the documents."""
        return self.questions, self.documents

    def rank(self, store: Store) -> TopK:
        asked, asked_form = self.questions.read(store)
        starts, form = self.documents.read(store)
        queries, tokens = asked_form["tokens"], form["tokens"]
        counts = np.diff(asked)
        canonical = self.task.data.corpus.canonical
        if self.first is not None:
            top = self.first.top(store)
            some = top.numbers[:, : self.top_k]
            scores = np.full(some.shape, -np.inf, dtype=np.float32)
            with Progress("search", len(some), "questions") as progress:
                for place, numbers in enumerate(some):
                    kept = numbers >= 0
                    contents, back = np.unique(canonical[numbers[kept]], return_inverse=True)
                    query = np.array(queries[asked[place] : asked[place + 1]])
                    parts = [tokens[starts[one] : starts[one + 1]] for one in contents]
                    if parts:
                        lengths = np.array([len(part) for part in parts])
                        found = max_sim(query, counts[place : place + 1], parts, lengths)
                        scores[place, kept] = found[0, back]
                    progress.advance(1)
            if asked_form["mean"]:
                scores /= counts[:, None]
            return reordered(top, scores)
        return self._whole_pool(asked, queries, starts, tokens, mean=asked_form["mean"])

    def _whole_pool(
        self,
        asked: npt.NDArray[np.int64],
        queries: Matrix,
        starts: npt.NDArray[np.int64],
        tokens: Matrix,
        *,
        mean: bool,
    ) -> TopK:
        numbers, canonical = self.task.numbers, self.task.data.corpus.canonical
        counts, lengths = np.diff(asked), np.diff(starts)
        own = np.flatnonzero(lengths)
        place_of = np.full(len(lengths), -1, dtype=np.int64)
        place_of[own] = np.arange(len(own))
        columns = place_of[canonical[numbers.start : numbers.stop]]
        blocks = _blocks(lengths[own])
        groups = list(self.task.parts())
        found = TopK.empty(len(counts), self.task.depth)
        with Progress("search", len(counts) * len(own), "scores") as progress:
            for first in range(0, len(counts), QUESTIONS):
                stop = min(first + QUESTIONS, len(counts))
                some = np.array(queries[asked[first] : asked[stop]])
                scores = np.empty((stop - first, len(own)), dtype=np.float32)
                for block in blocks:
                    low, high = own[block[0]], own[block[-1]]
                    part = [tokens[starts[low] : starts[high + 1]]]
                    kept = lengths[own[block]]
                    scores[:, block] = max_sim(some, counts[first:stop], part, kept)
                    progress.advance(scores[:, block].size)
                if mean:
                    scores /= counts[first:stop, None]
                for group in groups:
                    places = group.places[(group.places >= first) & (group.places < stop)]
                    if not len(places):
                        continue
                    kept = columns[np.asarray(group.numbers) - numbers.start]
                    best = top_k(
                        scores[np.ix_(places - first, kept)], group.numbers, self.task.depth
                    )
                    found.numbers[places], found.scores[places] = best.numbers, best.scores
        return found


def max_sim(
    queries: Matrix,
    counts: npt.NDArray[np.int64],
    documents: list[Matrix],
    lengths: npt.NDArray[np.int64],
) -> Matrix:
    """MaxSim of each query with each document; float32, shape (queries, documents).

    queries: the token vectors of all queries, concatenated; counts: the number of each query's.
    documents: the token vectors of the documents, in parts; lengths: the number of each document's,
    at least one.
    """
    products = np.concatenate(documents) @ queries.T
    best = np.maximum.reduceat(products, np.cumsum(lengths) - lengths, axis=0)
    scores: Matrix = np.add.reduceat(best, np.cumsum(counts) - counts, axis=1).T
    return scores


def _blocks(lengths: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Blocks of consecutive documents, each with about TOKENS tokens or with one document."""
    part = (np.cumsum(lengths) - 1) // TOKENS
    edges = np.flatnonzero(np.diff(part)) + 1
    return np.split(np.arange(len(lengths)), edges)
