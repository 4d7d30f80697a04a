"""Lattices: rows of points, and squares of cells that are one cell of a coarser lattice."""

import pytest
import torch
import torch.nn.functional as F

import fieldlib
from fieldlib.nn.lattice import folded, read_cells, read_rows, unfolded
from fieldlib.patterns.base import make_mask
from fieldlib.points import grid


def test_rows_are_those_of_their_own_set():
    rows = torch.arange(24.0).view(2, 4, 3)
    assert read_rows(rows, torch.tensor([[3, 0], [1, 1]])).tolist() == [
        [[9.0, 10.0, 11.0], [0.0, 1.0, 2.0]],
        [[15.0, 16.0, 17.0], [15.0, 16.0, 17.0]],
    ]


@pytest.mark.parametrize("patch", [1, 2, 4])
def test_squares_are_unfolded_to_the_cells_that_they_count(patch):
    size, width = 8, 5
    maps = torch.randn(2, width, size, size, generator=torch.Generator().manual_seed(0))
    squares = F.pixel_unshuffle(maps, patch).unflatten(1, (width, patch**2))  # (B, W, patch^2, S', S')
    features = squares.flatten(3).permute(0, 3, 2, 1).flatten(2)
    assert torch.equal(unfolded(features, size, patch), maps)
    cell = torch.randperm(size**2, generator=torch.Generator().manual_seed(1))[:20].expand(2, -1)
    rows = features.reshape(2, size**2, width)
    assert torch.equal(read_rows(rows, folded(cell, size, patch)), read_cells(maps, cell))


@pytest.mark.parametrize("name", ["flow_matching/tiny_conv", "flow_matching/base"])
def test_a_query_off_the_centres_changes_nothing_for_those_on_them(name):
    """Alone, pixel centres are read row by row; beside a query between them, by interpolation."""
    pixels = fieldlib.data.gallery.gallery()[0].pixels
    mask = make_mask("uniform", 32, 32, 0.2, [0])
    model, context = fieldlib.load(name), fieldlib.observe(pixels, mask=mask)
    hidden = grid(32, 32)[torch.from_numpy(~mask.reshape(-1))][None]
    x = torch.randn(1, hidden.shape[1] + 1, 3, generator=torch.Generator().manual_seed(0))
    x_t, log_snr = x[:, :-1], torch.tensor([0.3])
    with torch.inference_mode():
        alone = model.locate(hidden, context)
        assert "row" in alone.memory.tensors
        beside = model.locate(torch.cat([hidden, torch.full((1, 1, 2), 0.01)], dim=1), context)
        assert "row" not in beside.memory.tensors
        first = model.backbone(fieldlib.points.Points(hidden, x_t, None), log_snr, alone.memory)
        # A point that the mask leaves out does not enter the lattice.
        mask = torch.arange(hidden.shape[1] + 1)[None] < hidden.shape[1]
        second = model.backbone(fieldlib.points.Points(beside.coords, x, mask), log_snr, beside.memory)
    assert first.abs().max() > 0.1
    assert torch.allclose(first, second[:, :-1], atol=1e-5)
