"""Data-parallel training: each rank embeds its share of a batch; all compute the loss of the whole.

Embeddings are gathered over the ranks, so that in-batch negatives are those of the whole batch.
Each rank computes the whole loss, but gradients only through its own share of the embeddings. The
sum of the ranks' gradients is the gradient of one process with the whole batch.
``DistributedDataParallel`` would average the gradients of separate losses instead, and it wraps a
module's ``forward``, which embedders do not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from benchmark.execution.distributed import Ranks
from univl_dr.embedder import Embedder
from univl_dr.items import Item

T = TypeVar("T")


class Gathered(Embedder):
    """An embedder whose embeddings of a batch come from all ranks, each with its share of examples.

    The items of other ranks' examples are ignored.
    """

    def __init__(self, module: Embedder, ranks: Ranks, examples: int) -> None:
        super().__init__()
        self.dimension = module.dimension
        self._module, self._ranks, self._examples = module, ranks, examples

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        return self._gathered(texts, self._module.embed_questions)

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        return self._gathered(items, self._module.embed_documents)

    def scale(self) -> Tensor:
        # Every rank computes the whole loss, so each contributes an equal part of this gradient.
        scale = self._module.scale()
        known = scale.detach()
        return known + (scale - known) / self._ranks.count

    def _gathered(self, given: Sequence[T], embed: Callable[[Sequence[T]], Tensor]) -> Tensor:
        share, each = self._ranks.share(self._examples), len(given) // self._examples
        start, stop = share.start * each, share.stop * each
        kind = next(self._module.parameters()).dtype
        whole = torch.zeros(len(given), self.dimension, dtype=kind, device=self.device)
        if start == stop:
            self._ranks.sum(whole)
            return whole
        own = embed(given[start:stop]).to(kind)
        whole[start:stop] = own.detach()
        self._ranks.sum(whole)
        return torch.cat([whole[:start], own, whole[stop:]])


def sum_gradients(parameters: Iterable[nn.Parameter], ranks: Ranks) -> None:
    """Sum the gradients over the ranks; for a parameter that no rank used it remains None."""
    learnt = list(parameters)
    used = torch.tensor([float(one.grad is not None) for one in learnt], device=learnt[0].device)
    ranks.sum(used)
    learnt = [one for one, count in zip(learnt, used.tolist(), strict=True) if count]
    gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in learnt]
    flat = torch.cat([one.flatten() for one in gradients])
    ranks.sum(flat)
    sums = torch.split(flat, [one.numel() for one in learnt])
    for one, summed in zip(learnt, sums, strict=True):
        one.grad = summed.view_as(one).clone()
