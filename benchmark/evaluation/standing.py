"""The certainty of a ranking of systems, and the agreement of two rankings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.posterior import posterior
from benchmark.evaluation.significance import ALPHA, SEED, Floats


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The rank of a system among others, by the true means.

    best: the probability that its true mean is the highest. first, last: the interval that contains
    the rank of its true mean with probability 0.95. swap: the probability that it falls behind the
    next system on another sample of as many questions and seeds; None for the last system.
    """

    best: float
    first: int
    last: int
    swap: float | None


def standings(tables: Sequence[Floats]) -> list[Standing]:
    """The standing of each system.

    tables: the figures of each system, best first; shape (seeds, questions), over the same
    questions.
    """
    drawn = posterior(tables)
    places = 1 + np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    first, last = np.quantile(places, [ALPHA / 2, 1 - ALPHA / 2], axis=0, method="nearest")
    # The means of another sample are as far from the true means as those of this one.
    means = np.array([table.mean() for table in tables])
    other = drawn + posterior(tables, seed=SEED + 1) - means
    behind = _share_below(other[:, :-1] - other[:, 1:])
    swaps = [*behind.tolist(), None]
    return [
        Standing(best=float(best), first=int(low), last=int(high), swap=swap)
        for best, low, high, swap in zip(
            np.mean(places == 1, axis=0), first, last, swaps, strict=True
        )
    ]


def _share_below(apart: Floats) -> Floats:
    """The share of values below zero in each column; zeros count one half."""
    return np.asarray(np.mean(apart < -1e-12, axis=0) + np.mean(np.abs(apart) <= 1e-12, axis=0) / 2)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Kendall's tau between two rankings of the same systems, with a 95% interval."""

    tau: float
    low: float
    high: float


def agreement(first: Sequence[Floats], second: Sequence[Floats], *, paired: bool) -> Agreement:
    """Kendall's tau-b between two rankings of the same systems, with the interval for true means.

    first, second: the figures of each system; shape (seeds, questions). paired: whether both
    rankings are over the same questions, which then share their draws.
    """
    if paired:
        return agreements(first, [second])[0]
    return _agreement(first, second, posterior(first), posterior(second, seed=SEED + 1))


def agreements(first: Sequence[Floats], others: Sequence[Sequence[Floats]]) -> list[Agreement]:
    """As ``agreement`` of a ranking with each of others over the same questions.

    The draws of all rankings are made together.
    """
    drawn = posterior([table for tables in (first, *others) for table in tables])
    own, *theirs = np.split(drawn, 1 + len(others), axis=1)
    return [
        _agreement(first, other, own, draws) for other, draws in zip(others, theirs, strict=True)
    ]


def _agreement(
    first: Sequence[Floats], second: Sequence[Floats], own: Floats, other: Floats
) -> Agreement:
    """own, other: the draws of the true means of both; shape (draws, systems)."""
    low, high = np.quantile(kendall(own, other), [ALPHA / 2, 1 - ALPHA / 2])
    means = [np.array([[table.mean() for table in tables]]) for tables in (first, second)]
    return Agreement(tau=float(kendall(*means)[0]), low=float(low), high=float(high))


def kendall(first: Floats, second: Floats) -> Floats:
    """Kendall's tau-b of each row of two matrices; shape (draws, systems)."""
    left, right = np.triu_indices(first.shape[1], 1)
    signs = [np.sign(np.round(m[:, left] - m[:, right], 12)) for m in (first, second)]
    untied = [np.abs(sign).sum(axis=1) for sign in signs]
    both = np.sqrt(untied[0] * untied[1])
    together = (signs[0] * signs[1]).sum(axis=1)
    return np.asarray(np.divide(together, both, out=np.ones_like(both), where=both > 0))
