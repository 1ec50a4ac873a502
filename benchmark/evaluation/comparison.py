"""Which systems differ: every pair tested, corrected over all pairs, and letters for the groups.

Where training seeds change neither of two systems, their questions alone are random: the paired
randomization test and the bootstrap of significance.py. Else seeds and questions both are: the test
and the interval of effects.py. Holm's family is all pairs within one metric.
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

    What is undefined is None: with a single question every statistic but the difference; where
    the difference is the same for all questions, what divides by its spread.
    """

    first: str
    second: str
    metric: str
    questions: int
    seeds: int
    """How many pairs of training seeds were compared; 1 where no seed changes either system, or
    where one alone was run."""
    difference: float
    low: float | None
    high: float | None
    effect: float | None
    """Cohen's d for paired samples: mean difference / standard deviation of the differences."""
    detectable: float | None
    """The true difference that so many questions and seeds find with probability 0.8, tested
    alone."""
    detectable_corrected: float | None
    """The same at the first step of Holm's correction over all pairs."""
    p: float | None
    """Of the randomization test over the questions; with seeds, of the test over both."""
    p_t: float | None
    """Of the paired t-test over the questions; with seeds, ``p``."""
    p_holm: float | None
    """``p``, corrected over all pairs compared."""
    p_t_holm: float | None
    at_floor: bool
    """Whether ``p`` is the least that so many permutations can give: a bound, no value."""

    @property
    def significant(self) -> bool:
        """Whether the corrected test tells the two apart at ALPHA."""
        return self.p_holm is not None and self.p_holm <= ALPHA


@dataclass(frozen=True)
class _Tested:
    """Arrays of one value for each of some pairs."""

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

    Deterministic for a seed. Metric by metric, pairs come in the order of ``systems``.
    """
    names = list(itertools.combinations(systems, 2))
    if not names:
        return []
    # All metrics' figures are rows of one matrix, so that what is drawn at random is drawn once.
    values = np.stack([scores.values[metric] for metric in metrics for scores in systems.values()])
    one, other = np.triu_indices(len(systems), 1)
    starts = np.arange(len(metrics))[:, None] * len(systems)
    left, right = (starts + one).ravel(), (starts + other).ravel()
    tables = [
        differences(systems[first], systems[second], metric)
        for metric, (first, second) in itertools.product(metrics, names)
    ]
    seeds = np.array([len(table) for table in tables])
    found = _empty(len(tables))
    for count in np.unique(seeds):
        chosen = np.flatnonzero(seeds == count)
        for block in np.split(chosen, range(_BLOCK, len(chosen), _BLOCK)) if count > 1 else ():
            _put(found, block, _over_both(np.stack([tables[i] for i in block]), len(names)))
        if count == 1:
            pairs = left[chosen], right[chosen]
            _put(found, chosen, _over_questions(values, pairs, len(names), seed))
    effects = found.difference / standard_deviation(values[left] - values[right])
    p_holm, p_t_holm = (
        np.concatenate([*map(holm, np.split(p, len(metrics)))]) for p in (found.p, found.p_t)
    )
    return [
        Comparison(
            first=first,
            second=second,
            metric=metric,
            questions=values.shape[1],
            seeds=int(seeds[i]),
            difference=float(found.difference[i]),
            low=defined(found.low[i]),
            high=defined(found.high[i]),
            effect=defined(effects[i]),
            detectable=defined(found.detectable[i]),
            detectable_corrected=defined(found.detectable_corrected[i]),
            p=defined(found.p[i]),
            p_t=defined(found.p_t[i]),
            p_holm=defined(p_holm[i]),
            p_t_holm=defined(p_t_holm[i]),
            at_floor=bool(found.at_floor[i]),
        )
        for i, (metric, (first, second)) in enumerate(itertools.product(metrics, names))
    ]


def differences(first: Scores, second: Scores, metric: str) -> Floats:
    """The differences of two systems, float64 of shape (seeds, questions)."""
    return paired(_by_seed(first, metric), _by_seed(second, metric))


def _by_seed(scores: Scores, metric: str) -> dict[int, Floats]:
    found = {number: seed.values[metric] for number, seed in sorted(scores.seeds.items())}
    return found or {0: scores.values[metric]}


def _over_questions(
    values: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], count: int, seed: int
) -> _Tested:
    """Tests of pairs of rows over the questions; count: pairs in the family."""
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
    """Tests of differences of shape (pairs, seeds, questions) over seeds and questions."""
    found = parts(tables)
    design, undefined = found.design, np.full(len(tables), np.nan)
    several = found.questions >= FEWEST_QUESTIONS
    reach = design.reach(1 - ALPHA / 2) if several else undefined
    p = design.p(found.mean) if several else undefined
    alone, corrected = (
        np.where(design.error > 0, design.detectable(alpha), np.nan) if several else undefined
        for alpha in (ALPHA, ALPHA / count)
    )
    return _Tested(
        difference=found.mean,
        low=found.mean - reach,
        high=found.mean + reach,
        detectable=alone,
        detectable_corrected=corrected,
        p=p,
        p_t=p,
        at_floor=np.zeros(len(tables), dtype=bool),
    )


def _empty(count: int) -> _Tested:
    a, b, c, d, e, f, g = (np.full(count, np.nan) for _ in range(7))
    return _Tested(a, b, c, d, e, f, g, np.zeros(count, dtype=bool))


def _put(found: _Tested, rows: npt.NDArray[np.intp], some: _Tested) -> None:
    for name, values in vars(some).items():
        getattr(found, name)[rows] = values


def letters(ranked: Sequence[str], comparisons: Sequence[Comparison]) -> dict[str, str]:
    """Compact letter display: systems that share a letter do not differ significantly.

    ranked: the systems, best first. Insert and absorb (Piepho, 2004): start with one group of all;
    for each significant pair, split every group that holds both; drop groups within another.
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
