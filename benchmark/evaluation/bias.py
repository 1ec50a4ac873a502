"""Modality bias: the modality of retrieved documents, compared with that of the relevant ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from benchmark.evaluation.levels import levels
from benchmark.io.slices import Slices, in_columns, numbers_in_columns
from benchmark.types import Modality, Qrels, Run

DEPTH = 100

Outcome: TypeAlias = Literal["relevant", "wrong document", "wrong modality", "nothing"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Retrieved:
    """The modalities and scores of a run's documents, for the judged questions in their order.

    images: int8, shape (questions, depth): 1 for an image, 0 for a passage, -1 after the list's
    end. relevant: bool, the same shape. scores: float64, the same shape, nan after the list's end.
    judged: float64, shape (questions,): the share of images among the relevant documents.
    """

    queries: tuple[str, ...]
    images: npt.NDArray[np.int8]
    relevant: npt.NDArray[np.bool_]
    scores: Floats
    judged: Floats

    def asking(self, modality: Modality | None) -> npt.NDArray[np.bool_]:
        """A mask of the questions that are answered by this modality alone; None: all questions."""
        if modality is None:
            return np.ones(len(self.queries), dtype=bool)
        chosen: npt.NDArray[np.bool_] = self.judged == (1.0 if modality == "image" else 0.0)
        return chosen

    def share(self, depth: int) -> Floats:
        """The share of images among the first ``depth`` documents of each question; nan without
        documents.
        """
        return self._weighted(np.ones(depth))

    def exposure(self, depth: int) -> Floats:
        """Like ``share``, with ranks weighted by 1 / log2(1 + rank), the discount of nDCG."""
        return self._weighted(1 / np.log2(np.arange(2, depth + 2)))

    def preference(self, depth: int) -> Floats:
        """The distance of each question's share of images from the mean share among relevant
        documents.

        Its sign is chosen so that the mean over the questions is the distance between the two mean
        shares; a difference of two systems can be tested like that of a metric. 0 without results.
        """
        away: Floats = np.nan_to_num(self.share(depth) - self.judged.mean())
        return away * (1 if away.mean() >= 0 else -1)

    def outcomes(self) -> dict[Outcome, float | None]:
        """The kinds of documents at rank 1, as shares of the questions that one modality answers.

        None if there is no such question.
        """
        of_one_modality = self.asking("image") | self.asking("text")
        if not of_one_modality.any():
            return dict.fromkeys(get_args(Outcome))
        first, relevant = self.images[of_one_modality, 0], self.relevant[of_one_modality, 0]
        right = first == self.judged[of_one_modality]
        return {
            "relevant": float(relevant.mean()),
            "wrong document": float((right & ~relevant).mean()),
            "wrong modality": float((~right & ~relevant & (first >= 0)).mean()),
            "nothing": float((first < 0).mean()),
        }

    def scores_of(self, modality: Modality) -> Floats:
        """The scores of all retrieved documents of a modality."""
        scores: Floats = self.scores[self.images == (1 if modality == "image" else 0)]
        return scores

    def _weighted(self, weights: Floats) -> Floats:
        images = self.images[:, : len(weights)]
        weights = weights[: images.shape[1]]
        total = (images >= 0) @ weights
        with np.errstate(invalid="ignore"):
            shares: Floats = ((images == 1) @ weights) / total
        return shares


def judged_share(qrels: Qrels, images: Collection[str]) -> dict[str, float]:
    """The share of images among the relevant documents of each question that has one.

    images: the ids of the images, at least of those among the judged documents.
    """
    relevant = {
        query: [document for document, level in judged.items() if level > 0]
        for query, judged in qrels.items()
    }
    return {
        query: sum(document in images for document in documents) / len(documents)
        for query, documents in relevant.items()
        if documents
    }


def retrieved(run: Run, qrels: Qrels, images: Collection[str]) -> Retrieved:
    """The modalities and scores of a run's documents, for questions with a relevant document.

    images: the ids of the images, at least of those in run and judgments.
    """
    judged = judged_share(qrels, images)
    queries = tuple(judged)
    documents, scores = in_columns(run.documents), numbers_in_columns(run.scores)
    names = documents.coded.names.tolist()
    pictures = np.array([name in images for name in names], dtype=np.int8)
    found = levels(run, {query: qrels[query] for query in queries}, DEPTH).found
    relevant = np.zeros((len(queries), DEPTH), dtype=bool)
    relevant[:, : found.shape[1]] = found > 0
    return Retrieved(
        queries,
        _table(pictures[documents.coded.codes], documents, queries, -1),
        relevant,
        _table(scores.numbers, scores, queries, np.nan),
        np.array(list(judged.values())),
    )


def _table(
    column: npt.NDArray[Any], lists: Slices, queries: Sequence[str], after: float
) -> npt.NDArray[Any]:
    """The values of a column of ``lists``, shape (queries, DEPTH); ``after`` the end of a list."""
    cells = lists.cells(queries, DEPTH)
    table = np.full((len(queries), DEPTH), after, dtype=column.dtype)
    # A cell after the end of a list has the number -1: that of the last value.
    table[:, : cells.shape[1]] = np.append(column, column.dtype.type(after))[cells]
    return table
