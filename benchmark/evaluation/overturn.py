"""How probably another set of training seeds would give another verdict.

A parametric bootstrap over the seeds, the questions staying what they are. The seeds' means are
taken as normal; their variance and true mean are themselves uncertain, and drawn from what the
seeds at hand tell of them (Student's t, with as many degrees of freedom as there are seeds less
one). Drawing the few seeds themselves with replacement promises too much, as
simulated in docs/explanation/statistics.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.evaluation.effects import Parts
from benchmark.evaluation.significance import SEED
from benchmark.evaluation.verdicts import Statement, verdict_numbers

DRAWS = 2000
STABLE = 0.05
"""A verdict that another set of seeds overturns less probably needs no more seeds."""

FEWEST_SEEDS, MOST_SEEDS = 3, 10
"""Where seeds are added one by one until all verdicts are stable."""


def another_set(pairs: Sequence[Parts], draws: int, generator: np.random.Generator) -> list[Parts]:
    """``draws`` sets of as many new seeds for each pair, together.

    Numbers are shared by the pairs, so that pairs that move together by seed still do.
    """
    seeds = max(pair.seeds for pair in pairs)
    centre = generator.normal(size=(draws, seeds))
    rows = generator.normal(size=(draws, seeds, seeds))
    spread = {
        count: np.sqrt((count - 1) / generator.chisquare(max(count - 1, 1), (draws, 1)))
        for count in sorted({pair.seeds for pair in pairs})
    }
    drawn = []
    for pair in pairs:
        count = pair.seeds
        away = (pair.by_seed - pair.mean) / max(count - 1, 1) ** 0.5
        off = centre[:, :count] @ away / count**0.5
        moved = off[:, None] + rows[:, :count, :count] @ away
        drawn.append(replace(pair, by_seed=pair.mean + spread[count] * moved))
    return drawn


def overturned(
    pairs: Sequence[Parts],
    smallest: float,
    levels: Mapping[Statement, float] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> float | None:
    """The probability that another set of as many seeds gives another verdict on these pairs.

    None where a single seed was run, which tells nothing of others. Beside pairs of several seeds,
    one of a single seed is of systems that no seed changes.
    """
    if max(pair.seeds for pair in pairs) == 1:
        return None
    drawn = another_set(pairs, draws, np.random.default_rng(seed))
    verdict = verdict_numbers(pairs, smallest, levels)
    return float(np.mean(verdict_numbers(drawn, smallest, levels) != verdict))


def needs_more_seeds(probability: float | None, seeds: int) -> bool:
    """Whether a verdict, overturned with that probability, asks for one more seed."""
    if seeds < FEWEST_SEEDS:
        return True
    return seeds < MOST_SEEDS and (probability is None or probability >= STABLE)
