"""open_clip's transformers without what they compute for nothing.

``nn.MultiheadAttention`` turns a batch-first batch around before its projections, and a linear
layer over what does not lie in order copies its weights for each text of the batch: half of the
time of a tower in bf16. And a tower pools one token of each sequence, but its last block computes
all of them. Same parameters under the same names, same result but for rounding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


class SelfAttention(nn.Module):
    """The attention of a batch-first ``nn.MultiheadAttention`` without dropout, its weights shared.

    Called as that is, by tokens of shape (batch, length, width) that attend to each other; there
    are no attention weights to return.
    """

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.heads = attention.num_heads
        self.in_proj_weight = attention.in_proj_weight
        self.in_proj_bias = attention.in_proj_bias
        self.out_proj = attention.out_proj

    def forward(
        self, tokens: Tensor, *_: Tensor, attn_mask: Tensor | None = None, **__: Any
    ) -> tuple[Tensor, None]:
        projected = linear(tokens, self.in_proj_weight, self.in_proj_bias)
        mask = None if attn_mask is None else attn_mask.to(projected.dtype)
        query, key, value = self._heads(projected, 3)
        return self._mixed(query, key, value, mask), None

    def of(self, asking: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """The same for tokens that ask; shape (batch, asking, width).

        mask: boolean, broadcast to (batch, heads, asking, length): what each may look at.
        """
        weight, bias, width = self.in_proj_weight, self.in_proj_bias, tokens.shape[-1]
        (query,) = self._heads(linear(asking, weight[:width], bias[:width]), 1)
        key, value = self._heads(linear(tokens, weight[width:], bias[width:]), 2)
        return self._mixed(query, key, value, mask)

    def _heads(self, projected: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Cut into ``parts``, each of shape (batch, heads, length, width of a head)."""
        apart = projected.view(*projected.shape[:2], parts, self.heads, -1)
        return apart.permute(2, 0, 3, 1, 4).unbind()

    def _mixed(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        mixed = scaled_dot_product_attention(query, key, value, mask)
        projected: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return projected


class PooledBlock(nn.Module):
    """The last block of a tower, for the one token of each sequence that will be pooled.

    block: open_clip's, which has been given a ``SelfAttention``; its weights are shared.
    """

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.ln_1, self.attn, self.ls_1 = block.ln_1, block.attn, block.ls_1
        self.ln_2, self.mlp, self.ls_2 = block.ln_2, block.mlp, block.ls_2

    def forward(self, tokens: Tensor, *, ends: Tensor | None = None, **_: Any) -> Tensor:
        """Tokens of shape (batch, length, width) to (batch, 1, width).

        ends: the place of each sequence's token, which attends to what comes before it; without,
        it is the first, which attends to all.
        """
        attended, mask = self.ln_1(tokens), None
        if ends is None:
            token, asking = tokens[:, :1], attended[:, :1]
        else:
            batch = torch.arange(len(tokens), device=tokens.device)
            token, asking = tokens[batch, ends][:, None], attended[batch, ends][:, None]
            places = torch.arange(tokens.shape[1], device=tokens.device)
            mask = (places <= ends[:, None])[:, None, None]
        token = token + self.ls_1(self.attn.of(asking, attended, mask))
        pooled: Tensor = token + self.ls_2(self.mlp(self.ln_2(token)))
        return pooled


def use_self_attention(module: nn.Module) -> None:
    """Exchange the attention in each of open_clip's transformer blocks within ``module``."""
    for part in list(module.modules()):
        attention = getattr(part, "attn", None)
        if isinstance(attention, nn.MultiheadAttention):
            part.attn = SelfAttention(attention)


def pool_one_token(clip: Any) -> None:
    """Let the last block of both towers compute no more than the token that is pooled.

    The text tower's must be told where that is. An image tower that pools otherwise is left.
    """
    towers, image = [clip.transformer], clip.visual
    if getattr(image, "pool_type", None) == "tok" and image.attn_pool is None:
        towers.append(image.transformer)
    for tower in towers:
        tower.resblocks[-1] = PooledBlock(tower.resblocks[-1])
