"""Our solvers and azula's agree to rounding wherever they are the same algorithm."""

import pytest
import torch
from exact_predictors import MixturePredictor

from fieldlib.paths import Coefficients, Path
from fieldlib.registry import METHODS, SOLVERS
from fieldlib.solvers.ddim import DDIM

azula = pytest.importorskip("azula.sample", reason="make setup installs azula")
START, STOP, STEPS = 0.95, 0.05, 12
X = torch.linspace(-2, 2, 30, dtype=torch.float64).reshape(1, 10, 3)


class ExplodingPath(Path):
    """x_t = x0 + t noise, the frame in which azula writes its Euler and Heun steps."""

    def coefficients(self, t):
        return Coefficients(torch.ones_like(t), t, torch.zeros_like(t), torch.ones_like(t))


class AsDenoiser:
    """A predictor as azula sees it."""

    def __init__(self, predictor):
        self.predictor = predictor

    def schedule(self, t):
        return self.predictor.path.coefficients(t)[:2]

    def __call__(self, x, t):
        return type("Posterior", (), {"mean": self.predictor(x, t).x0})


def mixture(path=None):
    predictor = MixturePredictor("denoiser")
    predictor.path = path or predictor.path
    return predictor


def assert_equal(ours, sampler, predictor, **options):
    theirs = sampler(
        AsDenoiser(predictor), start=START, stop=STOP, steps=STEPS, silent=True, dtype=torch.float64, **options
    )
    times = theirs.timesteps
    with torch.random.fork_rng():
        torch.manual_seed(0)
        expected = theirs(X)
        torch.manual_seed(0)
        *_, last = ours(predictor, X, times, lambda: torch.randn_like(X))
    torch.testing.assert_close(last.x, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", METHODS.names())
def test_ddim_and_ancestral(method):
    predictor = mixture(METHODS[method]().path)
    assert_equal(SOLVERS["ddim"](), azula.DDIMSampler, predictor)
    assert_equal(SOLVERS["ddim"](), azula.EulerSampler, predictor)
    assert_equal(SOLVERS["ddim"](), azula.xEABSampler, predictor, order=1)
    assert_equal(SOLVERS["ancestral"](), azula.DDPMSampler, predictor)
    assert_equal(DDIM(eta=0.5), azula.DDIMSampler, predictor, eta=0.25)  # azula's eta multiplies the variance


def test_euler_and_heun_in_the_frame_of_exploding_variance():
    assert_equal(SOLVERS["euler"](), azula.EulerSampler, mixture(ExplodingPath()))
    assert_equal(SOLVERS["heun"](), azula.HeunSampler, mixture(ExplodingPath()))


def test_euler_on_the_straight_path():
    assert_equal(SOLVERS["euler"](), azula.vABSampler, mixture(METHODS["flow_matching"]().path), order=1)


def test_multistep_solvers_tend_to_the_same_flow():
    """azula integrates the extrapolation of x0 exactly, DPM-Solver++ by a midpoint rule: equal up to second order."""
    predictor = mixture()
    sampler = azula.xEABSampler(
        AsDenoiser(predictor), start=START, stop=STOP, steps=400, silent=True, dtype=torch.float64
    )
    *_, last = SOLVERS["dpmpp_2m"]()(predictor, X, sampler.timesteps, None)
    assert (last.x - sampler(X)).abs().max() < 1e-3
