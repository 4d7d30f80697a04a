"""Perceiver IO on point tokens, with an optional convolutional stem for local evidence."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fieldlib.backbones.base import Backbone, Base, Memory
from fieldlib.errors import InputError
from fieldlib.kriging import Moments, describe
from fieldlib.nn.attention import Attention, FeedForward, in_pieces
from fieldlib.nn.fourier import FourierFeatures
from fieldlib.nn.lattice import cells, read_between, read_cells, spread
from fieldlib.nn.modulation import LevelEmbedding, ModulatedNorm
from fieldlib.nn.stem import Stem
from fieldlib.points import Points, grid
from fieldlib.registry import BACKBONES


@BACKBONES.register("perceiver_io")
class PerceiverIO(Backbone):
    """Latents read the context once; at every call they read the noisy queries, and the queries read them.

    Context tokens and query tokens carry the same Fourier features. A query token also carries its own noisy value, so
    pixels are never decoded in isolation. With ``stem_width`` > 0, the base is laid on a lattice and a small U-Net
    gives every token local features, once per picture; queries exchange with their lattice neighbours in each block.

    Args:
        latents, latent_width: number and channels of the latents.
        depth: self-attention blocks over the latents in ``encode``.
        blocks: read-process-write blocks in ``forward``.
        width: channels of the query tokens. heads: attention heads everywhere.
        features, scale: Fourier features and the standard deviation of their frequencies (cycles per half picture).
        stem_width: channels of the stem, 0 for the pure form of the plan. lattice: side of its lattice.
        dims: coordinates of a point; a stem needs 2.

    References: Jaegle et al. 2021 (Perceiver IO), arXiv 2107.14795; Jabri et al. 2022 (latents that read, process and
    write at every step), arXiv 2212.11972; Gordon et al. 2020 (points on a lattice), arXiv 1910.13556.
    """

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
        stem_width: int = 0,
        lattice: int = 32,
        dims: int = 2,
    ) -> None:
        super().__init__()
        if stem_width and dims != 2:
            raise InputError(f"a stem needs points with 2 coordinates; got {dims}: give stem_width 0")
        self.lattice, self.dims = lattice, dims
        self.position = FourierFeatures(self.dims, features, scale)
        self.stem = Stem(stem_width, lattice) if stem_width else None
        place_width = features + stem_width
        self.latents = nn.Parameter(torch.randn(latents, latent_width) * 0.02)
        self.context_token = nn.Linear(place_width + self.channels, width)
        self.read_context = Attention(latent_width, width, heads)
        self.context_norm = nn.LayerNorm(width)
        self.process = nn.ModuleList(LatentBlock(latent_width, heads) for _ in range(depth))
        self.level = LevelEmbedding(width)
        self.query_token = nn.Linear(place_width + self.channels + 2, width)
        self.noisy_token = nn.Linear(self.channels, width)
        self.blocks = nn.ModuleList(
            ReadWriteBlock(width, latent_width, heads, lattice if stem_width else 0) for _ in range(blocks)
        )
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
            tensors["maps"] = self.stem(describe(base.at(centres)))
            parts.append(read_between(tensors["maps"], context.coords))
        tokens = self.context_norm(self.context_token(torch.cat(parts, dim=-1)))
        latents = self.latents.expand(len(tokens), -1, -1)
        latents = latents + self.read_context.gather(latents, tokens, context.mask)
        for block in self.process:
            latents = block(latents)
        return Memory({**tensors, "latents": latents})

    def locate(self, memory: Memory, coords: Tensor, base: Moments) -> Memory:
        """See :meth:`Backbone.locate`."""
        tensors = {"latents": memory.tensors["latents"]}
        if self.stem is not None:
            tensors["cell"] = cells(coords, self.lattice)

        def token(coords: Tensor, mean: Tensor, std: Tensor) -> Tensor:
            parts = [self.position(coords), describe(Moments(mean, std))]
            if self.stem is not None:
                parts.append(read_between(memory.tensors["maps"], coords))
            return self.query_token(torch.cat(parts, dim=-1))

        return Memory({**tensors, "queries": in_pieces(token, coords, *base)})

    def forward(self, x_t: Points, log_snr: Tensor, memory: Memory) -> Tensor:
        """See :meth:`Backbone.forward`."""
        level = self.level(log_snr)
        latents = memory.tensors["latents"]
        queries = memory.tensors["queries"] + self.noisy_token(x_t.values)  # our own, so blocks may overwrite it
        for block in self.blocks:
            queries, latents = block(queries, latents, level, x_t.mask, memory.tensors.get("cell"))
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
        self, queries: Tensor, latents: Tensor, level: Tensor, mask: Tensor | None, cell: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Updated queries (B, N, width) and latents (B, L, latent_width)."""
        if cell is not None:
            narrow = in_pieces(lambda part: self.near.narrow(self.near_norm(part, level)), queries)
            maps = self.near(narrow, cell, mask)
            queries = in_pieces(
                lambda part, at: part + self.near.widen(read_cells(maps, at)), queries, cell, out=queries
            )
        latents = self.process(latents + self.read.gather(latents, in_pieces(self.read_norm, queries), mask))
        heard = self.write.key_value(self.latent_norm(latents))

        def answer(part: Tensor) -> Tensor:
            part = part + self.write.mix(self.write_norm(part, level), heard)
            return part + self.feed(self.feed_norm(part, level))

        return in_pieces(answer, queries, out=queries), latents


class NeighbourMix(nn.Module):
    """Queries meet their lattice neighbours: a 3x3 convolution at half width, over the cells that hold a query."""

    def __init__(self, width: int, lattice: int) -> None:
        super().__init__()
        self.lattice = lattice
        self.narrow, self.widen = nn.Linear(width, width // 2), nn.Linear(width // 2, width)
        self.mix = nn.Conv2d(width // 2, width // 2, 3, padding=1)

    def forward(self, narrow: Tensor, cell: Tensor, mask: Tensor | None) -> Tensor:
        """What the cells hold (B, width // 2, lattice, lattice), of narrowed queries (B, N, width // 2).

        ``cell`` (B, N) is from :func:`fieldlib.nn.lattice.cells`.
        """
        return F.gelu(self.mix(spread(narrow, cell, self.lattice, mask)))
