"""The mean difference of two systems over questions and training seeds: interval, p, power.

The differences form a table of seeds by questions. Both are samples: other questions could be
asked, and another seed gives another model. The variance of the mean is the sum of a part from the
questions and a part from the seeds (Clark, 1973, "The language-as-fixed-effect fallacy"):

    from questions    MS_questions / (seeds * questions)
    from seeds        max(0, MS_seeds - MS_interaction) / (seeds * questions)

The critical value is the mean of Student's t for (questions - 1) and for (seeds - 1) degrees of
freedom, weighted by the two parts (Cochran, 1964). Clark's min F' with Satterthwaite's degrees of
freedom counts the interaction twice: it loses power if the variance between seeds is small, and is
significant too often if it is large (simulated in docs/explanation/statistics.md). With one seed,
the formulas are those of the paired t-test over the questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, POWER, Floats

SMALLEST_P = 1e-150
ROUNDING = 1e-28
"""Variances below this are rounding errors of equal differences."""

_STEPS = 60


@dataclass(frozen=True, kw_only=True)
class Design:
    """The numbers of seeds and questions of a mean, and their parts of its variance.

    from_seeds, from_questions: the parts of the variance, floats or arrays of one shape.
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
        """The quantile of the estimate's error at ``share``.

        At 1 - alpha/2 it is half the width of an interval; at 1 - share it is the negative. Zero if
        nothing varies.
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
        """The two-sided p of a mean at ``distance`` from the tested value.

        If nothing varies, p is that of the exact randomization test over the n questions: of all
        2^n choices of signs, two give a mean as far from zero as n equal differences.
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
        """The true difference that a two-sided test at ``alpha`` detects with this power.

        It is an approximation, which is close for five or more seeds
        (docs/explanation/statistics.md).
        """
        return self.reach(1 - alpha / 2) + self.reach(power)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The variance parts of a table of seeds by questions, or of many tables of one shape.

    by_seed: the mean of each seed; float64, shape (..., seeds). of_questions, of_both: the mean
    squares of the questions and of the interaction; shape (...). The interaction is 0 for one seed.
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
        """The mean square of the seeds; 0 for one seed."""
        if self.seeds == 1:
            return np.zeros_like(self.mean)
        return np.asarray(self.questions * self.by_seed.var(axis=-1, ddof=1))

    @cached_property
    def design(self) -> Design:
        """The design of this table's mean, from which interval and p follow."""
        cells = self.seeds * self.questions
        return Design(
            seeds=self.seeds,
            questions=self.questions,
            from_seeds=np.maximum(self.of_seeds - self.of_both, 0) / cells,
            from_questions=np.divide(self.of_questions, cells),
        )

    def planned(self, seeds: int, questions: int) -> Design:
        """The design of a table of the same variances with these numbers of seeds and questions."""
        between_seeds = np.maximum(self.of_seeds - self.of_both, 0) / self.questions
        between_questions = np.maximum(np.subtract(self.of_questions, self.of_both), 0) / self.seeds
        return Design(
            seeds=seeds,
            questions=questions,
            from_seeds=between_seeds / seeds,
            from_questions=(between_questions + np.divide(self.of_both, seeds)) / questions,
        )


def parts(differences: Floats) -> Parts:
    """The variance parts of differences; float64, shape (..., seeds, questions).

    Without questions, the means are nan.
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
    """A mean paired difference with its 95% confidence interval from ``low`` to ``high``.

    Undefined values are None: with fewer than two questions, all but the mean; without questions,
    the mean too; and ``detectable`` if all differences are equal.
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
        """Whether interval and test are defined."""
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
        """The two-sided p of the test against no difference."""
        return float(self.parts.design.p(self.parts.mean)) if self.is_defined else None

    @property
    def detectable(self) -> float | None:
        """The true difference that a test with the same seeds and questions detects with
        probability POWER at ALPHA, without correction.
        """
        return self.detectable_among(1)

    def detectable_among(self, tests: int) -> float | None:
        """``detectable`` at the first step of Holm's correction over this number of tests."""
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
    """The effect of paired differences; float64, shape (seeds, questions)."""
    return Effect(parts(differences))


def paired(first: Mapping[int, Floats], second: Mapping[int, Floats]) -> Floats:
    """The differences of two systems; float64, shape (seeds, questions).

    first, second: seed -> figures of shape (questions,). Equal seeds are paired, since the systems
    may share what was trained with a seed; then the other seeds, in their order. A system with a
    single seed is paired with every seed of the other.
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
