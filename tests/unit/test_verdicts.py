"""Verdicts on claims by hand: at which end of the intervals each statement is tested."""

import numpy as np
import pytest
from scipy import stats

from benchmark.evaluation.effects import Parts, parts
from benchmark.evaluation.overturn import another_set, needs_more_seeds, overturned
from benchmark.evaluation.significance import holm
from benchmark.evaluation.verdicts import (
    VERDICTS,
    holds,
    level_among,
    p_equivalent,
    p_of,
    verdict_numbers,
)

SMALLEST = 0.01


def pair(mean: float, error: float = 0.001, seeds: int = 1, spread: float = 0.0) -> Parts:
    """Differences of a mean and a standard error over many questions."""
    away = np.linspace(-1, 1, seeds) if seeds > 1 else np.zeros(1)
    return Parts(
        questions=100_001,
        by_seed=mean + spread * away,
        of_questions=error**2 * 100_001 * seeds,
        of_both=0.0,
    )


def verdict(*pairs: Parts) -> str:
    return VERDICTS[int(verdict_numbers(pairs, SMALLEST))]


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (0.0121, "reproduced"),
        (0.0119, "reproduced in direction"),
        (0.0021, "not reproduced"),  # above zero, yet below the smallest effect
        (0.0079, "not reproduced"),
        (0.0081, "reproduced in direction"),
        (0.0, "not reproduced"),
        (-0.02, "not reproduced"),
    ],
)
def test_a_claim_of_one_pair(mean: float, expected: str) -> None:
    assert verdict(pair(mean)) == expected


def test_an_interval_over_zero_and_the_smallest_effect_decides_nothing() -> None:
    assert verdict(pair(0.005, 0.01)) == "inconclusive"


def test_every_pair_has_to_be_above_and_one_below_is_enough() -> None:
    assert verdict(pair(0.02), pair(0.03)) == "reproduced"
    assert verdict(pair(0.02), pair(0.0119)) == "reproduced in direction"
    assert verdict(pair(0.02), pair(0.015, 0.02)) == "inconclusive"
    assert verdict(pair(0.02), pair(-0.02)) == "not reproduced"
    # Of two pairs, one below needs 0.025 in place of 0.05: 2.24 standard errors.
    assert verdict(pair(0.02), pair(0.01 - 0.0021)) == "reproduced in direction"
    assert verdict(pair(0.02), pair(0.01 - 0.0023)) == "not reproduced"


def test_p_of_each_statement_by_hand() -> None:
    pairs = [pair(0.012), pair(0.013)]
    assert float(p_of("above zero", pairs, SMALLEST)) == pytest.approx(
        2 * stats.norm.sf(12), rel=0.01
    )
    assert float(p_of("above smallest", pairs, SMALLEST)) == pytest.approx(
        2 * stats.norm.sf(2), rel=1e-3
    )
    assert float(p_of("below smallest", pairs, SMALLEST)) == 1.0
    low = [pair(0.008), pair(0.012)]
    assert float(p_of("below smallest", low, SMALLEST)) == pytest.approx(
        2 * 2 * stats.norm.sf(2), rel=1e-3
    )
    for statement in ("above zero", "above smallest", "below smallest", "below zero"):
        for level in (0.04, 0.05, 0.1):
            p = float(p_of(statement, low, SMALLEST))
            assert bool(holds(statement, low, SMALLEST, level)) == (p < level)


def test_equivalence_is_two_one_sided_tests() -> None:
    expected = max(stats.norm.sf(5), stats.norm.sf(15))
    assert p_equivalent(pair(0.005), SMALLEST) == pytest.approx(expected, rel=0.01)
    assert p_equivalent(pair(0.01), SMALLEST) == pytest.approx(0.5)


def test_the_level_among_others_is_that_of_holm() -> None:
    generator = np.random.default_rng(1)
    for _ in range(200):
        p = generator.choice([0.001, 0.004, 0.01, 0.02, 0.03, 0.2, 0.8], 5) * generator.random()
        corrected = holm(p)
        for place in range(5):
            others = np.delete(p, place).tolist()
            assert (p[place] <= level_among(others)) == (corrected[place] <= 0.05)


def test_another_set_of_seeds_moves_as_the_seeds_did() -> None:
    one = pair(0.02, seeds=5, spread=0.01)
    twin, other = another_set([one, one], 20_000, np.random.default_rng(1))
    assert np.array_equal(twin.by_seed, other.by_seed)
    variance = one.by_seed.var(ddof=1)
    # True means and new ones each add a fifth of the variance; that of t with 4 degrees doubles it.
    assert twin.mean.var() == pytest.approx(2 * (variance / 5 + variance / 5), rel=0.15)


def test_a_verdict_far_from_its_bounds_is_not_overturned() -> None:
    assert overturned([pair(0.2, seeds=5, spread=0.001)], SMALLEST) == 0.0
    unsure = overturned([pair(0.0121, 0.001, seeds=3, spread=0.0005)], SMALLEST)
    assert unsure is not None
    assert 0.3 <= unsure <= 0.7
    assert overturned([pair(0.2)], SMALLEST) is None


def test_when_a_verdict_needs_more_seeds() -> None:
    assert needs_more_seeds(0.0, 2)
    assert not needs_more_seeds(0.04, 3)
    assert needs_more_seeds(0.06, 9)
    assert not needs_more_seeds(0.5, 10)


def test_seeds_count_the_interaction_once() -> None:
    table = np.random.default_rng(3).normal(0, 1, (4, 50)) * 0.1
    found = parts(table)
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    assert float(found.of_both) == pytest.approx(np.square(rest).sum() / (3 * 49))
    assert float(found.of_seeds) == pytest.approx(50 * table.mean(1).var(ddof=1))
    expected = max(0.0, float(found.of_seeds) - float(found.of_both)) / 200
    assert float(np.asarray(found.design.from_seeds)) == pytest.approx(expected)
