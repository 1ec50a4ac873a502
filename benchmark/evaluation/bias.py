"""Modality bias: the modality of retrieved documents, compared with that of the relevant ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

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

    images: the ids of the images among the judged documents.
    """
    relevant = {query: _relevant(judged) for query, judged in qrels.items()}
    return {
        query: float(np.mean([document in images for document in documents]))
        for query, documents in relevant.items()
        if documents
    }


def retrieved(run: Run, qrels: Qrels, images: Collection[str]) -> Retrieved:
    """The modalities and scores of a run's documents, for questions with a relevant document.

    images: the ids of the images among the documents of run and judgments.
    """
    judged = judged_share(qrels, images)
    queries = tuple(judged)
    shape = len(queries), DEPTH
    kinds = np.full(shape, -1, dtype=np.int8)
    relevant, scores = np.zeros(shape, dtype=bool), np.full(shape, np.nan)
    for place, query in enumerate(queries):
        ranked = run.documents.get(query, [])[:DEPTH]
        kinds[place, : len(ranked)] = [document in images for document in ranked]
        answers = _relevant(qrels[query])
        relevant[place, : len(ranked)] = [document in answers for document in ranked]
        scores[place, : len(ranked)] = run.scores.get(query, [])[:DEPTH]
    return Retrieved(queries, kinds, relevant, scores, np.array(list(judged.values())))


def _relevant(judged: Mapping[str, int]) -> set[str]:
    return {document for document, level in judged.items() if level > 0}
