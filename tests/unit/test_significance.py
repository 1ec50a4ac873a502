"""The tests and intervals, against exact enumeration, scipy and figures worked out by hand."""

import itertools
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from benchmark.evaluation.comparison import Comparison, compare, differences, letters
from benchmark.evaluation.effects import effect
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.significance import (
    _signs,
    bootstrap,
    detectable,
    holm,
    permutations_for,
    randomization_test,
)
from benchmark.results.result import averaged


def scores(values: np.ndarray) -> Scores:
    return Scores(tuple(f"q{i}" for i in range(len(values))), {"m": values}, 0)


def test_randomization_test_against_all_sign_flips() -> None:
    difference = np.array([0.3, -0.1, 0.4, 0.2, 0.0, 0.5, -0.2, 0.1, 0.6, 0.1])
    sums = [abs(np.dot(flip, difference)) for flip in itertools.product([-1, 1], repeat=10)]
    exact = np.mean(np.array(sums) >= abs(difference.sum()) - 1e-12)
    (p,) = randomization_test(difference[None], 40_000, seed=1)
    assert p == pytest.approx(exact, abs=0.005)


def test_no_difference_gives_one_and_none_gives_zero() -> None:
    same, apart = randomization_test(np.stack([np.zeros(50), np.ones(50)]), 10_000, seed=1)
    assert same == 1
    assert apart == 1 / 10_001


def test_a_detectable_difference_is_found_four_times_in_five() -> None:
    noise = np.random.default_rng(5).normal(0, 0.4, (4_000, 300))
    (smallest,) = detectable(noise[:1])
    assert smallest == pytest.approx((1.959964 + 0.841621) * noise[0].std(ddof=1) / np.sqrt(300))
    p = stats.ttest_1samp(noise + 2.801585 * 0.4 / np.sqrt(300), 0, axis=1).pvalue
    assert np.mean(p <= 0.05) == pytest.approx(0.8, abs=0.02)


def test_comparison_against_scipy() -> None:
    noise = np.random.default_rng(3)
    systems = {
        name: scores(noise.random(200) + shift)
        for name, shift in zip("abc", [0, 0.03, 0.2], strict=True)
    }
    pairs = compare(systems, "m")
    assert [(pair.first, pair.second) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    for pair in pairs:
        x, y = systems[pair.first].values["m"], systems[pair.second].values["m"]
        assert pair.p_t == pytest.approx(stats.ttest_rel(x, y).pvalue)
        theirs = stats.bootstrap((x - y,), np.mean, method="percentile", rng=1).confidence_interval
        assert (pair.low, pair.high) == pytest.approx((theirs.low, theirs.high), abs=0.005)
        assert pair.effect == pytest.approx((x - y).mean() / (x - y).std(ddof=1))
    # Holm, by hand: the smallest of three counts threefold, and no p falls below one before it.
    raw = sorted(pair.p_t for pair in pairs)
    assert sorted(pair.p_t_holm for pair in pairs) == pytest.approx(
        [
            min(1, 3 * raw[0]),
            min(1, max(3 * raw[0], 2 * raw[1])),
            max(3 * raw[0], 2 * raw[1], raw[2]),
        ]
    )
    assert compare(systems, "m") == pairs
    both = {
        name: replace(one, values={**one.values, "n": one.values["m"] ** 2})
        for name, one in systems.items()
    }
    for one, other in zip(compare(both, "n", "m"), [*compare(both, "n"), *pairs], strict=True):
        assert asdict(one) == pytest.approx(asdict(other))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_as_statsmodels_has_it(p: list[float]) -> None:
    assert holm(np.array(p)) == pytest.approx(multipletests(p, method="holm")[1])


def test_sums_of_systems_test_their_pairs_as_the_differences_do() -> None:
    values = np.random.default_rng(2).random((5, 80)).round(1)
    pairs = np.triu_indices(5, 1)
    differences = values[pairs[0]] - values[pairs[1]]
    by_systems = randomization_test(values, 3000, 1, pairs)
    assert by_systems.tolist() == randomization_test(differences, 3000, 1).tolist()
    assert np.allclose(bootstrap(values, 1, pairs), bootstrap(differences, 1), atol=1e-12)


def test_enough_permutations_for_the_correction() -> None:
    assert permutations_for(1) == 10_000
    assert permutations_for(1000) / 1000 >= 200


def test_bootstrap_covers_the_mean_as_often_as_it_says() -> None:
    samples = np.random.default_rng(5).exponential(1.0, (300, 120))
    low, high = bootstrap(samples)
    assert 0.90 <= np.mean((low <= 1) & (high >= 1)) <= 0.98


def pair(first: str, second: str, p: float) -> Comparison:
    values = dict.fromkeys(
        ["difference", "low", "high", "effect", "detectable", "detectable_corrected", "p", "p_t"],
        0.0,
    )
    return Comparison(
        first=first,
        second=second,
        metric="m",
        questions=9,
        seeds=1,
        p_holm=p,
        p_t_holm=p,
        at_floor=False,
        **values,
    )


def test_letters_by_hand() -> None:
    # a differs from c alone; b from neither: the textbook case of overlapping groups.
    pairs = [pair("a", "b", 0.2), pair("a", "c", 0.01), pair("b", "c", 0.6)]
    assert letters(["a", "b", "c"], pairs) == {"a": "a", "b": "ab", "c": "b"}


@given(st.lists(st.booleans(), min_size=15, max_size=15))
def test_systems_share_a_letter_exactly_where_no_test_parts_them(apart: list[bool]) -> None:
    names = "abcdef"
    pairs = [
        pair(x, y, 0.01 if differ else 0.9)
        for (x, y), differ in zip(itertools.combinations(names, 2), apart, strict=True)
    ]
    marks = letters(names, pairs)
    for each in pairs:
        assert bool(set(marks[each.first]) & set(marks[each.second])) != each.significant


def seeded(values: np.ndarray, first: int = 1) -> Scores:
    """Scores of several seeds, counted from ``first``, of an array of seeds by questions."""
    return averaged({first + place: scores(row) for place, row in enumerate(values)})


def test_a_pair_with_seeds_is_tested_over_both_and_one_without_over_questions() -> None:
    noise = np.random.default_rng(4)
    one, other = noise.random((3, 60)), noise.random((3, 60)) - 0.2
    systems = {"a": seeded(one), "b": seeded(other), "c": scores(noise.random(60))}
    systems["d"] = scores(noise.random(60))
    found = {(pair.first, pair.second): pair for pair in compare(systems, "m")}
    expected = effect(one - other)
    pair_ab = found["a", "b"]
    assert (pair_ab.difference, pair_ab.low, pair_ab.high, pair_ab.p) == pytest.approx(
        (expected.mean, expected.low, expected.high, expected.p)
    )
    assert found["a", "c"].p == pytest.approx(effect(one - systems["c"].values["m"]).p)
    assert [found[names].seeds for names in (("a", "b"), ("a", "c"), ("c", "d"))] == [3, 3, 1]
    alone = compare({name: systems[name] for name in "cd"}, "m")[0]
    assert found["c", "d"].p == pytest.approx(alone.p, abs=0.01)
    corrected = holm(np.array([each.p for each in found.values()]))
    assert [each.p_holm for each in found.values()] == pytest.approx(corrected.tolist())
    assert pair_ab.detectable_corrected > pair_ab.detectable > 0


def test_seeds_are_paired_by_their_numbers_then_in_order() -> None:
    rows = np.arange(5.0)[:, None] * np.ones((1, 4))
    # Seeds 1 to 3 against 2 to 5: 2 and 3 meet their like, then 1 meets 4.
    paired = differences(seeded(rows[:3]), seeded(10 * rows[:4], first=2), "m")
    assert paired[:, 0].tolist() == [1 - 0, 2 - 10, 0 - 20]
    assert differences(seeded(rows[:3]), scores(np.ones(4)), "m")[:, 0].tolist() == [-1, 0, 1]


def test_three_seeds_of_which_one_is_off_are_no_evidence() -> None:
    # As BERT-DPR and VinVL-DPR stood: equal but for one bad training.
    noise, base = np.random.default_rng(5), np.random.default_rng(6).random(1000)
    one = base + noise.normal(0, 0.1, (3, 1000))
    other = one + noise.normal(0, 0.1, (3, 1000)) - np.array([[0.005], [0.08], [0.0]])
    pair = compare({"a": seeded(one), "b": seeded(other)}, "m")[0]
    means = {"a": scores(one.mean(axis=0)), "b": scores(other.mean(axis=0))}
    assert compare(means, "m")[0].significant
    assert not pair.significant


def test_the_floor_of_the_permutations_is_told() -> None:
    far = {"a": scores(np.ones(50)), "b": scores(np.zeros(50))}
    (pair,) = compare(far, "m")
    assert pair.at_floor
    assert pair.p == 1 / 10_001
    near = {"a": scores(np.tile([1.0, 0.0], 25)), "b": scores(np.tile([0.0, 1.0], 25))}
    assert not compare(near, "m")[0].at_floor


@pytest.mark.parametrize("questions", [7, 1151, 1152])
def test_signs_are_the_generators_own_integers(questions: int) -> None:
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    for count in (512, 17, 3, 512):
        expected = one.integers(0, 2, (count, questions), dtype=np.int8)
        assert np.array_equal(_signs(other, count, questions), expected)
