"""Modality bias: which modality a run retrieves, against what the judgments ask for."""

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
    """A run over the judged questions, in the order of the judgments.

    images: int8, shape (questions, depth): 1 for an image, 0 for a passage, -1 beyond the end.
    relevant: bool, the same shape. scores: float64, the same shape, nan beyond the end.
    judged: float64, shape (questions,): the share of images among the relevant documents.
    """

    queries: tuple[str, ...]
    images: npt.NDArray[np.int8]
    relevant: npt.NDArray[np.bool_]
    scores: Floats
    judged: Floats

    def asking(self, modality: Modality | None) -> npt.NDArray[np.bool_]:
        """Which questions documents of one modality alone answer; all of them for None."""
        if modality is None:
            return np.ones(len(self.queries), dtype=bool)
        chosen: npt.NDArray[np.bool_] = self.judged == (1.0 if modality == "image" else 0.0)
        return chosen

    def share(self, depth: int) -> Floats:
        """Images among the first ``depth`` of each question; nan where nothing was found."""
        return self._weighted(np.ones(depth))

    def exposure(self, depth: int) -> Floats:
        """As ``share``, each rank weighed by 1 / log2(1 + rank), as nDCG discounts it."""
        return self._weighted(1 / np.log2(np.arange(2, depth + 2)))

    def preference(self, depth: int) -> Floats:
        """How far the retrieved images' share is from the judged one, on the side where it errs.

        The mean over the questions is the distance between the two mean shares, so that a
        difference of two systems' means can be tested as any other. Without results: 0.
        """
        away: Floats = np.nan_to_num(self.share(depth) - self.judged.mean())
        return away * (1 if away.mean() >= 0 else -1)

    def outcomes(self) -> dict[Outcome, float | None]:
        """What stands first, as shares of the questions that one modality answers.

        None where there is no such question.
        """
        asked = self.asking("image") | self.asking("text")
        if not asked.any():
            return dict.fromkeys(get_args(Outcome))
        first, relevant = self.images[asked, 0], self.relevant[asked, 0]
        right = first == self.judged[asked]
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
        found = (images >= 0) @ weights
        with np.errstate(invalid="ignore"):
            shares: Floats = ((images == 1) @ weights) / found
        return shares


def judged_share(qrels: Qrels, images: Collection[str]) -> dict[str, float]:
    """The share of images among the relevant documents of each question that has one.

    images: the ids of the images among the judged documents.
    """
    wanted = {query: _relevant(judged) for query, judged in qrels.items()}
    return {
        query: float(np.mean([document in images for document in documents]))
        for query, documents in wanted.items()
        if documents
    }


def retrieved(run: Run, qrels: Qrels, images: Collection[str]) -> Retrieved:
    """Look at a run: ``images`` holds the ids of the images among the run's and judged documents.

    As in scoring, the questions are those with a relevant document.
    """
    judged = judged_share(qrels, images)
    queries = tuple(judged)
    shape = len(queries), DEPTH
    kinds = np.full(shape, -1, dtype=np.int8)
    relevant, scores = np.zeros(shape, dtype=bool), np.full(shape, np.nan)
    for place, query in enumerate(queries):
        found = run.documents.get(query, [])[:DEPTH]
        kinds[place, : len(found)] = [document in images for document in found]
        wanted = _relevant(qrels[query])
        relevant[place, : len(found)] = [document in wanted for document in found]
        scores[place, : len(found)] = run.scores.get(query, [])[:DEPTH]
    return Retrieved(queries, kinds, relevant, scores, np.array(list(judged.values())))


def _relevant(judged: Mapping[str, int]) -> set[str]:
    return {document for document, level in judged.items() if level > 0}
