"""The probability that another set of training seeds would give another verdict.

It is computed by a parametric bootstrap over the seeds, for the same questions. The seeds' means
are taken as normally distributed; their true mean and variance are uncertain, and drawn from their
distribution given the seeds (Student's t, with one degree of freedom less than seeds). Resampling
the few seeds with replacement gives probabilities that are too small, as simulated in
docs/explanation/statistics.md.
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
"""A verdict counts as stable if another set of seeds overturns it with a smaller probability."""

FEWEST_SEEDS, MOST_SEEDS = 3, 10
"""The first and the largest number of seeds, if seeds are added until verdicts are stable."""


def another_set(pairs: Sequence[Parts], draws: int, generator: np.random.Generator) -> list[Parts]:
    """``draws`` new sets of seeds for each pair, with as many seeds as the pair has.

    The pairs share their random numbers, which preserves correlations between pairs.
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

    None if all pairs have a single seed, which gives no variance. Beside pairs with several seeds,
    a pair with one seed consists of systems without training.
    """
    if max(pair.seeds for pair in pairs) == 1:
        return None
    drawn = another_set(pairs, draws, np.random.default_rng(seed))
    verdict = verdict_numbers(pairs, smallest, levels)
    return float(np.mean(verdict_numbers(drawn, smallest, levels) != verdict))


def needs_more_seeds(probability: float | None, seeds: int) -> bool:
    """Whether a verdict that is overturned with this probability needs one more seed."""
    if seeds < FEWEST_SEEDS:
        return True
    return seeds < MOST_SEEDS and (probability is None or probability >= STABLE)
