"""The plots show the numbers that the library gives."""

import json
import math
import pathlib
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from demo import figures, languages, numbers, pictures, studio, zerogpu
from demo.components import painter, player
from demo.exports import record
from demo.own_picture import Strokes
from demo.request import Request, solver_of
from demo.sections import numbers as section
from fieldlib import METHODS, InputError, hub

MODEL = "flow_matching/tiny"


@pytest.fixture(scope="module", autouse=True)
def _weights():
    if not (hub.BUNDLED / MODEL / "config.json").exists():
        pytest.skip("no bundled weights")


@pytest.fixture(scope="module")
def request_():
    return Request(pictures.from_gallery("coffee").pixels, model=MODEL, steps=4)


@pytest.fixture(scope="module")
def run(request_):
    return record(request_)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#0f172a"])
@pytest.mark.parametrize("colour", [*figures.COLOURS, figures.GREY])
def test_colours_read_in_light_and_dark(colour, page):
    assert contrast(colour, page) >= 3


def test_metrics_are_those_of_the_run(run):
    figure = figures.metrics_by_step([("one", run.moments)], cursor=2)
    estimates = next(trace for trace in figure.data if trace.name.endswith("estimate"))
    assert list(estimates.x) == [0, 1, 2, 3, 4]
    assert list(estimates.y) == [moment.estimate_scores.psnr for moment in run.moments]
    assert {shape.x0 for shape in figure.layout.shapes} == {2}
    json.loads(figure.to_json())


def colours(figure, traces=slice(None)):
    return [trace.line.color for trace in figure.data[traces]]


def test_lanes_and_their_methods_have_the_colours_of_the_player(run, request_):
    css = (pathlib.Path(player.__file__).parent / "player.css").read_text()
    lanes = re.findall(r"--lane-\d: (#\w+)", css)[:3]
    single = dict(zip(("state", "estimate"), re.findall(r"--(?:state|estimate): (#\w+)", css), strict=False))
    three = figures.metrics_by_step([(name, run.moments) for name in "abc"])
    assert colours(three, slice(0, None, 4)) == colours(three, slice(2, None, 4)) == lanes
    for trace in figures.metrics_by_step([("one", run.moments)]).data:
        assert trace.line.color == single[trace.name.split()[-1]]
    paths = numbers.schedules()
    order = ["nearest", paths[2].method, paths[2].method]
    of_methods = colours(figures.schedule(paths, lanes=order), slice(0, None, 3))
    assert of_methods[2] == lanes[1]
    assert len(set(of_methods)) == 3
    drawn, _ = section.over_time([request_, replace(request_, model="denoiser/tiny")])
    assert {trace.name.split(":")[0]: trace.line.color for trace in drawn.data if trace.name} == dict(
        zip((path.title for path in (paths[1], paths[0], paths[2])), lanes, strict=True)
    )


def test_a_run_without_truth_has_no_curve(run):
    blind = [moment._replace(state_scores=None, estimate_scores=None) for moment in run.moments]
    assert len(figures.metrics_by_step([("one", blind)]).data) == 0


def test_the_sweep_spends_whole_steps_and_agrees_with_single_runs(request_):
    (euler, heun) = numbers.sweep(request_, ("euler", "heun"), (1, 2, 4))
    assert euler.calls == (1, 2, 4)
    assert len(heun.calls) == 2
    end = studio.finish(Request(request_.pixels, model=MODEL, solver="euler", steps=2)).moments[-1]
    assert euler.psnr[1] == end.state_scores.psnr
    figure = figures.quality_by_calls([euler, heun])
    assert [list(trace.x) for trace in figure.data] == [list(euler.calls), list(heun.calls)]


@pytest.mark.parametrize(("model", "count"), [(MODEL, 3), ("nearest", 1)])
def test_a_sweep_asks_for_one_sample_of_each_run(request_, monkeypatch, model, count):
    asked, plain = [], studio.finish
    monkeypatch.setattr(studio, "finish", lambda request: asked.append(request.samples) or plain(request))
    numbers.sweep(replace(request_, model=model, samples=3), ("euler",), (1, 2, 3))
    assert asked == [1] * count


def test_ways_end_at_the_pixels_whose_truth_is_told(request_):
    ways = numbers.trajectories(replace(request_, noise_seed=50, samples=3))
    view = studio.finish(replace(request_, noise_seed=50))
    hidden = ~view.scene.mask
    places = np.linspace(0, hidden.sum() - 1, numbers.PIXELS).round().astype(int)
    assert np.array_equal(ways.colours, request_.pixels[hidden][places])
    ends = np.clip((ways.values[-1] + 1) * 127.5, 0, 255)
    assert np.abs(ends - view.moments[-1].state[hidden][places]).max() <= 1


def test_a_baseline_is_one_point(request_):
    (row,) = numbers.sweep(Request(request_.pixels, model="nearest"))
    assert row.calls == (0,)
    assert len(figures.quality_by_calls([row]).data) == 1


@pytest.mark.parametrize("model", ["nearest", "regressor/tiny_conv"])
def test_what_answers_at_once_is_called_so_whether_it_was_trained_or_not(request_, model):
    one = replace(request_, model=model)
    (point,) = figures.quality_by_calls([numbers.Sweep(solver_of(one), (1,), (20.0,), (5.0,))]).data
    assert point.name == "Answers at once, no solver"
    for plot in (section.ways, section.spread):
        with pytest.raises(InputError, match="at once has no way from noise to picture"):
            plot([one])


def test_straight_lines_have_bend_one_and_corners_more():
    line = np.linspace([[0, 0, 0.0]], [[3, 1, 2.0]], 5)
    corner = np.array([[[0, 0, 0.0]], [[1, 0, 0]], [[1, 1, 0]]])
    assert numbers.bend(line) == pytest.approx(1)
    assert numbers.bend(corner) == pytest.approx(math.sqrt(2))


@pytest.mark.slow
def test_flow_goes_straighter_than_an_sde(request_):
    flow = numbers.trajectories(Request(request_.pixels, model=MODEL, solver="euler", steps=20))
    sde = numbers.trajectories(Request(request_.pixels, model="score_sde/tiny", solver="euler_maruyama", steps=20))
    assert flow.values.shape == (21, numbers.PIXELS, 3)
    assert 1 <= flow.bend < 1.5 < sde.bend
    figure = figures.colour_ways([("flow", flow), ("sde", sde)])
    assert re.search(r"\d\.\d\d", figure.layout.annotations[0].text)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_titles_of_ways_stay_over_their_panels(count):
    name = "EDE basada en el score - tiny_conv, DPM-Solver++ (2M), 1000 pasos"
    ways = numbers.Trajectories(np.zeros((2, 1, 3)), np.zeros((1, 3)), 1.0)
    figure = figures.colour_ways([(name, ways)] * count)
    for title in figure.layout.annotations:
        *lines, _ = title.text.split("<br>")
        assert " ".join(lines) == name
        assert max(map(len, lines)) <= figures.LETTERS // count
        assert figure.layout.margin.t >= 17 * (len(lines) + 1), "no line is cut off above"


def test_schedules_are_the_methods_paths():
    paths = numbers.schedules()
    assert [path.method for path in paths] == list(METHODS)
    for path in paths:
        alpha, sigma, _, _ = METHODS[path.method]().path.coefficients(torch.from_numpy(path.t))
        assert np.array_equal(path.alpha, alpha.numpy())
        assert (np.diff(path.log_snr) <= 0).all(), "noise only grows"
        assert np.allclose(10 ** path.log_snr[50], (alpha[50] / sigma[50]) ** 2, rtol=1e-3)
    assert {shape.x0 for shape in figures.schedule(paths, 0.4).layout.shapes} == {0.4}


def test_spread_is_that_of_the_samples(request_, monkeypatch):
    monkeypatch.setattr(zerogpu, "quick", lambda model: model)  # runs in bf16 differ by .002 dB
    request_ = replace(request_, noise_seed=50)
    found = numbers.spread(request_, 4)
    scene = studio.set_scene(request_)
    assert (found.deviation[scene.mask] == 0).all()
    assert (found.deviation[~scene.mask] > 0).mean() > 0.9
    assert 0 <= found.coverage50 <= found.coverage90 <= 1
    assert found.one < found.mean, "averaging helps"
    singles = [
        studio.finish(Request(request_.pixels, model=MODEL, steps=4, noise_seed=50 + k)).moments[-1] for k in range(4)
    ]
    assert found.one == pytest.approx(np.mean([end.state_scores.psnr for end in singles]), abs=1e-3)
    figure = figures.spread(found)
    assert np.array_equal(figure.data[0].z, found.deviation)
    assert list(figure.data[1].y) == [found.coverage50, found.coverage90]


def test_own_colours_are_measured_against_nothing(request_):
    own = replace(request_, scored=False)
    found = numbers.spread(own, 4)
    assert np.array_equal(found.deviation, numbers.spread(request_, 4).deviation)
    assert np.isnan(found[2:]).all()
    figure = figures.spread(found)
    assert len(figure.data) == 1, "no bars"
    assert languages.text("NO_TRUTH") in [note.text for note in figure.layout.annotations]
    ways = numbers.trajectories(own)
    assert np.array_equal(ways.truth, ways.values[-1])


@pytest.mark.parametrize("which", ["steps", "calls", "spread"])
def test_a_plot_that_needs_a_truth_says_why_it_is_empty(request_, which):
    mask = np.random.default_rng(0).random((32, 32)) < 0.3
    sheet = painter.with_strokes(painter.show(request_.pixels, mask), Strokes(request_.pixels, mask))
    setup = (MODEL, "", 2, 0, 1, 1, MODEL, "", "", MODEL, "", "", [])
    figure, sentence = section.draw(which, pictures.offered()[0].key, sheet, 20, "uniform", 0, *setup)
    assert languages.text("NO_TRUTH") in [note.text for note in figure.layout.annotations]
    assert sentence == ""
    json.loads(figure.to_json())


@pytest.mark.parametrize("count", [1, 17, 2.5])
def test_the_number_of_samples_is_checked(request_, count):
    with pytest.raises(InputError, match="2 to 16"):
        numbers.spread(request_, count)


def test_no_figure_brings_a_background(run, request_):
    for figure in (figures.metrics_by_step([("one", run.moments)]), figures.schedule(numbers.schedules())):
        layout = figure.layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == layout.modebar.bgcolor == "rgba(0, 0, 0, 0)"
