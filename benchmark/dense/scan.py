"""The first pass of a large search: all products in int8, and fp32 only for possible results.

On processors that support them, int8 products cost a quarter of fp32 products, and have an error in
the second digit. The vectors give a bound of the error; with q', d' the rounded vectors,

    |q.d - q'.d'| <= |q - q'| |d| + |q'| |d - d'|      (Cauchy and Schwarz)

A document cannot be among the k best if its rounded score is below the k-th best score so far by
more than this bound. The remaining documents, some tens of times k, are scored in fp32 at once,
while they are in the processor's cache. Before that, a fixed vector near the mean is subtracted
from the documents: this shifts all scores of a query equally, and shorter vectors have smaller
errors.
"""

from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmark.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

Matrix = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Limits = npt.NDArray[np.int32]

TILE = 4096
"""The number of documents whose candidates are found at once, to fit the processor's cache."""

PART = 256
"""The number of documents that are rounded and multiplied at once: their products fit the cache of
one core, and take twice as long where they are written to memory."""

ROWS = 512
"""The number of questions at once, for the same reasons."""

MOST = 1 << 15
"""The largest number of fp32 products of a question; one that needs more is searched exactly."""

ACCUMULATED = 4e-5
"""The rounding error of sums in fp32, relative to the vectors' lengths."""

LEVELS = 127
"""The largest int8 value that is used, on both sides of zero."""

LEAST, HIGHEST = 1e-30, 2**31 - 1


@cache
def has_int8() -> bool:
    """Whether int8 products are fast here: the processor has VNNI, and torch supports it.

    Both are tested with private functions of torch. If torch lacks them, or they behave
    differently, the search is in fp32.
    """
    import torch

    values = torch.arange(-4, 4, dtype=torch.int8).view(2, 4)
    products = torch.empty(2, 2, dtype=torch.int32)
    try:
        fast = torch.cpu._is_vnni_supported()
        torch._int_mm(values, values.T, out=products)
    except (AttributeError, TypeError, RuntimeError):
        return False
    return bool(fast) and products.tolist() == [[30, -10], [-10, 14]]


def scan(queries: Matrix, documents: Matrix, depth: int) -> list[Rows | None]:
    """For each query, the numbers that may be among its ``depth`` best documents, ascending.

    queries: float32, shape (queries, dimension). documents: float32, shape (documents, dimension),
    may be mapped from disk; more than ``depth`` of them are in the first TILE. The result is None
    for a query that has more than MOST possible documents.
    """
    import torch

    asked = torch.from_numpy(np.ascontiguousarray(queries))
    centre = torch.from_numpy(np.asarray(documents[: 4 * TILE]).mean(axis=0))
    lengths = asked.norm(dim=1).numpy()
    units = (asked.abs().amax(dim=1) / LEVELS).clamp(min=LEAST)
    whole, lost = _whole(asked, units[:, None])
    leaders = _Leaders(len(queries), depth)
    space = threading.local()

    def prepare() -> None:
        """Set up a thread with its buffers, since newly allocated memory would be cleared."""
        torch.set_num_threads(1)
        space.products = torch.empty(PART * ROWS, dtype=torch.int32)
        space.near = np.empty(TILE * ROWS, dtype=np.bool_)

    def rounded(part: Tensor, rounding: Matrix) -> tuple[Tensor, Limits]:
        """Documents in int8, and what their products have to reach for each query."""
        unit = (part.abs().max() / LEVELS).clamp(min=LEAST)
        found, worst = _whole(part, unit)
        wrong = lost * part.norm(dim=1).max().item() + (lengths + lost) * worst.max()
        scores = leaders.limits() - rounding - wrong
        limits = np.floor(scores / (unit * units).double().numpy())
        return found, limits.clip(-HIGHEST, HIGHEST).astype(np.int32)

    def sift(start: int) -> tuple[Matrix, Rows]:
        """Process the tile that begins at a row; returns the arguments of ``_Leaders.note``."""
        tile = torch.from_numpy(np.array(documents[start : start + TILE]))
        rounding = ACCUMULATED * lengths * tile.norm(dim=1).max().item()
        tile -= centre
        parts = [rounded(part, rounding) for part in torch.split(tile, PART)] if start else []
        cuts, counted = range(PART, len(tile), PART), []
        for first in range(0, len(queries), ROWS):
            place = slice(first, first + ROWS)
            block = asked[place]
            near = space.near[: len(tile) * len(block)].reshape(len(tile), len(block))
            if start:
                for (part, limits), out in zip(parts, np.split(near, cuts), strict=True):
                    products = space.products[: len(part) * len(block)].view(len(part), len(block))
                    torch._int_mm(part, whole[place].T, out=products)
                    np.greater_equal(products.numpy(), limits[place], out=out)
            else:
                products = tile @ block.T
                limits = products.topk(depth, dim=0).values[-1].numpy() - 2 * rounding[place]
                np.greater_equal(products.numpy(), limits, out=near)
            rows, columns = np.divmod(np.flatnonzero(near), len(block))
            exact = _products(tile, block, np.bincount(rows, minlength=len(tile)), columns)
            leaders.add(columns + first, rows + start, exact)
            counted.append(np.bincount(columns, minlength=len(block)))
        return rounding, np.concatenate(counted)

    threads = torch.get_num_threads()
    # One tile for each thread: much of the work on the products runs on one thread anyway.
    with (
        warnings.catch_warnings(),
        Progress("search", len(documents), "docs") as progress,
        ThreadPoolExecutor(threads, initializer=prepare) as pool,
    ):
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
        try:
            # First only one tile, which sets the scores to reach; then ever more at once.
            starts = range(0, min(TILE, len(documents)), TILE)
            while starts:
                for start, passed in zip(starts, pool.map(sift, starts), strict=True):
                    leaders.note(*passed)
                    progress.advance(min(TILE, len(documents) - start))
                leaders.thin()
                starts = range(starts.stop, min(2 * starts.stop, len(documents)), TILE)
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(threads)
    return leaders.numbers()


class _Leaders:
    """The best documents of all queries so far, and the scores that others have to reach."""

    def __init__(self, queries: int, depth: int) -> None:
        self._depth = depth
        self._least = np.full(queries, -np.inf, dtype=np.float32)
        """The score of the ``depth``-th best document; infinite for a query that is given up."""
        self._rounding = np.zeros(queries, dtype=np.float32)
        """The error of scores in fp32."""
        self._near = np.zeros(queries, dtype=np.int64)
        """The number of documents that were scored in fp32."""
        self._found: list[tuple[Rows, Rows, Matrix]] = []
        """Queries, numbers and scores."""

    def limits(self) -> Matrix:
        """The scores that exact scores have to reach, for each query."""
        return self._least - self._rounding

    def add(self, queries: Rows, numbers: Rows, scores: Matrix) -> None:
        """Add documents that may be among the best. Several threads may call it at once."""
        kept = scores >= (self._least - 2 * self._rounding)[queries]
        self._found.append((queries[kept], numbers[kept], scores[kept]))

    def note(self, rounding: Matrix, near: Rows) -> None:
        """Record the error of each query's scores in a tile, and the number of fp32 products."""
        self._rounding = np.maximum(self._rounding, rounding)
        self._near += near
        self._least[self._near > MOST] = np.inf

    def thin(self) -> None:
        """Raise the scores to reach to what is known now, and drop documents below them."""
        queries, numbers, scores = (
            np.concatenate(parts) for parts in zip(*self._found, strict=True)
        )
        # Integer keys in the order of the scores: one key is sorted much faster than two.
        bits = scores.view(np.int32)
        order = np.argsort((queries << 32) - np.where(bits < 0, bits ^ HIGHEST, bits))
        queries, numbers, scores = queries[order], numbers[order], scores[order]
        last = np.searchsorted(queries, np.arange(len(self._least))) + self._depth - 1
        full = np.flatnonzero(np.bincount(queries, minlength=len(last)) >= self._depth)
        self._least[full] = np.maximum(self._least[full], scores[last[full]])
        kept = scores >= (self._least - 2 * self._rounding)[queries]
        self._found = [(queries[kept], numbers[kept], scores[kept])]

    def numbers(self) -> list[Rows | None]:
        """The remaining documents of each query."""
        ((queries, numbers, _),) = self._found
        order = np.argsort((queries << 32) + numbers)
        cuts = np.searchsorted(queries[order], np.arange(1, len(self._least)))
        parts = np.split(numbers[order], cuts)
        return [
            None if lost else part for lost, part in zip(np.isinf(self._least), parts, strict=True)
        ]


def _whole(vectors: Tensor, unit: Tensor) -> tuple[Tensor, Matrix]:
    """Vectors in integer multiples of ``unit``, int8, and the length of each rounding error."""
    import torch

    rounded = (vectors / unit).round_()
    lost: Matrix = (rounded * unit).sub_(vectors).norm(dim=1).numpy()
    return rounded.to(torch.int8), lost


def _products(documents: Tensor, queries: Tensor, counts: Rows, columns: Rows) -> Matrix:
    """Inner products in fp32 of each document with some of the queries.

    columns: the queries of each document, one after the other. counts: their number for each one.
    """
    import torch

    ends = torch.from_numpy(np.concatenate([[0], counts.cumsum()]))
    pattern = torch.sparse_csr_tensor(
        ends,
        torch.from_numpy(columns),
        torch.zeros(len(columns)),
        size=(len(documents), len(queries)),
        check_invariants=False,
    )
    products = torch.sparse.sampled_addmm(pattern, documents, queries.T, beta=0)
    scores: Matrix = products.values().numpy()
    return scores
