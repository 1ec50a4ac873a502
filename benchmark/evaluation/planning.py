"""The number of questions and seeds that an experiment needs, from the variances of results.

Sakai (2016, "Topic set size design") computes the fewest topics with which a paired t-test detects
a difference with a given probability. With training seeds, their variance is added to that of the
questions (effects.py); it does not fall with more questions.
"""

from __future__ import annotations

from benchmark.evaluation.effects import Parts
from benchmark.evaluation.significance import ALPHA, POWER

MOST = 1_000_000
"""The largest number of questions that is considered."""


def detectable(variances: Parts, seeds: int, questions: int, comparisons: int = 1) -> float:
    """The true difference that such an experiment detects with probability POWER at ALPHA.

    comparisons: the number of pairs that are tested together; Holm's first step divides ALPHA by
    it.
    """
    return float(variances.planned(seeds, questions).detectable(ALPHA / comparisons, POWER))


def questions_needed(
    variances: Parts, difference: float, seeds: int, comparisons: int = 1
) -> int | None:
    """The fewest questions with which ``difference`` is detected with probability POWER at ALPHA.

    None if MOST questions are too few, since the variance between seeds is too large.
    """
    low, high = 1, 2
    while detectable(variances, seeds, high, comparisons) > difference:
        low, high = high, 2 * high
        if low > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if detectable(variances, seeds, middle, comparisons) > difference:
            low = middle
        else:
            high = middle
    return high
