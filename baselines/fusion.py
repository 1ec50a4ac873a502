"""Fusion of ranked lists of the same questions: by ranks, by scores, or by an oracle."""

from __future__ import annotations

import contextlib
import itertools
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.environment.caches import ensure_caches
from benchmark.errors import InputError
from benchmark.io.jsonl import decode_json
from benchmark.retriever import Ranking, Task
from benchmark.types import TopK

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Norm: TypeAlias = Literal["min-max", "zmuv"]
"""How ranx normalises the scores of a list: to [0, 1], or to zero mean and unit variance."""

GRID = 20
"""Weights are tuned in steps of 1 / GRID."""


@recipe_name("ReciprocalRank")
@dataclass(frozen=True, kw_only=True)
class ReciprocalRank(Ranking):
    """A document's score is the sum of 1 / (constant + rank) over the lists; ranks begin at 1.

    The paper uses 1 / rank, so the constant is 0. If the lists share no document, there is a tie at
    every rank, and the paper does not say how it breaks ties. Here the benchmark's rule does: by
    corpus order, in which passages are first. Sums are exact fractions, so that rounding hides no
    tie.
    """

    task: Task
    lists: tuple[Ranking, ...]
    constant: int = 0

    def rank(self, store: Store) -> TopK:
        shares = [Fraction(1, self.constant + rank) for rank in range(1, self.task.depth + 1)]
        fused: list[dict[int, Fraction]] = [{} for _ in self.task.questions()]
        for ranking in self.lists:
            for sums, numbers in zip(fused, ranking.top(store).numbers.tolist(), strict=True):
                for row, share in zip(numbers, shares, strict=True):
                    if row >= 0:
                        sums[row] = sums[row] + share if row in sums else share
        return best(fused, self.task.depth)


@recipe_name("InverseSquareRank")
@dataclass(frozen=True, kw_only=True)
class InverseSquareRank(Ranking):
    """ISR (Mourão et al., 2015): the number of lists with a document, times its sum of 1 / rank^2.

    If the lists share no document, the order is the same as by reciprocal rank.
    """

    task: Task
    lists: tuple[Ranking, ...]

    def rank(self, store: Store) -> TopK:
        import numpy as np

        ensure_caches()
        from ranx import fuse

        runs = []
        for ranking in self.lists:
            top = ranking.top(store)
            # The scores decrease strictly, because ranx does not keep the order of equal ones.
            ranks = np.broadcast_to(np.arange(top.numbers.shape[1]), top.numbers.shape)
            runs.append(_to_ranx(TopK(top.numbers, -ranks.astype(np.float32))))
        with _compiling():
            return best(_from_ranx(fuse(runs, norm=None, method="isr")), self.task.depth)


@recipe_name("FusionWeights")
@dataclass(frozen=True, kw_only=True)
class Weights(Artefact):
    """A weight for each list, tuned by MRR@10 on the lists' questions, never those of test.

    If several weights have the best score, the most even ones are kept.
    """

    lists: tuple[Ranking, ...]
    norm: Norm

    def build(self, folder: Path, store: Store) -> None:
        from benchmark.evaluation.metrics import MAIN, score_run

        task = self.lists[0].task
        scores = [_normalised(ranking.top(store), self.norm) for ranking in self.lists]
        qrels = task.data.qrels(task.split)
        figures = {}
        for weights in sorted(_simplex(len(scores)), key=max):
            fused = best(_sums(scores, weights), task.depth)
            figures[weights] = score_run(task.run("fused", fused), qrels, [MAIN]).mean(MAIN)
        tuned = max(figures, key=figures.__getitem__)
        content = {"weights": tuned, MAIN: figures[tuned], "split": task.split}
        (folder / "weights.json").write_text(json.dumps(content) + "\n", encoding="utf-8")

    def values(self, store: Store) -> tuple[float, ...]:
        """The weights, in the order of the lists; they sum to one."""
        return tuple(decode_json((store.path(self) / "weights.json").read_bytes())["weights"])


@recipe_name("WeightedSum")
@dataclass(frozen=True, kw_only=True)
class WeightedSum(Ranking):
    """A document's score is the weighted sum of its normalised scores; a list without it adds 0."""

    task: Task
    lists: tuple[Ranking, ...]
    weights: Weights

    def rank(self, store: Store) -> TopK:
        norm = self.weights.norm
        scores = [_normalised(ranking.top(store), norm) for ranking in self.lists]
        return best(_sums(scores, self.weights.values(store)), self.task.depth)


@recipe_name("OracleModality")
@dataclass(frozen=True, kw_only=True)
class OracleModality(Ranking):
    """The modality of the relevant documents selects the list: the upper bound of routing."""

    task: Task
    text: Ranking
    image: Ranking

    def rank(self, store: Store) -> TopK:
        import numpy as np

        queries = self.task.data.queries(self.task.split)
        for query in queries:
            if query.modality is None:
                raise InputError(
                    f"the modality of question '{query.id}' is unknown",
                    mend="add it to the data set",
                )
        pictures = np.array([query.modality == "image" for query in queries])
        return choose(pictures, self.text.top(store), self.image.top(store))

    def metadata(self, store: Store) -> Mapping[str, Any]:
        return {**super().metadata(store), "oracle": True}


def choose(pictures: npt.NDArray[np.bool_], text: TopK, image: TopK) -> TopK:
    """Each question's list of images where ``pictures`` is true, else its list of passages.

    pictures: shape (questions,).
    """
    import numpy as np

    picked = pictures[:, np.newaxis]
    return TopK(
        np.where(picked, image.numbers, text.numbers), np.where(picked, image.scores, text.scores)
    )


def best(fused: Sequence[Mapping[int, float | Fraction]], depth: int) -> TopK:
    """The first ``depth`` documents of each question: by descending score, then in corpus order.

    fused: for each question, corpus number -> score.
    """
    import numpy as np

    numbers = np.full((len(fused), depth), -1, dtype=np.int32)
    scores = np.full(numbers.shape, -np.inf, dtype=np.float32)
    for place, sums in enumerate(fused):
        # Equal fractions become equal floats, which are sorted much faster.
        ranked = sorted((-float(score), row) for row, score in sums.items())[:depth]
        numbers[place, : len(ranked)] = [row for _, row in ranked]
        scores[place, : len(ranked)] = [-score for score, _ in ranked]
    return TopK(numbers, scores)


def _normalised(top: TopK, norm: Norm) -> list[dict[int, float]]:
    """A list's scores as ranx normalises them: for each question, corpus number -> score."""
    ensure_caches()
    from ranx.normalization import norm_switch

    with _compiling():
        return _from_ranx(norm_switch(norm)(_to_ranx(top)))


def _sums(
    lists: Sequence[Sequence[Mapping[int, float]]], weights: Sequence[float]
) -> list[dict[int, float]]:
    """The weighted sum of several lists' scores: for each question, corpus number -> score."""
    fused: list[dict[int, float]] = [{} for _ in lists[0]]
    for scores, weight in zip(lists, weights, strict=True):
        for sums, found in zip(fused, scores, strict=True):
            for row, score in found.items():
                sums[row] = sums.get(row, 0.0) + weight * score
    return fused


def _simplex(lists: int) -> list[tuple[float, ...]]:
    """All weights in steps of 1 / GRID that sum to one."""
    grid = itertools.product(range(GRID + 1), repeat=lists)
    return [tuple(step / GRID for step in steps) for steps in grid if sum(steps) == GRID]


def _to_ranx(top: TopK) -> Any:
    ensure_caches()
    from ranx import Run as RanxRun

    lists: dict[str, dict[str, float]] = {}
    for place, (numbers, scores) in enumerate(
        zip(top.numbers.tolist(), top.scores.tolist(), strict=True)
    ):
        found = zip(numbers, scores, strict=True)
        lists[str(place)] = {str(row): score for row, score in found if row >= 0}
    return RanxRun(lists)


def _from_ranx(run: Any) -> list[dict[int, float]]:
    found = run.to_dict()
    return [
        {int(row): score for row, score in found[str(place)].items()} for place in range(len(found))
    ]


@contextlib.contextmanager
def _compiling() -> Iterator[None]:
    """Hide numba's warnings about ranx's code, which it gives when it compiles that code."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*unsafe cast")
        yield
