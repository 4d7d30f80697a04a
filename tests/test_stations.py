"""The guided walk says nothing that its own runs do not show."""

import re
from dataclasses import replace

import numpy as np
import pytest

from demo import formulas, languages, numbers, readings, stations, studio
from demo.exports import record
from demo.lesson_link import read, write
from fieldlib import METHODS, hub
from fieldlib.assets import STUDY
from fieldlib.study import read_study

pytestmark = pytest.mark.slow

WALK = {station.name: station for station in stations.walk()}


@pytest.fixture(autouse=True)
def _weights():
    if len(list(hub.BUNDLED.glob("*/tiny/config.json"))) < 3:
        pytest.skip("no bundled weights")


def ends(lesson):
    return [studio.finish(request).moments[-1] for request in lesson.requests()]


def test_at_least_eight_stations_that_are_links():
    assert len(WALK) >= 8
    for station in WALK.values():
        assert read(write(station.lesson)) == (station.lesson, ())
        assert 0 <= station.right < len(stations.told(station)["answers"])


def test_few_pixels_already_beat_grey():
    lesson = WALK["few"].lesson
    (request,) = lesson.requests()
    scene = studio.set_scene(request)
    assert scene.mask.sum() == 51
    truth = request.pixels[~scene.mask].astype(float)
    grey = 10 * np.log10(255**2 / ((truth - truth.mean(0)) ** 2).mean())
    assert record(request).moments[1].estimate_scores.psnr > grey + 2


def test_the_estimate_shows_the_shapes_at_the_first_step_and_beats_the_sample():
    for name in ("estimate", "sample"):
        (request,) = WALK[name].lesson.requests()
        moments = record(request).moments
        assert moments[1].estimate_scores.psnr > moments[-1].state_scores.psnr + 0.5


def test_samples_differ_far_from_the_revealed_pixels():
    (request,) = WALK["spread"].lesson.requests()
    from scipy.ndimage import distance_transform_edt

    scene = studio.set_scene(request)
    away = distance_transform_edt(~scene.mask)
    deviation = numbers.spread(replace(request, samples=1), 4).deviation
    assert deviation[away >= 2].mean() > 1.2 * deviation[away == 1].mean()
    assert (deviation[scene.mask] == 0).all()


def test_fifty_steps_bring_almost_nothing_over_eight():
    one, eight, fifty = (end.state_scores.psnr for end in ends(WALK["steps"].lesson))
    assert abs(fifty - eight) < 0.5
    assert one > eight + 1


@pytest.mark.parametrize("method", ["denoiser", "flow_matching", "score_sde"])
def test_without_fresh_noise_colours_go_straighter_whatever_the_method(method):
    euler, noisy = (replace(one, model=f"{method}/tiny_conv") for one in WALK["ways"].lesson.requests())
    assert (euler.solver, noisy.solver) == ("euler", "euler_maruyama")
    straight, bent = (numbers.trajectories(request).bend for request in (euler, noisy))
    assert straight < 1.25
    assert bent > 3 * straight


def test_a_block_is_worse_than_scattered_pixels():
    lesson = WALK["hole"].lesson
    (block,), (scattered,) = ends(lesson), ends(replace(lesson, pattern="uniform"))
    assert block.state_scores.psnr < scattered.state_scores.psnr - 2


def test_the_spline_beats_one_sample_here():
    lesson = WALK["classics"].lesson
    (request,) = lesson.requests()
    spline = studio.finish(replace(request, model="thin_plate")).moments[-1]
    assert spline.state_scores.psnr > ends(lesson)[0].state_scores.psnr


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_decibels_that_are_told_are_the_study_s(language):
    rows = {row["model"]: row for row in read_study(STUDY / "comparison.json")["rows"]}
    with languages.use(language):
        told = languages.text("STATIONS")["classics"]["reveal"]
    network = rows[WALK["classics"].lesson.lanes[0].model]
    sample, estimate = network["sample_psnr_unobserved"], network["estimate_psnr_unobserved"]
    figures = f"{rows['thin_plate']['mean_psnr_unobserved']:.0f}", f"{sample:.1f}", f"{estimate:.1f}"
    assert tuple(re.findall(r"([\d.]+) dB", told)) == figures


def test_the_fine_grid_shows_nothing_new_and_still_beats_squares():
    lesson, size = WALK["resolution"].lesson, 256
    result = ends(lesson)[0].state
    truth = readings.fine_truth(lesson.chosen, size)
    assert finer_than_the_samples(readings.read(result, size)) < 0.02 * finer_than_the_samples(truth)
    found = {reading.reader: reading.psnr for reading in readings.compare(result, lesson.chosen, size)}
    assert found["field"] > found["nearest"]


def finer_than_the_samples(pixels):
    """The power of ``pixels`` (N, N, 3) in waves that a 32 x 32 grid cannot hold; a window hides the borders."""
    window = np.hanning(len(pixels))
    spectrum = np.fft.fft2(pixels * window[:, None, None] * window[None, :, None], axes=(0, 1))
    waves = np.abs(np.fft.fftfreq(len(pixels), 1 / len(pixels)))
    return (np.abs(spectrum[np.maximum.outer(waves, waves) > 32]) ** 2).mean()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sizes_that_are_told_are_those_of_the_networks(language):
    rows = {row["model"].partition("/")[2]: row for row in read_study(STUDY / "comparison.json")["rows"]}
    with languages.use(language):
        told = dict(languages.text("GLOSSARY"))["tiny, tiny_conv, base"]
    millions = [f"{rows[preset]['params'] / 1e6:.1f}" for preset in ("tiny", "tiny_conv", "base")]
    assert re.findall(r"\d\.\d", told) == millions


@pytest.mark.parametrize(("solver", "line"), [("", "ode"), ("euler", "ode"), ("euler_maruyama", "sde")])
def test_formulas_mark_what_is_at_work(solver, line):
    table = formulas.table("score_sde/tiny", solver)
    titles = [METHODS[name].title for name in METHODS if METHODS[name].formulas]  # others are left out
    assert [column["title"] for column in table["columns"]] == titles
    assert [column["active"] for column in table["columns"]].count(True) == 1
    active = [row for row, told in zip(formulas.ROWS, table["rows"], strict=True) if told["active"]]
    assert active == ["path", "target", line]


# From t = 1 to 0, so dt < 0. The signs: s points to the picture, v from picture to noise, and s = -(x + (1 - t) v) / t.
STEPS = {
    "score_sde": ("dx = [−½ β x − ½ β s] dt", "dx = [−½ β x − β s] dt + √β dw"),
    "denoiser": ("xₛ = αₛ x̂₀ + σₛ ε̂", "xₛ = αₛ x̂₀ + √(σₛ² − γ²) ε̂ + γ z"),
    "flow_matching": ("dx = v dt", "dx = [v + ½ g² (x + (1 − t) v) / t] dt + g dw"),
}


@pytest.mark.parametrize("method", STEPS)
def test_steps_with_and_without_chance_have_the_right_signs(method):
    for told, step in zip(METHODS[method].formulas[2:], STEPS[method], strict=True):
        assert step in told, "an explanation may follow"


@pytest.mark.parametrize("model", ["nearest", "a_new_method/tiny"])
def test_what_has_no_formulas_marks_none(model):
    table = formulas.table(model, "")
    assert not any(entry["active"] for entry in [*table["columns"], *table["rows"]])


def test_without_its_networks_the_walk_is_shorter(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    assert stations.walk() == ()
