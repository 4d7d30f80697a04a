r"""The part of a step that data-prediction solvers know exactly.

In lambda = log(alpha / sigma) the probability-flow ODE reads x_s / sigma_s = x_t / sigma_t + int e^lambda x0 dlambda,
so for a constant x0 the step is exact: x_s = keep x_t + gain x0 with keep = sigma_s / sigma_t and
gain = alpha_s (1 - e^-h) = alpha_s - keep alpha_t, where h = lambda_s - lambda_t. Neither needs lambda, so a start at
alpha = 0, where lambda is minus infinity, is exact too; only corrections that divide by h use the clamped log-SNR.

References: Lu et al. 2022 (DPM-Solver++), arXiv 2211.01095, proposition 4.1.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from fieldlib.paths import Path


class DataStep(NamedTuple):
    """From t to s: weight of x_t, weight of x0 and the length h in half log-SNR; scalars in float64."""

    keep: Tensor
    gain: Tensor
    length: Tensor


def data_step(path: Path, t: Tensor, s: Tensor) -> DataStep:
    """The exact linear part of the step from ``t`` to ``s`` < t; float64, because differences of near equals occur."""
    t, s = t.double(), s.double()
    here, there = path.coefficients(t), path.coefficients(s)
    keep = there.sigma / here.sigma
    return DataStep(keep, there.alpha - keep * here.alpha, (path.log_snr(s) - path.log_snr(t)) / 2)
