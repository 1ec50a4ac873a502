"""A mean difference over questions and training seeds: interval, p, power.

Differences form a table of seeds by questions, and both are samples: other questions could have
been asked, and another seed trains another model. The variance of the mean is the sum of what the
questions and what the seeds contribute (Clark, 1973, "The language-as-fixed-effect fallacy"):

    from questions    MS_questions / (seeds * questions)
    from seeds        max(0, MS_seeds - MS_interaction) / (seeds * questions)

The critical value is the mean of Student's t for (questions - 1) and for (seeds - 1) degrees of
freedom, weighted by the two parts (Cochran, 1964). Clark's own min F' with Satterthwaite's degrees
of freedom counts the interaction twice, which costs power where seeds matter little, and is too
often significant where they matter much: docs/explanation/statistics.md has the simulation behind
this choice.
With one seed the formulas are those of the paired t-test over the questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, POWER, Floats

SMALLEST_P = 1e-150
ROUNDING = 1e-28
"""A variance below it is the rounding of equal differences."""

_STEPS = 60


@dataclass(frozen=True, kw_only=True)
class Design:
    """How many seeds and questions a mean is over, and the variances that they contribute to it.

    from_seeds, from_questions: variances of the mean, floats or arrays of one shape.
    """

    seeds: int
    questions: int
    from_seeds: float | Floats
    from_questions: float | Floats

    @cached_property
    def error(self) -> Floats:
        """The standard error of the mean."""
        variance = np.add(self.from_seeds, self.from_questions)
        return np.asarray(np.sqrt(np.where(variance > ROUNDING, variance, 0.0)))

    def reach(self, share: float | Floats) -> Floats:
        """The quantile of the estimate's error at ``share``: half an interval's width at 1 - a/2.

        Symmetric: the negative at 1 - share. Zero where nothing varies.
        """
        from scipy.special import stdtrit

        weight = np.divide(
            self.from_seeds,
            self.error**2,
            out=np.zeros(self.error.shape),
            where=self.error > 0,
        )
        by_questions = stdtrit(max(self.questions - 1, 1), share)
        by_seeds = stdtrit(self.seeds - 1, share) if self.seeds > 1 else by_questions
        return np.asarray(self.error * (weight * by_seeds + (1 - weight) * by_questions))

    def p(self, distance: float | Floats) -> Floats:
        """Two-sided p of a mean that lies at ``distance`` from what is tested.

        Where nothing varies, p is that of the exact randomization test over the questions: of all
        2^n choices of signs, two give a mean as far from zero as n equal differences do.
        """
        apart = np.abs(distance)
        low, high = (np.full(self.error.shape, bound) for bound in (np.log10(SMALLEST_P), 0.0))
        for _ in range(_STEPS):
            middle = (low + high) / 2
            beyond = -self.reach(10**middle / 2) < apart
            low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
        unvaried = np.where(apart > ROUNDING**0.5, 2.0 ** (1 - self.questions), 1.0)
        return np.asarray(np.where(self.error > 0, 10**high, unvaried))

    def detectable(self, alpha: float = ALPHA, power: float = POWER) -> Floats:
        """The true difference that a two-sided test at ``alpha`` finds with probability ``power``.

        An approximation that is close from five seeds on (docs/explanation/statistics.md).
        """
        return self.reach(1 - alpha / 2) + self.reach(power)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A table of seeds by questions, or many of one shape, by what its mean and error follow from.

    by_seed: the mean of each seed, float64, shape (..., seeds). of_questions, of_both: the mean
    squares of the questions and of the interaction, shape (...); the latter is 0 for one seed.
    """

    questions: int
    by_seed: Floats
    of_questions: float | Floats
    of_both: float | Floats

    @property
    def seeds(self) -> int:
        return int(self.by_seed.shape[-1])

    @cached_property
    def mean(self) -> Floats:
        """The mean of the whole table."""
        return np.asarray(self.by_seed.mean(axis=-1))

    @cached_property
    def of_seeds(self) -> Floats:
        """The mean square of the seeds; 0 for one."""
        if self.seeds == 1:
            return np.zeros_like(self.mean)
        return np.asarray(self.questions * self.by_seed.var(axis=-1, ddof=1))

    @cached_property
    def design(self) -> Design:
        """What the mean of this table can tell."""
        cells = self.seeds * self.questions
        return Design(
            seeds=self.seeds,
            questions=self.questions,
            from_seeds=np.maximum(self.of_seeds - self.of_both, 0) / cells,
            from_questions=np.divide(self.of_questions, cells),
        )

    def planned(self, seeds: int, questions: int) -> Design:
        """What a table of so many seeds and questions, of the same variances, could tell."""
        between_seeds = np.maximum(self.of_seeds - self.of_both, 0) / self.questions
        between_questions = np.maximum(np.subtract(self.of_questions, self.of_both), 0) / self.seeds
        return Design(
            seeds=seeds,
            questions=questions,
            from_seeds=between_seeds / seeds,
            from_questions=(between_questions + np.divide(self.of_both, seeds)) / questions,
        )


def parts(differences: Floats) -> Parts:
    """The parts of float64 differences of shape (..., seeds, questions).

    Of no question, the means are nan.
    """
    seeds, questions = differences.shape[-2:]
    if not questions:
        nothing = np.full(differences.shape[:-1], np.nan)
        zero = np.zeros(differences.shape[:-2])
        return Parts(questions=0, by_seed=nothing, of_questions=zero, of_both=zero)
    by_seed, by_question = differences.mean(axis=-1), differences.mean(axis=-2)
    mean = by_seed.mean(axis=-1)
    zero = np.zeros_like(mean)
    rest = differences - by_seed[..., None] - by_question[..., None, :] + mean[..., None, None]
    freedom = max((seeds - 1) * (questions - 1), 1)
    return Parts(
        questions=questions,
        by_seed=by_seed,
        of_questions=seeds * by_question.var(axis=-1, ddof=1) if questions > 1 else zero,
        of_both=np.square(rest).sum(axis=(-2, -1)) / freedom if seeds > 1 else zero,
    )


@dataclass(frozen=True)
class Effect:
    """A mean paired difference; ``low`` and ``high`` bound it with 95% confidence.

    What is undefined is None: with fewer than two questions all but their mean, with none the
    mean, too; and ``detectable`` where the differences have no spread.
    """

    parts: Parts

    @property
    def seeds(self) -> int:
        return self.parts.seeds

    @property
    def questions(self) -> int:
        return self.parts.questions

    @property
    def is_defined(self) -> bool:
        """Whether there is an interval and a test."""
        return self.questions >= FEWEST_QUESTIONS

    @property
    def mean(self) -> float | None:
        return float(self.parts.mean) if self.questions else None

    @property
    def low(self) -> float | None:
        return float(self.parts.mean - self._reach) if self.is_defined else None

    @property
    def high(self) -> float | None:
        return float(self.parts.mean + self._reach) if self.is_defined else None

    @property
    def p(self) -> float | None:
        """Two-sided, against no difference."""
        return float(self.parts.design.p(self.parts.mean)) if self.is_defined else None

    @property
    def detectable(self) -> float | None:
        """The true difference that as many seeds and questions of this spread find with
        probability POWER at ALPHA, without any correction.
        """
        return self.detectable_among(1)

    def detectable_among(self, tests: int) -> float | None:
        """The same at the first step of Holm's correction over so many tests."""
        if not self.is_defined or not self.parts.design.error > 0:
            return None
        return float(self.parts.design.detectable(ALPHA / tests))

    def record(self) -> dict[str, float | int | None]:
        """The figures as data."""
        names = ("mean", "low", "high", "p", "detectable", "seeds", "questions")
        return {name: getattr(self, name) for name in names}

    @property
    def _reach(self) -> Floats:
        return self.parts.design.reach(1 - ALPHA / 2)


def effect(differences: Floats) -> Effect:
    """The mean of paired differences, float64 of shape (seeds, questions)."""
    return Effect(parts(differences))


def paired(first: Mapping[int, Floats], second: Mapping[int, Floats]) -> Floats:
    """The differences of two systems, float64 of shape (seeds, questions); of figures by seed.

    Seeds of the same number are compared, since what was trained with one may be part of both
    systems; then those that one of the two lacks, in their order. A system of a single seed is the
    same in each.
    """
    if 1 in (len(first), len(second)):
        return np.asarray(np.stack([*first.values()]) - np.stack([*second.values()]))
    shared = [number for number in first if number in second]
    rows = [
        [values[number] for number in shared]
        + [value for number, value in values.items() if number not in shared]
        for values in (first, second)
    ]
    return np.stack([a - b for a, b in zip(*rows, strict=False)])
