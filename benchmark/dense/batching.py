"""Batches of sequences of similar length, which save padding; results keep the texts' order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Places = npt.NDArray[np.int64]

BATCH = 0.01
"""The fixed cost of a batch, as a share of ``room`` tokens: each call takes time."""


def batches_by_length(
    lengths: Sequence[int], room: int, kinds: Sequence[int] | None = None
) -> Iterator[Places]:
    """Divide sequences into batches of similar length, the longest first so that errors come early.

    A batch is padded to its longest sequence, and then has at most ``room`` tokens, or one
    sequence. It ends earlier if the padding that this saves costs more than another batch.
    kinds: sequences of different kinds are never in one batch.
    """
    sizes = np.asarray(lengths)
    groups = np.zeros(len(sizes), dtype=np.int64) if kinds is None else np.asarray(kinds)
    order = np.lexsort((-sizes, groups))
    start = 0
    while start < len(order):
        first = order[start]
        batch = order[start : start + max(room // max(int(sizes[first]), 1), 1)]
        batch = batch[groups[batch] == groups[first]]
        yield from np.split(batch, _cuts(sizes[batch], room * BATCH))
        start += len(batch)


def _cuts(sizes: Places, batch: float) -> list[int]:
    """The cuts between batches of sequences, the longest first, with the lowest cost.

    The cost is the number of padded tokens plus ``batch`` for each batch. Sequences of equal length
    stay together.
    """
    starts = np.flatnonzero(np.diff(sizes, prepend=-1))
    costs, cuts = [0.0], [list[int]()]
    for end in [*starts[1:], len(sizes)]:
        begins = starts[: len(costs)]
        totals = costs + sizes[begins] * (end - begins) + batch
        best = int(totals.argmin())
        costs.append(float(totals[best]))
        cuts.append([*cuts[best], int(begins[best])])
    return cuts[-1][1:]


def embed_by_length(
    lengths: Sequence[int],
    room: int,
    embed: Callable[[Places], Tensor],
    kinds: Sequence[int] | None = None,
) -> Tensor:
    """Embed sequences in ``batches_by_length``; shape (sequences, dimension), in their order.

    embed: returns the embeddings of the sequences at some places; shape (places, dimension).
    """
    import torch

    batches = list(batches_by_length(lengths, room, kinds))
    embedded = torch.cat([embed(places) for places in batches])
    back = torch.from_numpy(np.argsort(np.concatenate(batches)))
    return embedded[back.to(embedded.device)]
