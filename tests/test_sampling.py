"""sample(): a stream of frames; one seed is one picture whatever else is in the batch."""

from itertools import pairwise

import pytest
import torch
from tiny_models import random_context, tiny_model

import fieldlib
from fieldlib.errors import InputError
from fieldlib.points import Points
from fieldlib.registry import BACKBONES, BASELINES, METHODS, SOLVERS

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
