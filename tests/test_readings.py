"""Reading a run on finer grids, and the one-click tasks."""

import io

import numpy as np
import pytest
from PIL import Image

from demo import languages, pictures, readings, studio
from demo.components import painter
from demo.own_picture import Strokes
from demo.readings import PRESETS, READERS
from demo.request import Request
from demo.sections import resolution
from fieldlib import InputError, grid
from fieldlib.points import to_pixels, to_values
from fieldlib.resolution import render


@pytest.fixture(scope="module")
def coffee():
    return pictures.from_gallery("coffee")


@pytest.mark.parametrize("reader", READERS)
def test_the_grid_of_the_run_gives_the_run_back(coffee, reader):
    assert np.array_equal(readings.read(coffee.pixels, 32, reader), coffee.pixels)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("size", [33, 64, 512])
def test_every_size_works_and_keeps_flat_pictures_flat(reader, size):
    flat = np.full((32, 32, 3), (200, 10, 90), np.uint8)
    assert np.array_equal(readings.read(flat, size, reader), np.broadcast_to(flat[:1, :1], (size, size, 3)))


def test_the_field_is_the_librarys_reader_and_equals_bicubic_enlargement(coffee):
    ours = readings.read(coffee.pixels, 128)
    theirs = to_pixels(render(to_values(coffee.pixels)[None], 32, 32, grid(128, 128))[0], 128, 128)
    assert np.array_equal(ours, theirs)
    tensor = to_values(coffee.pixels).T.reshape(1, 3, 32, 32)
    import torch.nn.functional as F

    bicubic = F.interpolate(tensor, size=(128, 128), mode="bicubic", align_corners=False)
    bicubic = to_pixels(bicubic.flatten(2)[0].T, 128, 128)
    assert np.abs(ours.astype(int) - bicubic)[8:-8, 8:-8].max() <= 1, "why the page does not offer bicubic beside it"


@pytest.mark.parametrize("size", [31, 513, 64.5, None, "64"])
def test_sizes_are_checked(coffee, size):
    with pytest.raises(InputError, match="32 to 512"):
        readings.read(coffee.pixels, size)


def test_readers_are_compared_with_the_fine_truth(coffee):
    found = {reading.reader: reading for reading in readings.compare(coffee.pixels, coffee, 64)}
    assert set(found) == set(READERS)
    assert found["field"].psnr > found["bilinear"].psnr
    truth = readings.fine_truth(coffee, 64)
    error = (found["field"].pixels.astype(float) - truth) / 255
    assert found["field"].psnr == pytest.approx(-10 * np.log10((error**2).mean()), abs=1e-3)


def test_without_a_large_original_there_is_no_score(coffee):
    assert readings.fine_truth(coffee, 512) is None  # its original has 380
    assert all(reading.psnr is None for reading in readings.compare(coffee.pixels, coffee, 512))


def test_uploads_bring_their_own_fine_truth():
    uploaded = large(0)
    assert uploaded.original.shape == (512, 512, 3)
    assert readings.fine_truth(uploaded, 512).shape == (512, 512, 3)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_masks_that_can_be_run(coffee, name):
    (request,) = PRESETS[name].requests()
    mask = studio.set_scene(request).mask
    share = {"inpainting": (0.75, 0.9), "super_resolution": (0.24, 0.26)}[name]
    assert share[0] < mask.mean() < share[1]


def large(seed):
    """An upload of 700 x 900 pixels."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (700, 900, 3), np.uint8)).save(file, "PNG")
    return pictures.from_upload(file.getvalue())


SETUP = ("nearest", "", 1, 0, 1, 1, "nearest", "", "", "nearest", "", "", [])


@pytest.mark.parametrize("left", ["truth", "nearest", "bilinear"])
def test_the_field_is_right_of_what_was_chosen(coffee, left):
    shown, _ = resolution.read(left, 64, None, coffee.key, None, 20, "uniform", 0, *SETUP)
    ours = studio.finish(Request(coffee.pixels)).moments[-1].state
    chosen = readings.fine_truth(coffee, 64) if left == "truth" else readings.read(ours, 64, left)
    assert np.array_equal(shown[0], readings.enlarge(chosen))
    assert np.array_equal(shown[1], readings.enlarge(readings.read(ours, 64)))


def test_an_original_is_the_truth_of_its_own_picture_only():
    uploaded, other = large(0), large(1)
    for key, truth in ((uploaded.key, uploaded.original), (other.key, readings.enlarge(other.pixels))):
        (shown, _), _ = resolution.read("truth", 512, uploaded, key, None, 20, "uniform", 0, *SETUP)
        assert np.array_equal(shown, truth)


def test_own_colours_are_compared_with_nothing(coffee):
    mask = np.random.default_rng(0).random((32, 32)) < 0.3
    sheet = painter.with_strokes(painter.show(coffee.pixels, mask), Strokes(coffee.pixels, mask))
    for size in (32, 64):
        _, told = resolution.read("truth", size, None, coffee.key, sheet, 20, "uniform", 0, *SETUP)
        assert told.startswith(languages.text("NO_TRUTH"))
        assert "dB" not in told


@pytest.mark.parametrize(("name", "size", "side"), [("coffee", 512, 256), ("coffee", 128, 128), ("", 512, 32)])
def test_the_true_picture_is_shown_as_fine_as_its_original_allows(coffee, name, size, side):
    chosen = coffee if name else pictures.Picture("a picture without an original", coffee.pixels)
    shown = readings.finest_truth(chosen, size)
    assert np.array_equal(shown, readings.fine_truth(chosen, side))
    assert readings.enlarge(shown).shape == (512, 512, 3)
