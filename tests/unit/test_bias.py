"""Modality bias against figures worked out by hand."""

import random

import numpy as np
import pytest

from benchmark.evaluation.bias import DEPTH, Retrieved, retrieved
from benchmark.types import Run

IMAGES = {"1", "2", "3"}
JUDGMENTS = {"q1": {"1": 1, "t9": 0}, "q2": {"t1": 1, "t2": 1}, "q3": {"2": 1}, "q4": {"3": 0}}
LISTS = {"q1": ["t1", "1", "2", "t2"], "q2": ["t1", "t3", "3"]}


@pytest.fixture
def found() -> Retrieved:
    scores = {query: [float(-rank) for rank in range(len(ids))] for query, ids in LISTS.items()}
    return retrieved(Run("x", LISTS, scores), JUDGMENTS, IMAGES)


def test_shares_are_of_what_was_found(found: Retrieved) -> None:
    assert found.queries == ("q1", "q2", "q3")  # q4 has no relevant document
    assert found.judged.tolist() == [1, 0, 1]
    assert found.share(10)[:2] == pytest.approx([1 / 2, 1 / 3])
    assert found.share(2)[:2] == pytest.approx([1 / 2, 0])
    assert np.isnan(found.share(10)[2])


def test_exposure_discounts_by_rank(found: Retrieved) -> None:
    first, second, third = 1, 1 / np.log2(3), 1 / 2
    assert found.exposure(3)[:2] == pytest.approx(
        [(second + third) / (first + second + third), third / (first + second + third)]
    )


def test_preference_is_the_distance_of_the_means(found: Retrieved) -> None:
    # Judged 2/3; retrieved 1/2 and 1/3, and nothing, which leans nowhere.
    assert found.preference(10) == pytest.approx([2 / 3 - 1 / 2, 2 / 3 - 1 / 3, 0])


def test_what_stands_first(found: Retrieved) -> None:
    assert found.outcomes() == pytest.approx(
        {"relevant": 1 / 3, "wrong document": 0, "wrong modality": 1 / 3, "nothing": 1 / 3}
    )
    assert sorted(found.scores_of("image")) == [-2, -2, -1]


def test_tables_are_those_of_a_loop_over_lists() -> None:
    dice = random.Random(3)
    pool = [f"d{number}" for number in range(150)]
    images = {*pool[::3]}
    asked = [f"q{number}" for number in range(40)]
    judged = {
        query: {name: dice.choice([0, 1, 2]) for name in dice.sample(pool, 9)} for query in asked
    }
    lists = {query: dice.sample(pool, dice.choice([0, 3, 130])) for query in asked[5:]}
    scores = {query: [-dice.random() for _ in lists[query]] for query in reversed(asked[5:])}
    found = retrieved(Run("x", lists, scores), judged, images)
    assert found.queries == tuple(asked)
    for row, query in enumerate(asked):
        relevant = {name for name, level in judged[query].items() if level > 0}
        assert found.judged[row] == np.mean([name in images for name in relevant])
        names = lists.get(query, [])[:DEPTH]
        rest = DEPTH - len(names)
        assert found.images[row].tolist() == [*(name in images for name in names), *[-1] * rest]
        assert found.relevant[row].tolist() == [
            *(name in relevant for name in names),
            *[False] * rest,
        ]
        given = [*scores.get(query, [])[:DEPTH], *[np.nan] * rest]
        assert np.array_equal(found.scores[row], given, equal_nan=True)
