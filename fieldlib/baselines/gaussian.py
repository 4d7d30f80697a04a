r"""A Gaussian model of 32x32 colour pictures: fitting, keeping it small, conditioning it on known pixels.

Numbers of a picture are ordered row, column, channel. The model is symmetric under left-right mirroring, as pictures
of the world are on average. In the basis of cosines times (grey, red - blue, green - purple), mirroring separates the
even from the odd column frequencies, and correlations are small: their two triangles in half precision take 4.7 MB
and reproduce the full covariance to within 0.001 dB.

References: Ahmed, Natarajan & Rao 1974 (cosine transform); Rasmussen & Williams 2006, appendix A.2 (conditioning).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from scipy.fft import dct
from torch import Tensor

from fieldlib.points import SIDE, to_values

CHANNELS = 3
ROUNDING = (2 / 255) ** 2 / 12  # variance that rounding to 8 bits adds to every value
CHUNK = 5000


class Gaussian(NamedTuple):
    """Mean (n,) and covariance (n, n) of the values of a picture, each in [-1, 1]."""

    mean: Tensor
    covariance: Tensor


class Conditional(NamedTuple):
    """A Gaussian given some of its numbers; build it with :func:`condition`."""

    prior: Gaussian
    mean: Tensor  # (n,), float64; the known numbers themselves where they are known
    known: Tensor  # (k,) which they are
    factor: Tensor  # (k, k) lower Cholesky factor of their covariance, float64

    def spread(self, numbers: Tensor) -> Tensor:
        """Lower Cholesky factor (m, m) of the covariance of the hidden ``numbers`` (m,), float64."""
        prior = self.prior.covariance[numbers]
        cross = prior[:, self.known].double().T
        explained = torch.linalg.solve_triangular(self.factor, cross, upper=False)
        rest = prior[:, numbers].double() - explained.T @ explained
        rest.diagonal().add_(ROUNDING)
        return torch.linalg.cholesky(rest)


def condition(prior: Gaussian, known: Tensor, values: Tensor) -> Conditional:
    """``prior`` given that the numbers ``known`` (k,) have the ``values`` (k,).

    mean + C[:, known] (C[known, known] + rounding)^-1 (values - mean[known]).
    """
    rows = prior.covariance[known].double()
    own = rows[:, known]
    own.diagonal().add_(ROUNDING)
    factor = torch.linalg.cholesky(own)
    residual = values.double() - prior.mean[known]
    mean = prior.mean + rows.T @ torch.cholesky_solve(residual[:, None], factor)[:, 0]
    mean[known] = values.double()
    return Conditional(prior, mean, known, factor)


def fit(pictures: np.ndarray) -> Gaussian:
    """The Gaussian with the moments of ``pictures``, uint8 (N, 32, 32, 3), and of their mirror images; float64."""
    size = pictures[0].size
    total, products = torch.zeros(size, dtype=torch.float64), torch.zeros(size, size, dtype=torch.float64)
    for start in range(0, len(pictures), CHUNK):
        values = to_values(np.array(pictures[start : start + CHUNK])).flatten(1)
        total += values.sum(0)
        products += values.T @ values
    mirror = torch.arange(size).view(pictures.shape[1:]).flip(1).flatten()
    mean = (total + total[mirror]) / (2 * len(pictures))
    products = (products + products[mirror][:, mirror]) / (2 * len(pictures))
    return Gaussian(mean, products - torch.outer(mean, mean))


def compress(gaussian: Gaussian) -> dict[str, Tensor]:
    """The small form: means and standard deviations of the coefficients, and their correlations in half precision."""
    covariance = _to_coefficients(_to_coefficients(gaussian.covariance).T)
    deviation = covariance.diagonal().sqrt()
    correlation = covariance / deviation / deviation[:, None]
    even, odd = _blocks()
    return {
        "mean": _to_coefficients(gaussian.mean[:, None])[:, 0].float(),
        "deviation": deviation.float(),
        "even": _triangle(correlation[even][:, even]).half(),
        "odd": _triangle(correlation[odd][:, odd]).half(),
    }


def expand(small: dict[str, Tensor]) -> Gaussian:
    """The inverse of :func:`compress`; the mean in float64, the covariance in float32."""
    deviation = small["deviation"].double()
    correlation = torch.zeros(len(deviation), len(deviation), dtype=torch.float64)
    for block, triangle in zip(_blocks(), (small["even"], small["odd"]), strict=True):
        correlation[block[:, None], block] = _symmetric(triangle.double(), len(block))
    covariance = _to_values(_to_values(correlation * deviation * deviation[:, None]).T)
    return Gaussian(_to_values(small["mean"].double()[:, None])[:, 0], covariance.float())


def _transforms() -> tuple[Tensor, Tensor]:
    """Orthonormal cosines (32, 32) and colour axes (3, 3); rows are basis vectors."""
    colours = torch.tensor([[1.0, 1, 1], [1, 0, -1], [1, -2, 1]], dtype=torch.float64)
    return torch.from_numpy(dct(np.eye(SIDE), norm="ortho", axis=0)), colours / colours.norm(dim=1, keepdim=True)


def _to_coefficients(columns: Tensor) -> Tensor:
    """Coefficients (n, K) of pictures that stand in the columns (n, K)."""
    cosines, colours = _transforms()
    return _apply(cosines, colours, columns)


def _to_values(columns: Tensor) -> Tensor:
    """The inverse of :func:`_to_coefficients`."""
    cosines, colours = _transforms()
    return _apply(cosines.T, colours.T, columns)


def _apply(along: Tensor, across: Tensor, columns: Tensor) -> Tensor:
    picture = columns.reshape(SIDE, SIDE, CHANNELS, -1)
    picture = torch.tensordot(along, picture, dims=([1], [0]))
    picture = torch.einsum("ab,rbck->rack", along, picture)
    return torch.einsum("ab,rwbk->rwak", across, picture).reshape(columns.shape)


def _blocks() -> tuple[Tensor, Tensor]:
    """The coefficients with even and with odd column frequency."""
    column = torch.arange(SIDE * SIDE * CHANNELS).view(SIDE, SIDE, CHANNELS)
    return column[:, 0::2].flatten(), column[:, 1::2].flatten()


def _triangle(matrix: Tensor) -> Tensor:
    return matrix[tuple(torch.triu_indices(len(matrix), len(matrix)))]


def _symmetric(triangle: Tensor, size: int) -> Tensor:
    rows, columns = torch.triu_indices(size, size)
    matrix = triangle.new_zeros(size, size)
    matrix[rows, columns] = triangle
    matrix[columns, rows] = triangle
    return matrix
