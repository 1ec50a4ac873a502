"""Tests, intervals and effect sizes of paired differences over questions, and Holm's correction.

The randomization test flips the sign of each question's difference at random (Fisher; Smucker,
Allan and Carterette, CIKM 2007): p = (b + 1) / (n + 1), where b of n permutations give a mean
difference at least as far from zero as the one observed. All pairs of systems share the same
permutations, which makes the test one matrix product.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt

ALPHA = 0.05
POWER = 0.8
SEED = 1234
FEWEST_PERMUTATIONS = 10_000
RESAMPLES = 10_000
_BLOCK = 512
_WORKERS = os.cpu_count() or 1
"""Threads for blocks of permutations; numpy lets each other run meanwhile."""

Floats = npt.NDArray[np.float64]
Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
"""The row numbers of the first and of the second system of each pair."""


FEWEST_QUESTIONS = 2
"""The smallest number of questions for which variance, interval and test are defined."""


def defined(value: float) -> float | None:
    """The value, or None if it is not a finite number."""
    return float(value) if np.isfinite(value) else None


def permutations_for(pairs: int) -> int:
    """A number of permutations at which p-values stay below ALPHA after Holm's correction over
    ``pairs``.
    """
    return max(FEWEST_PERMUTATIONS, 200 * pairs)


def randomization_test(
    values: Floats, permutations: int, seed: int, pairs: Pairs | None = None
) -> Floats:
    """The two-sided p of each row of paired differences; float64, shape (rows, questions).

    pairs: if given, ``values`` are figures of systems, and the differences of each pair of rows are
    tested. Only the systems are summed up, since the difference of sums is the sum of differences.
    With fewer than two questions, p is undefined (nan).
    """
    if values.shape[1] < FEWEST_QUESTIONS:
        return np.full(len(values) if pairs is None else len(pairs[0]), np.nan)
    from threadpoolctl import threadpool_limits

    generator = np.random.default_rng(seed)
    differences = values if pairs is None else values[pairs[0]] - values[pairs[1]]
    rounding = 1e-12 * np.abs(values).sum(axis=1).max()
    least = np.abs(differences.sum(axis=1)) - 1e-9 * np.abs(differences).sum(axis=1) - rounding
    whole, questions = values.sum(axis=1), values.shape[1]

    def count_beyond(signs: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        sums = 2 * (values @ signs.astype(np.float64).T) - whole[:, None]
        return _count_beyond(sums, least, pairs)

    beyond = np.zeros(len(differences), dtype=np.int64)
    # Each block of permutations has a thread: products that took several would only wait.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(_WORKERS) as pool:
        waiting: list[Future[npt.NDArray[np.int64]]] = []
        for start in range(0, permutations, _BLOCK):
            signs = _signs(generator, min(_BLOCK, permutations - start), questions)
            if len(waiting) > _WORKERS:  # one block is drawn ahead, and no more kept in memory
                beyond += waiting.pop(0).result()
            waiting.append(pool.submit(count_beyond, signs))
        beyond += sum(one.result() for one in waiting)
    p: Floats = (beyond + 1) / (permutations + 1)
    return p


def _signs(generator: np.random.Generator, count: int, questions: int) -> npt.NDArray[np.bool_]:
    """Random signs of each question, shape (count, questions).

    They are the highest bits of bytes, as of ``generator.integers(0, 2, dtype=np.int8)``, which
    draws the same bytes and takes three times as long.
    """
    drawn = generator.integers(0, 2**32, -(-count * questions // 4), dtype=np.uint32)
    bytes_ = drawn.astype("<u4", copy=False).view(np.uint8)[: count * questions]
    return (bytes_ > 127).reshape(count, questions)


def _count_beyond(sums: Floats, least: Floats, pairs: Pairs | None) -> npt.NDArray[np.int64]:
    """How many columns of ``sums``, or of the differences of pairs, lie at least so far from 0.

    sums: shape (systems, columns). Systems that are the first of several pairs are taken at once.
    """
    if pairs is None:
        return np.asarray(np.count_nonzero(np.abs(sums) >= least[:, None], axis=1))
    counts = np.empty(len(least), dtype=np.int64)
    for first in np.unique(pairs[0]):
        chosen = np.flatnonzero(pairs[0] == first)
        away = sums[pairs[1][chosen]]
        away -= sums[first]
        np.abs(away, out=away)
        counts[chosen] = np.count_nonzero(away >= least[chosen, None], axis=1)
    return counts


def bootstrap(
    values: Floats, seed: int = SEED, pairs: Pairs | None = None
) -> tuple[Floats, Floats]:
    """The 95% percentile bootstrap interval of the mean of each row; shape (rows, questions).

    pairs: if given, intervals of the difference between the means of each pair of rows. With fewer
    than two questions, the interval is undefined (nan).
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
    """The number of times that each resample draws each question; shape (RESAMPLES, questions).

    Cached, since a table needs the same numbers for each row. A uint8 is enough: that a question is
    drawn 256 times has a probability below 1e-500.
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
    """The true difference that a test detects with probability POWER, for each row of differences.

    The formula is (z_{1 - alpha / 2} + z_.8) * sd / sqrt(n), for a two-sided paired test at
    ``alpha``. It is undefined (nan) if all differences of a row are equal.
    """
    from scipy.special import ndtri

    z = ndtri(1 - alpha / 2) + ndtri(POWER)
    smallest: Floats = z * standard_deviation(differences) / np.sqrt(differences.shape[1])
    return smallest


def standard_deviation(differences: Floats) -> Floats:
    """The sample standard deviation of each row of differences of shares (between -1 and 1).

    nan, so that it is not divided by, with fewer than two questions, and if all differences of a
    row are equal up to rounding.
    """
    if differences.shape[1] < FEWEST_QUESTIONS:
        return np.full(len(differences), np.nan)
    spread = np.ptp(differences, axis=1)
    deviations: Floats = differences.std(axis=1, ddof=1)
    return np.where(spread > 1e-12, deviations, np.nan)


def holm(p: Floats) -> Floats:
    """Holm's step-down correction: the i-th smallest of n p-values is multiplied by n - i + 1.

    Corrected values are at most 1 and do not decrease in that order. An undefined p (nan) stays
    undefined and counts as 1 in the correction of the others.
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
