"""Data distributions whose E[x0 | x_t] is a formula, so that a solver's error is the solver's own."""

import torch

from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS

STD = torch.tensor([0.6, 0.4, 1.0], dtype=torch.float64)


class GaussianPredictor:
    """x0 ~ N(MEAN, STD^2), independent coordinates."""

    mean = torch.tensor([0.3, -0.4, 0.0], dtype=torch.float64)
    covariance = torch.diag(STD**2)

    def __init__(self, method):
        self.path = METHODS[method]().path
        self.calls = 0

    def __call__(self, x, t):
        self.calls += 1
        coefficients = self.path.coefficients(t.to(x.dtype))
        return Prediction.from_x0(self.x0(x, coefficients), x, coefficients)

    def x0(self, x, at):
        mean, std = self.mean.to(x), STD.to(x)
        return mean + std**2 * at.alpha / (at.alpha**2 * std**2 + at.sigma**2) * (x - at.alpha * mean)

    def flow(self, x, start, end):
        """The exact solution of the probability-flow ODE: the standardised value never changes."""
        (a, b), (c, d) = ((k.alpha, k.sigma) for k in map(self.path.coefficients, (start, end)))
        return c * self.mean + (x - a * self.mean) * ((c**2 * STD**2 + d**2) / (a**2 * STD**2 + b**2)).sqrt()


class MixturePredictor(GaussianPredictor):
    """Two modes: N(+CENTRE, SPREAD^2) with probability SHARE, else N(-CENTRE, SPREAD^2)."""

    CENTRE = torch.tensor([0.6, -0.3, 0.2], dtype=torch.float64)
    SPREAD = torch.tensor([0.3, 0.25, 0.5], dtype=torch.float64)
    SHARE = 0.65

    mean = (2 * SHARE - 1) * CENTRE
    covariance = torch.diag(SPREAD**2) + 4 * SHARE * (1 - SHARE) * torch.outer(CENTRE, CENTRE)

    def x0(self, x, at):
        centre, variance = self.CENTRE.to(x), self.SPREAD.to(x) ** 2
        marginal = at.alpha**2 * variance + at.sigma**2
        odds = x @ (2 * at.alpha * centre / marginal) + torch.tensor(self.SHARE / (1 - self.SHARE)).log()
        lean = torch.tanh(odds / 2)[..., None]  # E[sign of the mode | x_t]
        return at.alpha * variance / marginal * x + at.sigma**2 / marginal * lean * centre


PROBLEMS = {"gaussian": GaussianPredictor, "mixture": MixturePredictor}
