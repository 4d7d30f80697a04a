"""Reading between the pixels agrees with the pixels."""

import pytest
import torch
import torch.nn.functional as F
from tiny_models import smooth_pictures

from fieldlib.errors import InputError
from fieldlib.metrics import psnr
from fieldlib.points import grid, to_picture, to_values
from fieldlib.resolution import render

VALUES = to_values(smooth_pictures(3))


def test_pixel_centres_give_back_the_pixels():
    torch.testing.assert_close(render(VALUES, 32, 32, grid(32, 32)), VALUES, rtol=0, atol=2e-5)


@pytest.mark.parametrize("factor", [2, 4])
def test_averaging_a_finer_answer_gives_back_the_picture(factor):
    side = 32 * factor
    fine = to_picture(render(VALUES, 32, 32, grid(side, side)), side, side)
    coarse = F.avg_pool2d(fine, factor).flatten(2).transpose(1, 2)
    assert psnr(coarse, VALUES).min() > 35


def test_scattered_coordinates_and_flat_pictures():
    coords = torch.rand(200, 2) * 2 - 1
    assert render(VALUES, 32, 32, coords).shape == (3, 200, 3)
    torch.testing.assert_close(render(torch.full_like(VALUES, 0.3), 32, 32, coords), torch.full((3, 200, 3), 0.3))
    whole = render(VALUES, 32, 32, coords)
    torch.testing.assert_close(render(VALUES, 32, 32, coords[50:60]), whole[:, 50:60])


def test_rows_are_rows():
    ramp = grid(32, 32)[None, :, :1]
    read = render(ramp, 32, 32, torch.tensor([[0.5, -0.5], [-0.25, 0.75]]))
    torch.testing.assert_close(read[0, :, 0], torch.tensor([0.5, -0.25]), rtol=0, atol=1e-4)


def test_parts_of_a_picture_are_refused():
    with pytest.raises(InputError, match="1024"):
        render(VALUES[:, :820], 32, 32, grid(64, 64))
