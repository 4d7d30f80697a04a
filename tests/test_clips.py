"""Clips: windows that glide, what is known of them, and a network on points with three coordinates."""

import json

import numpy as np
import pytest
import torch
from tiny_models import smooth_pictures

import fieldlib
from fieldlib.checkpoint import build, save_model
from fieldlib.data.clips import COUNT, FRAMES, KINDS, PIXELS, SIDE, clip_grid, glide, known_points, split
from fieldlib.errors import InputError
from train_scripts import temporal, train_clips

SMALL = {**train_clips.CONFIG["options"], "latents": 8, "latent_width": 16, "width": 16, "features": 16}
CONFIG = {**train_clips.CONFIG, "options": SMALL}


class Corner:
    """A generator that draws the places it is given instead of random ones."""

    def __init__(self, start, end):
        self.places = np.stack([start, end])

    def uniform(self, low, high, size):
        return np.broadcast_to(self.places[:, None, None, None], size).copy()


def test_a_window_that_stays_is_a_crop():
    pixels = smooth_pictures(1)
    corner = np.array([-0.5, -0.5])  # of a 32x32 picture: rows and columns 0 to 15
    values = glide(pixels, Corner(corner, corner)).unflatten(1, (FRAMES, SIDE, SIDE))
    crop = torch.from_numpy(pixels[0, :SIDE, :SIDE] / 127.5 - 1).float()
    assert torch.allclose(values[0], crop.expand_as(values[0]), atol=1e-5)


def test_a_window_moves_from_start_to_end():
    pixels = smooth_pictures(1)
    values = glide(pixels, Corner(np.array([-0.5, -0.5]), np.array([0.5, -0.5]))).unflatten(1, (FRAMES, SIDE, SIDE))
    last = torch.from_numpy(pixels[0, SIDE:, :SIDE] / 127.5 - 1).float()
    assert torch.allclose(values[0, -1], last, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_the_share_is_known(kind):
    known = known_points(kind, 0.1, np.random.default_rng(0))
    assert int(known.sum()) == int(0.1 * COUNT)
    frames = known.unflatten(0, (FRAMES, PIXELS)).sum(1)
    assert (frames[1::2] == 0).all() == (kind == "between")


@pytest.mark.parametrize(("kind", "share"), [("betwen", 0.2), ("between", 0.8), ("scattered", 0.0)])
def test_points_that_a_clip_does_not_have(kind, share):
    with pytest.raises(InputError, match=kind):
        known_points(kind, share, np.random.default_rng(0))


def test_known_and_hidden_make_up_the_clip():
    values = glide(smooth_pictures(2), np.random.default_rng(0))
    known = torch.stack([known_points("scattered", 0.2, np.random.default_rng(i)) for i in range(2)])
    context, hidden = split(values, known)
    assert context.coords.shape[1] + hidden.coords.shape[1] == COUNT
    together = torch.cat([context.values, hidden.values], 1).double().sum(1)
    assert torch.allclose(together, values.double().sum(1))
    assert len(clip_grid().unique(dim=0)) == COUNT


def test_sampling_takes_a_third_coordinate():
    model = build(CONFIG).eval()
    values = glide(smooth_pictures(2), np.random.default_rng(0))
    known = torch.stack([known_points("between", 0.1, np.random.default_rng(i)) for i in range(2)])
    context, hidden = split(values, known)
    coords = hidden.coords[:, :50]
    drawn = fieldlib.reconstruct(model, context, coords, steps=2, seeds=[5, 6])
    assert drawn.shape == (2, 50, 3) and drawn.isfinite().all()
    second = fieldlib.Points(context.coords[1:], context.values[1:])
    one = fieldlib.reconstruct(model, second, coords[1:], steps=2, seeds=[6])
    assert torch.allclose(drawn[1:], one, atol=1e-4)


def test_a_stem_has_two_coordinates():
    with pytest.raises(InputError, match="stem needs points with 2 coordinates; got 3"):
        build({**CONFIG, "options": {**SMALL, "stem": [[8, 1], [16, 1]]}})


def test_a_stem_has_two_levels_at_least():
    with pytest.raises(InputError, match="two levels at least"):
        build({**CONFIG, "options": {**SMALL, "dims": 2, "stem": [[8, 1]]}})


def test_the_levels_of_a_stem_halve_its_lattice():
    with pytest.raises(InputError, match="side is 2 n; got 31"):
        build({**CONFIG, "options": {**SMALL, "dims": 2, "stem": [[8, 1], [16, 1]], "lattice": 31}})


def test_a_dark_frame_repeats_the_one_before():
    values = glide(smooth_pictures(1), np.random.default_rng(0))
    known = known_points("between", 0.2, np.random.default_rng(0))[None]
    frames = temporal.alone(values, known).unflatten(1, (FRAMES, PIXELS))
    assert torch.equal(frames[:, 1::2], frames[:, ::2])
    assert torch.allclose(frames[:, 0][known[:, :PIXELS]], values[known & (torch.arange(COUNT) < PIXELS)], atol=0.05)


def test_psnr_counts_hidden_pixels_only():
    truth = torch.zeros(4, 3)
    known = torch.tensor([True, True, False, False])
    answer = torch.tensor([2.0, 2.0, 0.2, 0.2])[:, None].expand(4, 3)
    assert temporal.hidden_psnr(answer, truth, known) == pytest.approx(20.0, abs=1e-3)  # 0.1 of the data range
    assert np.isnan(temporal.hidden_psnr(answer, truth, torch.ones(4, dtype=torch.bool)))


def test_every_clip_has_noise_of_its_own(monkeypatch):
    drawn = []
    monkeypatch.setattr(temporal, "BATCH", 2)
    monkeypatch.setattr(
        temporal, "answers", lambda model, values, known, seeds, steps: drawn.append((len(values), list(seeds))) or {}
    )
    temporal.score(None, smooth_pictures(5), "between", 42, temporal.Options())
    assert drawn == [(2, [42000, 42001]), (2, [42002, 42003]), (1, [42004])]


@pytest.mark.slow
def test_the_study_of_clips(tmp_path, cifar_folder):
    if cifar_folder is None:
        pytest.skip("needs CIFAR-10")
    save_model(build(CONFIG), CONFIG, tmp_path / "model")
    out = tmp_path / "temporal.json"
    options = temporal.Options(str(cifar_folder), 3, steps=1, seeds=(1,), model=tmp_path / "model", out=out)
    temporal.main(options)
    rows = {(row["model"], row["kind"]): row for row in json.loads(out.read_text())["rows"]}
    assert len(rows) == 5 * len(KINDS)
    untrained, base = rows["flow_matching/clips estimate", "between"], rows["kriging", "between"]
    assert untrained["psnr_hidden"] == pytest.approx(base["psnr_hidden"], abs=1e-3)  # the output layer starts at zero
    assert base["psnr_hidden"] > rows["nearest", "between"]["psnr_hidden"]
    assert len(base["frames"]) == FRAMES
    assert (tmp_path / "applications" / "temporal.gif").read_bytes().startswith(b"GIF8")
    before = out.stat().st_mtime_ns
    temporal.main(options)
    assert out.stat().st_mtime_ns == before


@pytest.mark.training
def test_a_clip_network_trains(tmp_path, cifar_folder):
    if cifar_folder is None:
        pytest.skip("needs CIFAR-10")
    options = train_clips.Options(str(cifar_folder), minutes=0.05, batch_size=2, out=tmp_path / "model")
    train_clips.main(options)
    model = fieldlib.load(tmp_path / "model")
    assert model.backbone.dims == 3
    assert float(model.backbone.out.weight.abs().max()) > 0  # it started at zero
