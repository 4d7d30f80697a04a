"""The Gaussian-process base is exactly Gaussian conditioning, whatever the padding and the order."""

import pytest
import torch
from tiny_models import random_context

from fieldlib import kriging
from fieldlib.points import Points, grid


def double(points):
    return Points(points.coords.double(), points.values.double(), points.mask)


@pytest.fixture
def context():
    return double(random_context(batch=2, count=30))


def queries(count=50, seed=1):
    return torch.rand(2, count, 2, generator=torch.Generator().manual_seed(seed)).double() * 2 - 1


def padded(context, extra=7):
    """The same points, shuffled among absent ones that hold nonsense."""
    batch, count = context.coords.shape[:2]
    order = torch.randperm(count + extra, generator=torch.Generator().manual_seed(0))
    coords = torch.cat([context.coords, torch.full((batch, extra, 2), 0.123).double()], 1)[:, order]
    values = torch.cat([context.values, torch.full((batch, extra, 3), 99.0).double()], 1)[:, order]
    return Points(coords, values, (order < count).expand(batch, -1))


def test_equals_brute_force_conditioning(context):
    """Against an explicit inverse of the joint covariance, with the amplitude's posterior mode."""
    coords, values, wanted = context.coords[0], context.values[0], queries()[0]

    def kernel(a, b):
        return torch.exp(-torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") / kriging.LENGTH)

    inverse = torch.linalg.inv(kernel(coords, coords) + kriging.NUGGET * torch.eye(len(coords)).double())
    residual = values - values.mean(0)
    surprise = torch.einsum("ic,ij,jc->", residual, inverse, residual)
    prior = kriging.PRIOR_COUNT * kriging.PRIOR_AMPLITUDE**2
    amplitude = ((surprise + prior) / (residual.numel() + kriging.PRIOR_COUNT)).sqrt()
    cross = kernel(wanted, coords)
    mean = values.mean(0) + cross @ inverse @ residual
    std = amplitude * (1 - ((cross @ inverse) * cross).sum(1)).sqrt()
    moments = kriging.fit(context).at(queries())
    torch.testing.assert_close(moments.mean[0], mean)
    torch.testing.assert_close(moments.std[0, :, 0], std.clamp_min(kriging.SMALLEST_STD))


def test_interpolates_the_knots_up_to_the_nugget(context):
    moments = kriging.fit(context).at(context.coords)
    assert (moments.mean - context.values).abs().max() < 0.02
    assert (moments.std < 0.05).all()


def test_std_grows_away_from_a_lone_point():
    lone = Points(torch.zeros(1, 2, 2).double(), torch.tensor([[[0.5], [-0.5]]]).double())
    lone.coords[0, 1] = 1e-3
    ray = torch.linspace(0.05, 1, 20).double()[None, :, None] * torch.tensor([1.0, 0.0]).double()
    assert (kriging.fit(lone).at(ray).std[0, :, 0].diff() > 0).all()


def test_padding_changes_nothing(context):
    plain, masked = (kriging.fit(points).at(queries()) for points in (context, padded(context)))
    torch.testing.assert_close(masked.mean, plain.mean)
    torch.testing.assert_close(masked.std, plain.std)


def test_queries_are_independent_of_each_other(context):
    fitted, order = kriging.fit(context), torch.randperm(50, generator=torch.Generator().manual_seed(0))
    whole = fitted.at(queries())
    torch.testing.assert_close(fitted.at(queries()[:, order]).mean, whole.mean[:, order])
    torch.testing.assert_close(fitted.at(queries()[:, 7:9]).std, whole.std[:, 7:9])


def test_pictures_are_independent_of_each_other(context):
    alone = kriging.fit(Points(context.coords[1:], context.values[1:])).at(queries()[1:])
    torch.testing.assert_close(alone.mean, kriging.fit(context).at(queries()).mean[1:])


def test_scaling_the_values_scales_the_answer(context):
    """Twice the contrast: twice the deviation from the mean; the uncertainty follows as far as its prior lets it."""
    scaled = Points(context.coords, 2 * context.values + 0.1)
    one, two = (kriging.fit(points).at(queries()) for points in (context, scaled))
    torch.testing.assert_close(two.mean, 2 * one.mean + 0.1)
    ratio = (two.std / one.std)[one.std > kriging.SMALLEST_STD]
    assert (ratio > 1.5).all()
    assert (ratio < 2).all()


def test_a_flat_context_does_not_claim_certainty(context):
    flat = kriging.fit(Points(context.coords, torch.full_like(context.values, 0.3))).at(queries())
    assert (flat.mean - 0.3).abs().max() < 1e-9
    assert flat.std.max() > 0.1


@pytest.mark.parametrize("count", [1, 2, 1024])
def test_single_precision_is_enough(count):
    """One point, a flat picture, all pixels of a grid: finite, and close to double precision."""
    coords = grid(32, 32)[None, :count]
    values = torch.sin(5 * coords.sum(-1, keepdim=True)).expand(-1, -1, 3)
    context = Points(coords, values)
    coarse = grid(8, 8)[None]
    single, exact = kriging.fit(context).at(coarse), kriging.fit(double(context)).at(coarse.double())
    assert (single.mean - exact.mean).abs().max() < 2e-3
    assert (single.std - exact.std).abs().max() < 2e-3
    flat = kriging.fit(Points(coords, torch.full_like(values, 0.25))).at(coarse)
    assert (flat.mean - 0.25).abs().max() < 1e-3
    assert flat.std.isfinite().all()


@pytest.mark.parametrize("size", [1, kriging.LEAF, kriging.LEAF + 1, 3 * kriging.LEAF + 5])
def test_the_factor_by_halves_is_the_inverse_of_the_whole_one(size):
    root = torch.randn(2, size, size, generator=torch.Generator().manual_seed(0)).double()
    matrix = root @ root.mT + torch.eye(size)
    inverse = kriging.inverse_cholesky(matrix)
    assert torch.allclose(inverse @ torch.linalg.cholesky(matrix), torch.eye(size).double(), atol=1e-8)
    assert torch.equal(inverse, inverse.tril())


@pytest.mark.parametrize("dims", [2, 3])
def test_distances_are_those_of_cdist(dims):
    a, b = (torch.randn(2, count, dims, generator=torch.Generator().manual_seed(count)) for count in (7, 9))
    b[:, :3] = a[:, :3]
    direct, summed = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist"), kriging.distance(a, b)
    assert torch.allclose(summed, direct, atol=1e-6) and (summed[:, range(3), range(3)] == 0).all()
