"""Batches of sequences of like length: little padding, and embeddings in the order of the texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Places = npt.NDArray[np.int64]

BATCH = 0.01
"""What a batch costs beside its tokens, as a share of the room: calls take time, however short."""


def batches_by_length(
    lengths: Sequence[int], room: int, kinds: Sequence[int] | None = None
) -> Iterator[Places]:
    """Cut sequences into batches of like length, the longest first so that a failure comes early.

    A batch is padded to its longest sequence and then holds at most ``room`` tokens, or one
    sequence; it ends earlier where the padding that this saves is worth another batch.
    kinds: sequences of different kinds never share a batch.
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
    """Where to cut sequences, the longest first, for the least cost: padded tokens and ``batch``.

    Only sequences of different lengths are cut apart.
    """
    starts = np.flatnonzero(np.diff(sizes, prepend=-1))
    costs, cuts = [0.0], [list[int]()]
    for end in [*starts[1:], len(sizes)]:
        begins = starts[: len(costs)]
        found = costs + sizes[begins] * (end - begins) + batch
        best = int(found.argmin())
        costs.append(float(found[best]))
        cuts.append([*cuts[best], int(begins[best])])
    return cuts[-1][1:]


def embed_by_length(
    lengths: Sequence[int],
    room: int,
    embed: Callable[[Places], Tensor],
    kinds: Sequence[int] | None = None,
) -> Tensor:
    """Embed sequences in ``batches_by_length``; shape (sequences, dimension), in their order.

    embed: gives the embeddings of the sequences at some places, shape (places, dimension).
    """
    import torch

    batches = list(batches_by_length(lengths, room, kinds))
    embedded = torch.cat([embed(places) for places in batches])
    back = torch.from_numpy(np.argsort(np.concatenate(batches)))
    return embedded[back.to(embedded.device)]
