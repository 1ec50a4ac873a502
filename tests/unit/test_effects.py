"""The claims engine tells a known effect, none and a reversed one apart, at its promised rates."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from benchmark.commands.claims import until_stable
from benchmark.errors import InputError
from benchmark.evaluation.effects import Effect, effect
from benchmark.report.claims import Claim, Control, judge
from benchmark.report.tables import Table
from benchmark.report.verdicts import claims_table
from benchmark.results.variants import Variant

WORLDS = 300
QUESTIONS = 300
A, B, C = (Variant(retriever=name) for name in "abc")


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


CONTROLLED = claim(controls=(Control(system=C, of=(A, B)),), steps="as many steps")


def test_a_claim_holds_only_where_it_beats_its_controls() -> None:
    assert CONTROLLED.variants == [A, B, C, B, A, C]
    better, same, little = certain(0.03), certain(0.0), certain(0.006)
    found = {
        name: judge([(CONTROLLED, [better, same, beyond])])[0]
        for name, beyond in (("better", better), ("same", same), ("little", little))
    }
    # The control's own effect, which is none here, is no condition.
    assert (found["better"].verdict, found["better"].reason) == (
        "reproduced",
        "above 1.0 points in each pair, controls included",
    )
    assert found["same"].verdict == found["little"].verdict == "not reproduced"
    assert found["same"].reason == "below 1.0 points beyond the control"
    # Above zero in both, and yet not worth speaking of against the control.
    assert found["little"].reason.endswith("though above 0")
    with pytest.raises(InputError, match="control 'c' of claim 'x' belongs to none of its pairs"):
        claim(controls=(Control(system=C, of=(B, A)),))


def shown(*effects: tuple[Claim, Sequence[Effect | None]]) -> Table:
    data = SimpleNamespace(name="d", notice="")
    return claims_table(judge(effects), data, "test")  # type: ignore[arg-type]


def test_the_table_shows_the_claimed_effect_the_control_and_what_is_left() -> None:
    """Four questions: a wins 0.5 each over b; c has 0.5 of it on two of them, so 0.25 is left."""
    a, b, c = np.full((1, 4), 0.75), np.full((1, 4), 0.25), np.array([[0.75, 0.75, 0.25, 0.25]])
    table = shown((CONTROLLED, [effect(a - b), effect(c - b), effect(a - c)]))
    assert [
        (row["pair"], row["effect"].mean if "effect" in row else None) for row in table.rows
    ] == [
        ("a against b", 0.5),
        ("control: as many steps", None),
        ("control alone: c against b", 0.25),
        ("beyond the control: a against c", 0.25),
    ]
    # Standard deviation 0.5 / 3 ** 0.5 over four questions; Student's t of three is 3.1824.
    reach = 100 * 3.1824 * (0.5 / 3**0.5) / 2
    assert table.rows[0]["control"] == (
        f"claimed +50.00, control +25.00, beyond it +25.00 [{25 - reach:+.2f}, {25 + reach:+.2f}]"
    )
    assert [column.title for column in table.columns if column.first][-1] == "Control"
    (record,) = table.records or ()
    assert [(one["role"], one["mean"]) for one in record["pairs"]] == [
        ("claimed", 0.5),
        ("control", 0.25),
        ("beyond the control", 0.25),
    ]
    assert record["steps"] == "as many steps"


def test_a_control_without_a_result_is_said_and_no_verdict_given() -> None:
    equal = claim(name="y", steps="both take as many")
    table = shown((CONTROLLED, [certain(0.03), None, None]), (equal, [certain(0.03)]))
    assert table.rows[0]["verdict"] == "not tested: a control has no result"
    assert [row.get("control") for row in table.rows if "number" in row] == [
        "no result",
        "none needed",
    ]
    assert table.rows[0]["effect"].mean == pytest.approx(0.03)
    assert table.rows[-1]["pair"] == "no control needed: both take as many"
    said = "`python -m benchmark claims --dataset d --seeds 3 --run` runs them."
    assert [note for note in table.notes if "no result" in note] == [
        f"Controls of claim 1 have no result. {said}"
    ]


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
    assert found.reason == "the opposite effect, below 0"
    assert found.overturned is None


def test_correction_is_over_the_claims_that_were_tested() -> None:
    row = np.random.default_rng(10).normal(0.05, 0.2, (1, QUESTIONS))
    found = effect(row)
    tested = judge([(claim(name="a"), [found]), (claim(name="b"), [found]), (claim(name="c"), [])])
    assert found.p is not None
    assert tested[0].p_holm["above zero"] == pytest.approx(min(2 * found.p, 1))
    assert tested[2].verdict == "not tested"
