"""A mean difference over questions and training seeds: interval, p, power.

Differences form a table of seeds by questions, and both are samples: other questions could have
been asked, and another seed trains another model. The variance of the mean is the sum of what the
questions and what the seeds contribute (Clark, 1973, "The language-as-fixed-effect fallacy"):

    from questions    MS_questions / (seeds * questions)
    from seeds        max(0, MS_seeds - MS_interaction) / (seeds * questions)

The critical value is the mean of Student's t for (questions - 1) and for (seeds - 1) degrees of
freedom, weighted by the two parts (Cochran, 1964). Clark's own min F' with Satterthwaite's degrees
of freedom counts the interaction twice, which costs power where seeds matter little, and is too
often significant where they matter much: docs/statistics.md has the simulation behind this choice.
With one seed the formulas are those of the paired t-test over the questions.
"""

from __future__ import annotations

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

        An approximation that is close from five seeds on (docs/statistics.md).
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
    """The parts of float64 differences of shape (..., seeds, questions)."""
    seeds, questions = differences.shape[-2:]
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


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A mean paired difference. ``low`` and ``high`` bound it with 95% confidence.

    p: two-sided, against no difference. detectable: the true difference that as many seeds and
    questions of this spread find with probability POWER at ALPHA, without any correction.
    What is undefined is None: with fewer than two questions all but their mean, with none the
    mean, too; and ``detectable`` where the differences have no spread.
    """

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    detectable: float | None
    seeds: int
    questions: int


def effect(differences: Floats) -> Effect:
    """The mean of paired differences, float64 of shape (seeds, questions)."""
    seeds, questions = differences.shape
    if not questions:
        return Effect(
            mean=None, low=None, high=None, p=None, detectable=None, seeds=seeds, questions=0
        )
    return effect_of(parts(differences))


def effect_of(found: Parts) -> Effect:
    """As ``effect``, of the parts of one table."""
    mean, design = float(found.mean), found.design
    defined, varies = found.questions >= FEWEST_QUESTIONS, bool(design.error > 0)
    reach = float(design.reach(1 - ALPHA / 2))
    return Effect(
        mean=mean,
        low=mean - reach if defined else None,
        high=mean + reach if defined else None,
        p=float(design.p(mean)) if defined else None,
        detectable=float(design.detectable()) if defined and varies else None,
        seeds=found.seeds,
        questions=found.questions,
    )
