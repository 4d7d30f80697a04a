r"""Where a solver stops on its way from noise to data.

``uniform`` has equal steps in t. The others have equal steps in a function of the noise-to-signal ratio
rho = sigma / alpha, which makes them the same noise levels on every path: ``cosine`` in arctan rho (the uniform grid of
the cosine path), ``karras`` in rho^(1/7), ``log_snr`` in log rho. The solvers of ODEs step in t, so their error depends
on how a path is timed, too: let x_t be nearly straight in t (sigma = c t, not its power). Solvers that jump along the
path (ddim, dpmpp_2m, unipc) do not mind.

References: Nichol & Dhariwal 2021, arXiv 2102.09672 (cosine); Karras et al. 2022, arXiv 2206.00364, eq. 5 (rho^(1/7));
Lu et al. 2022, arXiv 2206.00927 (log-SNR).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.paths import Path

LARGEST_RATIO = 80.0  # noise-to-signal ratio where spacing starts (Karras et al.): beyond it x_t says nothing of x0
EXPONENT = 7


class Scale(NamedTuple):
    """A growing function of sigma / alpha in which a grid has equal steps, its inverse, and the largest ratio used."""

    forth: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]
    largest: float


SCALES: dict[str, Scale | None] = {
    "uniform": None,
    "cosine": Scale(torch.atan, torch.tan, math.inf),
    "karras": Scale(lambda ratio: ratio ** (1 / EXPONENT), lambda root: root**EXPONENT, LARGEST_RATIO),
    "log_snr": Scale(torch.log, torch.exp, LARGEST_RATIO),
}
TIME_GRIDS = tuple(SCALES)


def time_grid(path: Path, t_range: tuple[float, float], steps: int, kind: str = "uniform") -> Tensor:
    """Strictly decreasing times (steps + 1,) from ``t_range[1]`` to ``t_range[0]``, float32.

    Where the ratio at the start is beyond 80 (alpha = 0 on many paths), ``karras`` and ``log_snr`` are spaced from 80
    on and the first step is as much longer.

    Raises:
        InputError: unknown ``kind``.
    """
    if kind not in SCALES:
        raise InputError(f"unknown grid {kind!r}; known: {', '.join(TIME_GRIDS)}")
    ends = torch.tensor([t_range[1], t_range[0]], dtype=torch.float64)
    scale = SCALES[kind]
    if scale is None:
        return torch.linspace(t_range[1], t_range[0], steps + 1)
    first, last = scale.forth(torch.exp(-path.log_snr(ends) / 2).clamp_max(scale.largest))
    share = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    times = path.time_at(-2 * scale.back(first + share * (last - first)).log())
    times[0], times[-1] = ends
    return times.float()
