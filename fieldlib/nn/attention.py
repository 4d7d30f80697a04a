"""Multi-head attention between two sets of tokens, and the feed-forward block."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """Tokens ``x`` (B, N, width) read from tokens ``source`` (B, S, source_width); permutation equivariant in both.

    Args:
        width: channels of the reading tokens and of the result.
        source_width: channels of the tokens that are read.
        heads: number of heads; ``inner`` (default ``width``) is split over them.
    """

    def __init__(self, width: int, source_width: int, heads: int, inner: int | None = None) -> None:
        super().__init__()
        inner = inner or width
        self.heads = heads
        self.query = nn.Linear(width, inner, bias=False)
        self.key_value = nn.Linear(source_width, 2 * inner, bias=False)
        self.out = nn.Linear(inner, width)

    def forward(self, x: Tensor, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """``mask`` (B, S) is True where a source token exists."""
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = self.key_value(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        bias = None if mask is None else mask[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return self.out(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between them, applied to each token alone."""

    def __init__(self, width: int, expansion: int = 4) -> None:
        super().__init__(nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width))
