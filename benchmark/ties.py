"""The one tie rule: score descending, then document order in the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.types import TopK

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def top_k(
    scores: npt.NDArray[np.float32], numbers: Sequence[int] | npt.NDArray[np.integer], depth: int
) -> TopK:
    """The ``depth`` best documents of each query from a full score matrix.

    scores: shape (queries, documents); column ``i`` is the document ``numbers[i]`` of the corpus.
    numbers: ascending.
    """
    import numpy as np

    kept = min(depth, scores.shape[1])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :kept]
    best = np.take_along_axis(scores, order, axis=1)
    padding = ((0, 0), (0, depth - kept))
    return TopK(
        np.pad(np.asarray(numbers)[order], padding, constant_values=-1).astype(np.int32),
        np.pad(best, padding, constant_values=-np.inf).astype(np.float32),
    )
