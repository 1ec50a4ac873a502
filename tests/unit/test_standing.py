"""The posterior, how sure a ranking is, rank correlation and planning: by hand and by scipy."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.effects import parts
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.planning import detectable, questions_needed
from benchmark.evaluation.posterior import posterior, reading
from benchmark.evaluation.standing import agreement, agreements, kendall, standings
from benchmark.execution.experiment import Row, plan
from benchmark.registry import retriever
from benchmark.report.leaderboard import SEEDS
from benchmark.report.planning import power_table
from benchmark.retriever import Task


def test_the_posterior_has_the_mean_and_the_spread_of_both_samples() -> None:
    table = np.random.default_rng(1).normal(0.1, 0.3, (4, 200))
    table += np.array([[0.0], [0.05], [0.1], [-0.05]])
    found, drawn = parts(table), posterior([table], draws=20_000)[:, 0]
    assert drawn.mean() == pytest.approx(table.mean(), abs=0.002)
    # A Dirichlet weight of n questions gives the variance s^2 / (n + 1), with s^2 over n; the
    # seeds' part is that of t with three degrees of freedom, of which the quartiles exist.
    question_means = table.mean(axis=0)
    normal = np.random.default_rng(2).normal(0, (question_means.var() / 201) ** 0.5, 200_000)
    seeds = np.random.default_rng(3).standard_t(3, 200_000)
    whole = normal + seeds * float(np.asarray(found.design.from_seeds)) ** 0.5
    for share in (0.05, 0.25, 0.75, 0.95):
        expected = np.quantile(whole, share)
        assert np.quantile(drawn - table.mean(), share) == pytest.approx(expected, abs=0.004)


def test_a_reading_adds_up_and_is_sure_of_what_is_far() -> None:
    noise = np.random.default_rng(4).normal(0, 0.1, (3, 500))
    far, near = reading(noise + 0.05), reading(noise * 0.1)
    assert far.better > 0.99
    assert near.equivalent > 0.99
    for one in (far, near):
        assert one.better + one.equivalent + one.worse == pytest.approx(1)
        assert one.low < one.high


def test_standings_of_one_that_leads_and_two_that_are_alike() -> None:
    generator = np.random.default_rng(5)
    base = generator.random((1, 400))
    like = np.stack([base[0] + generator.normal(0, 0.1, 400)])
    like += base.mean() - like.mean() - 0.0001
    first, second, third = standings([base + 0.2, base, like])
    assert (first.best, first.first, first.last, first.swap) == (1.0, 1, 1, 0.0)
    assert (second.first, second.last) == (third.first, third.last) == (2, 3)
    assert second.swap == pytest.approx(0.5, abs=0.05)
    assert third.swap is None
    same = standings([base, base])
    assert same[0].swap == 0.5


def test_kendall_is_that_of_scipy() -> None:
    generator = np.random.default_rng(6)
    one, other = generator.integers(0, 6, (2, 20, 8)) / 10
    expected = [stats.kendalltau(a, b).statistic for a, b in zip(one, other, strict=True)]
    assert kendall(one, other) == pytest.approx(expected)


def test_rankings_that_agree_and_one_that_is_reversed() -> None:
    noise = np.random.default_rng(7).normal(0, 0.01, (5, 1, 100))
    tables = list(noise + np.arange(5)[:, None, None] / 10)
    assert agreement(tables, tables, paired=True).low == 1.0
    assert agreement(tables, tables[::-1], paired=True).tau == -1.0


def test_rankings_compared_together_are_as_each_alone() -> None:
    tables = [list(np.random.default_rng(n).random((4, 3, 50))) for n in range(3)]
    alone = [agreement(tables[0], other, paired=True) for other in tables[1:]]
    assert agreements(tables[0], tables[1:]) == alone


def test_planning_by_hand() -> None:
    # One seed, 101 questions of standard deviation 0.5: (1.96 + 0.84) 0.5 / sqrt(n).
    row = np.tile([0.5, -0.5], 51)[None, :101]
    found = parts(row - row.mean())
    spread = float(row.std(ddof=1))
    needed = questions_needed(found, 0.05, 1)
    assert needed == pytest.approx(((1.96 + 0.8416) * spread / 0.05) ** 2, rel=0.01)
    assert detectable(found, 1, needed or 0) <= 0.05 < detectable(found, 1, (needed or 0) - 1)
    assert questions_needed(found, 0.05, 1, comparisons=300) == pytest.approx(
        ((stats.norm.isf(0.05 / 600) + 0.8416) * spread / 0.05) ** 2, rel=0.01
    )


def test_no_number_of_questions_makes_up_for_seeds() -> None:
    table = np.random.default_rng(8).normal(0, 0.2, (3, 300)) + np.array([[0.05], [0.0], [-0.05]])
    found = parts(table)
    assert questions_needed(found, 0.01, 3) is None
    between = found.planned(1, 10**9).from_seeds
    assert float(np.asarray(between)) == pytest.approx(table.mean(axis=1).var(ddof=1), rel=0.1)


def test_a_table_of_planning_and_what_it_refuses() -> None:
    generator = np.random.default_rng(9)
    systems = {name: Scores(tuple("abcdefghij"), {"m": generator.random(10)}, 0) for name in "xyz"}
    table = power_table(systems, "m", 0.01, 3)
    assert [row["seeds"] for row in table.rows] == [1]
    assert table.rows[0]["questions"] < table.rows[0]["questions_corrected"]
    with pytest.raises(InputError, match="only one system"):
        power_table({"x": systems["x"]}, "m", 0.01, 1)
    with pytest.raises(InputError, match="do not differ"):
        power_table({"x": systems["x"], "y": systems["x"]}, "m", 0.01, 1)


def test_a_system_of_one_seed_that_could_have_more_is_marked(
    webqa_micro: Collection, tmp_path: Path
) -> None:
    rows = [
        Row(entry=retriever(name), task=Task(data=webqa_micro), folder=tmp_path / name)
        for name in ("clip-zero-shot", "clip-dpr")
    ]
    # The stand-in of the former was pretrained with a seed of its own, which nobody chooses.
    seeded = {one.entry.name: one.seeded for one in plan(rows, 1, skip=False)}
    assert seeded == {"clip-zero-shot": False, "clip-dpr": True}
    found = [(1, True, None), (1, False, None), (1, None, None), (3, True, 0.012)]
    rows_shown = [
        {"seeds": seeds, "seeded": known, "spread": spread} for seeds, known, spread in found
    ]
    assert [SEEDS.text(row) for row in rows_shown] == ["1 only", "-", "-", "3 (sd 1.20)"]
