"""Self-attention over batches as they lie in memory, in place of ``nn.MultiheadAttention``.

The latter turns a batch-first batch around before its projections, and a linear layer over what
does not lie in order copies its weights for each text of the batch: half of the time of a tower in
bf16. Same parameters under the same names, same result but for rounding.
"""

from __future__ import annotations

from typing import Any

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
        parts = projected.view(*tokens.shape[:2], 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind()
        mask = None if attn_mask is None else attn_mask.to(query.dtype)
        mixed = scaled_dot_product_attention(query, key, value, mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2)), None


def use_self_attention(module: nn.Module) -> None:
    """Exchange the attention in each of open_clip's transformer blocks within ``module``."""
    for part in list(module.modules()):
        attention = getattr(part, "attn", None)
        if isinstance(attention, nn.MultiheadAttention):
            part.attn = SelfAttention(attention)
