"""Classical reconstructions: exactness, invariances, the Gaussian algebra, agreement with published methods."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

import fieldlib
from fieldlib.baselines import lmmse as lmmse_module
from fieldlib.baselines.gaussian import ROUNDING, Gaussian, compress, condition, expand, fit
from fieldlib.baselines.gridded import on_grid
from fieldlib.data.gallery import picture
from fieldlib.errors import InputError
from fieldlib.points import Points, grid, take, to_values
from fieldlib.registry import BASELINES

GRID = grid(32, 32)
ALL = BASELINES.names()


def observed(count=204, seed=0, pixels=None):
    pixels = picture("cat").pixels if pixels is None else pixels
    index = torch.from_numpy(np.random.default_rng(seed).permutation(1024)[:count])
    return Points(GRID[index][None], to_values(pixels)[index][None])


def answer(name, context, coords=GRID):
    return fieldlib.estimate(BASELINES[name](), context, coords)


def psnr(values, pixels):
    return float(-10 * ((values - to_values(pixels)) / 2).square().mean().log10())


@pytest.mark.parametrize("name", ALL)
def test_order_of_the_context_does_not_matter(name):
    coords, values, _ = observed()
    scattered = Points(coords + 0.02 * torch.rand(coords.shape, generator=torch.Generator().manual_seed(0)), values)
    shuffled = take(scattered, torch.from_numpy(np.random.default_rng(1).permutation(204))[None])
    assert torch.allclose(answer(name, scattered), answer(name, shuffled), atol=1e-3)  # no ties off the grid


@pytest.mark.parametrize("name", ALL)
def test_absent_points_change_nothing(name):
    context = observed(100)
    padding = torch.full((1, 20, 2), 0.1), torch.full((1, 20, 3), 0.9)
    coords, values = (torch.cat([tensor, extra], dim=1) for tensor, extra in zip(context[:2], padding, strict=True))
    mask = torch.arange(120)[None] < 100
    assert torch.equal(answer(name, Points(coords, values, mask)), answer(name, context))


@pytest.mark.parametrize("name", ALL)
def test_pictures_of_a_batch_are_independent(name):
    one, two = observed(60, 0), observed(60, 1, picture("balloon").pixels)
    both = Points(torch.cat([one.coords, two.coords]), torch.cat([one.values, two.values]))
    assert torch.equal(answer(name, both), torch.cat([answer(name, one), answer(name, two)]))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("count", [1, 2, 3, 4, *(pytest.param(many, marks=pytest.mark.slow) for many in (1023, 1024))])
def test_any_number_of_points(name, count):
    result = answer(name, observed(count))
    assert result.shape == (1, 1024, 3) and result.isfinite().all() and result.abs().max() < 3


@pytest.mark.parametrize("name", ALL)
def test_points_on_a_line_or_on_top_of_each_other(name):
    line = Points(GRID[:32][None], to_values(picture("cat").pixels)[:32][None])
    doubled = Points(torch.cat([line.coords] * 2, dim=1), torch.cat([line.values] * 2, dim=1))
    for context in (line, doubled):
        assert answer(name, context).isfinite().all()


@pytest.mark.parametrize("name", ALL)
def test_known_pixels_are_kept(name):
    context = observed()
    error = (answer(name, context, context.coords[0]) - context.values).abs().max()
    assert error < (0.05 if name == "thin_plate" else 1e-4)  # the spline smooths a little


@pytest.mark.parametrize("name", ALL)
def test_any_coordinates(name):
    context = observed()
    fine = answer(name, context, grid(64, 64))
    off = answer(name, context, torch.rand(7, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1)
    assert fine.shape == (1, 4096, 3) and off.shape == (1, 7, 3) and fine.isfinite().all()
    halved = fine.view(32, 2, 32, 2, 3).mean((1, 3)).reshape(1, 1024, 3)
    assert (halved - answer(name, context)).square().mean().sqrt() < 0.1


@pytest.mark.parametrize("name", ["linear", "thin_plate", "biharmonic"])
def test_affine_pictures_are_reproduced(name):
    slope = torch.tensor([[0.3, -0.2, 0.1], [0.1, 0.25, -0.3]])
    corners = torch.tensor([0, 31, 992, 1023])
    index = torch.cat([corners, torch.from_numpy(np.random.default_rng(0).permutation(1024)[:200])]).unique()
    truth = GRID @ slope + 0.1
    result = answer(name, Points(GRID[index][None], truth[index][None]))[0]
    assert (result - truth).abs().max() < (0.12 if name == "biharmonic" else 1e-3)  # which bends at the picture's edge


def test_linear_is_nearest_outside_the_hull():
    context = Points(torch.tensor([[[-0.1, -0.1], [0.1, -0.1], [0.0, 0.2]]]), torch.tensor([[[1.0], [2.0], [3.0]]]))
    outside = torch.tensor([[-0.9, -0.9], [0.9, -0.9], [0.0, 0.9]])
    assert answer("linear", context, outside).flatten().tolist() == [1, 2, 3]


def test_better_than_nearest_on_pictures(pictures):
    scores = {name: [] for name in ALL}
    for i, pixels in enumerate(pictures[:12]):
        context = observed(204, i, pixels)
        for name, values in scores.items():
            values.append(psnr(answer(name, context), pixels))
    mean = {name: np.mean(values) for name, values in scores.items()}
    assert mean["nearest"] < mean["linear"] < min(mean[name] for name in ("thin_plate", "biharmonic", "lmmse"))


def test_conditioning_is_the_textbook_formula():
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((7, 9))
    mean, covariance = rng.standard_normal(7), mixing @ mixing.T
    known, hidden, values = [1, 4, 6], [0, 2, 3, 5], rng.standard_normal(3)
    prior = Gaussian(torch.from_numpy(mean), torch.from_numpy(covariance))
    given = condition(prior, torch.tensor(known), torch.from_numpy(values))
    gain = covariance[np.ix_(hidden, known)] @ np.linalg.inv(covariance[np.ix_(known, known)] + ROUNDING * np.eye(3))
    rest = covariance[np.ix_(hidden, hidden)] - gain @ covariance[np.ix_(known, hidden)]
    factor = given.spread(torch.tensor(hidden)).numpy()
    assert np.allclose(given.mean[hidden], mean[hidden] + gain @ (values - mean[known]))
    assert np.allclose(given.mean[known], values)
    assert np.allclose(factor @ factor.T, rest + ROUNDING * np.eye(4))


def test_fit_has_the_moments_of_pictures_and_mirror_images():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 3), dtype=np.uint8)
    both = to_values(np.concatenate([pixels, pixels[:, :, ::-1]])).flatten(1).double()
    model = fit(pixels)
    assert torch.allclose(model.mean, both.mean(0), atol=1e-6)
    assert torch.allclose(model.covariance, torch.cov(both.T, correction=0), atol=1e-6)


@pytest.mark.slow
def test_the_small_form_loses_next_to_nothing():
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (64, 4, 4, 3)).repeat(8, 1).repeat(8, 2)
    model = fit((smooth // 2 + rng.integers(0, 128, (64, 32, 32, 3))).astype(np.uint8))
    again = expand(compress(model))
    assert (again.mean - model.mean).abs().max() < 1e-5
    assert (again.covariance - model.covariance).norm() < 1e-3 * model.covariance.norm()


def test_bundled_moments_are_those_of_pictures():
    prior = lmmse_module.bundled_moments()
    assert lmmse_module.LMMSE_FILE.stat().st_size < 6e6
    assert torch.equal(prior.covariance.diagonal() > 0.1, torch.ones(3072, dtype=torch.bool))
    assert prior.covariance[1000, 1003] > 0.8 * prior.covariance[1000, 1000]  # neighbours are alike
    assert torch.allclose(prior.covariance, prior.covariance.T, atol=1e-5)


@pytest.mark.slow
def test_lmmse_samples_have_the_posterior_mean_and_spread():
    model, context = BASELINES["lmmse"](), observed(900)
    queries = GRID[:200]
    draws = fieldlib.reconstruct(model, context, queries, steps=1, seeds=range(400))
    mean = fieldlib.estimate(model, context, queries)[0]
    numbers = (torch.arange(600)).view(200, 3)
    given = model._condition(context)
    hidden = numbers.flatten()[~torch.isin(numbers.flatten(), given.known)]
    factor = given.spread(hidden)
    spread = (factor @ factor.T).diagonal().sqrt()
    seen = (draws - mean).flatten(1)[:, hidden].double()
    assert torch.allclose(seen.std(0) / spread, torch.ones(len(hidden), dtype=torch.float64), atol=0.2)
    assert (seen.mean(0) / spread * 400**0.5).square().mean() < 1.3
    empirical, true = seen.T @ seen / 400, factor @ factor.T
    assert (empirical - true).norm() < 0.5 * true.norm()


@pytest.mark.slow
def test_lmmse_sample_depends_on_the_seed_alone():
    model, context = BASELINES["lmmse"](), observed(600)
    pair = fieldlib.reconstruct(model, context, GRID, steps=3, seeds=[5, 6])
    assert torch.allclose(pair[1:], fieldlib.reconstruct(model, context, GRID, steps=2, seeds=[6]), atol=1e-4)
    assert (pair[0] - pair[1]).abs().max() > 0.01


@pytest.mark.slow
def test_lmmse_samples_at_any_coordinates():
    model, context = BASELINES["lmmse"](), observed(600)
    for coords in (grid(64, 64), torch.rand(9, 2)):
        draws = fieldlib.reconstruct(model, context, coords, steps=1, seeds=[1, 2])
        assert draws.shape == (2, len(coords), 3) and draws.isfinite().all()


def test_lmmse_keeps_known_pixels_in_samples():
    context = observed(300)
    draws = fieldlib.reconstruct(BASELINES["lmmse"](), context, context.coords[0], steps=1, seeds=[3])
    assert (draws - context.values).abs().max() < 1e-4


def test_points_in_one_pixel_are_averaged():
    coords = torch.tensor([[[0.01, 0.01], [0.05, 0.05], [-0.9, -0.9]]])
    values, known = on_grid(Points(coords, torch.tensor([[[0.0], [1.0], [2.0]]])))
    assert known.sum() == 2 and values[16, 16, 0] == 0.5 and values[known].sum() == 2.5


@pytest.mark.parametrize("name", ["biharmonic", "lmmse"])
def test_grid_bound_baselines_refuse_other_dimensions(name):
    moving = Points(torch.zeros(1, 4, 3), torch.zeros(1, 4, 3))
    with pytest.raises(InputError, match="row, column"):
        answer(name, moving, torch.zeros(2, 3))


def test_lmmse_refuses_other_channels():
    with pytest.raises(InputError, match="3 colour channels; got 1"):
        answer("lmmse", Points(torch.zeros(1, 4, 2), torch.zeros(1, 4, 1)))


def test_many_at_once_leave_the_threads_of_linear_algebra_as_they_were():
    before = [library["num_threads"] for library in threadpool_info()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: answer("linear", observed(seed=seed)), range(16)))
    assert [library["num_threads"] for library in threadpool_info()] == before
