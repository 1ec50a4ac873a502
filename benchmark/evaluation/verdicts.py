"""The verdict on a claim, from the intervals of its pairs and the smallest relevant effect.

Four statements about a claim are tested, each at both ends of the intervals:

    every pair above the smallest effect   reproduced
    every pair above zero                  reproduced in direction
    a pair below the smallest effect       not reproduced
    a pair below zero                      not reproduced, and the opposite holds

A statement about every pair has the largest p of the pairs (intersection-union test); a statement
about one pair has the smallest p times the number of pairs (Bonferroni). Each statement is
corrected over all claims that could be tested (Holm). The tests at the smallest effect on both
sides of zero are the two one-sided tests of equivalence (Schuirmann, 1987).
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
    """The two-sided p of a statement about a claim's pairs; 1 in the opposite direction.

    If the pairs hold many tables, there is a p for each table.
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
    """The largest p at which a claim is significant after Holm's correction among ``others``.

    others: the p-values of the same statement about the other claims.
    """
    count = len(others) + 1
    for place, p in enumerate(sorted(others)):
        if p > alpha / (count - place):
            return alpha / (count - place)
    return alpha


def holds(
    statement: Statement, pairs: Sequence[Parts], smallest: float, level: float
) -> npt.NDArray[np.bool_]:
    """Whether ``p_of`` is at most ``level``, computed from the intervals at that level."""
    bound = smallest if statement.endswith("smallest") else 0.0
    if statement.startswith("above"):
        ends = [pair.mean - pair.design.reach(1 - level / 2) for pair in pairs]
        return np.asarray(np.all(np.asarray(ends) > bound, axis=0))
    ends = [pair.mean + pair.design.reach(1 - level / len(pairs) / 2) for pair in pairs]
    return np.asarray(np.any(np.asarray(ends) < bound, axis=0))


def verdict_numbers(
    pairs: Sequence[Parts], smallest: float, levels: Mapping[Statement, float] | None = None
) -> npt.NDArray[np.intp]:
    """The verdict as its index in VERDICTS, for each table of the pairs.

    levels: statement -> the level of ``level_among``; ALPHA for a single claim.
    """
    chosen = dict.fromkeys(STATEMENTS, ALPHA) if levels is None else levels
    return decided(
        {
            statement: holds(statement, pairs, smallest, chosen[statement])
            for statement in STATEMENTS
        }
    )


def decided(holding: Mapping[Statement, npt.ArrayLike]) -> npt.NDArray[np.intp]:
    """The verdict as its index in VERDICTS, from the statements that hold.

    A difference above zero but below the smallest effect is not reproduced.
    """
    below = np.logical_or(holding["below smallest"], holding["below zero"])
    return np.select(
        [np.asarray(holding["above smallest"]), below, np.asarray(holding["above zero"])],
        [
            VERDICTS.index("reproduced"),
            VERDICTS.index("not reproduced"),
            VERDICTS.index("reproduced in direction"),
        ],
        VERDICTS.index("inconclusive"),
    )


def p_equivalent(pair: Parts, smallest: float) -> float:
    """The p of the two one-sided tests that a difference is within ``smallest`` of zero."""
    from_below, from_above = pair.mean + smallest, smallest - pair.mean
    p = [
        half / 2 if apart > 0 else 1 - half / 2
        for apart in (from_below, from_above)
        for half in [float(pair.design.p(apart))]
    ]
    return max(p)
