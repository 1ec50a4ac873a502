"""The claims engine tells a known effect, none and a reversed one apart, at its promised rates."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from benchmark.commands.claims import until_stable
from benchmark.evaluation.effects import Effect, effect
from benchmark.report.claims import Claim, judge
from benchmark.report.verdicts import claims_table
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
    [(0.12, "reproduced"), (0.0, "not reproduced"), (-0.08, "not reproduced")],
)
def test_verdicts_follow_the_effect(mean: float, verdict: str) -> None:
    generator = np.random.default_rng(7)
    worlds = [effect(world(generator, mean, 5, 0.002)) for _ in range(25)]
    verdicts = [judge([(claim(smallest=0.06), [one])])[0].verdict for one in worlds]
    assert verdicts.count(verdict) >= 0.8 * len(verdicts)
    if mean <= 0:
        assert verdicts.count("reproduced") <= 0.1 * len(verdicts)


def certain(mean: float, error: float = 0.001) -> Effect:
    """An effect of that mean and standard error, the same in each of three seeds."""
    away = np.tile([1.0, -1.0], 200)
    return effect(np.tile(mean + away * error * 399**0.5, (3, 1)))


def test_a_claim_about_two_pairs_needs_both() -> None:
    good, none, wide = certain(0.03), certain(0.0), certain(0.02, 0.02)
    pairs = ((A, B), (B, A))
    found = [judge([(claim(pairs=pairs), [good, other])])[0] for other in (good, none, wide)]
    assert [one.verdict for one in found] == ["reproduced", "not reproduced", "inconclusive"]
    assert found[0].reason == "above 1.0 points in each pair"
    assert found[1].reason == "below 1.0 points in 1 of 2 pairs"
    assert found[0].overturned == 0.0


def test_a_claim_holds_only_where_it_beats_its_controls() -> None:
    one = claim(controls=((A, B),))
    assert one.variants == [A, B, A, B]
    better, same, little = certain(0.03), certain(0.0), certain(0.006)
    found = {
        name: judge([(one, [better, control])])[0]
        for name, control in (("better", better), ("same", same), ("little", little))
    }
    assert (found["better"].verdict, found["better"].reason) == (
        "reproduced",
        "above 1.0 points in each pair, controls included",
    )
    assert found["same"].verdict == found["little"].verdict == "not reproduced"
    assert found["same"].reason == "below 1.0 points against 1 of 1 controls"
    # Above zero in both, and yet not worth speaking of against the control.
    assert found["little"].reason.endswith("though above 0")
    data = SimpleNamespace(name="d", notice="")
    shown = claims_table([found["same"]], data, "test")  # type: ignore[arg-type]
    assert [row["pair"] for row in shown.rows] == ["a against b", "control: a against b"]
    assert [pair["control"] for pair in (shown.records or ())[0]["pairs"]] == [False, True]


def test_an_effect_within_the_smallest_is_called_equivalent() -> None:
    (found,) = judge([(claim(), [certain(-0.001)])])
    # (1 - 0.1) points are nine standard errors of 0.1 points: t of 399 degrees of freedom.
    p = f"{stats.t.sf(9, 399):.1e}"
    assert found.reason == f"below 1.0 points; equivalent within 1.0 points (p = {p})"


def test_seeds_are_added_to_the_unstable_claims_alone() -> None:
    sure, unsure, alone = (claim(name=name) for name in ("sure", "unsure", "alone"))
    away = {"sure": 0.0001, "unsure": 0.02, "alone": 0.0}
    asked: list[tuple[tuple[str, ...], int]] = []

    def run(claims: Sequence[Claim], seeds: int) -> list:
        asked.append((tuple(one.name for one in claims), seeds))
        counts = {"sure": 3, "unsure": seeds, "alone": 1}
        found = []
        for one in (sure, unsure, alone):
            moved = np.linspace(-1, 1, counts[one.name])[:, None] * away[one.name]
            table = 0.011 + np.tile([0.02, -0.02], 200) + moved
            found.append((one, [effect(table)]))
        return judge(found)

    until_stable([sure, unsure, alone], run)
    assert asked == [(("sure", "unsure", "alone"), 3), *((("unsure",), n) for n in range(4, 11))]


def test_a_strong_effect_the_other_way_is_never_significant() -> None:
    reversed_ = effect(np.random.default_rng(9).normal(-0.2, 0.1, (1, 50)))
    (found,) = judge([(claim(), [reversed_])])
    assert found.p_holm["above zero"] == 1.0
    assert found.reason == "below 0, the opposite"
    assert found.overturned is None


def test_correction_is_over_the_claims_that_were_tested() -> None:
    row = np.random.default_rng(10).normal(0.05, 0.2, (1, QUESTIONS))
    found = effect(row)
    tested = judge([(claim(name="a"), [found]), (claim(name="b"), [found]), (claim(name="c"), [])])
    assert found.p is not None
    assert tested[0].p_holm["above zero"] == pytest.approx(min(2 * found.p, 1))
    assert tested[2].verdict == "not tested"
