"""The tie rule on scores of every kind of number."""

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.ties import top_k


@pytest.mark.parametrize(
    "kind", ["uint8", "uint64", "int8", "int64", "bool", "float16", "float32", "float64"]
)
def test_every_kind_of_number_gives_the_same_order(kind: str) -> None:
    scores = np.array([[1, 0, 1, 0, 1]], dtype=kind)
    top = top_k(scores, range(10, 15), 7)
    assert top.numbers.tolist() == [[10, 12, 14, 11, 13, -1, -1]]
    assert top.scores.tolist() == [[1, 1, 1, 0, 0, -np.inf, -np.inf]]
    assert (top.numbers.dtype, top.scores.dtype) == (np.int32, np.float32)


def test_the_extremes_of_integers_keep_their_order() -> None:
    limits = np.iinfo(np.int64)
    top = top_k(np.array([[limits.min, 0, limits.max, -1]]), range(4), 4)
    assert top.numbers.tolist() == [[2, 1, 3, 0]]
    assert top_k(np.array([[3, 200, 255, 0]], dtype=np.uint8), range(4), 2).numbers.tolist() == [
        [2, 1]
    ]


@pytest.mark.parametrize("scores", [[[1.0, np.nan]], [[1j, 0]], [["a", "b"]]])
def test_what_is_no_number_is_refused(scores: list) -> None:
    with pytest.raises(InputError):
        top_k(np.array(scores), range(2), 1)
