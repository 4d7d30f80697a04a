"""Solvers on data with a known score: declared orders, right moments, and the whole solver x method matrix."""

import functools
import math
from itertools import count

import pytest
import torch
from exact_predictors import PROBLEMS, STD, GaussianPredictor, MixturePredictor

from fieldlib.errors import InputError
from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS, SOLVERS
from fieldlib.solvers.ddim import DDIM
from fieldlib.solvers.dopri5 import Dopri5
from fieldlib.solvers.rk4 import RK4
from fieldlib.time_grids import TIME_GRIDS, time_grid

SLOW = pytest.mark.slow
DETERMINISTIC = [name for name in SOLVERS if not SOLVERS[name].stochastic]
DETERMINISTIC_BY_SPEED = [pytest.param(name, marks=SLOW if SOLVERS[name].adaptive else ()) for name in DETERMINISTIC]
STOCHASTIC = [name for name in SOLVERS if SOLVERS[name].stochastic]
# solver: steps, grid; the bias of ancestral steps falls as 1 / steps, Langevin's chain lags behind its levels
ENOUGH = {
    "ancestral": (900, "cosine"),
    "euler_maruyama": (256, "cosine"),
    "predictor_corrector": (320, "cosine"),
    "langevin": (1000, "log_snr"),
}
OTHERWISE = (1000, "log_snr")
X = torch.linspace(-2, 2, 15, dtype=torch.float64).reshape(1, 5, 3)
RANGE = (0.9, 0.2)
every_method = pytest.mark.parametrize("method", METHODS.names())
every_problem = pytest.mark.parametrize("problem", PROBLEMS)


def refuse_noise():
    raise AssertionError("a deterministic solver draws no noise")


def follow(solver, predictor, x, times, noise=refuse_noise):
    *_, last = solver(predictor, x, times, noise)
    return last.x


@functools.cache
def reference(problem, method):
    """Where the flow takes X over RANGE, by 1024 fourth-order steps."""
    return follow(RK4(), PROBLEMS[problem](method), X, torch.linspace(*RANGE, 1025, dtype=torch.float64))


def whole_range(method, steps, kind="uniform"):
    return time_grid(METHODS[method]().path, METHODS[method].t_range, steps, kind)


def one_step_per_interval(name):
    """An adaptive solver with a tolerance that accepts everything has the order of its formula."""
    return SOLVERS[name](tolerance=1e9) if SOLVERS[name].adaptive else SOLVERS[name]()


@pytest.mark.slow
@every_method
@every_problem
@pytest.mark.parametrize("name", DETERMINISTIC_BY_SPEED)
def test_error_falls_with_the_declared_order(name, problem, method):
    """Slope of log error against log steps. On the linear problem leading errors may cancel, which only helps."""
    predictor, truth = PROBLEMS[problem](method), reference(problem, method)
    counts = [32, 48, 64] if SOLVERS[name].order == 5 else [64, 128, 256]
    errors = []
    for steps in counts:
        times = torch.linspace(*RANGE, steps + 1, dtype=torch.float64)
        errors.append(float((follow(one_step_per_interval(name), predictor, X, times) - truth).square().mean().sqrt()))
    slope = -math.log(errors[-1] / errors[0]) / math.log(counts[-1] / counts[0])
    assert slope > SOLVERS[name].order - 0.3, (slope, errors)
    assert slope < SOLVERS[name].order + 0.3 or problem == "gaussian", (slope, errors)


@every_method
def test_the_reference_is_the_exact_flow(method):
    truth = GaussianPredictor(method).flow(X, *torch.tensor(RANGE, dtype=torch.float64))
    torch.testing.assert_close(reference("gaussian", method), truth, rtol=0, atol=1e-12)


def test_the_mixture_predicts_its_own_score():
    predictor, t = MixturePredictor("denoiser"), torch.tensor(0.4, dtype=torch.float64)
    x = torch.randn(1, 9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    alpha, sigma, _, _ = predictor.path.coefficients(t)
    variance = alpha**2 * predictor.SPREAD**2 + sigma**2
    modes = [(predictor.SHARE, predictor.CENTRE), (1 - predictor.SHARE, -predictor.CENTRE)]
    parts = [math.log(share) - ((x - alpha * centre) ** 2 / variance).sum(-1) / 2 for share, centre in modes]
    (score,) = torch.autograd.grad(torch.logsumexp(torch.stack(parts), 0).sum(), x)
    torch.testing.assert_close(predictor(x, t).score, score, rtol=0, atol=1e-6)


@every_method
@pytest.mark.parametrize("name", STOCHASTIC)
@pytest.mark.slow
def test_stochastic_solvers_end_in_a_gaussian(name, method):
    """Exactly, without random numbers: steps are linear in x and noise, so the response to each draw is enough."""
    steps, kind = ENOUGH.get(name, OTHERWISE)
    predictor, draws = GaussianPredictor(method), 1 + 2 * steps
    number = count()

    def unit_draw():
        z = torch.zeros(1, draws + 1, 3, dtype=torch.float64)
        z[:, next(number)] = 1
        return z

    *responses, mean = follow(SOLVERS[name](), predictor, unit_draw(), whole_range(method, steps, kind), unit_draw)[0]
    variance = sum((response - mean) ** 2 for response in responses)
    assert (variance / STD**2 - 1).abs().max() < 0.03, variance / STD**2
    assert ((mean - predictor.mean) / STD).abs().max() < 0.01


@pytest.mark.slow
@every_method
@pytest.mark.parametrize("name", STOCHASTIC)
def test_stochastic_solvers_end_in_a_mixture(name, method):
    """Mean and covariance in units of the standard deviations; 25000 particles know them to 0.9%."""
    steps, kind = ENOUGH.get(name, OTHERWISE)
    predictor, generator = MixturePredictor(method), torch.Generator().manual_seed(3)

    def noise():
        return torch.randn(1, 25000, 3, generator=generator)

    x = follow(SOLVERS[name](), predictor, noise(), whole_range(method, steps, kind), noise)[0].double()
    std = predictor.covariance.diag().sqrt()
    assert ((x.mean(0) - predictor.mean) / std).abs().max() < 0.03
    error = (torch.cov(x.T) - predictor.covariance) / torch.outer(std, std)
    assert error.abs().max() < 0.03, error


@every_method
@pytest.mark.parametrize("name", DETERMINISTIC_BY_SPEED)
@pytest.mark.parametrize("kind", TIME_GRIDS)
def test_deterministic_solvers_end_in_a_gaussian(kind, name, method):
    """From t = 1, where alpha may vanish, to the last time, on every grid: the exact flow within 6%."""
    predictor = GaussianPredictor(method)
    times = whole_range(method, 100, kind)
    x = X.float()
    truth = predictor.flow(x, times[0], times[-1])
    assert (follow(SOLVERS[name](), predictor, x, times) - truth).abs().max() < 0.06


@every_method
@pytest.mark.parametrize("name", SOLVERS.names())
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_every_solver_runs_with_every_method(name, method, steps):
    predictor, solver = MixturePredictor(method), SOLVERS[name]()
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0))
    for kind in TIME_GRIDS:
        predictor.calls = 0
        states = list(solver(predictor, x, whole_range(method, steps, kind), lambda: torch.ones_like(x)))
        assert len(states) == steps
        assert all(state.x.isfinite().all() and state.prediction.x0.isfinite().all() for state in states)
        assert all(state.x.dtype == torch.float32 for state in states)
        assert predictor.calls == steps * solver.calls_per_step or solver.adaptive


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
@pytest.mark.parametrize("name", ["ddim", "dpmpp_2m", "unipc"])
def test_jumps_are_exact_when_the_data_is_one_point(name, method):
    """With x0 known for certain, steps of any length land on the path, also from pure noise."""

    class Certain(GaussianPredictor):
        def x0(self, x, at):
            return self.mean.expand_as(x)

    predictor = Certain(method)
    noise = torch.randn(1, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for times in ([1.0, 0.2], [1.0, 0.6, 0.5, 0.01]):
        times = torch.tensor(times, dtype=torch.float64)
        x = predictor.path.interpolate(predictor.mean, noise, times[0])
        landed = follow(SOLVERS[name](), predictor, x, times)
        torch.testing.assert_close(landed, predictor.path.interpolate(predictor.mean, noise, times[-1]))


@every_method
@pytest.mark.slow
def test_dopri5_meets_its_tolerance_and_never_leaves_the_range(method):
    predictor, times = MixturePredictor(method), whole_range(method, 4)
    asked = []

    class Spy:
        path = predictor.path

        def __call__(self, x, t):
            asked.append(float(t))
            return predictor(x, t)

    x = X
    truth = follow(RK4(), predictor, x, whole_range(method, 500, "log_snr").double())
    coarse, fine = (follow(Dopri5(tolerance), Spy(), x, times) for tolerance in (1e-4, 1e-6))
    assert (coarse - truth).abs().max() < 2e-3
    assert (fine - truth).abs().max() < 5e-5
    low, high = METHODS[method].t_range
    assert low - 1e-6 <= min(asked) <= max(asked) <= high


def test_prediction_views_of_a_state_belong_to_the_start_of_its_step():
    predictor, times = GaussianPredictor("flow_matching"), torch.tensor([0.9, 0.5], dtype=torch.float64)
    x = torch.ones(1, 2, 3, dtype=torch.float64)
    for name in DETERMINISTIC:
        (state,) = SOLVERS[name]()(predictor, x, times, refuse_noise)
        assert isinstance(state.prediction, Prediction)
        torch.testing.assert_close(state.prediction.x0, predictor(x, times[0]).x0)


def test_ddim_refuses_eta_outside_0_1():
    with pytest.raises(InputError, match="eta"):
        DDIM(eta=1.5)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("langevin", {"rate": -0.1}),
        ("langevin", {"rate": 2.0}),
        ("predictor_corrector", {"rate": 0.0}),
        ("euler_maruyama", {"cap": -1.0}),
        ("euler_maruyama", {"cap": float("nan")}),
    ],
)
def test_options_with_which_noise_would_grow(name, options):
    (option,) = options
    with pytest.raises(InputError, match=option):
        SOLVERS[name](**options)


@pytest.mark.parametrize("name", SOLVERS.names())
def test_declarations(name):
    solver = SOLVERS[name]
    assert solver.name == name
    assert solver.title
    assert solver.order >= 1
    assert solver.calls_per_step >= 1
