r"""Gaussian-process base: mean and standard deviation of a picture at any coordinate, from its known points.

Kernel A^2 exp(-r / length), constant mean, per-picture amplitude A by maximum likelihood with a weak prior:
mean(q) = m + k(q) K^-1 (y - m),  std(q)^2 = A^2 (1 - k(q) K^-1 k(q)).
The generative models learn the residual of this base in units of its standard deviation.

References: Rasmussen & Williams 2006, ch. 2 and 5; Matheron 1963 (kriging).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.points import Points

LENGTH = 1.0  # kernel length in coordinate units (half a picture); LOG.md tells how it was chosen
PRIOR_COUNT, PRIOR_AMPLITUDE = 60, 0.6  # the amplitude's prior, as if seen in so many values: tames flat contexts
NUGGET = 1e-3  # relative variance of the points themselves; keeps the Cholesky factor well conditioned in fp32
CHUNK = {"cpu": 2**21, "cuda": 2**28}  # kernel values computed at a time: they stay in the cache; memory stays bounded
LEAF = 64  # rows of the largest matrix that is factorised whole
SMALLEST_STD = 0.02  # floor of the base's standard deviation, in value units (2.5 grey levels of 255)


class Moments(NamedTuple):
    """Mean (B, N, C) and standard deviation (B, N, 1) of the base at N coordinates."""

    mean: Tensor
    std: Tensor


def describe(moments: Moments) -> Tensor:
    """What a network is told of a base: mean, standard deviation and its logarithm, (B, N, C + 2)."""
    return torch.cat([moments.mean, moments.std, moments.std.log()], dim=-1)


class Kriging(NamedTuple):
    """A fitted Gaussian process for each picture of a batch; build it with :func:`fit`."""

    coords: Tensor  # (B, M, D)
    mask: Tensor | None  # (B, M)
    centre: Tensor  # (B, 1, C) mean of the known values
    weights: Tensor  # (B, M, C) K^-1 (y - centre)
    inverse_factor: Tensor  # (B, M, M) L^-1 of K = L L^T
    amplitude: Tensor  # (B, 1, 1)

    def at(self, coords: Tensor) -> Moments:
        """Mean and standard deviation at ``coords`` (B, N, D); time and memory are linear in N."""
        most = max(1, CHUNK[coords.device.type] // (len(coords) * self.coords.shape[1]))
        with torch.autocast(coords.device.type, enabled=False):
            parts = [self._at(chunk) for chunk in coords.split(most, dim=1)]
        return Moments(*(torch.cat(tensors, dim=1) for tensors in zip(*parts, strict=True)))

    def _at(self, coords: Tensor) -> Moments:
        cross = _kernel(coords, self.coords)
        if self.mask is not None:
            cross.mul_(self.mask[:, None, :])
        mean = self.centre + cross @ self.weights
        explained = (cross @ self.inverse_factor.mT).square_().sum(-1, keepdim=True)
        std = self.amplitude * (1 - explained).clamp_min(0).sqrt()
        return Moments(mean, std.clamp_min(SMALLEST_STD))


def fit(context: Points) -> Kriging:
    """Fit one Gaussian process per picture to its context; one Cholesky factorisation of (M, M) each.

    Args:
        context: coords (B, M, D), values (B, M, C); every picture needs at least one point, else its base is NaN.
    """
    with torch.autocast(context.coords.device.type, enabled=False):
        return _fit(context)


def _fit(context: Points) -> Kriging:
    coords, values, mask = context
    covariance = _kernel(coords, coords)
    present = torch.ones_like(values[..., :1]) if mask is None else mask[..., None].to(values.dtype)
    if mask is not None:  # an absent point becomes an independent one of value zero
        covariance = covariance * (present @ present.mT)
    covariance = covariance + torch.diag_embed(NUGGET + 1 - present.squeeze(-1))
    count = present.sum(1, keepdim=True)
    centre = (values * present).sum(1, keepdim=True) / count
    residual = (values - centre) * present
    inverse_factor = inverse_cholesky(covariance)
    whitened = inverse_factor @ residual
    surprise = whitened.square().sum((1, 2), keepdim=True) + PRIOR_COUNT * PRIOR_AMPLITUDE**2
    variance = surprise / (count * values.shape[-1] + PRIOR_COUNT)
    weights = inverse_factor.mT @ whitened
    return Kriging(coords, mask, centre, weights, inverse_factor, variance.sqrt())


def inverse_cholesky(matrix: Tensor) -> Tensor:
    """L^-1 (..., M, M) of positive definite K = L L^T (..., M, M), by halves.

    Nearly all the work is products of matrices, which batches do at full speed; library routines factorise the matrices
    of a batch one after the other (LOG.md). A matrix that is not positive definite gives NaN.
    """
    size = matrix.shape[-1]
    if size <= LEAF:
        identity = torch.eye(size, dtype=matrix.dtype, device=matrix.device).expand_as(matrix)
        return torch.linalg.solve_triangular(torch.linalg.cholesky_ex(matrix).L, identity, upper=False)
    half = size // 2
    first = inverse_cholesky(matrix[..., :half, :half])
    between = matrix[..., half:, :half] @ first.mT
    second = inverse_cholesky(matrix[..., half:, half:] - between @ between.mT)
    inverse = torch.zeros_like(matrix)
    inverse[..., :half, :half], inverse[..., half:, half:] = first, second
    inverse[..., half:, :half] = -(second @ (between @ first))
    return inverse


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    """exp(-distance / length) between every a (B, N, D) and every b (B, M, D)."""
    return distance(a, b).mul_(-1 / LENGTH).exp_()


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances (B, N, M) by sums of squares: ``cdist``, where it keeps all digits, is slower (LOG.md)."""
    squares = (a[..., 0, None] - b[..., None, :, 0]).square_()
    for i in range(1, a.shape[-1]):
        along = a[..., i, None] - b[..., None, :, i]
        squares.addcmul_(along, along)
    return squares.sqrt_()
