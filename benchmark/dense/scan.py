"""The first pass of a large search: every product in bf16, and what its error could have hidden.

bf16 products cost a fraction of fp32's on processors that have them, and are wrong in the third
digit. How wrong at most is known from the vectors: with q', d' the rounded ones,

    |q.d - q'.d'| <= |q - q'| |d| + |q'| |d - d'|      (Cauchy and Schwarz)

So a document whose rounded score lies twice that below the k-th best rounded score can't be among
the k best. The rest, usually a few times k, is what an exact product has to look at. Documents are
moved by a fixed vector near their mean first: that shifts all scores of a query alike, and shorter
vectors have smaller errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmark.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

Matrix = npt.NDArray[np.float32]

TILE = 4096
"""Documents whose products are in memory at a time: they should stay in the processor's cache."""

ROWS = 1024
"""Questions at a time, for the same reason."""

MOST = 2048
"""Candidates of a question; one that has more is left to the exact search."""

ACCUMULATED = 4e-5
"""Relative to the vectors' lengths: rounding of sums in fp32, here and in the exact product."""

OUTPUT = 2.0**-7
"""Relative to a score: the rounding to bf16 of two scores and of the limit between them."""


def has_bf16() -> bool:
    """Whether the processor multiplies in bf16."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())


def scan(queries: Matrix, documents: Matrix, depth: int) -> list[npt.NDArray[np.int64] | None]:
    """For each query the rows that may be among its ``depth`` best, ascending.

    queries: float32, shape (queries, dimension). documents: likewise, more than
    ``depth`` in the first TILE of them; may be mapped from disk.
    None stands for a query that has more than MOST candidates, or scores around zero.
    """
    import torch

    centre = np.asarray(documents[: 4 * TILE]).mean(axis=0)
    rounded = torch.from_numpy(np.ascontiguousarray(queries)).bfloat16()
    lengths = np.linalg.norm(queries, axis=1)
    lost = np.linalg.norm(queries - rounded.float().numpy(), axis=1)
    longest = worst = 0.0
    sieve = _Sieve(len(queries), depth)
    with Progress("search", len(documents), "docs") as progress:
        for start in range(0, len(documents), TILE):
            moved = torch.from_numpy(documents[start : start + TILE] - centre)
            tile = moved.bfloat16()
            longest = max(longest, float(moved.norm(dim=1).max()))
            worst = max(worst, float((moved - tile).norm(dim=1).max()))
            # Twice, for two scores are compared, each of which may be wrong.
            slack = 2 * (lost * longest + lengths * (worst + ACCUMULATED * longest))
            for first in range(0, len(queries), ROWS):
                place = slice(first, first + ROWS)
                sieve.add(rounded[place] @ tile.T, place, start, slack[place])
            progress.advance(len(tile))
            if start + TILE >= 2 * sieve.thinned:
                sieve.thin(slack, start + TILE)
    sieve.thin(slack, len(documents))
    return sieve.rows()


class _Sieve:
    """The candidates of all queries so far, and the scores below which they take no more."""

    def __init__(self, queries: int, depth: int) -> None:
        self._depth = depth
        self._limits = np.full(queries, -np.inf, dtype=np.float32)
        self._queries = [np.empty(0, dtype=np.int64)]
        self._rows = [np.empty(0, dtype=np.int64)]
        self._scores = [np.empty(0, dtype=np.float32)]
        self.thinned = 0
        """How many documents had been seen when the limits were last raised."""

    def add(self, scores: Tensor, place: slice, start: int, slack: npt.NDArray[np.float32]) -> None:
        """Take the candidates from a block of scores, bf16 of shape (queries, documents).

        place: its queries. start: the row of its first document.
        """
        import torch

        if not self.thinned and scores.shape[1] >= self._depth:
            least = scores.topk(self._depth, dim=1).values[:, -1].float().numpy()
            self._limits[place] = _below(least, slack)
            # The bits of negative numbers are in another order: their queries are given up.
            self._limits[place][self._limits[place] <= 0] = np.inf
        # The bits of positive bf16 numbers are integers of the same order, and quicker compared.
        bits = _bits(scores)
        limits = _bits(torch.from_numpy(self._limits[place]).bfloat16())
        hits = np.flatnonzero(bits >= limits[:, None])
        queries, columns = np.divmod(hits, bits.shape[1])
        self._scores.append((bits.ravel()[hits].astype(np.int32) << 16).view(np.float32))
        self._queries.append(queries + place.start)
        self._rows.append(columns + start)

    def thin(self, slack: npt.NDArray[np.float32], seen: int) -> None:
        """Raise the limits to what is known after ``seen`` documents, and drop what is below."""
        scores, queries = np.concatenate(self._scores), np.concatenate(self._queries)
        rows = np.concatenate(self._rows)
        # Positive numbers' bits are of their order, and one key sorts far faster than two.
        order = np.argsort((queries << 32) - scores.view(np.int32))
        scores, queries, rows = scores[order], queries[order], rows[order]
        starts = np.searchsorted(queries, np.arange(len(self._limits) + 1))
        full = np.flatnonzero(np.diff(starts) >= self._depth)
        least = scores[starts[full] + self._depth - 1]
        self._limits[full] = np.maximum(self._limits[full], _below(least, slack[full]))
        kept = scores >= self._limits[queries]
        crowded = np.bincount(queries[kept], minlength=len(self._limits)) > MOST
        self._limits[crowded] = np.inf
        kept &= ~crowded[queries]
        self._scores, self._queries, self._rows = [scores[kept]], [queries[kept]], [rows[kept]]
        self.thinned = seen

    def rows(self) -> list[npt.NDArray[np.int64] | None]:
        """The candidates that are left, query by query."""
        (queries,), (rows,) = self._queries, self._rows
        order = np.argsort((queries << 32) + rows)
        parts = np.split(
            rows[order], np.searchsorted(queries[order], np.arange(1, len(self._limits)))
        )
        given_up = np.isinf(self._limits) & (self._limits > 0)
        return [None if lost else part for part, lost in zip(parts, given_up, strict=True)]


def _bits(numbers: Tensor) -> npt.NDArray[np.int16]:
    import torch

    bits: npt.NDArray[np.int16] = numbers.view(torch.int16).numpy()
    return bits


def _below(
    least: npt.NDArray[np.float32], slack: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The score below which nothing can be better than what scored ``least``."""
    return (least - OUTPUT * np.abs(least) - slack).astype(np.float32)
