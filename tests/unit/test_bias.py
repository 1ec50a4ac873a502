"""Modality bias against figures worked out by hand."""

import numpy as np
import pytest

from benchmark.evaluation.bias import Retrieved, retrieved
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
