"""Perceiver IO on point tokens, with an optional convolutional stem for local evidence."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fieldlib.backbones.base import Backbone, Base, Memory
from fieldlib.errors import InputError
from fieldlib.kriging import Moments, describe
from fieldlib.nn.attention import Attention, FeedForward, in_pieces
from fieldlib.nn.fourier import FourierFeatures
from fieldlib.nn.lattice import cells, folded, read_between, read_rows, spread
from fieldlib.nn.modulation import LevelEmbedding, ModulatedNorm
from fieldlib.nn.unet import UNet
from fieldlib.points import Points, grid, to_picture
from fieldlib.registry import BACKBONES

PATCH = 2  # cells a side of the squares in which queries meet


@BACKBONES.register("perceiver_io")
class PerceiverIO(Backbone):
    """Latents read the context once; at every call they read the noisy queries, and the queries read them.

    Context tokens and query tokens carry the same Fourier features. A query token also carries its own noisy value, so
    pixels are never decoded in isolation. With a ``stem``, the base is laid on a lattice and a U-Net gives every
    token local features, once per picture; in each block queries meet their lattice neighbours and what the U-Net's
    second level knows of them.

    Args:
        latents, latent_width: number and channels of the latents.
        depth: self-attention blocks over the latents in ``encode``.
        blocks: read-process-write blocks in ``forward``.
        width: channels of the query tokens. heads: attention heads everywhere.
        features, scale: Fourier features and the standard deviation of their frequencies (cycles per picture).
        stem: channels and blocks of each level of the stem's U-Net, finest first, two at least; without it this is the
            pure form of the plan.
        lattice: side of its lattice, which the levels halve evenly.
        dims: coordinates of a point; a stem needs 2.

    Raises:
        InputError: a stem that does not fit lattice or points, odd ``features``, or widths that heads cannot share.

    References: Jaegle et al. 2021 (Perceiver IO), arXiv 2107.14795; Jabri et al. 2022 (latents that read, process and
    write at every step), arXiv 2212.11972; Gordon et al. 2020 (points on a lattice), arXiv 1910.13556.
    """

    narrowed = "blocks"

    def __init__(
        self,
        latents: int,
        latent_width: int,
        depth: int,
        blocks: int,
        width: int,
        heads: int,
        features: int,
        scale: float,
        stem: Sequence[tuple[int, int]] = (),
        lattice: int = 32,
        dims: int = 2,
    ) -> None:
        super().__init__()
        if stem and dims != 2:
            raise InputError(f"a stem needs points with 2 coordinates; got {dims}: give no stem")
        if len(stem) == 1:
            raise InputError("a stem has two levels at least, or none; got one")
        coarsest = 2 ** (len(stem) - 1)  # cells a side that the last level sees as one
        if stem and lattice % coarsest:
            raise InputError(f"a stem of {len(stem)} levels wants a lattice whose side is {coarsest} n; got {lattice}")
        stem_widths, stem_depths = [width for width, _ in stem], [depth for _, depth in stem]
        self.lattice, self.dims = lattice, dims
        self.position = FourierFeatures(self.dims, features, scale)
        self.stem = UNet(self.channels + 2, stem_widths, stem_depths) if stem else None
        place_width = features + sum(stem_widths[:1])
        self.latents = nn.Parameter(torch.randn(latents, latent_width) * 0.02)
        self.context_token = nn.Linear(place_width + self.channels, width)
        self.read_context = Attention(latent_width, width, heads)
        self.context_norm = nn.LayerNorm(width)
        self.process = nn.ModuleList(LatentBlock(latent_width, heads) for _ in range(depth))
        self.level = LevelEmbedding(width)
        self.query_token = nn.Linear(place_width + self.channels + 2, width)
        self.noisy_token = nn.Linear(self.channels, width)
        self.blocks = nn.ModuleList(
            ReadWriteBlock(width, latent_width, heads, lattice if stem else 0) for _ in range(blocks)
        )
        hinted = blocks if stem else 0
        self.hints = nn.ModuleList(nn.Conv2d(stem_widths[1], square_width(width), 1) for _ in range(hinted))
        self.norm = ModulatedNorm(width, width)
        self.out = nn.Linear(width, self.channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def encode(self, context: Points, base: Base) -> Memory:
        """See :meth:`Backbone.encode`."""
        parts = [self.position(context.coords), context.values]
        tensors = {}
        if self.stem is not None:
            centres = grid(self.lattice, self.lattice).to(context.coords).expand(len(context.coords), -1, -1)
            guess = to_picture(describe(base.at(centres)), self.lattice, self.lattice)
            tensors["maps"], coarser, *_ = self.stem(guess)
            tensors |= {f"hint{number}": layer(coarser) for number, layer in enumerate(self.hints)}
            parts.append(read_between(tensors["maps"], context.coords))
        tokens = self.context_norm(self.context_token(torch.cat(parts, dim=-1)))
        latents = self.latents.expand(len(tokens), -1, -1)
        latents = latents + self.read_context.gather(latents, tokens, context.mask)
        for block in self.process:
            latents = block(latents)
        return Memory({**tensors, "latents": latents})

    def locate(self, memory: Memory, coords: Tensor, base: Moments) -> Memory:
        """See :meth:`Backbone.locate`."""
        tensors = dict(memory.tensors)
        maps = tensors.pop("maps", None)
        if maps is not None:
            tensors["cell"] = folded(cells(coords, self.lattice), self.lattice, PATCH)

        def token(coords: Tensor, mean: Tensor, std: Tensor) -> Tensor:
            parts = [self.position(coords), describe(Moments(mean, std))]
            if maps is not None:
                parts.append(read_between(maps, coords))
            return self.query_token(torch.cat(parts, dim=-1))

        return Memory({**tensors, "queries": in_pieces(token, coords, *base)})

    def forward(self, x_t: Points, log_snr: Tensor, memory: Memory) -> Tensor:
        """See :meth:`Backbone.forward`."""
        level = self.level(log_snr)
        latents = memory.tensors["latents"]
        queries = memory.tensors["queries"] + self.noisy_token(x_t.values)  # our own, so blocks may overwrite it
        for number, block in enumerate(self.blocks):
            near = memory.tensors.get("cell"), memory.tensors.get(f"hint{number}")
            queries, latents = block(queries, latents, level, x_t.mask, *near)
        return in_pieces(lambda part: self.out(self.norm(part, level)), queries)


class LatentBlock(nn.Module):
    """Self-attention and feed-forward over the latents, pre-normalised."""

    few_sizes = True  # of input in a training run: see fieldlib.acceleration.compile_model

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(width), Attention(width, width, heads)
        self.feed_norm, self.feed = nn.LayerNorm(width), FeedForward(width)

    def forward(self, latents: Tensor) -> Tensor:
        """(B, L, width) -> (B, L, width)."""
        normed = self.attention_norm(latents)
        latents = latents + self.attention(normed, normed)
        return latents + self.feed(self.feed_norm(latents))


class ReadWriteBlock(nn.Module):
    """Queries meet their neighbours, latents read the queries and think, queries read the latents."""

    few_sizes = True  # of input in a training run: see fieldlib.acceleration.compile_model

    def __init__(self, width: int, latent_width: int, heads: int, lattice: int) -> None:
        super().__init__()
        if lattice:
            self.near_norm, self.near = ModulatedNorm(width, width), NeighbourMix(width, lattice)
        self.read_norm, self.read = nn.LayerNorm(width), Attention(latent_width, width, heads)
        self.process = LatentBlock(latent_width, heads)
        self.latent_norm = nn.LayerNorm(latent_width)
        self.write_norm, self.write = ModulatedNorm(width, width), Attention(width, latent_width, heads)
        self.feed_norm, self.feed = ModulatedNorm(width, width), FeedForward(width, 2)

    def forward(
        self,
        queries: Tensor,
        latents: Tensor,
        level: Tensor,
        mask: Tensor | None,
        cell: Tensor | None,
        hint: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Updated queries (B, N, width) and latents (B, L, latent_width)."""
        if cell is not None and hint is not None:
            narrow = in_pieces(lambda part: self.near.narrow(self.near_norm(part, level)), queries)
            rows = self.near(narrow, cell, mask, hint)
            queries = in_pieces(
                lambda part, at: part + self.near.widen(read_rows(rows, at)), queries, cell, out=queries
            )
        latents = self.process(latents + self.read.gather(latents, in_pieces(self.read_norm, queries), mask))
        heard = self.write.key_value(self.latent_norm(latents))

        def answer(part: Tensor) -> Tensor:
            part = part + self.write.mix(self.write_norm(part, level), heard)
            return part + self.feed(self.feed_norm(part, level))

        return in_pieces(answer, queries, out=queries), latents


def square_width(width: int) -> int:
    """Channels of a square of cells: those of its cells together, as many of ``width`` as they can share evenly."""
    return width // PATCH**2 * PATCH**2


class NeighbourMix(nn.Module):
    """Queries meet their neighbours: two 3x3 convolutions over squares of 2x2 cells, which hold a quarter each."""

    def __init__(self, width: int, lattice: int) -> None:
        super().__init__()
        self.lattice = lattice
        squares = square_width(width)
        cell_width = squares // PATCH**2
        self.narrow, self.widen = nn.Linear(width, cell_width), nn.Linear(cell_width, width)
        self.mix = nn.ModuleList(nn.Conv2d(squares, squares, 3, padding=1) for _ in range(2))

    def forward(self, narrow: Tensor, cell: Tensor, mask: Tensor | None, hint: Tensor) -> Tensor:
        """What the cells hold (B, lattice^2, width // 4), of narrowed queries (B, N, width // 4).

        ``cell`` (B, N) is from :func:`fieldlib.nn.lattice.folded`; ``hint`` is what is known of each square.
        """
        side = self.lattice // PATCH
        laid = spread(narrow, cell, self.lattice, mask).flatten(2).transpose(1, 2)
        squares = to_picture(laid.reshape(len(laid), side**2, -1), side, side) + hint
        for convolution in self.mix:
            squares = F.gelu(convolution(squares))
        return squares.flatten(2).transpose(1, 2).reshape(laid.shape)
