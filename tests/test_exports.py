"""What visitors take home is what they saw."""

import io
import json
import time
import zipfile

import numpy as np
import pytest
from gradio.route_utils import delete_files_created_by_app
from PIL import Image, ImageSequence

from benchmarks.load_page import Page
from demo import exports, gradio_ui, pictures, snippet, studio, zerogpu
from demo.checks import unpack_mask
from demo.pngs import png
from demo.request import Request
from demo.sections import share
from fieldlib import InputError, hub
from fieldlib.points import SIDE

pytestmark = pytest.mark.slow

MODEL = "flow_matching/tiny"
MASK = np.random.default_rng(1).random((32, 32)) < 0.3


@pytest.fixture(scope="module", autouse=True)
def _weights():
    if not (hub.BUNDLED / MODEL / "config.json").exists():
        pytest.skip("no bundled weights")


@pytest.fixture(scope="module")
def coffee():
    return pictures.from_gallery("coffee")


@pytest.fixture(scope="module")
def recordings(coffee):
    drawn = Request(coffee.pixels, mask=MASK, model="nearest")
    return [
        exports.record(Request(coffee.pixels, model=MODEL, solver="euler", steps=5, noise_seed=3)),
        exports.record(drawn),
    ]


def tile(picture, row, column):
    """The enlarged picture at (row, column) of a mosaic, back at its own size."""
    side = SIDE * exports.ZOOM + 2 * exports.GAP
    cut = np.asarray(picture)[row * side : (row + 1) * side, column * side : (column + 1) * side]
    return cut[exports.GAP : -exports.GAP : exports.ZOOM, exports.GAP : -exports.GAP : exports.ZOOM]


def test_the_strip_runs_from_noise_to_result(recordings):
    strip = Image.open(io.BytesIO(exports.strip(recordings)))
    assert strip.format == "PNG"
    first, last = recordings[0].moments[0], recordings[0].moments[-1]
    assert np.array_equal(tile(strip, 0, 1), first.state)
    assert np.array_equal(tile(strip, 0, exports.STRIP), last.state)
    assert np.array_equal(tile(strip, 0, exports.STRIP + 1), recordings[0].scene.pixels)
    assert np.array_equal(tile(strip, 1, exports.STRIP), recordings[1].moments[-1].state)


@pytest.mark.parametrize(("more", "grey"), [((), 128), ((222,), 222)])
def test_hidden_pixels_are_grey_and_revealed_ones_what_they_are(recordings, more, grey):
    scene = recordings[1].scene
    shown = exports.revealed(scene, *more)
    assert (shown[~scene.mask] == grey).all()
    assert np.array_equal(shown[scene.mask], scene.pixels[scene.mask])


def test_the_webp_holds_every_frame_exactly(recordings):
    moving = Image.open(io.BytesIO(exports.animation(recordings)))
    assert moving.format == "WEBP"
    frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
    assert len(frames) == 6
    for frame, moment in zip(frames, recordings[0].moments, strict=True):
        assert np.array_equal(tile(frame, 0, 0), moment.state)
    assert np.array_equal(tile(frames[-1], 0, 1), recordings[1].moments[-1].state)


def test_the_gif_moves(recordings):
    moving = Image.open(io.BytesIO(exports.animation(recordings, "gif")))
    assert (moving.format, moving.n_frames) == ("GIF", 6)


@pytest.mark.parametrize("kind", ["exe", "../x"])
def test_unknown_kinds_are_refused(recordings, kind):
    with pytest.raises(InputError, match="known"):
        exports.animation(recordings, kind)


def test_the_bundle_holds_numbers_and_pictures_without_pickle(recordings, coffee):
    with zipfile.ZipFile(io.BytesIO(exports.bundle(recordings, coffee))) as folder:
        assert sorted(folder.namelist()) == sorted(
            ["picture.png", *(f"lane{n}.{kind}" for n in (1, 2) for kind in ("json", "npz", "py"))]
        )
        told = json.loads(folder.read("lane1.json"))
        arrays = dict(np.load(io.BytesIO(folder.read("lane1.npz")), allow_pickle=False))
        drawn = json.loads(folder.read("lane2.json"))
    run = recordings[0]
    assert (told["model"], told["solver"], told["steps"], told["noise_seed"]) == (MODEL, "euler", 5, 3)
    assert told["samples"] == 1
    assert [frame["calls"] for frame in told["frames"]] == [0, 1, 2, 3, 4, 5]
    assert told["frames"][-1]["state"]["psnr"] == run.moments[-1].state_scores.psnr
    assert np.array_equal(unpack_mask(told["mask"], 32), run.scene.mask)
    assert np.array_equal(unpack_mask(drawn["mask"], 32), MASK)
    assert np.array_equal(arrays["state"][-1], run.moments[-1].state)
    assert arrays["estimate"].shape == (6, 32, 32, 3)
    assert arrays["t"][0] == 1


def test_a_download_has_every_lane(coffee, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    setup = ("nearest", "", 1, 0, 1, 3, "linear", "", "", MODEL, "euler", "2", [])
    with zipfile.ZipFile(share.writer("bundle")(coffee.key, None, 20, "uniform", 0, *setup)) as folder:
        lanes = [json.loads(folder.read(f"lane{number}.json"))["model"] for number in (1, 2, 3)]
    assert lanes == ["nearest", "linear", MODEL]


def test_own_colours_are_bundled_as_they_are_and_nothing_is_called_their_truth(coffee, tmp_path, monkeypatch):
    strokes = np.random.default_rng(2).integers(0, 256, (32, 32, 3), np.uint8)
    recording = exports.record(Request(strokes, mask=MASK, model="nearest", scored=False))
    strip = Image.open(io.BytesIO(exports.strip([recording])))
    assert strip.width == (exports.STRIP + 1) * (SIDE * exports.ZOOM + 2 * exports.GAP)
    with zipfile.ZipFile(io.BytesIO(exports.bundle([recording], coffee))) as folder:
        folder.extractall(tmp_path)
    known = np.asarray(Image.open(tmp_path / snippet.PICTURE_FILE))
    assert np.array_equal(known[MASK], strokes[MASK])
    assert (known[~MASK] == 128).all()
    arrays = np.load(tmp_path / "lane1.npz", allow_pickle=False)
    assert "truth" not in arrays
    assert np.array_equal(arrays["known"], known)
    assert json.loads((tmp_path / "lane1.json").read_text())["scored"] is False
    monkeypatch.chdir(tmp_path)
    space = {}
    exec((tmp_path / "lane1.py").read_text(), space)
    assert np.array_equal(space["result"], recording.moments[-1].state)


REQUESTS = [
    {"model": MODEL, "steps": 4},
    {
        "model": MODEL,
        "solver": "ancestral",
        "steps": 3,
        "noise_seed": 11,
        "pattern": "block",
        "fraction": 0.35,
        "seed": 8,
    },
    {"model": "score_sde/tiny", "solver": "heun", "steps": 2, "mask": MASK},
    {"model": "thin_plate", "fraction": 0.3},
    {"model": "lmmse", "noise_seed": 7},
    {"model": "crps_ensemble/tiny_conv", "noise_seed": 7},
]


@pytest.mark.parametrize("name", ["coffee", "", "cifar-3"])
@pytest.mark.parametrize("settings", REQUESTS, ids=lambda s: s["model"])
def test_the_code_makes_the_same_picture(coffee, settings, name, tmp_path, monkeypatch):
    monkeypatch.setattr(zerogpu, "quick", lambda model: model)  # where bf16 pays, runs differ by a level
    request = Request(coffee.pixels, **settings)
    (tmp_path / snippet.PICTURE_FILE).write_bytes(png(coffee.pixels))
    monkeypatch.chdir(tmp_path)
    text = snippet.code(request, name)
    assert all(len(line) <= 200 for line in text.splitlines())
    space = {}
    exec(text, space)
    assert np.array_equal(space["result"], studio.finish(request).moments[-1].state)


def test_what_was_written_for_a_download_is_deleted_when_it_is_old_and_when_the_page_closes(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    try:
        assert page.delete_cache is not None
        config = page.config
        event = Page(config).event("export-strip", "click", model="nearest")
        button = next(one["outputs"][0] for one in config["dependencies"] if one["id"] == event.number)
        path = share.writer("strip")(*event.values)
        sent = page.blocks[button].postprocess(path)
        assert page.blocks[button].move_resource_to_block_cache(sent.path) == path, "no second copy"
        (kept,) = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert str(kept) == path
        delete_files_created_by_app(page, 3600)
        assert kept.exists()
        time.sleep(0.1)
        delete_files_created_by_app(page, 0)
        assert not kept.exists()
        page.blocks[button].move_resource_to_block_cache(share.writer("strip")(*event.values))
        assert kept.exists()
    finally:
        page.close()
    assert not kept.exists()
