"""How sure a ranking of systems is: who is best, who would change places, which metrics agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.evaluation.posterior import posterior
from benchmark.evaluation.significance import ALPHA, SEED, Floats


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One system's place among others.

    best: the probability that its true mean is the highest. first, last: its true place lies
    between them with probability 0.95. swap: the probability that it would fall behind the next
    system on other questions and seeds, as many as these; None for the last one.
    """

    best: float
    first: int
    last: int
    swap: float | None


def standings(tables: Sequence[Floats]) -> list[Standing]:
    """The standing of each system, best first; of its figures, shape (seeds, questions).

    All are over the same questions.
    """
    drawn = posterior(tables)
    places = 1 + np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    first, last = np.quantile(places, [ALPHA / 2, 1 - ALPHA / 2], axis=0, method="nearest")
    # Another sample errs as much as this one did: its means are as far from the true ones.
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
    """How often each column is below zero, half of where it is zero."""
    return np.asarray(np.mean(apart < -1e-12, axis=0) + np.mean(np.abs(apart) <= 1e-12, axis=0) / 2)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Kendall's tau between two rankings of the same systems, with a 95% interval."""

    tau: float
    low: float
    high: float


def agreement(first: Sequence[Floats], second: Sequence[Floats], *, paired: bool) -> Agreement:
    """Kendall's tau-b between two rankings of the same systems, by figures of seeds and questions.

    paired: both rankings are over the same questions, which are drawn together. The interval is
    that of the true means' tau.
    """
    one, other = posterior(first), posterior(second, seed=SEED if paired else SEED + 1)
    low, high = np.quantile(kendall(one, other), [ALPHA / 2, 1 - ALPHA / 2])
    means = [np.array([[table.mean() for table in tables]]) for tables in (first, second)]
    return Agreement(tau=float(kendall(*means)[0]), low=float(low), high=float(high))


def kendall(one: Floats, other: Floats) -> Floats:
    """Kendall's tau-b of each row of two matrices, shape (draws, systems)."""
    left, right = np.triu_indices(one.shape[1], 1)
    signs = [np.sign(np.round(m[:, left] - m[:, right], 12)) for m in (one, other)]
    untied = [np.abs(sign).sum(axis=1) for sign in signs]
    both = np.sqrt(untied[0] * untied[1])
    together = (signs[0] * signs[1]).sum(axis=1)
    return np.asarray(np.divide(together, both, out=np.ones_like(both), where=both > 0))
