"""Tests of all pairs of systems, corrected over all pairs, and letters for groups of systems.

If neither of two systems has several training seeds, only the questions are random: the pair gets
the paired randomization test and the bootstrap of significance.py. Otherwise both seeds and
questions are random: the test and the interval are those of effects.py. Holm's correction is over
all pairs within a metric.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.evaluation.effects import paired, parts
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.significance import (
    ALPHA,
    FEWEST_QUESTIONS,
    SEED,
    Floats,
    bootstrap,
    defined,
    detectable,
    holm,
    permutations_for,
    randomization_test,
    standard_deviation,
)

_BLOCK = 64


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two systems on one metric over the same questions; ``difference`` is first minus second.

    Undefined statistics are None: with a single question, all but the difference; if the
    difference is the same for all questions, those that divide by its standard deviation.
    """

    first: str
    second: str
    metric: str
    questions: int
    seeds: int
    """The number of pairs of training seeds; 1 if both systems have one seed or no training."""
    difference: float
    low: float | None
    high: float | None
    effect: float | None
    """Cohen's d for paired samples: mean difference / standard deviation of the differences."""
    detectable: float | None
    """The true difference that is detected with probability 0.8 with these questions and seeds, if
    only this pair is tested."""
    detectable_corrected: float | None
    """The same at the first step of Holm's correction over all pairs."""
    p: float | None
    """p of the randomization test over the questions; with several seeds, of the test over both."""
    p_t: float | None
    """p of the paired t-test over the questions; with several seeds, the same as ``p``."""
    p_holm: float | None
    """``p``, corrected over all pairs compared."""
    p_t_holm: float | None
    at_floor: bool
    """Whether ``p`` is the smallest that the number of permutations can give: an upper bound."""

    @property
    def significant(self) -> bool:
        """Whether the difference is significant at ALPHA after the correction."""
        return self.p_holm is not None and self.p_holm <= ALPHA


@dataclass(frozen=True)
class _Tested:
    """The statistics of several pairs: arrays with a value for each pair."""

    difference: Floats
    low: Floats
    high: Floats
    detectable: Floats
    detectable_corrected: Floats
    p: Floats
    p_t: Floats
    at_floor: npt.NDArray[np.bool_]


def compare(systems: Mapping[str, Scores], *metrics: str, seed: int = SEED) -> list[Comparison]:
    """Compare every pair of systems on each metric; all must be scored on the same questions.

    The comparisons are ordered by metric, then as ``systems``. Deterministic for a seed.
    """
    names = list(itertools.combinations(systems, 2))
    if not names:
        return []
    # The figures of all metrics are rows of one matrix, so that they share the random draws.
    values = np.stack([scores.values[metric] for metric in metrics for scores in systems.values()])
    firsts, seconds = np.triu_indices(len(systems), 1)
    starts = np.arange(len(metrics))[:, None] * len(systems)
    left, right = (starts + firsts).ravel(), (starts + seconds).ravel()
    tables = [
        differences(systems[first], systems[second], metric)
        for metric, (first, second) in itertools.product(metrics, names)
    ]
    seeds = np.array([len(table) for table in tables])
    tested = _empty(len(tables))
    for count in np.unique(seeds):
        chosen = np.flatnonzero(seeds == count)
        for block in np.split(chosen, range(_BLOCK, len(chosen), _BLOCK)) if count > 1 else ():
            _put(tested, block, _over_both(np.stack([tables[i] for i in block]), len(names)))
        if count == 1:
            pairs = left[chosen], right[chosen]
            _put(tested, chosen, _over_questions(values, pairs, len(names), seed))
    effects = tested.difference / standard_deviation(values[left] - values[right])
    p_holm, p_t_holm = (
        np.concatenate([*map(holm, np.split(p, len(metrics)))]) for p in (tested.p, tested.p_t)
    )
    return [
        Comparison(
            first=first,
            second=second,
            metric=metric,
            questions=values.shape[1],
            seeds=int(seeds[i]),
            difference=float(tested.difference[i]),
            low=defined(tested.low[i]),
            high=defined(tested.high[i]),
            effect=defined(effects[i]),
            detectable=defined(tested.detectable[i]),
            detectable_corrected=defined(tested.detectable_corrected[i]),
            p=defined(tested.p[i]),
            p_t=defined(tested.p_t[i]),
            p_holm=defined(p_holm[i]),
            p_t_holm=defined(p_t_holm[i]),
            at_floor=bool(tested.at_floor[i]),
        )
        for i, (metric, (first, second)) in enumerate(itertools.product(metrics, names))
    ]


def differences(first: Scores, second: Scores, metric: str) -> Floats:
    """The differences of two systems; float64, shape (seeds, questions)."""
    return paired(_by_seed(first, metric), _by_seed(second, metric))


def _by_seed(scores: Scores, metric: str) -> dict[int, Floats]:
    by_seed = {number: seed.values[metric] for number, seed in sorted(scores.seeds.items())}
    return by_seed or {0: scores.values[metric]}


def _over_questions(
    values: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], count: int, seed: int
) -> _Tested:
    """Tests of pairs of rows over the questions. count: the number of pairs in Holm's family."""
    from scipy.special import stdtr

    used, places = np.unique(np.concatenate(pairs), return_inverse=True)
    values, pairs = values[used], (places[: len(pairs[0])], places[len(pairs[0]) :])
    permutations = permutations_for(count)
    p = randomization_test(values, permutations, seed, pairs)
    low, high = bootstrap(values, seed, pairs)
    away = values[pairs[0]] - values[pairs[1]]
    means, questions = away.mean(axis=1), away.shape[1]
    t = np.abs(means / standard_deviation(away)) * np.sqrt(questions)
    return _Tested(
        difference=means,
        low=low,
        high=high,
        detectable=detectable(away),
        detectable_corrected=detectable(away, ALPHA / count),
        p=p,
        p_t=2 * stdtr(questions - 1, -t),
        at_floor=p <= 1 / permutations,
    )


def _over_both(tables: Floats, count: int) -> _Tested:
    """Tests over seeds and questions, of differences with shape (pairs, seeds, questions)."""
    variances = parts(tables)
    design, undefined = variances.design, np.full(len(tables), np.nan)
    several = variances.questions >= FEWEST_QUESTIONS
    reach = design.reach(1 - ALPHA / 2) if several else undefined
    p = design.p(variances.mean) if several else undefined
    alone, corrected = (
        np.where(design.error > 0, design.detectable(alpha), np.nan) if several else undefined
        for alpha in (ALPHA, ALPHA / count)
    )
    return _Tested(
        difference=variances.mean,
        low=variances.mean - reach,
        high=variances.mean + reach,
        detectable=alone,
        detectable_corrected=corrected,
        p=p,
        p_t=p,
        at_floor=np.zeros(len(tables), dtype=bool),
    )


def _empty(count: int) -> _Tested:
    a, b, c, d, e, f, g = (np.full(count, np.nan) for _ in range(7))
    return _Tested(a, b, c, d, e, f, g, np.zeros(count, dtype=bool))


def _put(tested: _Tested, rows: npt.NDArray[np.intp], values: _Tested) -> None:
    """Write the statistics of some pairs into their rows of ``tested``."""
    for name, array in vars(values).items():
        getattr(tested, name)[rows] = array


def letters(ranked: Sequence[str], comparisons: Sequence[Comparison]) -> dict[str, str]:
    """Compact letter display: systems that share a letter do not differ significantly.

    ranked: the systems, best first. The method is insert and absorb (Piepho, 2004): start with one
    group of all systems; for each significant pair, split every group that contains both; drop
    groups that are part of another.
    """
    groups: list[frozenset[str]] = [frozenset(ranked)]
    for pair in comparisons:
        if not pair.significant:
            continue
        split: list[frozenset[str]] = []
        for group in groups:
            both = {pair.first, pair.second} <= group
            split += [group - {pair.first}, group - {pair.second}] if both else [group]
        distinct = list(dict.fromkeys(split))
        groups = [group for group in distinct if not any(group < other for other in distinct)]
    place = {name: number for number, name in enumerate(ranked)}
    groups.sort(key=lambda group: sorted(place[name] for name in group))
    return {
        name: "".join(_letter(number) for number, group in enumerate(groups) if name in group)
        for name in ranked
    }


def _letter(number: int) -> str:
    """a ... z, then a1 ... z1, and so on."""
    round_, letter = divmod(number, 26)
    return string.ascii_lowercase[letter] + (str(round_) if round_ else "")
