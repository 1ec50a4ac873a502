"""Tests, intervals and sizes of paired differences over questions, and Holm's correction.

The randomization test flips the sign of each question's difference at random (Fisher; Smucker,
Allan and Carterette, CIKM 2007): p = (b + 1) / (n + 1), where b of n permutations give a mean
difference at least as far from zero as the one observed. All pairs of systems share the same
permutations, which makes the test one matrix product.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

ALPHA = 0.05
POWER = 0.8
SEED = 1234
FEWEST_PERMUTATIONS = 10_000
RESAMPLES = 10_000
_BLOCK = 512

Floats = npt.NDArray[np.float64]
Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
"""The rows of each pair's first and second system."""


FEWEST_QUESTIONS = 2
"""Below this many questions no spread, interval or test is defined."""


def defined(value: float) -> float | None:
    """The value as plain data: None where it is not a finite number."""
    return float(value) if np.isfinite(value) else None


def permutations_for(pairs: int) -> int:
    """Enough permutations that Holm's correction over ``pairs`` leaves room for significance."""
    return max(FEWEST_PERMUTATIONS, 200 * pairs)


def randomization_test(
    values: Floats, permutations: int, seed: int, pairs: Pairs | None = None
) -> Floats:
    """Two-sided p of each row of paired differences, float64 of shape (rows, questions).

    pairs: ``values`` are systems' figures, and tested are the differences of each pair of rows. A
    difference of sums is the sum of the differences, so that the systems alone are summed up.
    With fewer than two questions p is undefined: nan.
    """
    if values.shape[1] < FEWEST_QUESTIONS:
        return np.full(len(values) if pairs is None else len(pairs[0]), np.nan)
    generator = np.random.default_rng(seed)
    differences = values if pairs is None else values[pairs[0]] - values[pairs[1]]
    rounding = 1e-12 * np.abs(values).sum(axis=1).max()
    least = np.abs(differences.sum(axis=1)) - 1e-9 * np.abs(differences).sum(axis=1) - rounding
    whole, beyond = values.sum(axis=1), np.zeros(len(differences), dtype=np.int64)
    for start in range(0, permutations, _BLOCK):
        count = min(_BLOCK, permutations - start)
        positive = generator.integers(0, 2, (count, values.shape[1]), dtype=np.int8)
        sums = 2 * (positive.astype(np.float64) @ values.T) - whole
        beyond += (np.abs(_between(sums, pairs)) >= least).sum(axis=0)
    p: Floats = (beyond + 1) / (permutations + 1)
    return p


def bootstrap(
    values: Floats, seed: int = SEED, pairs: Pairs | None = None
) -> tuple[Floats, Floats]:
    """95% percentile bootstrap interval of the mean of each row, shape (rows, questions).

    pairs: of the difference between the means of each pair of rows instead. With fewer than two
    questions there is no interval: nan.
    """
    if values.shape[1] < FEWEST_QUESTIONS:
        nothing = np.full(len(values) if pairs is None else len(pairs[0]), np.nan)
        return nothing, nothing
    drawn = _resamples(seed, values.shape[1])
    means = np.empty((RESAMPLES, len(values)))
    for start in range(0, RESAMPLES, _BLOCK):
        block = slice(start, start + _BLOCK)
        means[block] = drawn[block].astype(np.float64) @ values.T / values.shape[1]
    low, high = np.quantile(_between(means, pairs), [ALPHA / 2, 1 - ALPHA / 2], axis=0)
    return low, high


@lru_cache(maxsize=1)
def _resamples(seed: int, questions: int) -> npt.NDArray[np.uint8]:
    """How often each resample draws each question, shape (RESAMPLES, questions).

    Kept, since a table asks for them row by row. Nothing is drawn 256 times: that has a
    probability below 1e-500.
    """
    generator = np.random.default_rng(seed)
    drawn = np.empty((RESAMPLES, questions), dtype=np.uint8)
    for start in range(0, RESAMPLES, _BLOCK):
        count = min(_BLOCK, RESAMPLES - start)
        rows = generator.integers(0, questions, (count, questions))
        rows += np.arange(count)[:, None] * questions
        times = np.bincount(rows.ravel(), minlength=count * questions)
        drawn[start : start + count] = times.reshape(count, questions)
    return drawn


def detectable(differences: Floats, alpha: float = ALPHA) -> Floats:
    """The smallest true difference of each row of paired differences that would likely be seen.

    (z_{1 - alpha / 2} + z_.8) * sd / sqrt(n): a two-sided paired test at ``alpha`` finds it with
    probability POWER. It is undefined (nan) where the differences have no spread.
    """
    from scipy.special import ndtri

    z = ndtri(1 - alpha / 2) + ndtri(POWER)
    smallest: Floats = z * standard_deviation(differences) / np.sqrt(differences.shape[1])
    return smallest


def standard_deviation(differences: Floats) -> Floats:
    """The sample standard deviation of each row of differences of shares (between -1 and 1).

    nan where nothing can be divided by it: with fewer than two questions, and where all
    differences of a row are equal but for rounding.
    """
    if differences.shape[1] < FEWEST_QUESTIONS:
        return np.full(len(differences), np.nan)
    spread = np.ptp(differences, axis=1)
    deviations: Floats = differences.std(axis=1, ddof=1)
    return np.where(spread > 1e-12, deviations, np.nan)


def holm(p: Floats) -> Floats:
    """Holm's step-down correction: the i-th smallest of n counts (n - i + 1)-fold, 1 at most, and
    none falls below one before it.

    An undefined p (nan) stays undefined and counts as 1 in the correction of the others.
    """
    order = np.argsort(p, kind="stable")
    corrected = np.empty_like(p)
    known = np.where(np.isnan(p), 1.0, p)
    corrected[order] = np.maximum.accumulate(known[order] * np.arange(len(p), 0, -1)).clip(max=1)
    corrected[np.isnan(p)] = np.nan
    return corrected


def _between(sums: Floats, pairs: Pairs | None) -> Floats:
    """The differences of each pair of columns; the columns themselves without pairs."""
    return sums if pairs is None else sums[:, pairs[0]] - sums[:, pairs[1]]
