"""Batches of sequences of like length: little padding, and embeddings in the order of the texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Places = npt.NDArray[np.int64]


def batches_by_length(
    lengths: Sequence[int], room: int, kinds: Sequence[int] | None = None
) -> Iterator[Places]:
    """Cut sequences into batches of like length, the longest first so that a failure comes early.

    A batch is padded to its longest sequence and then holds at most ``room`` tokens, or one
    sequence. kinds: sequences of different kinds never share a batch.
    """
    sizes = np.asarray(lengths)
    groups = np.zeros(len(sizes), dtype=np.int64) if kinds is None else np.asarray(kinds)
    order = np.lexsort((-sizes, groups))
    start = 0
    while start < len(order):
        first = order[start]
        batch = order[start : start + max(room // max(int(sizes[first]), 1), 1)]
        batch = batch[groups[batch] == groups[first]]
        yield batch
        start += len(batch)


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
