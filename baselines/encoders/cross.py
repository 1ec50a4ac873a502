"""Re-ranking by a cross-encoder, which reads a question and a document together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from baselines.encoders.sentence_models import (
    Composition,
    composition,
    document_inputs,
    load,
    prompted,
)
from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.chunks import Chunk, Chunked, make_chunks, read_chunks
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.retriever import Ranking, Task
from benchmark.types import TopK

if TYPE_CHECKING:
    from benchmark.dense.encode import Matrix

CHUNK = 16
"""The number of questions in a chunk, which an interruption may lose."""


@recipe_name("Scoring")
@dataclass(frozen=True, kw_only=True)
class Scoring:
    """A CrossEncoder of sentence-transformers, with its settings."""

    weights: Weights
    prompt: str | None = None
    images: Composition = "caption"
    longest: int | None = None
    precision: Precision = "float32"
    batch: int = 32

    def load(self) -> Any:
        """Load the weights. Raises InputError if the model has not exactly one score for a pair."""
        from sentence_transformers import CrossEncoder

        model = load(CrossEncoder, self.weights, self.precision, self.longest)
        if model.num_labels != 1:
            raise InputError(
                f"'{self.weights.source}' classifies pairs into {model.num_labels} classes",
                mend="use a re-ranking model, which has one score for each pair",
            )
        return model


@recipe_name("Reranked")
@dataclass(frozen=True, kw_only=True)
class Reranked(Chunked, Ranking):
    """Another ranking, whose first ``top_k`` documents are ordered by a cross-encoder's scores.

    Scores are taken before the model's last activation, since a sigmoid rounds scores near 1 and
    so makes ties. The documents after the first ``top_k`` follow in their order.
    """

    doing: ClassVar[str] = "re-rank"

    task: Task
    first: Ranking
    scoring: Scoring
    top_k: int

    def count(self) -> int:
        return len(self.task.questions())

    def size(self) -> int:
        return CHUNK

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        model = self.scoring.load()
        images = composition(model, self.scoring.images, self.scoring.weights)
        candidates = self.first.top(store).numbers[:, : self.top_k]
        questions = self.task.questions()

        corpus = self.task.data.corpus

        def work(rows: range) -> Chunk:
            some = candidates[rows.start : rows.stop].astype(np.int64)
            places = np.argwhere(some >= 0)[:, 0]
            # Documents of equal content are scored once for a question, so that they tie exactly.
            pairs = np.stack([places, corpus.canonical[some[some >= 0]]], axis=1)
            distinct, back = np.unique(pairs, axis=0, return_inverse=True)
            scores = np.full(some.shape, -np.inf, dtype=np.float32)
            if len(distinct):
                asked = [questions[rows.start + row] for row in distinct[:, 0].tolist()]
                shown = document_inputs(corpus, distinct[:, 1], images)
                scores[some >= 0] = self._scores(model, asked, shown)[back.ravel()]
            return {"scores": scores}

        return work

    def rank(self, store: Store) -> TopK:
        make_chunks(self, store)
        first = self.first.top(store)
        scores = np.concatenate([chunk["scores"] for _, chunk in read_chunks(self, store)])
        return reordered(first, scores)

    def _scores(self, model: Any, asked: list[str], shown: list[Any]) -> Matrix:
        import torch

        with self.scoring.weights.encoding():
            scores: Matrix = model.predict(
                list(zip(asked, shown, strict=True)),
                **prompted(self.scoring.prompt, model, self.scoring.weights),
                batch_size=self.scoring.batch,
                activation_fn=torch.nn.Identity(),
                show_progress_bar=False,
            )
        if not np.isfinite(scores).all():
            raise InputError(
                f"'{self.scoring.weights.source}' gives scores that are not finite",
                mend='set dtype = "float32" in the row, or use another model',
            )
        return scores


def reordered(first: TopK, scores: Matrix) -> TopK:
    """A ranking whose first documents are ordered by new scores, then by corpus number.

    scores: float32, shape (questions, top), of the first ``top`` documents of each list; -inf for
    none. The documents after them keep their order; each has a score one lower than the one before.
    """
    top = scores.shape[1]
    head = np.where(first.numbers[:, :top] < 0, np.iinfo(np.int32).max, first.numbers[:, :top])
    order = np.lexsort((head, -scores), axis=1)
    numbers, kept = first.numbers.copy(), first.scores.copy()
    numbers[:, :top] = np.take_along_axis(first.numbers[:, :top], order, axis=1)
    kept[:, :top] = np.take_along_axis(scores, order, axis=1)
    behind = kept[:, top - 1 : top] - np.arange(1, numbers.shape[1] - top + 1, dtype=np.float32)
    kept[:, top:] = np.where(numbers[:, top:] >= 0, behind, -np.inf)
    return TopK(numbers, kept)
