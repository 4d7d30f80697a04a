"""The bundled pictures: credits, sizes, derived samples, the script that makes them."""

import json

import numpy as np
import pytest
from PIL import Image

from fieldlib.assets import GALLERY
from fieldlib.data.gallery import CATALOGUE, gallery, names, picture, sample_pictures
from fieldlib.data.picture import to_square
from fieldlib.errors import InputError
from train_scripts import make_gallery

FREE = {"public domain", "CC0-1.0", "CC-BY-2.0", "LGPL-3.0", "GPL-2.0", "GPL-2.0-or-later"}


def test_pictures_and_credits():
    table = (GALLERY / "CREDITS.md").read_text()
    assert len(gallery()) >= 12 and len(set(names())) == len(gallery())
    for entry in gallery():
        assert entry.pixels.shape == (32, 32, 3) and entry.pixels.dtype == np.uint8
        assert entry.original.shape[0] == entry.original.shape[1] <= 512 and entry.original.dtype == np.uint8
        assert entry.licence in FREE and entry.author and entry.title and entry.package.startswith(("pip:", "deb:"))
        assert entry.author in entry.credit and entry.licence in entry.credit
        assert f"| {entry.name} | {entry.title} | {entry.author} | {entry.licence} |" in table
        assert np.array_equal(entry.pixels, to_square(entry.original))


def test_pictures_are_colourful_and_different():
    means = np.array([entry.pixels.mean((0, 1)) for entry in gallery()])
    assert all(entry.pixels.std() > 15 for entry in gallery())
    assert len(np.unique(means.round(), axis=0)) == len(gallery())


def test_folder_is_small_and_complete():
    assert sum(file.stat().st_size for file in GALLERY.iterdir()) < 2.5e6
    assert {file.stem for file in GALLERY.glob("*.webp")} == set(names())


def test_picture_by_name():
    assert picture("cat") is gallery()[names().index("cat")]
    with pytest.raises(InputError, match=r"unknown gallery picture 'dog'.*cat"):
        picture("dog")


def test_sample_pictures():
    many = sample_pictures(60)
    assert many.shape == (60, 32, 32, 3) and many.dtype == np.uint8
    assert np.array_equal(many, sample_pictures(60))
    assert np.array_equal(many[:5], sample_pictures(5))
    assert len({one.tobytes() for one in many}) == 60


def test_script_crops_and_pads():
    wide = Image.fromarray(np.arange(40 * 80 * 3, dtype=np.uint8).reshape(40, 80, 3))
    assert make_gallery.square(wide, [0.5, 0, 1]).tobytes() == wide.crop((20, 0, 60, 40)).tobytes()
    whole = np.asarray(make_gallery.square(wide, None))
    assert whole.shape == (86, 86, 3) and (whole[0] == 255).all()
    assert np.array_equal(whole[23:63, 3:83], np.asarray(wide))


def test_script_crops_are_catalogued():
    for entry in json.loads((GALLERY / CATALOGUE).read_text(encoding="utf-8")):
        assert entry["crop"] is None or len(entry["crop"]) == 3


def test_script_names_a_missing_package(tmp_path):
    with pytest.raises(InputError, match="scikit_image"):
        make_gallery.main(make_gallery.Options(str(tmp_path)))
