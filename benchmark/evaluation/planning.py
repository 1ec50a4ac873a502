"""How many questions and seeds an experiment needs, from the variances of the data at hand.

Sakai (2016, "Topic set size design") asks for the fewest topics with which a paired t-test finds a
difference with a given probability; with training seeds, their variance enters beside the
questions' (effects.py). More questions never make up for too few seeds: what the seeds contribute
stays.
"""

from __future__ import annotations

from benchmark.evaluation.effects import Parts
from benchmark.evaluation.significance import ALPHA, POWER

MOST = 1_000_000
"""Questions beyond which none are counted."""


def detectable(found: Parts, seeds: int, questions: int, comparisons: int = 1) -> float:
    """The true difference that such an experiment finds with probability POWER at ALPHA.

    comparisons: how many pairs are tested together; Holm's first step divides ALPHA by them.
    """
    return float(found.planned(seeds, questions).detectable(ALPHA / comparisons, POWER))


def questions_needed(
    found: Parts, difference: float, seeds: int, comparisons: int = 1
) -> int | None:
    """The fewest questions with which ``difference`` is found with probability POWER at ALPHA.

    None where MOST are too few: the seeds alone hide it.
    """
    low, high = 1, 2
    while detectable(found, seeds, high, comparisons) > difference:
        low, high = high, 2 * high
        if low > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if detectable(found, seeds, middle, comparisons) > difference:
            low = middle
        else:
            high = middle
    return high
