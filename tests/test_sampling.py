"""sample(): a stream of frames; one seed is one picture whatever else is in the batch."""

import math
from itertools import pairwise

import pytest
import torch
from tiny_models import random_context
from tiny_models import tiny_model as full_size_model

import fieldlib
from fieldlib.data import gallery
from fieldlib.errors import InputError
from fieldlib.influence import influence
from fieldlib.paths import Coefficients, Path
from fieldlib.points import Points
from fieldlib.registry import BACKBONES, BASELINES, METHODS, SOLVERS
from fieldlib.time_grids import TIME_GRIDS, time_grid

COORDS = fieldlib.grid(6, 6)


def tiny_model(*names):
    """A model of pictures of 6x6 pixels, so that the whole solver x method matrix is quick."""
    model = full_size_model(*names)
    model.side = 6
    return model


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["log_snr", "uniform"])
@pytest.mark.parametrize("solver", SOLVERS.names())
@pytest.mark.parametrize("method", METHODS.names())
def test_every_solver_gives_one_picture_alone_and_among_sixteen(method, solver, kind):
    """The same context and seed, in a batch of 8 pictures with 2 samples each, for a small network.

    Uniform t on the VP path is the hard case: its velocity is stiff near t = 1e-4, where sigma = 0.003, and a long last
    step of Heun or RK4 multiplies the rounding of a single-precision state by several hundred.
    """
    model, context, seeds = tiny_model("perceiver_io", method), random_context(batch=8), list(range(16))
    together = draw(model, context, seeds, solver=solver, steps=8, grid=kind)
    for k in (0, 9):
        single = draw(model, one(context, k // 2), [seeds[k]], solver=solver, steps=8, grid=kind)
        assert (single - together[k : k + 1]).abs().max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS.names())
def test_bundled_weights_give_one_picture_alone_and_among_sixteen(method):
    """The default network of each method on real pictures, with its default solver and grid."""
    model, coords, seeds = fieldlib.load(method), fieldlib.grid(32, 32), list(range(16))
    contexts = [fieldlib.observe(pixels, seed=i) for i, pixels in enumerate(gallery.sample_pictures(8))]
    everyone = Points(*(torch.cat(parts) for parts in zip(*(context[:2] for context in contexts), strict=True)))
    together = draw(model, everyone, seeds, coords, steps=8)
    for k in (0, 9):
        single = draw(model, contexts[k // 2], [seeds[k]], coords, steps=8)
        assert (single - together[k : k + 1]).abs().max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("solver", SOLVERS.names())
def test_extra_queries_only_read(solver, method):
    """More queries, in chunks or at once, alone or in a batch, leave every value as it is."""
    model, context = tiny_model("deep_set", method), random_context(batch=2)
    fine = torch.cat([fieldlib.grid(24, 24), torch.rand(100, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1])
    plain = draw(model, context, [3, 4], solver=solver)
    more = draw(model, context, [3, 4], torch.cat([COORDS, fine]), solver=solver)
    assert (more[:, :36] - plain).abs().max() < 1e-5
    parts = [draw(model, one(context, 1), [4], chunk, solver=solver) for chunk in fine.split(250)]
    assert (torch.cat(parts, dim=1) - more[1:, 36:]).abs().max() < 1e-5
    assert (draw(model, context, [3, 4], COORDS[5:9], solver=solver) - plain[:, 5:9]).abs().max() < 1e-5


def test_extra_queries_only_read_the_estimate():
    model, context = tiny_model(), random_context(batch=2)
    plain = fieldlib.estimate(model, context, COORDS)
    more = fieldlib.estimate(model, context, torch.cat([COORDS, fieldlib.grid(24, 24)]))
    assert (more[:, :36] - plain).abs().max() < 1e-5
    assert more.shape == (2, 36 + 576, 3)


def test_each_picture_may_have_its_own_queries():
    model, context = tiny_model(), random_context(batch=2)
    where = torch.rand(2, 30, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    apart = [draw(model, context, [1, 2, 3, 4], coords)[2 * i : 2 * i + 2] for i, coords in enumerate(where)]
    assert (draw(model, context, [1, 2, 3, 4], where) - torch.cat(apart)).abs().max() < 1e-5


def on_pixels(counts):
    """Contexts that know the first few pixels of the grid in random order; absent points hold nonsense."""
    orders = [torch.randperm(36, generator=torch.Generator().manual_seed(i)) for i in range(len(counts))]
    coords = torch.stack([COORDS[order] for order in orders])
    mask = torch.arange(36) < torch.tensor(counts)[:, None]
    values = torch.sin(3 * coords.sum(-1, keepdim=True)).expand(-1, -1, 3)
    return Points(coords, torch.where(mask[..., None], values, 99.0), mask), orders


def test_known_pixels_keep_their_values_in_every_frame():
    model = tiny_model()
    context, orders = on_pixels([10, 10])
    for frame in fieldlib.sample(model, context, COORDS, steps=2, seeds=[0, 1]):
        for i, order in enumerate(orders):
            assert torch.equal(frame.values[i, order[:10]], context.values[i, :10])
            assert torch.equal(frame.x0[i, order[:10]], context.values[i, :10])
            assert (frame.values[i, order[10:]] - context.values[i, :1]).abs().min() > 0


@pytest.mark.parametrize("backbone", BACKBONES.names())
@pytest.mark.parametrize("counts", [[10, 20], [36, 35], [36, 36]])
def test_pictures_of_a_batch_may_know_different_numbers_of_pixels(counts, backbone):
    model = tiny_model(backbone)
    context, orders = on_pixels(counts)
    together = draw(model, context, [1, 2])
    guess = fieldlib.estimate(model, context, COORDS)
    for i, count in enumerate(counts):
        single = Points(context.coords[i : i + 1, :count], context.values[i : i + 1, :count])
        assert (draw(model, single, [1 + i]) - together[i]).abs().max() < 1e-5
        assert (fieldlib.estimate(model, single, COORDS) - guess[i]).abs().max() < 1e-5
        assert torch.equal(together[i, orders[i][:count]], single.values[0])


@pytest.mark.slow
def test_smooth_noise_has_its_length_and_one_seed_is_still_one_picture():
    model, context = full_size_model("deep_set"), random_context()
    pixels = fieldlib.grid(32, 32)
    seeds = list(range(40))
    for length in (0.0, 2.0):
        first = next(fieldlib.sample(model, context, pixels, noise_length=length, seeds=seeds)).values
        rows = first.unflatten(1, (32, 32))
        assert rows.var().item() == pytest.approx(1, abs=0.1)
        correlation = (rows[:, 2:] * rows[:, :-2]).mean().item()
        assert correlation == pytest.approx(math.exp(-(2**2) / (2 * length**2)) if length else 0, abs=0.06)
    for solver in ("dpmpp_2m", "ancestral"):
        smooth = draw(model, context, [1, 2], pixels, solver=solver, noise_length=2.0)
        assert (
            draw(model, one(context, 1), [2], pixels, solver=solver, noise_length=2.0) - smooth[1]
        ).abs().max() < 1e-5
        assert (smooth - draw(model, context, [1, 2], pixels, solver=solver)).abs().max() > 0.1


@pytest.mark.parametrize("length", [-1.0, 0.01, 33.0, float("nan")])
def test_noise_length_out_of_range(length):
    with pytest.raises(InputError, match=r"noise_length is 0 \(white\) or"):
        draw(tiny_model("deep_set"), random_context(1), [1], noise_length=length)


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


@pytest.mark.slow
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


POINTS = Points(torch.zeros(2, 4, 2), torch.zeros(2, 4, 3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coords": torch.zeros(4, 3)}, r"query coords are \(N, 2\) or \(2, N, 2\); got \(4, 3\)"),
        ({"coords": torch.zeros(3, 4, 2)}, "query coords are"),
        ({"coords": torch.full((4, 2), math.nan)}, "finite"),
        ({"coords": COORDS.numpy()}, "torch tensors; got ndarray"),
        ({"context": POINTS._replace(values=torch.zeros(2, 4, 1))}, "3 channels; got 2 and 1"),
        ({"context": Points(torch.zeros(2, 4, 3), POINTS.values), "coords": torch.zeros(4, 3)}, "2 coordinates"),
        ({"context": POINTS._replace(mask=torch.ones(2, 3, dtype=torch.bool))}, r"mask is bool of shape \(2, 4\)"),
        ({"context": POINTS._replace(mask=torch.ones(2, 4))}, "mask is bool"),
        ({"context": POINTS._replace(values=torch.full((2, 4, 3), 200.0))}, r"values lie in \[-1, 1\].*got 200"),
        ({"context": POINTS._replace(coords=torch.full((2, 4, 2), 31.0))}, r"coordinates lie in \[-1, 1\]"),
        ({"steps": 2.5}, "steps is a whole number"),
        ({"temperature": "1"}, "temperature is a number"),
        ({"seeds": 0}, "seeds is a list of whole numbers"),
        ({"solver": SOLVERS["heun"]}, "a solver is a name or an object"),
        ({"seeds": [0, 1.9]}, "a seed is a whole number"),
        ({"seeds": [0, 2**63]}, "a seed is a whole number"),
    ],
)
def test_what_does_not_fit_the_model_is_refused(change, message):
    given = {"context": POINTS, "coords": COORDS, "seeds": [0, 1], **change}
    with pytest.raises(InputError, match=message):
        list(fieldlib.sample(tiny_model("deep_set"), given.pop("context"), given.pop("coords"), **given))


def test_a_name_is_no_model():
    told = r"fieldlib.load\('flow_matching'\)"
    for ask in (fieldlib.reconstruct, fieldlib.estimate):
        with pytest.raises(InputError, match=told):
            ask("flow_matching", POINTS, COORDS)
    with pytest.raises(InputError, match=told):
        influence("flow_matching", POINTS, COORDS, 0)


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.int64])
def test_points_may_come_in_any_precision(kind):
    """As arrays of measurements do."""
    model, points = tiny_model("perceiver_io"), random_context(1, 9)
    whole = Points(*(x.round().to(kind).to(torch.float32) for x in points[:2]))
    given = Points(*(x.to(kind) for x in whole[:2]))
    assert torch.equal(draw(model, given, [1]), draw(model, whole, [1]))
    assert torch.equal(fieldlib.estimate(model, given, COORDS), fieldlib.estimate(model, whole, COORDS))


def test_samples_start_as_wide_as_the_path_says():
    """On an exploding path, sigma(t = 1) is not 1."""

    class Exploding(Path):
        def coefficients(self, t):
            one = torch.ones_like(t)
            return Coefficients(one, 20 * t, 0 * one, 20 * one)

        def time_at(self, log_snr):
            return torch.exp(-log_snr / 2) / 20

    model = tiny_model("deep_set", "flow_matching")
    model.method.path = Exploding()
    first = next(fieldlib.sample(model, POINTS, COORDS, seeds=[0, 1], steps=2))
    assert first.values.std() == pytest.approx(20, rel=0.2)
