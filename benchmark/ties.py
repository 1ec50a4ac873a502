"""The one tie rule: score descending, then document order in the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.types import TopK

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def top_k(
    scores: npt.NDArray[np.number], numbers: Sequence[int] | npt.NDArray[np.integer], depth: int
) -> TopK:
    """The ``depth`` best documents of each query from a full score matrix.

    scores: real numbers of any kind, shape (queries, documents); column ``i`` is the document
    ``numbers[i]`` of the corpus. numbers: ascending.
    Raises InputError where a score is no real number, or NaN.
    """
    import numpy as np

    scores = np.asarray(scores)
    if scores.dtype.kind not in "biuf":
        raise InputError(f"scores of type {scores.dtype}", mend="give real numbers")
    # Integers and truth values have no negative to sort by: that of an unsigned 1 is the largest.
    values = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    if np.isnan(values).any():
        raise InputError("a score is NaN", mend="give each document a number, or -inf")
    kept = min(depth, scores.shape[1])
    order = np.argsort(-values, axis=1, kind="stable")[:, :kept]
    best = np.take_along_axis(values, order, axis=1)
    padding = ((0, 0), (0, depth - kept))
    return TopK(
        np.pad(np.asarray(numbers)[order], padding, constant_values=-1).astype(np.int32),
        np.pad(best, padding, constant_values=-np.inf).astype(np.float32),
    )
