"""The applications' commands, on few small pictures: what they write can be trusted and is not written twice."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_models import config_of, smooth_pictures, tiny_model

from fieldlib.checkpoint import save_model
from fieldlib.data.gallery import gallery
from fieldlib.errors import InputError
from fieldlib.points import to_values
from fieldlib.registry import PATTERNS
from train_scripts import active_sampling, inpainting, study_file, super_resolution, temporal


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("FIELDLIB_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, pixels in enumerate(smooth_pictures(2)):
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return str(folder)


@pytest.fixture
def saved(monkeypatch):
    """How many cells a study has each time it is saved."""
    counts = []
    write = study_file.write_json
    monkeypatch.setattr(
        study_file, "write_json", lambda path, document: counts.append(len(document["cells"])) or write(path, document)
    )
    return counts


def test_a_stop_leaves_every_run_of_active_sampling_whole_or_out(data, tmp_path, monkeypatch, saved):
    monkeypatch.setattr(active_sampling, "score", lambda *_: {share: {"uncertainty": 0.1} for share in (0.02, 0.04)})
    monkeypatch.setattr(active_sampling, "draw_sheet", lambda *_: None)
    options = active_sampling.Options(data, "nearest", ("random", "gain"), limit=2, seeds=(0,), out=tmp_path / "a.json")
    active_sampling.main(options)
    assert saved == [2, 4]


def test_a_stop_leaves_every_kind_of_clip_whole_or_out(data, tmp_path, monkeypatch, saved):
    ways = [(name, name, {"psnr_hidden": 1.0}) for name in ("kriging", "still", "nearest")]
    monkeypatch.setattr(temporal, "score", lambda *_: ways)
    monkeypatch.setattr(temporal, "play", lambda *_: None)
    temporal.main(temporal.Options(data, limit=2, seeds=(0,), out=tmp_path / "t.json"))
    assert saved == [3 * (i + 1) for i in range(len(temporal.KINDS))]


def test_a_stop_leaves_every_model_whole_or_out_and_a_filter_is_no_baseline(tmp_path, monkeypatch, saved):
    """The filter ``nearest`` is in the file when the baseline of that name is asked for."""
    found = [{"reading": "own", "size": 64, "psnr": 1.0}, {"reading": "own", "size": 128, "psnr": 2.0}]
    monkeypatch.setattr(super_resolution, "score", lambda *_: found)
    monkeypatch.setattr(super_resolution, "draw_sheet", lambda *_: None)
    options = super_resolution.Options(("thin_plate",), 1, contexts=(1.0,), out=tmp_path / "s.json")
    super_resolution.main(options)
    assert saved == [2, 5, 8]  # readings of the model, filters at two sizes
    assert "--models thin_plate" in json.loads(options.out.read_text())["made_by"]
    super_resolution.main(replace(options, models=("nearest",)))
    assert saved == [2, 5, 8, 10]
    assert "--models thin_plate nearest" in json.loads(options.out.read_text())["made_by"]


@pytest.mark.slow
def test_enlarging_is_measured_against_the_originals(tmp_path):
    out = tmp_path / "study" / "sr.json"
    options = super_resolution.Options(("linear",), 2, sizes=(64,), seeds=(1, 2), out=out)
    super_resolution.main(options)
    rows = {(row["reading"], row["context"]): row for row in json.loads(out.read_text())["rows"]}
    assert rows["nearest", 1.0]["psnr"] < rows["bicubic", 1.0]["psnr"] < rows["lanczos", 1.0]["psnr"]
    assert rows["nearest", 1.0]["agreement"] == pytest.approx(100)  # box means of copies are the pixels themselves
    assert rows["own", 0.2]["psnr"] < rows["own", 1.0]["psnr"]
    assert rows["own", 0.2]["seeds"] == [1, 2] and rows["own", 1.0]["seeds"] == [1]
    assert (out.parent / "applications" / "super_resolution.png").exists()
    assert rows["lanczos", 1.0]["model"] == "lanczos" and rows["lanczos", 0.2]["model"] == "linear"
    before = out.stat().st_mtime_ns
    super_resolution.main(options)
    assert out.stat().st_mtime_ns == before


@pytest.mark.slow
def test_filters_read_the_picture_itself_where_all_is_known(tmp_path):
    """Whatever models take part; ``nearest`` is a filter and a baseline, which the file tells apart."""
    found = []
    for model in ("thin_plate", "nearest"):
        out = tmp_path / model / "sr.json"
        options = super_resolution.Options((model,), 1, contexts=(1.0,), sizes=(64,), seeds=(1,), out=out)
        super_resolution.main(options)
        rows = json.loads(out.read_text())["rows"]
        assert sorted(row["reading"] for row in rows) == sorted(["own", *super_resolution.FILTERS])
        found.append({row["reading"]: row["psnr"] for row in rows if row["reading"] in super_resolution.FILTERS})
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", super_resolution.FILTERS.values())
def test_enlarging_a_flat_picture_changes_nothing(kind):
    values = torch.tensor([0.3, -0.7, 0.0]).expand(1024, 3)
    assert torch.allclose(super_resolution.enlarge(values, 64, kind), values[:1].expand(4096, 3), atol=1e-6)


def test_enlarging_keeps_rows_and_columns_apart():
    pixels = gallery()[0].pixels
    larger = super_resolution.enlarge(to_values(pixels), 64, Image.Resampling.NEAREST).unflatten(0, (64, 64))
    assert torch.equal(larger[::2, 1::2], to_values(pixels).unflatten(0, (32, 32)))


def test_shares_above_one_are_refused(tmp_path):
    with pytest.raises(InputError, match="shares above 0 up to 1"):
        super_resolution.main(super_resolution.Options(contexts=(1.5,), out=tmp_path / "a.json"))


def test_the_centre_is_what_the_border_leaves_open():
    rng = np.random.default_rng(0)
    known = PATTERNS["centre"](32, 32, 0.25, rng)
    assert known[16, 16] and not known[0].any()
    assert (known == ~PATTERNS["border"](32, 32, 0.75, rng)).all()
    assert known.mean() == pytest.approx(0.25, abs=0.02)


@pytest.mark.slow
def test_holes_are_filled_cell_by_cell(data, tmp_path):
    out = tmp_path / "inpainting.json"
    options = inpainting.Options(data, limit=2, samples=2, models=("nearest", "thin_plate"), seeds=(42,), out=out)
    inpainting.main(options)
    rows = json.loads(out.read_text())["rows"]
    assert len(rows) == 2 * len(inpainting.HOLES) * len(inpainting.HIDDEN)
    scores = {(r["model"], r["hole"], r["hidden"]): r["estimate_psnr_unobserved"] for r in rows}
    assert scores["thin_plate", "block", 0.25] > scores["thin_plate", "block", 0.5]
    assert {row["trained"] for row in rows if row["hole"] == "block"} == {True}
    assert {row["trained"] for row in rows if row["hole"] == "border"} == {False}
    assert all((tmp_path / "applications" / f"inpainting_{hole}.png").exists() for hole in inpainting.HOLES)
    before = out.stat().st_mtime_ns
    inpainting.main(options)
    assert out.stat().st_mtime_ns == before


@pytest.mark.slow
def test_pixels_are_revealed_in_rounds(data, tmp_path, monkeypatch):
    monkeypatch.setattr(active_sampling, "SHARES", (0.02, 0.1, 0.2))
    save_model(tiny_model("deep_set"), config_of("deep_set"), tmp_path / "model")
    out = tmp_path / "active.json"
    options = active_sampling.Options(
        data, str(tmp_path / "model"), ("random", "gain"), limit=2, samples=2, steps=1, seeds=(0,), out=out
    )
    active_sampling.main(options)
    rows = json.loads(out.read_text())["rows"]
    assert len(rows) == 2 * 3
    start = [row for row in rows if row["context"] == 0.02]
    assert start[0]["estimate_psnr_full"] == start[1]["estimate_psnr_full"]  # the same first pixels
    for rule in ("random", "gain"):
        psnr = [row["estimate_psnr_full"] for row in rows if row["rule"] == rule]
        assert psnr[0] < psnr[-1]  # more pixels are pasted in
    before = out.stat().st_mtime_ns
    active_sampling.main(options)
    assert out.stat().st_mtime_ns == before


def test_rounds_reveal_exactly_the_shares():
    truth = to_values(smooth_pictures(2))
    options = active_sampling.Options(samples=2, steps=1)
    states = list(active_sampling.rounds(tiny_model("deep_set"), truth, "farthest", [0, 0], options))
    for state in states:
        assert state.known.sum(1).tolist() == [int(state.share * 1024)] * 2
        assert torch.equal(state.estimate[state.known], truth[state.known])
        assert float(state.std[state.known].max()) == 0
    assert all((after.known | before.known).equal(after.known) for before, after in pairwise(states))
