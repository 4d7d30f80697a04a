"""Paths: derivatives, boundary values, monotone signal-to-noise ratio, terminal signal."""

import pytest
import torch

from fieldlib.paths import CosinePath, LinearPath, Path, VPPath
from fieldlib.registry import METHODS

PATHS = [VPPath(), VPPath(0.5, 10.0), CosinePath(), LinearPath()]
INSIDE = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
every_path = pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)


@every_path
@pytest.mark.parametrize("which", ["alpha", "sigma"])
def test_derivatives_match_autograd(path, which):
    t = INSIDE.clone().requires_grad_()
    coefficients = path.coefficients(t)
    (slope,) = torch.autograd.grad(getattr(coefficients, which).sum(), t)
    torch.testing.assert_close(getattr(coefficients, f"d_{which}").detach(), slope)


@every_path
def test_derivatives_match_central_differences(path):
    step = 1e-6
    ahead, behind, here = (path.coefficients(INSIDE + shift) for shift in (step, -step, 0))
    torch.testing.assert_close(here.d_alpha, (ahead.alpha - behind.alpha) / (2 * step), rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(here.d_sigma, (ahead.sigma - behind.sigma) / (2 * step), rtol=1e-6, atol=1e-7)


@every_path
def test_starts_at_the_data(path):
    alpha, sigma, _, _ = path.coefficients(torch.zeros(1, dtype=torch.float64))
    assert alpha.item() == 1
    assert sigma.item() == 0


@pytest.mark.parametrize(("path", "alpha"), [(VPPath(), 0.0065715), (CosinePath(), 0.0), (LinearPath(), 0.0)])
def test_terminal_signal(path, alpha):
    end = path.coefficients(torch.ones(1, dtype=torch.float64))
    assert end.alpha.item() == pytest.approx(alpha, abs=1e-7)
    assert end.sigma.item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("path", [VPPath(), CosinePath()])
def test_variance_is_preserved(path):
    alpha, sigma, _, _ = path.coefficients(INSIDE)
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones_like(INSIDE))


@every_path
def test_log_snr_falls_and_is_finite_at_the_ends(path):
    assert (path.log_snr(INSIDE).diff() < 0).all()
    ends = path.log_snr(torch.tensor([0.0, 1.0]))
    assert ends[0] == 20
    assert -20 <= ends[1] < -5


@every_path
def test_interpolate_ends_in_data_and_noise(path):
    x0, noise = torch.randn(2, 3, 5, 2, dtype=torch.float64)
    torch.testing.assert_close(path.interpolate(x0, noise, torch.tensor(0.0, dtype=torch.float64)), x0)
    end = path.interpolate(x0, noise, torch.tensor(1.0, dtype=torch.float64))
    alpha = path.coefficients(torch.ones(1, dtype=torch.float64)).alpha
    assert (end - noise).abs().max() <= 2 * alpha * x0.abs().max() + 1e-12


@every_path
def test_time_at_inverts_log_snr_in_closed_form_and_by_bisection(path):
    t = torch.linspace(0.01, 0.97, 30, dtype=torch.float64)
    torch.testing.assert_close(path.time_at(path.log_snr(t)), t)
    torch.testing.assert_close(Path.time_at(path, path.log_snr(t)), t)


@pytest.mark.parametrize("name", METHODS.names())
def test_coefficients_keep_shape_and_dtype(name):
    for dtype in (torch.float32, torch.float64):
        t = torch.rand(4, 1, 1, dtype=dtype)
        assert all(c.shape == t.shape and c.dtype == dtype for c in METHODS[name]().path.coefficients(t))
