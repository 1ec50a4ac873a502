"""Notes below tables that describe the significance tests."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmark.evaluation.comparison import Comparison
from benchmark.evaluation.significance import ALPHA, POWER, permutations_for
from benchmark.report.tables import p_value, percent

BOTH = (
    "questions and training seeds are both random (standard error from both variances, Student's "
    "t weighted by them: docs/explanation/statistics.md)"
)


def method(comparisons: Sequence[Comparison], family: str = "") -> str:
    """A description of the test of each pair, for one metric or for each of several.

    Empty without pairs. family: the tests that Holm's correction is over, if not all pairs.
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
        test = f"two-sided test in which {BOTH}"
    elif seeded:
        test = f"{alone}; if a system has several training seeds, {BOTH}"
    else:
        test = alone
    return f"{test}; Holm's correction over {family or counted(pairs)}, alpha {ALPHA}"


def counted(pairs: int) -> str:
    """The number of pairs, in words."""
    return "1 pair" if pairs == 1 else f"{pairs:,} pairs"


def intervals(comparisons: Sequence[Comparison]) -> str:
    """A sentence on how the 95% intervals are computed."""
    seeded = any(pair.seeds > 1 for pair in comparisons)
    return "95% intervals: bootstrap over the questions" + (
        "; for systems with several training seeds, from the standard error of the test."
        if seeded
        else "."
    )


def detectable(comparisons: Sequence[Comparison], metric: str) -> str:
    """A sentence on the difference that a test detects with probability POWER.

    It gives medians over the pairs, without and with correction; empty if none is known.
    """
    differences = [
        (pair.detectable, pair.detectable_corrected)
        for pair in comparisons
        if pair.detectable is not None and pair.detectable_corrected is not None
    ]
    if not differences:
        return ""
    alone, corrected = (median(values) for values in zip(*differences, strict=True))
    text = (
        f"Detectable: a true difference of {percent(alone)} in {metric} is detected with "
        f"probability {POWER} at alpha {ALPHA} if only one pair is tested"
    )
    if len(comparisons) == 1:
        return f"{text}."
    return (
        f"{text}; after Holm's correction over all {counted(len(comparisons))}, one of up to "
        f"{percent(corrected)} (medians over the pairs)."
    )


def corrected_p(pair: Comparison) -> str:
    """The corrected p-value; with "<=" if so many permutations can give no smaller one."""
    return p_value(pair.p_holm, bound=pair.at_floor)
