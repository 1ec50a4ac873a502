"""open_clip's transformers without their unnecessary computation.

``nn.MultiheadAttention`` transposes a batch-first input before its projections. A linear layer over
an input that is not contiguous copies its weights for each text of the batch, which takes half of
the time of a tower in bf16. And a tower pools one token of each sequence, but its last block
computes all tokens. The parameters and their names are the same, and so are results, up to
rounding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


class SelfAttention(nn.Module):
    """The self-attention of a batch-first ``nn.MultiheadAttention``, whose weights it shares.

    It is called in the same way, with tokens of shape (batch, length, width), but has no dropout
    and returns no attention weights.
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
        """The attention's output for the tokens ``asking`` alone; shape (batch, asking, width).

        mask: boolean, broadcast to (batch, heads, asking, length): the tokens that each of them
        attends to.
        """
        weight, bias, width = self.in_proj_weight, self.in_proj_bias, tokens.shape[-1]
        (query,) = self._heads(linear(asking, weight[:width], bias[:width]), 1)
        key, value = self._heads(linear(tokens, weight[width:], bias[width:]), 2)
        return self._mixed(query, key, value, mask)

    def _heads(self, projected: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Split into ``parts``, each of shape (batch, heads, length, width of a head)."""
        apart = projected.view(*projected.shape[:2], parts, self.heads, -1)
        return apart.permute(2, 0, 3, 1, 4).unbind()

    def _mixed(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        mixed = scaled_dot_product_attention(query, key, value, mask)
        projected: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return projected


class PooledBlock(nn.Module):
    """The last block of a tower, which computes only the pooled token of each sequence.

    block: open_clip's block, in which a ``SelfAttention`` has replaced the attention; its weights
    are shared.
    """

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.ln_1, self.attn, self.ls_1 = block.ln_1, block.attn, block.ls_1
        self.ln_2, self.mlp, self.ls_2 = block.ln_2, block.mlp, block.ls_2

    def forward(self, tokens: Tensor, *, ends: Tensor | None = None, **_: Any) -> Tensor:
        """Map tokens of shape (batch, length, width) to the pooled token, (batch, 1, width).

        ends: the position of each sequence's pooled token, which attends to the tokens up to it.
        Without ``ends`` it is the first token, which attends to all tokens.
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
    """Replace the attention in each of open_clip's transformer blocks within ``module``."""
    for part in list(module.modules()):
        attention = getattr(part, "attn", None)
        if isinstance(attention, nn.MultiheadAttention):
            part.attn = SelfAttention(attention)


def pool_one_token(clip: Any) -> None:
    """Let the last block of both towers compute only the pooled token.

    The last block of the text tower must be given its position (``ends``). An image tower that does
    not pool its first token is not changed.
    """
    towers, image = [clip.transformer], clip.visual
    if getattr(image, "pool_type", None) == "tok" and image.attn_pool is None:
        towers.append(image.transformer)
    for tower in towers:
        tower.resblocks[-1] = PooledBlock(tower.resblocks[-1])
