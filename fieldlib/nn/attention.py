"""Multi-head attention between two sets of tokens, the feed-forward block, and many tokens a few at a time."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fieldlib.errors import InputError

PIECE = 2048  # tokens that a processor works on together: what is computed of them stays in its cache


def in_pieces(function: Callable[..., Tensor], *tokens: Tensor, out: Tensor | None = None) -> Tensor:
    """A per-token ``function`` of tensors (B, N, ...), a few tokens at a time; all at once on GPUs and in training.

    Args:
        function: returns (B, n, width) for n of the N tokens.
        tokens: what it is given.
        out: (B, N, width) that may be overwritten, one of ``tokens`` too: new memory for many tokens costs more time
            than most of what is computed of them.
    """
    most = max(1, PIECE // len(tokens[0]))
    if torch.is_grad_enabled() or tokens[0].is_cuda or tokens[0].shape[1] <= most:
        return function(*tokens)
    start = 0
    for parts in zip(*(x.split(most, dim=1) for x in tokens), strict=True):
        made = function(*parts)
        out = made.new_empty(*tokens[0].shape[:2], made.shape[-1]) if out is None else out
        out[:, start : start + most] = made
        start += most
    assert out is not None
    return out


class Attention(nn.Module):
    """Tokens ``x`` (B, N, width) read from tokens ``source`` (B, S, source_width); permutation equivariant in both.

    Args:
        width: channels of the reading tokens and of the result.
        source_width: channels of the tokens that are read.
        heads: number of heads, which share ``width``.

    Raises:
        InputError: they cannot share it evenly.
    """

    def __init__(self, width: int, source_width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise InputError(f"{heads} heads cannot share {width} channels evenly")
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(source_width, 2 * width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """``mask`` (B, S) is True where a source token exists."""
        return self.mix(x, self.key_value(source), mask)

    def gather(self, x: Tensor, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """:meth:`forward` without a key or value for each source token: cheaper where few tokens read many.

        The layer of the keys is applied to the queries and that of the values to what was read, which is the same sum
        in another order; so every head reads ``source`` itself, and all heads' queries go as those of one head.
        """
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = self.key_value.weight.unflatten(0, (2, self.heads, -1)).unbind()
        asked = (query @ key).flatten(1, 2)[:, None]
        bias = None if mask is None else mask[:, None, None, :]
        scale = query.shape[-1] ** -0.5
        source = source[:, None]
        read = F.scaled_dot_product_attention(asked, source, source, attn_mask=bias, scale=scale)
        mixed = read[:, 0].unflatten(1, (self.heads, -1)) @ value.mT
        return self.out(mixed.transpose(1, 2).flatten(-2))

    def mix(self, x: Tensor, key_value: Tensor, mask: Tensor | None = None) -> Tensor:
        """:meth:`forward` for keys and values (B, S, 2 width) that were computed before."""
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = key_value.unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        bias = None if mask is None else mask[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return self.out(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between them, applied to each token alone."""

    def __init__(self, width: int, expansion: int = 4) -> None:
        super().__init__(nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width))
