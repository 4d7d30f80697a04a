"""Solvers on an exact Gaussian predictor: declared orders, right spread, and the whole solver x method matrix."""

import math

import pytest
import torch

from fieldlib.errors import InputError
from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS, SOLVERS
from fieldlib.solvers.ddim import DDIM
from fieldlib.solvers.langevin import Langevin

MEAN = torch.tensor([0.3, -0.4, 0.0], dtype=torch.float64)[None, None]
STD = torch.tensor([0.6, 0.4, 1.0], dtype=torch.float64)[None, None]
DETERMINISTIC = [name for name in SOLVERS if not SOLVERS[name].stochastic]
STOCHASTIC = [name for name in SOLVERS if SOLVERS[name].stochastic]
every_method = pytest.mark.parametrize("method", METHODS.names())


class GaussianPredictor:
    """E[x0 | x_t] for independent x0 ~ N(MEAN, STD^2), which is all that there is to know."""

    def __init__(self, method):
        self.path = METHODS[method]().path
        self.calls = 0

    def __call__(self, x, t):
        self.calls += 1
        alpha, sigma, _, _ = coefficients = self.path.coefficients(t)
        gain = STD**2 * alpha / (alpha**2 * STD**2 + sigma**2)
        return Prediction.from_x0(MEAN + gain * (x - alpha * MEAN), x, coefficients)

    def flow(self, x, start, end):
        """The exact solution of the probability-flow ODE: the standardised value never changes."""
        (a, b), (c, d) = ((k.alpha, k.sigma) for k in map(self.path.coefficients, (start, end)))
        return c * MEAN + (x - a * MEAN) * ((c**2 * STD**2 + d**2) / (a**2 * STD**2 + b**2)).sqrt()


def follow(solver, predictor, x, times, seed=0):
    generator = torch.Generator().manual_seed(seed)
    *_, last = solver(predictor, x, times, lambda: torch.randn(x.shape, dtype=x.dtype, generator=generator))
    return last.x


@every_method
@pytest.mark.parametrize("name", DETERMINISTIC)
def test_error_falls_with_the_declared_order(name, method):
    predictor = GaussianPredictor(method)
    x = torch.linspace(-2, 2, 15, dtype=torch.float64).reshape(1, 5, 3)
    errors = []
    counts = [32, 64, 128]
    for steps in counts:
        times = torch.linspace(0.9, 0.1, steps + 1, dtype=torch.float64)
        error = follow(SOLVERS[name](), predictor, x, times) - predictor.flow(x, times[0], times[-1])
        errors.append(float(error.abs().max()))
    slope = (math.log(errors[0]) - math.log(errors[-1])) / (math.log(counts[-1]) - math.log(counts[0]))
    assert slope == pytest.approx(SOLVERS[name].order, abs=0.25), (slope, errors)


@every_method
@pytest.mark.parametrize("name", STOCHASTIC)
def test_stochastic_solvers_end_in_the_data_distribution(name, method):
    slow = name == "langevin"  # its chain freezes before the last levels: more steps, more tolerance
    steps, solver, tolerance = (1000, Langevin(rate=0.5), 0.12) if slow else (256, SOLVERS[name](), 0.05)
    predictor = GaussianPredictor(method)
    times = torch.linspace(1.0, METHODS[method].t_range[0], steps + 1, dtype=torch.float64)
    x = torch.randn(1, 8000, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    x = follow(solver, predictor, x, times)
    spread = x.std(1, keepdim=True) / STD
    assert (spread - 1).abs().max() < tolerance, spread
    assert ((x.mean(1, keepdim=True) - MEAN) / STD).abs().max() < tolerance


@every_method
@pytest.mark.parametrize("name", SOLVERS.names())
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_every_solver_runs_with_every_method(name, method, steps):
    predictor, solver = GaussianPredictor(method), SOLVERS[name]()
    times = torch.linspace(1.0, METHODS[method].t_range[0], steps + 1)
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0))
    states = list(solver(predictor, x, times, lambda: torch.zeros_like(x)))
    assert len(states) == steps
    assert all(state.x.isfinite().all() and state.prediction.x0.isfinite().all() for state in states)
    assert predictor.calls <= steps * SOLVERS[name].calls_per_step + SOLVERS[name].calls_per_step


@pytest.mark.parametrize("name", SOLVERS.names())
def test_deterministic_solvers_draw_no_noise_and_the_others_do(name):
    predictor, draws = GaussianPredictor("denoiser"), []
    x = torch.ones(1, 2, 3, dtype=torch.float64)

    def noise():
        draws.append(1)
        return torch.zeros_like(x)

    list(SOLVERS[name]()(predictor, x, torch.linspace(0.9, 0.1, 5, dtype=torch.float64), noise))
    assert bool(draws) == SOLVERS[name].stochastic


@every_method
def test_ddim_jumps_exactly_when_the_data_is_one_point(method):
    """With x0 known for certain, one step of any length lands on the path."""

    class Certain:
        path = METHODS[method]().path

        def __call__(self, x, t):
            return Prediction.from_x0(MEAN.expand_as(x), x, self.path.coefficients(t))

    predictor = Certain()
    start, end = torch.tensor([0.9, 0.2], dtype=torch.float64)
    noise = torch.randn(1, 4, 3, dtype=torch.float64)
    x = predictor.path.interpolate(MEAN, noise, start)
    landed = follow(DDIM(), predictor, x, torch.stack([start, end]))
    torch.testing.assert_close(landed, predictor.path.interpolate(MEAN, noise, end))


def test_ddim_refuses_eta_outside_0_1():
    with pytest.raises(InputError, match="eta"):
        DDIM(eta=1.5)


@pytest.mark.parametrize("name", SOLVERS.names())
def test_declarations(name):
    solver = SOLVERS[name]
    assert solver.name == name
    assert solver.title
    assert solver.order >= 1
    assert solver.calls_per_step >= 1
