"""Time grids: where they start, end and how they are spaced, on every path."""

import pytest
import torch

from fieldlib.errors import InputError
from fieldlib.paths import CosinePath, LinearPath
from fieldlib.registry import METHODS
from fieldlib.time_grids import TIME_GRIDS, time_grid

every_method = pytest.mark.parametrize("method", METHODS.names())


def grid_of(method, steps, kind):
    return time_grid(METHODS[method]().path, METHODS[method].t_range, steps, kind)


@every_method
@pytest.mark.parametrize("kind", TIME_GRIDS)
@pytest.mark.parametrize("steps", [1, 2, 7, 50, 1000])
def test_times_fall_strictly_from_end_to_end(steps, kind, method):
    times, (low, high) = grid_of(method, steps, kind), METHODS[method].t_range
    assert times.shape == (steps + 1,)
    assert times.dtype == torch.float32
    assert (times.diff() < 0).all()
    assert times[0].item() == pytest.approx(high, rel=1e-6)
    assert times[-1].item() == pytest.approx(low, rel=1e-6)


def ratio(method, times):
    return torch.exp(-METHODS[method]().path.log_snr(times.double()) / 2)


@every_method
@pytest.mark.parametrize(
    ("kind", "scale"),
    [("cosine", torch.atan), ("karras", lambda rho: rho ** (1 / 7)), ("log_snr", torch.log)],
)
def test_steps_are_equal_in_the_scale_of_the_grid(kind, scale, method):
    steps = scale(ratio(method, grid_of(method, 20, kind)))[1:].diff()
    assert steps.max() / steps.min() == pytest.approx(1, abs=0.01)


def test_uniform_and_cosine_are_what_they_say():
    uniform = time_grid(LinearPath(), (0.1, 1.0), 9, "uniform")
    torch.testing.assert_close(uniform, torch.linspace(1, 0.1, 10))
    torch.testing.assert_close(time_grid(CosinePath(), (0.1, 1.0), 9, "cosine"), uniform, rtol=0, atol=1e-4)


def test_karras_is_the_paper_formula():
    """Eq. 5 with sigma_max = 80 for sigma / alpha, after the first time."""
    path, steps = LinearPath(), 10
    times = time_grid(path, (0.01, 1.0), steps, "karras").double()
    last = 0.01 / 0.99
    expected = (80 ** (1 / 7) + torch.arange(steps + 1) / steps * (last ** (1 / 7) - 80 ** (1 / 7))) ** 7
    torch.testing.assert_close((times / (1 - times))[1:], expected.double()[1:], rtol=1e-3, atol=1e-5)


def test_an_unknown_grid_names_the_known_ones():
    with pytest.raises(InputError, match=f"unknown grid 'sine'; known: {', '.join(TIME_GRIDS)}"):
        time_grid(LinearPath(), (0.1, 1.0), 4, "sine")
