"""The verdict on a claim, by the intervals of its pairs and the smallest relevant effect.

Four statements about a claim are tested, each at both ends of the intervals:

    every pair above the smallest effect   reproduced
    every pair above zero                  reproduced in direction
    a pair below the smallest effect       not reproduced
    a pair below zero                      not reproduced, and the opposite holds

What is said of every pair takes the largest p of them (intersection-union); what is said of one
takes the smallest p times their number (Bonferroni). A statement's family are all claims that could
be tested (Holm). The tests at the smallest effect on either side of zero are the two one-sided
tests of equivalence (Schuirmann, 1987).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from benchmark.evaluation.effects import Parts
from benchmark.evaluation.significance import ALPHA, Floats

Verdict: TypeAlias = Literal[
    "reproduced", "reproduced in direction", "not reproduced", "inconclusive"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Statement: TypeAlias = Literal["above smallest", "above zero", "below smallest", "below zero"]
STATEMENTS: tuple[Statement, ...] = get_args(Statement)


def p_of(statement: Statement, pairs: Sequence[Parts], smallest: float) -> Floats:
    """p of a statement about a claim's pairs, two-sided; 1 where they point the other way.

    Pairs of many tables give as many p.
    """
    bound = smallest if statement.endswith("smallest") else 0.0
    above = statement.startswith("above")
    p = []
    for pair in pairs:
        apart = (pair.mean - bound) * (1 if above else -1)
        p.append(np.where(apart > 0, pair.design.p(apart), 1.0))
    if above:
        return np.asarray(np.max(p, axis=0))
    return np.asarray(np.minimum(len(pairs) * np.min(p, axis=0), 1.0))


def level_among(others: Sequence[float], alpha: float = ALPHA) -> float:
    """The p that a claim may have for Holm's correction to find it significant among ``others``.

    others: the p of the same statement about the other claims.
    """
    count = len(others) + 1
    for place, p in enumerate(sorted(others)):
        if p > alpha / (count - place):
            return alpha / (count - place)
    return alpha


def holds(
    statement: Statement, pairs: Sequence[Parts], smallest: float, level: float
) -> npt.NDArray[np.bool_]:
    """Whether ``p_of`` is at most ``level``, by the intervals at that level."""
    bound = smallest if statement.endswith("smallest") else 0.0
    if statement.startswith("above"):
        ends = [pair.mean - pair.design.reach(1 - level / 2) for pair in pairs]
        return np.asarray(np.all(np.asarray(ends) > bound, axis=0))
    ends = [pair.mean + pair.design.reach(1 - level / len(pairs) / 2) for pair in pairs]
    return np.asarray(np.any(np.asarray(ends) < bound, axis=0))


def verdict_numbers(
    pairs: Sequence[Parts], smallest: float, levels: Mapping[Statement, float] | None = None
) -> npt.NDArray[np.intp]:
    """The verdict as its place in VERDICTS, one for each table of the pairs.

    levels: those of ``level_among`` for each statement; ALPHA for a claim that stands alone.
    """
    chosen = dict.fromkeys(STATEMENTS, ALPHA) if levels is None else levels
    return decided({one: holds(one, pairs, smallest, chosen[one]) for one in STATEMENTS})


def decided(found: Mapping[Statement, npt.ArrayLike]) -> npt.NDArray[np.intp]:
    """The verdict as its place in VERDICTS, by which statements hold.

    A difference that is above zero and yet below the smallest effect is not reproduced.
    """
    below = np.logical_or(found["below smallest"], found["below zero"])
    return np.select(
        [np.asarray(found["above smallest"]), below, np.asarray(found["above zero"])],
        [
            VERDICTS.index(one)
            for one in ("reproduced", "not reproduced", "reproduced in direction")
        ],
        VERDICTS.index("inconclusive"),
    )


def p_equivalent(pair: Parts, smallest: float) -> float:
    """p of the two one-sided tests that a difference lies within ``smallest`` of zero."""
    from_below, from_above = pair.mean + smallest, smallest - pair.mean
    p = [
        half / 2 if apart > 0 else 1 - half / 2
        for apart in (from_below, from_above)
        for half in [float(pair.design.p(apart))]
    ]
    return max(p)
