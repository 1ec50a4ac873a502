"""How large a difference is over questions and training seeds: effect, interval, p, power.

Differences form a table of seeds by questions. With one seed, the paired randomization test over
the questions and their bootstrap interval speak about that one training. With several, both are
random effects: the standard error adds the mean squares of seeds and questions, and the degrees of
freedom follow Satterthwaite (min F' of Clark, 1973), which errs on the careful side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.significance import (
    ALPHA,
    FEWEST_PERMUTATIONS,
    FEWEST_QUESTIONS,
    POWER,
    SEED,
    Floats,
    bootstrap,
    randomization_test,
)


@dataclass(frozen=True)
class Effect:
    """A mean paired difference. ``low`` and ``high`` bound it with 95% confidence.

    detectable: the difference that as many seeds and questions of this spread would have shown at
    ALPHA with a probability of POWER, uncorrected.
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
    """The mean of paired differences, float64 of shape (seeds, questions).

    Where several seeds and all their questions give one and the same difference, there is no
    standard error, and the randomization test over the questions decides as with one seed.
    """
    seeds, questions = differences.shape
    mean = float(differences.mean()) if questions else None
    if mean is None or questions < FEWEST_QUESTIONS:
        return Effect(mean, None, None, None, None, seeds, questions)
    if seeds > 1:
        error, freedom = _crossed(differences)
    else:
        error, freedom = float(differences.std(ddof=1)) / questions**0.5, questions - 1.0
    varies = bool(np.ptp(differences) > 1e-12) and error > 0
    reach = error * _quantile(1 - ALPHA / 2, freedom)
    if seeds > 1 and varies:
        low, high, p = mean - reach, mean + reach, _t_test(mean, error, freedom)
    else:
        over_questions = differences.mean(axis=0, keepdims=True)
        (low,), (high,) = bootstrap(over_questions)
        (p,) = randomization_test(over_questions, FEWEST_PERMUTATIONS, SEED)
    return Effect(
        mean=mean,
        low=float(low),
        high=float(high),
        p=float(p),
        detectable=reach + error * _quantile(POWER, freedom) if varies else None,
        seeds=seeds,
        questions=questions,
    )


def _crossed(differences: Floats) -> tuple[float, float]:
    """Standard error and degrees of freedom of the mean, seeds and questions both random."""
    seeds, questions = differences.shape
    of_seeds = questions * differences.mean(axis=1).var(ddof=1)
    of_questions = seeds * differences.mean(axis=0).var(ddof=1)
    both = of_seeds + of_questions
    if not both:
        return 0.0, questions - 1.0
    freedom = both**2 / (of_seeds**2 / (seeds - 1) + of_questions**2 / (questions - 1))
    return float(both / (seeds * questions)) ** 0.5, float(freedom)


def _t_test(mean: float, error: float, freedom: float) -> float:
    from scipy import stats

    return float(2 * stats.t.sf(abs(mean) / error, freedom))


def _quantile(share: float, freedom: float) -> float:
    from scipy import stats

    return float(stats.t.ppf(share, freedom))
