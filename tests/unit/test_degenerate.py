"""Statistics of samples that say little: one question, two, constant differences, all zero.

What is not defined is None, and never NaN; what is defined is worked out by hand.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmark.evaluation.bias import Retrieved
from benchmark.evaluation.comparison import Comparison, compare
from benchmark.evaluation.effects import effect
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.run_files import RunFile
from benchmark.evaluation.significance import (
    bootstrap,
    detectable,
    holm,
    randomization_test,
    standard_deviation,
)
from benchmark.papers.univl_dr.claims import Claim
from benchmark.report.claims import judge
from benchmark.report.evaluation import comparison_table, evaluation_table
from benchmark.report.formats import render
from benchmark.report.slices import slices_table
from benchmark.results.scoring import summary
from benchmark.results.variants import Variant

UNDEFINED = dict.fromkeys(["low", "high", "effect", "detectable", "p", "p_t", "p_holm", "p_t_holm"])


def systems(first: list[float], second: list[float]) -> dict[str, Scores]:
    queries = tuple(f"q{i}" for i in range(len(first)))
    values = {"a": np.array(first), "b": np.array(second)}
    return {name: Scores(queries, {"m": value}, 0) for name, value in values.items()}


def compared(first: list[float], second: list[float]) -> Comparison:
    (pair,) = compare(systems(first, second), "m")
    return pair


def test_one_question_has_a_difference_and_no_statistics() -> None:
    pair = compared([0.75], [0.5])
    assert pair.difference == 0.25
    assert {name: asdict(pair)[name] for name in UNDEFINED} == UNDEFINED
    assert not pair.significant
    one = systems([0.75], [0.5])["a"]
    assert summary(one)["m"] == {"mean": 0.75, "low": None, "high": None}


def test_two_questions_by_hand() -> None:
    # Differences 0.5 and 0.25: mean 0.375, standard deviation 0.25 / sqrt(2), t = 3 with one degree
    # of freedom, of which p = 1 - 2 atan(3) / pi. Of the four sign flips two are as extreme.
    pair = compared([1.0, 0.75], [0.5, 0.5])
    assert pair.effect == pytest.approx(0.375 / (0.25 / 2**0.5))
    assert pair.p_t == pytest.approx(1 - 2 * np.arctan(3) / np.pi)
    assert pair.p == pytest.approx(0.5, abs=0.02)
    assert (pair.low, pair.high) == (0.25, 0.5)


@pytest.mark.parametrize(("first", "second"), [(0.75, 0.25), (0.7, 0.6), (1.0, 0.0)])
def test_a_constant_difference_has_no_effect_size_and_no_t_test(
    first: float, second: float
) -> None:
    # 0.1 as 0.7 - 0.6 and as 0.3 - 0.2 differ in the last digit, which is no spread.
    lower = [second, second - 0.1] * 10 if second else [second] * 20
    upper = [one + (first - second) for one in lower]
    pair = compared(upper, lower)
    assert (pair.effect, pair.detectable, pair.p_t, pair.p_t_holm) == (None, None, None, None)
    assert pair.p == pytest.approx(1 / 10_001)
    assert pair.low == pytest.approx(pair.difference) == pair.high
    assert pair.significant


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_all_ties_and_all_zero_are_no_difference(value: float) -> None:
    pair = compared([value] * 6, [value] * 6)
    assert (pair.difference, pair.low, pair.high, pair.p) == (0, 0, 0, 1)
    assert (pair.effect, pair.detectable, pair.p_t) == (None, None, None)
    assert not pair.significant


def test_an_undefined_p_counts_as_one_in_the_correction_of_others() -> None:
    assert holm(np.array([0.01, np.nan, 0.02])).tolist() == pytest.approx(
        [0.03, np.nan, 0.04], nan_ok=True
    )


@pytest.mark.parametrize(
    "statistic",
    [
        bootstrap,
        standard_deviation,
        detectable,
        lambda values: randomization_test(values, 100, 1),
    ],
)
def test_each_statistic_of_one_question_is_undefined(statistic) -> None:
    assert np.isnan(statistic(np.array([[0.5], [0.0]]))).all()


CONSTANT = np.full((1, 9), 0.25)


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(
    ("differences", "mean", "p", "verdict"),
    [
        (np.zeros((1, 0)), None, None, "not tested"),
        (np.array([[0.5]]), 0.5, None, "not tested"),
        # Two questions: t = 3 with one degree of freedom.
        (np.array([[0.5, 0.25]]), 0.375, 0.2048, "inconclusive"),
        (CONSTANT, 0.25, 2 / 2**9, "reproduced"),
        (np.zeros((1, 9)), 0.0, 1.0, "not reproduced"),
    ],
)
def test_claims_on_degenerate_samples(
    differences: np.ndarray, mean: float | None, p: float | None, verdict: str, seeds: int
) -> None:
    found = effect(np.repeat(differences, seeds, axis=0))
    assert found.mean == mean
    assert found.p == (p if p is None else pytest.approx(p, abs=1e-4))
    claim = Claim(
        name="x", says="", pairs=((Variant(retriever="a"), Variant(retriever="b")),), smallest=0.01
    )
    (tested,) = judge([(claim, [found])])
    assert tested.verdict == verdict
    assert json.dumps(found.record(), allow_nan=False)


def test_a_claim_that_cannot_be_tested_is_not_in_the_family() -> None:
    claim = Claim(name="x", says="", pairs=((Variant(retriever="a"), Variant(retriever="b")),))
    known = effect(np.random.default_rng(1).normal(0.1, 0.3, (1, 50)))
    nothing = effect(np.array([[0.5]]))
    first, second = judge([(claim, [known]), (claim, [nothing])])
    assert first.p_holm["above zero"] == known.p
    assert second.reason == "at least two questions are needed"


@pytest.mark.parametrize(
    ("first", "second"), [([1.0], [0.5]), ([1.0, 0.5], [0.5, 0.0]), ([0.0] * 3, [0.0] * 3)]
)
def test_tables_of_degenerate_samples_show_dashes_and_valid_json(
    first: list[float], second: list[float]
) -> None:
    found = systems(first, second)
    judged = {query: {"d": 1} for query in found["a"].queries}
    tables = [
        comparison_table(found, 1),
        slices_table(found, "m", {"one": {"q0"}}),
        evaluation_table("a", RunFile(path=Path("a"), tag="a", scores=found["a"]), judged, None),
    ]
    for table in tables:
        assert "nan" not in render(table, "md").lower()
        assert "NaN" not in render(table, "json")
    row = dict(zip(tables[0].titles, tables[0].cells[0], strict=True))
    assert (row["d"], row["t-test p (Holm)"]) == ("-", "-")
    why = "at least two questions" if len(first) == 1 else "the same for every question"
    assert why in tables[0].notes[-1]


def test_modality_of_a_run_that_found_nothing_is_undefined() -> None:
    nothing = np.full((1, 100), -1, dtype=np.int8)
    found = Retrieved(("q",), nothing, nothing > 0, np.full((1, 100), np.nan), np.array([0.5]))
    assert set(found.outcomes().values()) == {None}
    assert np.isnan(found.share(10)).all()
