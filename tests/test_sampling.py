"""sample(): a stream of frames; one seed is one picture whatever else is in the batch."""

from itertools import pairwise

import pytest
import torch
from tiny_models import random_context, tiny_model

import fieldlib
from fieldlib.errors import InputError
from fieldlib.points import Points
from fieldlib.registry import BACKBONES, BASELINES, METHODS, SOLVERS
from fieldlib.resolution import render
from fieldlib.time_grids import TIME_GRIDS, time_grid

COORDS = fieldlib.grid(6, 6)


def draw(model, context, seeds, coords=COORDS, **options):
    return fieldlib.reconstruct(model, context, coords, steps=options.pop("steps", 3), seeds=seeds, **options)


def one(context, i):
    return Points(context.coords[i : i + 1], context.values[i : i + 1])


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("backbone", BACKBONES.names())
def test_samples_do_not_depend_on_the_batch(backbone, method):
    model, context = tiny_model(backbone, method), random_context()
    together = draw(model, context, [5, 6, 7, 8])
    assert (draw(model, one(context, 0), [5, 6]) - together[:2]).abs().max() < 1e-5
    assert (draw(model, one(context, 1), [8]) - together[3:]).abs().max() < 1e-5


def test_seeds_make_the_difference():
    model, context = tiny_model(), random_context(batch=1)
    a, b = draw(model, context, [1, 2])
    assert (a - b).abs().max() > 0.01
    assert torch.equal(draw(model, context, [1]), draw(model, context, [1]))


def test_queries_may_come_in_any_order():
    model, context = tiny_model(), random_context(batch=1)
    order = torch.randperm(36, generator=torch.Generator().manual_seed(0))
    assert (draw(model, context, [1], COORDS[order]) - draw(model, context, [1])[:, order]).abs().max() < 1e-5


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("solver", SOLVERS.names())
def test_every_solver_with_every_method(method, solver):
    model, context = tiny_model("deep_set", method), random_context()
    frames = list(fieldlib.sample(model, context, COORDS, solver=solver, steps=4, seeds=[0, 1]))
    assert [frame.step for frame in frames] == [0, 1, 2, 3, 4]
    assert all(frame.values.isfinite().all() and frame.x0.isfinite().all() for frame in frames)
    assert all(frame.values.shape == (2, 36, 3) for frame in frames)


def test_frames_tell_time_calls_and_seconds():
    model, context = tiny_model("deep_set"), random_context(batch=1)
    frames = list(fieldlib.sample(model, context, COORDS, solver="heun", steps=4))
    low, high = model.method.t_range
    assert frames[0].t == high
    assert frames[-1].t == pytest.approx(low, abs=1e-6)
    assert [frame.nfe for frame in frames] == [0, 2, 4, 6, 8]
    assert all(a.seconds <= b.seconds and a.t > b.t for a, b in pairwise(frames))
    assert frames[0].values.std() == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("name", [n for n in BASELINES if n != "lmmse"])
def test_baselines_are_sampled_like_models(name):
    context = random_context()
    model = fieldlib.load(name)
    expected = fieldlib.estimate(model, context, COORDS)
    assert (draw(model, context, [0, 1]) - expected).abs().max() < 1e-4
    assert (draw(model, context, [0, 1, 2, 3])[1] - expected[0]).abs().max() < 1e-4


@pytest.mark.parametrize("steps", [0, -1, 1001])
def test_steps_out_of_range(steps):
    with pytest.raises(InputError, match="steps is a whole number from 1 to 1000"):
        list(fieldlib.sample(tiny_model("deep_set"), random_context(), COORDS, steps=steps, seeds=[0, 1]))


@pytest.mark.parametrize("seeds", [[], [1], [1, 2, 3]])
def test_seeds_must_fit_the_pictures(seeds):
    with pytest.raises(InputError, match="multiple of 2 seeds"):
        list(fieldlib.sample(tiny_model("deep_set"), random_context(), COORDS, seeds=seeds))


def test_unknown_solver_names_the_known_ones():
    with pytest.raises(InputError, match=r"unknown solver 'hune'.*heun"):
        list(fieldlib.sample(tiny_model("deep_set"), random_context(1), COORDS, solver="hune"))


@pytest.mark.parametrize(
    "context",
    [
        Points(torch.zeros(1, 0, 2), torch.zeros(1, 0, 3)),
        Points(torch.zeros(1, 4, 2), torch.full((1, 4, 3), float("nan"))),
        Points(torch.zeros(1, 4, 2), torch.zeros(1, 5, 3)),
        Points(torch.zeros(1, 4, 2), torch.zeros(1, 4, 3), torch.zeros(1, 4, dtype=torch.bool)),
    ],
    ids=["empty", "nan", "mismatch", "all absent"],
)
def test_useless_contexts_are_refused(context):
    with pytest.raises(InputError):
        list(fieldlib.sample(tiny_model("deep_set"), context, COORDS))


@pytest.mark.parametrize("solver", SOLVERS.names())
@pytest.mark.parametrize("method", METHODS.names())
def test_every_solver_gives_one_picture_alone_and_among_sixteen(method, solver):
    """The same context and seed, in a batch of 8 pictures with 2 samples each, for the default network.

    The score method's velocity is stiff near its last time (sigma = 0.004), where a long last step of Heun or RK4
    multiplies the network's rounding by several hundred: up to 1e-4 with Heun in 3 uniform steps, 2e-5 in 8.
    """
    kind = "log_snr" if (method, solver) in {("score_sde", "heun"), ("score_sde", "rk4")} else None
    model, context, seeds = tiny_model("perceiver_io", method), random_context(batch=8), list(range(16))
    together = draw(model, context, seeds, solver=solver, steps=8, grid=kind)
    for k in (0, 9):
        alone = draw(model, one(context, k // 2), [seeds[k]], solver=solver, steps=8, grid=kind)
        assert (alone - together[k : k + 1]).abs().max() < 1e-5


@pytest.mark.parametrize("solver", SOLVERS.names())
def test_extra_queries_only_read(solver):
    """A finer answer is the same in chunks or at once, alone or in a batch, and leaves the picture as it is."""
    model, context = tiny_model("perceiver_io"), random_context(batch=2)
    values = draw(model, context, [3, 4], solver=solver)
    alone = draw(model, one(context, 1), [4], solver=solver)
    fine = fieldlib.grid(48, 48)
    whole = render(values, 6, 6, fine)
    parts = torch.cat([render(alone, 6, 6, chunk) for chunk in fine.split(500)], dim=1)
    assert (whole[1:] - parts).abs().max() < 1e-5
    assert (render(values, 6, 6, COORDS) - values.clamp(-1, 1)).abs().max() < 1e-4


@pytest.mark.parametrize("kind", TIME_GRIDS)
def test_frames_lie_on_the_grid(kind):
    model, context = tiny_model("deep_set"), random_context(1)
    times = [frame.t for frame in fieldlib.sample(model, context, COORDS, steps=5, grid=kind)]
    expected = time_grid(model.method.path, model.method.t_range, 5, kind)
    assert times == pytest.approx(expected.tolist())


def test_the_method_names_its_grid(monkeypatch):
    model, context = tiny_model("deep_set"), random_context(1)
    log_snr = draw(model, context, [1])
    monkeypatch.setattr(type(model.method), "default_grid", "karras")
    assert torch.equal(draw(model, context, [1]), draw(model, context, [1], grid="karras"))
    assert torch.equal(draw(model, context, [1], grid="log_snr"), log_snr)


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("solver", SOLVERS.names())
def test_temperature_walks_from_sample_to_mean(solver, method):
    """A network that adds nothing leaves the base's Gaussian: one run is mean + temperature * (sample - mean)."""
    model, context = tiny_model("deep_set", method), random_context(1)
    for parameter in model.backbone.out.parameters():
        parameter.zero_()
    hot, warm, cold = (
        draw(model, context, [1], solver=solver, steps=60, temperature=temperature) for temperature in (1.0, 0.5, 0.0)
    )
    mean = fieldlib.estimate(model, context, COORDS)
    assert (cold - mean).abs().max() < 0.02
    assert (warm - (hot + cold) / 2).abs().max() < 1e-3
    assert torch.equal(cold, draw(model, context, [2], solver=solver, steps=60, temperature=0.0))
    assert (hot - mean).abs().mean() > 0.03


@pytest.mark.parametrize("options", [{"temperature": -0.1}, {"temperature": float("nan")}, {"temperature": 3.0}])
def test_temperature_out_of_range(options):
    with pytest.raises(InputError, match="temperature is a number from 0"):
        draw(tiny_model("deep_set"), random_context(1), [1], **options)
