"""From a picture to its known points: every kind of picture and mask, or a plain refusal."""

import numpy as np
import pytest
import torch
from PIL import Image

import fieldlib
from fieldlib.errors import InputError

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
MASK = np.arange(64).reshape(8, 8) % 3 == 0


def test_arrays_tensors_and_pictures_are_the_same():
    first = fieldlib.observe(PIXELS, mask=MASK)
    for image in (torch.from_numpy(PIXELS), Image.fromarray(PIXELS)):
        for mask in (MASK, torch.from_numpy(MASK)):
            assert torch.equal(fieldlib.observe(image, mask=mask).values, first.values)


def test_pictures_of_other_modes_are_read_as_files_are():
    clear = Image.fromarray(np.dstack([PIXELS, np.zeros((8, 8, 1), np.uint8)]))
    assert (fieldlib.observe(clear).values == 1).all(), "transparent parts are white"
    deep = Image.fromarray((PIXELS[..., 0].astype(np.uint16) << 8) + 7)
    grey = Image.fromarray(PIXELS[..., 0])
    assert torch.equal(fieldlib.observe(deep).values, fieldlib.observe(grey).values)
    with pytest.raises(InputError, match="no known range"):
        fieldlib.observe(Image.fromarray(PIXELS[..., 0].astype(np.float32) / 255))


@pytest.mark.parametrize("seed", [-1, None, 1.5, "a"])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises(InputError, match="a seed is a whole number"):
        fieldlib.observe(PIXELS, seed=seed)


def test_numbers_of_numpy_serve():
    one = fieldlib.observe(PIXELS, fraction=np.float32(0.25), seed=np.int64(3))
    assert torch.equal(one.coords, fieldlib.observe(PIXELS, fraction=0.25, seed=3).coords)


@pytest.mark.parametrize("size", [(0, 4), (1.5, 2), (2, -1)])
def test_grids_have_whole_numbers_of_rows_and_columns(size):
    with pytest.raises(InputError, match="whole numbers of rows and columns"):
        fieldlib.grid(*size)
