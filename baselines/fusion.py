"""Fusion: ranked lists of the same questions become one, by ranks, by scores, or by an oracle."""

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
"""How ranx makes the scores of a list comparable: to [0, 1], or to z-scores (zero mean, unit
variance)."""

GRID = 20
"""Weights are tuned in steps of one twentieth."""


@recipe_name("ReciprocalRank")
@dataclass(frozen=True, kw_only=True)
class ReciprocalRank(Ranking):
    """A document's score is the sum over the lists of 1 / (constant + rank), rank from 1.

    The paper fuses with 1/rank, so the constant is 0. Lists that share no document tie at every
    rank, and the paper doesn't say how it breaks that; here the benchmark's rule does: order in the
    corpus, passages first. Sums are made of exact fractions, so that no rounding hides a tie.
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
    """ISR of Mourão et al. (2015): how many lists hold a document, times the sum of 1 / rank^2.

    Lists that share no document come out as by reciprocal rank.
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
            # Strictly decreasing scores: ranx would scramble equal ones.
            ranks = np.broadcast_to(np.arange(top.numbers.shape[1]), top.numbers.shape)
            runs.append(_to_ranx(TopK(top.numbers, -ranks.astype(np.float32))))
        with _compiling():
            return best(_from_ranx(fuse(runs, norm=None, method="isr")), self.task.depth)


@recipe_name("FusionWeights")
@dataclass(frozen=True, kw_only=True)
class Weights(Artefact):
    """A weight for each list, tuned by MRR@10 on the questions that the lists are of: never test's.

    Of weights that score alike the most even ones are kept.
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
    """A document's score is the weighted sum of its normalised scores; 0 where a list lacks it."""

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
    """The modality of a question's own answer picks the list: the upper bound of routing."""

    task: Task
    text: Ranking
    image: Ranking

    def rank(self, store: Store) -> TopK:
        import numpy as np

        queries = self.task.data.queries(self.task.split)
        for query in queries:
            if query.modality is None:
                raise InputError(
                    f"the modality of question '{query.id}' is unknown", mend="give it in the data"
                )
        pictures = np.array([query.modality == "image" for query in queries])
        return choose(pictures, self.text.top(store), self.image.top(store))

    def metadata(self, store: Store) -> Mapping[str, Any]:
        return {**super().metadata(store), "oracle": True}


def choose(pictures: npt.NDArray[np.bool_], text: TopK, image: TopK) -> TopK:
    """For each question the list of images where ``pictures`` (shape (questions,)) says so."""
    import numpy as np

    picked = pictures[:, np.newaxis]
    return TopK(
        np.where(picked, image.numbers, text.numbers), np.where(picked, image.scores, text.scores)
    )


def best(fused: Sequence[Mapping[int, float | Fraction]], depth: int) -> TopK:
    """The ``depth`` best of each question's documents: score descending, then order in the corpus.

    fused: for each question, corpus row -> score.
    """
    import numpy as np

    numbers = np.full((len(fused), depth), -1, dtype=np.int32)
    scores = np.full(numbers.shape, -np.inf, dtype=np.float32)
    for place, sums in enumerate(fused):
        # Floats of equal fractions are equal, and sort far faster.
        ranked = sorted((-float(score), row) for row, score in sums.items())[:depth]
        numbers[place, : len(ranked)] = [row for _, row in ranked]
        scores[place, : len(ranked)] = [-score for score, _ in ranked]
    return TopK(numbers, scores)


def _normalised(top: TopK, norm: Norm) -> list[dict[int, float]]:
    """The scores of a list as ranx normalises them, by question and row."""
    ensure_caches()
    from ranx.normalization import norm_switch

    with _compiling():
        return _from_ranx(norm_switch(norm)(_to_ranx(top)))


def _sums(
    lists: Sequence[Sequence[Mapping[int, float]]], weights: Sequence[float]
) -> list[dict[int, float]]:
    """The weighted sum of several lists' scores, by question and row."""
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
    """Keep to itself what numba says of ranx's code when it compiles it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*unsafe cast")
        yield
