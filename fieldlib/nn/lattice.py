"""Moving features between scattered points and a regular lattice, so that convolutions can serve a point cloud."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def cells(coords: Tensor, size: int) -> Tensor:
    """Index (B, N) of the cell of a size x size lattice that holds each coordinate (B, N, 2) in [-1, 1]."""
    place = ((coords + 1) * (size / 2)).floor().long().clamp(0, size - 1)
    return place[..., 0] * size + place[..., 1]


def offsets(coords: Tensor, size: int) -> Tensor:
    """Place (B, N, 2) of each coordinate within its cell of a size x size lattice, 0 at the centre, in [-1, 1]."""
    place = (coords + 1) * (size / 2)
    return 2 * (place - place.floor().clamp(0, size - 1)) - 1


def spread(features: Tensor, cell: Tensor, size: int, mask: Tensor | None = None) -> Tensor:
    """Mean of the features (B, N, W) of the points in each cell, (B, W, size, size); empty cells are zero.

    Only points in the ``mask`` (B, N), all when None, take part.
    """
    batch, _, width = features.shape
    index = cell[..., None]
    counted = torch.cat([features, torch.ones_like(features[..., :1])], dim=-1)
    if mask is not None:
        counted = counted * mask[..., None]
    total = counted.new_zeros(batch, size * size, width + 1)
    total = total.scatter_add(1, index.expand(-1, -1, width + 1), counted)
    mean = total[..., :-1] / total[..., -1:].clamp_min(1)
    return mean.transpose(1, 2).unflatten(-1, (size, size))


def read_cells(maps: Tensor, cell: Tensor) -> Tensor:
    """Features (B, N, W) of each point's cell in maps (B, W, size, size)."""
    return read_rows(maps.flatten(2).transpose(1, 2), cell)


def read_rows(rows: Tensor, index: Tensor) -> Tensor:
    """Rows (B, N, W) number ``index`` (B, N) of ``rows`` (B, M, W), copied whole: faster than gathering each number."""
    first = rows.shape[1] * torch.arange(len(rows), device=index.device)
    chosen = rows.reshape(-1, rows.shape[-1]).index_select(0, (index + first[:, None]).flatten())
    return chosen.unflatten(0, index.shape)


def folded(cell: Tensor, size: int, patch: int) -> Tensor:
    """Index of each cell when a size x size lattice is walked square by square, row-major in patch x patch squares."""
    row, column = cell // size, cell % size
    square = row // patch * (size // patch) + column // patch
    return square * patch**2 + row % patch * patch + column % patch


def unfolded(features: Tensor, size: int, patch: int) -> Tensor:
    """Maps (B, W, size, size) from features (B, squares, patch^2 W) of patch x patch squares, cell after cell."""
    squares = features.unflatten(1, (size // patch, size // patch)).unflatten(-1, (patch, patch, -1))
    return squares.transpose(2, 3).reshape(len(features), size, size, -1).permute(0, 3, 1, 2)


def read_between(maps: Tensor, coords: Tensor) -> Tensor:
    """Bilinear interpolation of maps (B, W, H, W') at coordinates (B, N, 2): (B, N, W); exact at cell centres."""
    place = coords.flip(-1)[:, None]  # grid_sample wants (x, y)
    return F.grid_sample(maps, place, padding_mode="border", align_corners=False)[:, :, 0].transpose(1, 2)
