"""The claims engine tells a known effect, none and a reversed one apart, at its promised rates."""

import numpy as np
import pytest
from scipy import stats

from benchmark.evaluation.effects import effect
from benchmark.report.claims import Claim, judge
from benchmark.results.variants import Variant

WORLDS = 300
QUESTIONS = 300
A, B = Variant(retriever="a"), Variant(retriever="b")


def claim(**changes: object) -> Claim:
    return Claim(**{"name": "x", "says": "a beats b", "pairs": ((A, B),), **changes})  # type: ignore[arg-type]


def world(
    generator: np.random.Generator, mean: float, seeds: int, between_seeds: float = 0.01
) -> np.ndarray:
    """Differences of which questions, seeds and their pairings vary."""
    return (
        mean
        + generator.normal(0, between_seeds, (seeds, 1))
        + generator.normal(0, 0.15, (1, QUESTIONS))
        + generator.normal(0, 0.2, (seeds, QUESTIONS))
    )


def test_one_question_table_by_hand() -> None:
    # Seeds' means 2 and 4, questions' means 1, 3, 5: mean squares 3 * 2 = 6 and 2 * 4 = 8; the
    # interaction's is 0 but for what is added: +-1 at four cells, so 4 / 2 = 2 more than none.
    table = np.array([[0.0, 2.0, 4.0], [2.0, 4.0, 6.0]]) + np.array([[1, -1, 0], [-1, 1, 0]])
    found = effect(table)
    # Questions' part: 8 / 6; seeds': (6 - 2) / 6; together 2, of which the seeds have a third.
    critical = stats.t.ppf(0.975, 1) / 3 + stats.t.ppf(0.975, 2) * 2 / 3
    assert (found.mean, found.low, found.high) == pytest.approx(
        (3, 3 - 2**0.5 * critical, 3 + 2**0.5 * critical)
    )
    # p is where the interval would end at zero.
    ends = stats.t.isf(found.p / 2, 1) / 3 + stats.t.isf(found.p / 2, 2) * 2 / 3
    assert 2**0.5 * ends == pytest.approx(3)


def test_equal_seeds_say_no_more_than_the_questions() -> None:
    row = np.random.default_rng(1).normal(0.02, 0.2, QUESTIONS)
    found = effect(np.stack([row, row, row]))
    assert found.p == pytest.approx(float(stats.ttest_1samp(row, 0).pvalue))


def test_one_seed_is_a_paired_t_test() -> None:
    generator = np.random.default_rng(2)
    row = generator.normal(0.03, 0.2, (1, QUESTIONS))
    found, theirs = effect(row), stats.ttest_1samp(row[0], 0)
    assert found.p == pytest.approx(float(theirs.pvalue))
    interval = theirs.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert effect(np.zeros((1, 5))).p == 1.0


@pytest.mark.parametrize("seeds", [2, 3])
def test_rates(seeds: int) -> None:
    generator = np.random.default_rng(seeds)

    def rate(mean: float) -> tuple[float, float]:
        """How often p is significant, and how often the interval holds the truth."""
        found = [effect(world(generator, mean, seeds)) for _ in range(WORLDS)]
        covered = sum(one.low <= mean <= one.high for one in found) / WORLDS
        return sum(one.p <= 0.05 for one in found) / WORLDS, covered

    # Of 300 worlds, 5% is 15 with a standard deviation of 3.8: four of these are 0.1.
    none, covered = rate(0.0)
    assert none <= 0.05 + 4 * 0.0126
    assert covered >= 0.95 - 4 * 0.0126
    assert rate(0.08)[0] >= (0.65 if seeds == 2 else 0.8)


def test_what_is_called_detectable_is_detected_four_times_in_five() -> None:
    generator = np.random.default_rng(5)
    spread = 0.25
    detectable = effect(generator.normal(0, spread, (1, QUESTIONS))).detectable
    assert detectable == pytest.approx((1.96 + 0.8416) * spread / QUESTIONS**0.5, rel=0.15)


@pytest.mark.parametrize(
    ("mean", "verdict"),
    [(0.08, "reproduced"), (0.0, "not reproduced"), (-0.08, "not reproduced")],
)
def test_verdicts_follow_the_effect(mean: float, verdict: str) -> None:
    generator = np.random.default_rng(7)
    worlds = [effect(world(generator, mean, 3)) for _ in range(25)]
    verdicts = [judge([(claim(smallest=0.06), [one])])[0].verdict for one in worlds]
    assert verdicts.count(verdict) >= 0.8 * len(verdicts)
    if mean <= 0:
        assert verdicts.count("reproduced") <= 0.1 * len(verdicts)


def test_a_claim_about_two_pairs_needs_both() -> None:
    generator = np.random.default_rng(8)
    good, none, wide = (
        effect(world(generator, mean, 3, spread))
        for mean, spread in ((0.08, 0.0), (-0.02, 0.0), (0.02, 0.2))
    )
    pairs = ((A, B), (B, A))
    assert judge([(claim(pairs=pairs), [good, good])])[0].verdict == "reproduced"
    assert judge([(claim(pairs=pairs), [good, none])])[0].verdict == "not reproduced"
    assert judge([(claim(pairs=pairs), [good, wide])])[0].verdict == "inconclusive"


def test_a_strong_effect_the_other_way_is_never_significant() -> None:
    reversed_ = effect(np.random.default_rng(9).normal(-0.2, 0.1, (1, 50)))
    assert judge([(claim(), [reversed_])])[0].p_holm == 1.0


def test_correction_is_over_the_claims_that_were_tested() -> None:
    row = np.random.default_rng(10).normal(0.05, 0.2, (1, QUESTIONS))
    found = effect(row)
    tested = judge([(claim(name="a"), [found]), (claim(name="b"), [found]), (claim(name="c"), [])])
    assert tested[0].p_holm == pytest.approx(min(2 * found.p, 1))
    assert tested[2].verdict == "not tested"
