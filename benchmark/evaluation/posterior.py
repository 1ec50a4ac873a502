"""Probabilities of true differences, by the Bayesian bootstrap.

Under an uninformative prior on the questions' figures, the posterior of their mean is the mean with
Dirichlet(1, ..., 1) weights (Rubin, 1981). For training seeds, Student's t with one degree of
freedom less than seeds is added, scaled by their part of the variance (effects.py). As in Benavoli
et al. (2017), the posterior gives the probability that a difference exceeds the smallest relevant
difference, or lies within it (the region of practical equivalence).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.effects import parts
from benchmark.evaluation.significance import SEED, Floats

DRAWS = 4000
PRACTICAL = 0.01
"""The default of the smallest relevant difference, as a share: one point of 100."""

_BLOCK = 500


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The posterior of the true difference of two systems.

    better, equivalent, worse: the probabilities that the first system is better by more than
    ``practical``, that they differ by less, and that the second is better by more. low, high: the
    central 95% interval.
    """

    practical: float
    better: float
    equivalent: float
    worse: float
    low: float
    high: float


def posterior(tables: Sequence[Floats], draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Draws of the true means of several tables of seeds by questions; shape (draws, tables).

    All tables are over the same questions. They share the weights of the questions and the random
    numbers of the first, second, ... seed, which preserves correlations.
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
    """The seeds' deviations, scaled so that their squares add up to their part of the variance."""
    variances = parts(table)
    away = variances.by_seed - variances.mean
    whole = float(np.square(away).sum())
    share = float(np.asarray(variances.design.from_seeds)) / whole if whole else 0.0
    return np.asarray(away * share**0.5)


def reading(differences: Floats, practical: float = PRACTICAL, seed: int = SEED) -> Reading:
    """The posterior for the differences of two systems; float64, shape (seeds, questions)."""
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
