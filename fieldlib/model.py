r"""A field model: backbone + method + base.

The network never sees raw values. With base moments m, s at a query, the best linear estimate of x0 from x_t is
m + s^2 alpha / (alpha^2 s^2 + sigma^2) (x_t - alpha m), with error s sigma / sqrt(alpha^2 s^2 + sigma^2).
The network gets (x_t - alpha m) / sqrt(alpha^2 s^2 + sigma^2) and predicts the remaining error in these units,
so its target has about unit variance at every time, for every path.

References: Karras et al. 2022 (preconditioning, for s constant and m = 0), arXiv 2206.00364.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from fieldlib import kriging
from fieldlib.backbones.base import Backbone, Base, Memory
from fieldlib.errors import InputError
from fieldlib.kriging import Moments
from fieldlib.methods.base import Method, NetworkCall
from fieldlib.nn.lattice import cells
from fieldlib.points import SIDE, Batch, Points, grid
from fieldlib.prediction import Prediction
from fieldlib.resolution import at_centre

BASES, OBJECTIVES = ("kriging", "unit"), ("residual", "textbook")


class UnitBase:
    """The base that knows nothing: mean zero, standard deviation one everywhere."""

    def __init__(self, channels: int) -> None:
        self.channels = channels

    def at(self, coords: Tensor) -> Moments:
        """Moments at ``coords`` (B, N, D)."""
        return Moments(coords.new_zeros(*coords.shape[:-1], self.channels), coords.new_ones(*coords.shape[:-1], 1))


class Remembered:
    """A base that keeps its moments on the grid of pixels once it was asked for them, and then looks them up."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._moments: Moments | None = None

    def at(self, coords: Tensor) -> Moments:
        """Moments at ``coords`` (B, N, D)."""
        if self._moments is not None and bool(at_centre(coords, SIDE).all()):
            pixel = cells(coords, SIDE)[..., None]
            return Moments(*(x.gather(1, pixel.expand(-1, -1, x.shape[-1])) for x in self._moments))
        moments = self._base.at(coords)
        if coords.shape[1:] == (SIDE**2, 2) and torch.equal(coords, grid(SIDE, SIDE).to(coords).expand_as(coords)):
            self._moments = moments
        return moments


class FieldModel(nn.Module):
    """A generative model of pictures given some of their points.

    Args:
        backbone: the network. method: path and textbook target.
        base: ``"kriging"`` or ``"unit"`` (see the module's text).
        objective: ``"residual"`` regresses the preconditioned x0 estimate; ``"textbook"`` lets the raw network output
            be the method's own target (score, x0 or velocity) with the method's own weight.

    Attributes:
        side: of the grid of pixels that samples are drawn on; None draws the queries themselves.

    Raises:
        InputError: another base or objective, or one that the method cannot be trained for; see also
            :meth:`Method.check`.
    """

    side: int | None = SIDE

    def __init__(self, backbone: Backbone, method: Method, base: str = "kriging", objective: str = "residual") -> None:
        super().__init__()
        for kind, name, known in (("base", base, BASES), ("objective", objective, OBJECTIVES)):
            if name not in known:
                raise InputError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
        if objective not in method.objectives:
            raise InputError(f"{method.name} has no {objective} objective; it has: {', '.join(method.objectives)}")
        method.check()
        self.backbone = backbone
        self.method = method
        self.base = base
        self.objective = objective

    def fit_base(self, context: Points) -> Base:
        """The base fitted to each picture's context."""
        return kriging.fit(context) if self.base == "kriging" else UnitBase(context.values.shape[-1])

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Mean training loss over the target points that exist, a scalar."""
        pictures, points, _ = batch.target.coords.shape
        draws = self.draw(pictures, points, generator)
        return self.loss_at(batch, *(tensor.to(batch.target.values.device) for tensor in draws))

    def draw(self, pictures: int, points: int, generator: torch.Generator) -> Draw:
        """Training times and noise for ``points`` targets a picture, and which rows train the estimate of t = 1."""
        count = pictures * self.method.rows
        t = self.method.sample_times(count, generator)[:, None, None]
        noise = torch.randn(count, points, self.backbone.channels, generator=generator, device=generator.device)
        estimated = self.method.estimated(count, generator)[:, None, None] & (self.objective == "residual")
        return Draw(torch.where(estimated, self.method.t_range[1], t), noise, estimated)

    def loss_at(self, batch: Batch, t: Tensor, noise: Tensor, estimated: Tensor | None = None) -> Tensor:
        """The loss at given times (R, 1, 1) and noise (R, N, C), R / B rows for each picture; free of randomness.

        Rows that are ``estimated`` (R, 1, 1) get the input of :meth:`NetworkPredictor.estimate` in place of x_t.
        """
        coords, x0, mask = batch.target
        rows = len(t) // len(x0)
        queries = self.locate(coords, batch.context, mask).repeat(rows)
        x0 = x0.repeat_interleave(rows, dim=0)
        x_t = self.method.path.interpolate(x0, noise, t)
        if estimated is not None:
            alpha = self.method.path.coefficients(t).alpha
            x_t = torch.where(estimated, alpha * queries.moments.mean, x_t)
        prediction, error = self.predict(x_t, t, queries)
        if self.objective == "residual":
            errors = (prediction.x0 - x0) / error
        else:
            estimate = self.method.target(prediction.x0, prediction.noise, t)
            errors = self.method.weight(t).sqrt() * (estimate - self.method.target(x0, noise, t))
        loss = self.method.loss(errors.unflatten(0, (-1, rows)))
        if mask is None:
            return loss.mean()
        return (loss * mask[..., None]).sum() / (mask.sum() * loss.shape[-1])

    def at(self, coords: Tensor, context: Points, samples: int = 1, mask: Tensor | None = None) -> NetworkCall:
        """The predictor for ``samples`` draws of each picture at query ``coords`` (B, N, D); encodes the context.

        Queries outside the ``mask`` (B, N) are invisible to the others; ignore their answers.

        Raises:
            InputError: points with other coordinates or channels than the network's.
        """
        dims, channels = context.coords.shape[-1], context.values.shape[-1]
        if (dims, channels) != (self.backbone.dims, self.backbone.channels):
            wanted = f"{self.backbone.dims} coordinates and {self.backbone.channels} channels"
            raise InputError(f"this model takes points with {wanted}; got {dims} and {channels}")
        queries = self.prepare(coords, context, mask, Remembered(self.fit_base(context)))
        return self.method.bind(NetworkPredictor(self, queries.repeat(samples)))

    def locate(self, coords: Tensor, context: Points, mask: Tensor | None = None) -> Queries:
        """Encode the context and prepare for queries: all the work that does not depend on time."""
        return self.prepare(coords, context, mask, self.fit_base(context))

    def prepare(self, coords: Tensor, context: Points, mask: Tensor | None, base: Base) -> Queries:
        """:meth:`locate` for a fitted base; knows nothing of the method, so all methods compile to the same code."""
        memory = self.backbone.encode(context, base)
        moments = base.at(coords)
        return Queries(coords, mask, self.backbone.locate(memory, coords, moments), moments)

    def predict(self, x_t: Tensor, t: Tensor, queries: Queries) -> tuple[Prediction, Tensor]:
        """Prediction at x_t (B, N, C) and scalar or (B, 1, 1) time, and the error of x0 that the base expects."""
        path = self.method.path
        alpha, sigma, _, _ = coefficients = path.coefficients(t)
        mean, std = queries.moments
        marginal = (alpha**2 * std**2 + sigma**2).sqrt()
        centred = x_t - alpha * mean
        level = path.log_snr(t).reshape(-1).to(mean)
        noisy = Points(queries.coords, (centred / marginal).to(mean), queries.mask)
        output = self.backbone(noisy, level, queries.memory).to(x_t.dtype)
        error = std * sigma / marginal
        if self.objective == "textbook":
            return self.method.predict(output, x_t, t), error
        x0 = mean + std**2 * alpha / marginal**2 * centred + error * output
        return Prediction.from_x0(x0, x_t, coefficients), error


class Draw(NamedTuple):
    """What is random in one training step: times (R, 1, 1), noise (R, N, C), rows without noise (R, 1, 1)."""

    t: Tensor
    noise: Tensor
    estimated: Tensor


class Queries(NamedTuple):
    """Query coordinates with everything that is known of them before the first network call."""

    coords: Tensor
    mask: Tensor | None
    memory: Memory
    moments: Moments

    def repeat(self, times: int) -> Queries:
        """Each picture ``times`` times in a row."""
        if times == 1:
            return self
        coords, mean, std = (x.repeat_interleave(times, dim=0) for x in (self.coords, *self.moments))
        mask = None if self.mask is None else self.mask.repeat_interleave(times, dim=0)
        return Queries(coords, mask, self.memory.repeat(times), Moments(mean, std))


class NetworkPredictor:
    """A model bound to its pictures and coordinates; counts its network calls."""

    def __init__(self, model: FieldModel, queries: Queries) -> None:
        self.path = model.method.path
        self.calls = 0
        self._model = model
        self._queries = queries

    @property
    def base_mean(self) -> Tensor:
        """The base's mean at the queries, (B, N, C): what is known before the first call."""
        return self._queries.moments.mean

    def estimate(self) -> Tensor:
        """The x0 estimate at t = 1 (B, N, C), the posterior mean of a residual model: one call at the base's mean.

        Textbook models have never seen an input without noise, so theirs is no posterior mean.
        """
        t = torch.tensor(self._model.method.t_range[1])
        alpha = self.path.coefficients(t).alpha
        return self(alpha * self.base_mean, t).x0

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """See :class:`fieldlib.prediction.Predictor`."""
        self.calls += 1
        return self._model.predict(x, t, self._queries)[0]
