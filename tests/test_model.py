"""What every backbone and method must respect: sets have no order, absent points do not exist, pictures do not mix."""

import pytest
import torch
from tiny_models import config_of, random_context, tiny_model

from fieldlib import kriging
from fieldlib.checkpoint import build
from fieldlib.errors import InputError
from fieldlib.model import Remembered
from fieldlib.nn import attention
from fieldlib.points import Batch, Points, grid
from fieldlib.presets import PRESETS
from fieldlib.registry import BACKBONES, METHODS
from fieldlib.sampling import estimate

every_backbone = pytest.mark.parametrize("backbone", BACKBONES.names())
every_method = pytest.mark.parametrize("method", METHODS.names())
T = torch.tensor(0.7)


def queries(batch=2, count=30, seed=3):
    return torch.rand(batch, count, 2, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def noisy(batch=2, count=30, seed=4):
    return torch.randn(batch, count, 3, generator=torch.Generator().manual_seed(seed))


def ask(model, context, coords, x):
    return model.at(coords, context)(x, T).x0


def close(a, b, tolerance=1e-4):
    assert (a - b).abs().max() < tolerance


def pad(points, extra=5):
    """The same points followed by absent ones that hold nonsense."""
    batch, count = points.coords.shape[:2]
    coords = torch.cat([points.coords, torch.full((batch, extra, 2), 0.3)], 1)
    values = torch.cat([points.values, torch.full((batch, extra, 3), 0.9)], 1)
    return Points(coords, values, (torch.arange(count + extra) < count).expand(batch, -1))


@every_backbone
def test_the_network_matters(backbone):
    """Guards the tests below: outputs depend on the context, on the noisy values and on the time."""
    model, context, x = tiny_model(backbone), random_context(), noisy()
    here = ask(model, context, queries(), x)
    base = tiny_model(backbone)
    for parameter in base.parameters():
        parameter.zero_()
    assert (here - ask(base, context, queries(), x)).abs().max() > 1e-3
    assert (here - ask(model, context, queries(), -x)).abs().max() > 1e-3
    assert (here - ask(model, random_context(seed=9), queries(), x)).abs().max() > 1e-3


@every_backbone
def test_the_context_is_a_set(backbone):
    model, context = tiny_model(backbone), random_context()
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    shuffled = Points(context.coords[:, order], context.values[:, order])
    close(ask(model, shuffled, queries(), noisy()), ask(model, context, queries(), noisy()))


@every_backbone
def test_queries_are_a_set(backbone):
    model, context, coords, x = tiny_model(backbone), random_context(), queries(), noisy()
    order = torch.randperm(30, generator=torch.Generator().manual_seed(0))
    close(ask(model, context, coords[:, order], x[:, order]), ask(model, context, coords, x)[:, order])


@every_backbone
def test_absent_context_points_do_not_exist(backbone):
    model, context = tiny_model(backbone), random_context()
    close(ask(model, pad(context), queries(), noisy()), ask(model, context, queries(), noisy()))


@every_backbone
def test_absent_queries_do_not_exist(backbone):
    model, context = tiny_model(backbone), random_context()
    coords, x = queries(), noisy()
    target = pad(Points(coords, x))
    located = model.locate(target.coords, context, target.mask)
    close(model.predict(target.values, T, located)[0].x0[:, :30], ask(model, context, coords, x))


@every_backbone
def test_pictures_in_a_batch_do_not_mix(backbone):
    model, context, coords, x = tiny_model(backbone), random_context(), queries(), noisy()
    together = ask(model, context, coords, x)
    for i in range(2):
        alone = Points(context.coords[i : i + 1], context.values[i : i + 1])
        close(ask(model, alone, coords[i : i + 1], x[i : i + 1]), together[i : i + 1])


@pytest.mark.parametrize("backbone", BACKBONES.names())
def test_many_queries_are_worked_on_in_pieces_and_it_does_not_show(backbone, monkeypatch):
    model, context = tiny_model(backbone), random_context(2, 30)
    coords, x, t = torch.rand(2, 50, 2) * 2 - 1, torch.randn(2, 50, 3), torch.tensor(0.5)
    with torch.no_grad():
        whole = model.at(coords, context)(x, t).x0
        monkeypatch.setattr(attention, "PIECE", 14)
        assert torch.allclose(model.at(coords, context)(x, t).x0, whole, atol=1e-5)


@pytest.mark.parametrize("preset", ["tiny", "tiny_conv", "seed"])
def test_half_precision_changes_little(preset):
    """As autocast does it in training where bf16 pays, whether this machine is one of those or not."""
    chosen = PRESETS[preset]
    model = tiny_model(chosen.backbone, options=chosen.options, base=chosen.base, objective=chosen.objective)
    predictor, x = model.at(queries(), random_context()), noisy()
    with torch.autocast("cpu", torch.bfloat16):
        half = predictor(x, T).x0
    close(half, predictor(x, T).x0, tolerance=0.1)


@every_backbone
def test_repeated_predictor_equals_repeated_pictures(backbone):
    model, context, coords = tiny_model(backbone), random_context(), queries()
    x = noisy(batch=6)
    repeated = Points(*(tensor.repeat_interleave(3, 0) for tensor in context[:2]))
    shared = model.at(coords, context, samples=3)(x, T).x0
    close(shared, ask(model, repeated, coords.repeat_interleave(3, 0), x))


@every_method
@pytest.mark.parametrize("t", [0.05, 0.3, 0.7, 0.99])
def test_the_regressed_target_has_unit_variance_under_the_base(method, t):
    """For x0 drawn from the base's own Gaussian, the best zero-output estimate has a normalised error of variance 1."""
    model = build(config_of("deep_set", method)).eval().requires_grad_(False)
    for parameter in model.backbone.out.parameters():
        parameter.zero_()
    context, coords, t = random_context(count=20), queries(count=3000), torch.tensor(t)
    moments = kriging.fit(context).at(coords)
    generator = torch.Generator().manual_seed(0)
    x0 = moments.mean + moments.std * torch.randn(moments.mean.shape, generator=generator)
    x_t = model.method.path.interpolate(x0, torch.randn(x0.shape, generator=generator), t)
    prediction, error = model.predict(x_t, t, model.locate(coords, context))
    normalised = (x0 - prediction.x0) / error
    assert normalised.mean().abs() < 0.05
    assert (normalised.var() - 1).abs() < 0.05
    batch = Batch(context, Points(coords, x0))
    assert model.loss(batch, torch.Generator().manual_seed(1)).item() == pytest.approx(1, abs=0.05)


@every_method
@pytest.mark.parametrize("objective", ["residual", "textbook"])
@pytest.mark.parametrize("base", ["kriging", "unit"])
def test_loss_ignores_absent_targets_and_has_gradients(method, objective, base):
    model = tiny_model("deep_set", method, base=base, objective=objective).requires_grad_(True)
    context, target = random_context(), Points(queries(), noisy() * 0.3)
    t, noise = torch.full((2, 1, 1), 0.6), noisy(seed=8)
    plain = model.loss_at(Batch(context, target), t, noise)
    padding = torch.full((2, 5, 3), 0.5)
    masked = model.loss_at(Batch(pad(context), pad(target)), t, torch.cat([noise, padding], 1))
    assert masked.item() == pytest.approx(plain.item(), rel=1e-4)
    plain.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@every_method
def test_estimate_is_one_call_and_finite(method):
    model, context = tiny_model("deep_set", method), random_context()
    predictor = model.at(queries(), context)
    assert predictor.estimate().isfinite().all()
    assert predictor.calls == 1
    close(estimate(model, context, queries()[0]), estimate(model, context, queries()[:1].expand(2, -1, -1)))


def patched(patch, call_depths):
    options = {"widths": [8, 16, 24], "depths": [1, 1, 1], "call_depths": call_depths, "head": 8, "patch": patch}
    return tiny_model("set_conv", options=options)


@pytest.mark.parametrize(("patch", "call_depths"), [(1, [1, 1, 1]), (2, [1, 1]), (4, [1])])
def test_a_call_on_patches_answers_anywhere_and_sees_single_pixels(patch, call_depths):
    model = patched(patch, call_depths)
    context = random_context(1)
    coords = torch.cat([grid(32, 32), torch.rand(20, 2) * 2 - 1])[None]
    predictor = model.at(coords, context)
    x, t = torch.randn(1, len(coords[0]), 3), torch.tensor(0.5)
    before = predictor(x, t).x0
    assert before.shape == x.shape and before.isfinite().all()
    x[0, 33] += 1  # row 1, column 1
    moved = (predictor(x, t).x0 - before).abs().sum(-1)[0]
    assert (moved[[0, 1, 32]] > 0).all(), "neighbours within the patch see it, too"


@pytest.mark.parametrize(("patch", "call_depths"), [(3, [1, 1]), (0, [1, 1, 1]), (2, [1, 1, 1]), (8, [])])
def test_a_patch_that_is_no_level_is_refused(patch, call_depths):
    with pytest.raises(InputError, match="patch is 1, 2, 4"):
        patched(patch, call_depths)


def test_a_base_is_not_computed_twice_for_the_same_pixels():
    asked = []

    class Counting(kriging.Kriging):
        def at(self, coords):
            asked.append(coords.shape[1])
            return super().at(coords)

    plain = kriging.fit(random_context())
    base = Remembered(Counting(*plain))
    pixels, some, between = grid(32, 32).expand(2, -1, -1), grid(32, 32)[[5, 900, 31]].expand(2, -1, -1), queries()
    mixed = torch.stack([pixels[0], pixels[1].flip(0)])
    for coords in (some, between, mixed, some, pixels, some, mixed, between):
        for found, expected in zip(base.at(coords), plain.at(coords), strict=True):
            close(found, expected, 1e-5)
    assert asked == [3, 30, 1024, 3, 1024, 30], "looked up once the whole grid was asked for, and only pixels"
