"""What the data say of true differences, as probabilities: the Bayesian bootstrap.

The posterior of a mean over questions under an uninformative prior on the questions' figures is the
mean with Dirichlet(1, ..., 1) weights (Rubin, 1981). Training seeds add Student's t with as many
degrees of freedom as there are seeds less one, scaled by what the seeds contribute to the variance
(effects.py). Read beside the tests as Benavoli et al. (2017) read theirs: how probable it is that a
difference exceeds what is worth speaking of, or lies within (the region of practical equivalence).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.effects import parts
from benchmark.evaluation.significance import SEED, Floats

DRAWS = 4000
PRACTICAL = 0.01
"""The smallest relevant difference, where nothing else is said: one point of 100."""

_BLOCK = 500


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Probabilities that the first of two systems is truly better by more than ``practical``, that
    they differ by less, that the second is better by more; with a central 95% interval.
    """

    practical: float
    better: float
    equivalent: float
    worse: float
    low: float
    high: float


def posterior(tables: Sequence[Floats], draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Draws of the true means of several tables of seeds by questions; shape (draws, tables).

    All are over the same questions. Weights are shared by the tables, and so is what is drawn for
    the first, second, ... seed: what moves together still does.
    """
    generator = np.random.default_rng(seed)
    figures = np.stack([table.mean(axis=0) for table in tables])
    drawn = np.empty((draws, len(tables)))
    for start in range(0, draws, _BLOCK):
        block = drawn[start : start + _BLOCK]
        weights = generator.standard_exponential((len(block), figures.shape[1]))
        block[:] = (weights @ figures.T) / weights.sum(axis=1, keepdims=True)
    most = max(len(table) for table in tables)
    numbers = generator.normal(size=(draws, most))
    spread = {
        count: np.sqrt((count - 1) / generator.chisquare(count - 1, draws))
        for count in sorted({len(table) for table in tables})
        if count > 1
    }
    for place, table in enumerate(tables):
        if (count := len(table)) > 1:
            drawn[:, place] += spread[count] * (numbers[:, :count] @ _loadings(table))
    return drawn


def _loadings(table: Floats) -> Floats:
    """The seeds' deviations, scaled so that their sum of squares is what they contribute."""
    found = parts(table)
    away = found.by_seed - found.mean
    whole = float(np.square(away).sum())
    share = float(np.asarray(found.design.from_seeds)) / whole if whole else 0.0
    return np.asarray(away * share**0.5)


def reading(differences: Floats, practical: float = PRACTICAL, seed: int = SEED) -> Reading:
    """Read the differences of two systems, float64 of shape (seeds, questions)."""
    drawn = posterior([differences], seed=seed)[:, 0]
    low, high = np.quantile(drawn, [0.025, 0.975])
    better, worse = float(np.mean(drawn > practical)), float(np.mean(drawn < -practical))
    return Reading(
        practical=practical,
        better=better,
        equivalent=1 - better - worse,
        worse=worse,
        low=float(low),
        high=float(high),
    )
