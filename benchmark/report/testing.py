"""How pairs of systems were tested, in the words that stand below tables."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmark.evaluation.comparison import Comparison
from benchmark.evaluation.significance import ALPHA, POWER, permutations_for
from benchmark.report.tables import p_value, percent

BOTH = (
    "questions and training seeds are both random (standard error from the variances of both, "
    "Student's t weighted by them: docs/explanation/statistics.md)"
)


def method(comparisons: Sequence[Comparison], family: str = "") -> str:
    """How each pair was tested; empty where there is none. Of one metric, or alike for each.

    family: what Holm's correction is over, where it isn't all pairs.
    """
    if not comparisons:
        return ""
    pairs = len({frozenset((pair.first, pair.second)) for pair in comparisons})
    seeded = sum(pair.seeds > 1 for pair in comparisons)
    alone = (
        f"paired two-sided randomization test over the questions, {permutations_for(pairs):,} "
        "permutations"
    )
    if seeded == len(comparisons):
        tested = f"two-sided test in which {BOTH}"
    elif seeded:
        tested = f"{alone}; where a system has several training seeds, {BOTH}"
    else:
        tested = alone
    count = "1 pair" if pairs == 1 else f"{pairs} pairs"
    return f"{tested}; Holm's correction over {family or count}, alpha {ALPHA}"


def intervals(comparisons: Sequence[Comparison]) -> str:
    """What the 95% intervals are made by."""
    seeded = any(pair.seeds > 1 for pair in comparisons)
    return "95% intervals: bootstrap over the questions" + (
        "; of systems with several training seeds, over questions and seeds by the formula of the "
        "test."
        if seeded
        else "."
    )


def detectable(comparisons: Sequence[Comparison], metric: str) -> str:
    """The difference that is likely found, alone and after correction; empty where none is known.

    Medians over the pairs.
    """
    found = [
        (pair.detectable, pair.detectable_corrected)
        for pair in comparisons
        if pair.detectable is not None and pair.detectable_corrected is not None
    ]
    if not found:
        return ""
    alone, corrected = (median(values) for values in zip(*found, strict=True))
    text = (
        f"Detectable: a true difference of {percent(alone)} in {metric} is found with probability "
        f"{POWER} at alpha {ALPHA} where one pair alone is tested"
    )
    if len(comparisons) == 1:
        return f"{text}."
    return (
        f"{text}; with Holm's correction over all {len(comparisons)} pairs it takes up to "
        f"{percent(corrected)} (medians over the pairs)."
    )


def corrected_p(pair: Comparison) -> str:
    """The corrected p; as a bound where the permutations can give no smaller one."""
    return p_value(pair.p_holm, bound=pair.at_floor)
