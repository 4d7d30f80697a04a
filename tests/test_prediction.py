"""The four views of one estimate are the same estimate."""

import pytest
import torch

from fieldlib.paths import CosinePath, LinearPath, VPPath
from fieldlib.prediction import Prediction

PATHS = [VPPath(), CosinePath(), LinearPath()]
VIEWS = ["x0", "noise", "score", "velocity"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
@pytest.mark.parametrize("view", VIEWS)
def test_round_trip_through_each_view(path, view):
    torch.manual_seed(0)
    x_t, x0 = torch.randn(2, 7, 5, 3, dtype=torch.float64)
    coefficients = path.coefficients(torch.linspace(0.05, 0.9, 7, dtype=torch.float64)[:, None, None])
    known = Prediction.from_x0(x0, x_t, coefficients)
    again = getattr(Prediction, f"from_{view}")(getattr(known, view), x_t, coefficients)
    for other in VIEWS:
        torch.testing.assert_close(getattr(again, other), getattr(known, other), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
def test_views_of_the_truth(path):
    """At x_t = alpha x0 + sigma noise, the true x0 gives back the noise and the path's own velocity."""
    torch.manual_seed(0)
    x0, noise = torch.randn(2, 4, 5, 3, dtype=torch.float64)
    t = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    x_t = path.interpolate(x0, noise, t)
    prediction = Prediction.from_x0(x0, x_t, path.coefficients(t))
    torch.testing.assert_close(prediction.noise, noise)
    (slope,) = torch.autograd.grad(x_t[0, 0, 0], t, retain_graph=True)
    torch.testing.assert_close(prediction.velocity[0, 0, 0], slope)
    torch.testing.assert_close(prediction.score, -noise / path.coefficients(t).sigma)


def test_x0_and_velocity_work_where_alpha_vanishes():
    path, t = LinearPath(), torch.tensor(1.0)
    x_t, x0 = torch.randn(2, 1, 4, 3)
    from_x0 = Prediction.from_x0(x0, x_t, path.coefficients(t))
    again = Prediction.from_velocity(from_x0.velocity, x_t, path.coefficients(t))
    torch.testing.assert_close(again.x0, x0)
