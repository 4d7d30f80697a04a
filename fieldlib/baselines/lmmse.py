"""The linear-Gaussian bar: the best linear estimate, and exact samples, under the second moments of CIFAR-10."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ClassVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from fieldlib.assets import LMMSE as LMMSE_FILE
from fieldlib.baselines.base import Baseline, FixedPredictor, split
from fieldlib.baselines.gaussian import CHANNELS, Conditional, Gaussian, condition, expand
from fieldlib.baselines.gridded import on_grid
from fieldlib.errors import InputError
from fieldlib.nn.lattice import cells, read_between
from fieldlib.points import SIDE, Points
from fieldlib.prediction import Prediction
from fieldlib.registry import BASELINES


@BASELINES.register("lmmse")
class LMMSE(Baseline):
    """Conditional mean of a Gaussian with the mean and covariance of the CIFAR-10 train pictures.

    It lives on a 32x32 colour grid: known points belong to the pixel that holds them, and queries between pixel centres
    are read bilinearly. One picture takes a few milliseconds, its first sample about a quarter of a second more.

    Raises:
        InputError: the bundled moments are missing, or points that are not colours at (row, column).

    References: Rasmussen & Williams 2006, appendix A.2.
    """

    name: ClassVar[str] = "lmmse"
    title: ClassVar[str] = "Linear Gaussian (LMMSE)"

    def __init__(self) -> None:
        super().__init__()
        self._prior = bundled_moments()

    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """See :meth:`Baseline.reconstruct`."""
        return _read(self._condition(context).mean, coords)

    def at(self, coords: Tensor, context: Points, samples: int = 1, mask: Tensor | None = None) -> PosteriorPredictor:
        """The predictor for ``samples`` exact draws of each picture; the first noisy values decide which."""
        given = [self._condition(one) for one in split(context)]
        mean = torch.cat([_read(one.mean, coords[i : i + 1]) for i, one in enumerate(given)])

        def deviation(noise: Tensor) -> Tensor:
            parts = zip(given, coords, noise.split(samples), strict=True)
            return torch.cat([_deviation(one, place, part) for one, place, part in parts])

        return PosteriorPredictor(mean, samples, deviation)

    def _condition(self, context: Points) -> Conditional:
        if context.values.shape[-1] != CHANNELS:
            raise InputError(f"lmmse needs {CHANNELS} colour channels; got {context.values.shape[-1]}")
        picture, known = on_grid(context)
        numbers = known[..., None].expand(-1, -1, CHANNELS).flatten().nonzero()[:, 0]
        return condition(self._prior, numbers, picture.flatten()[numbers])


class PosteriorPredictor(FixedPredictor):
    """Predicts one posterior sample: the mean plus ``deviation`` of the noise x that it is first asked about."""

    def __init__(self, mean: Tensor, samples: int, deviation: Callable[[Tensor], Tensor]) -> None:
        super().__init__(mean, samples)
        self._deviation = deviation
        self._drawn: Tensor | None = None

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """See :class:`fieldlib.prediction.Predictor`."""
        if self._drawn is None:
            self._drawn = self.base_mean + self._deviation(x)
        return Prediction.from_x0(self._drawn, x, self.path.coefficients(t))


@cache
def bundled_moments() -> Gaussian:
    """The moments in assets/lmmse.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        return expand(load_file(LMMSE_FILE))
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise InputError(
            f"{LMMSE_FILE} is missing or damaged ({error}): fit it with python -m train_scripts.fit_lmmse"
        ) from error


def _deviation(given: Conditional, coords: Tensor, noise: Tensor) -> Tensor:
    """Exact posterior deviations (K, N, C) at ``coords`` (N, 2) as a function of white ``noise`` (K, N, C).

    The noise of a pixel is the sum over the queries in it, divided by the root of their number: white noise again.
    Pixels without a query keep their mean.
    """
    cell = cells(coords[None], SIDE)[0]
    count = torch.bincount(cell, minlength=SIDE * SIDE).clamp_min(1)
    field = noise.new_zeros(len(noise), SIDE * SIDE, CHANNELS).index_add(1, cell, noise) / count.sqrt()[:, None]
    asked = torch.zeros(SIDE * SIDE, CHANNELS, dtype=torch.bool)
    asked[cell] = True
    asked.view(-1)[given.known] = False
    hidden = asked.flatten().nonzero()[:, 0]
    drawn = torch.zeros_like(field).flatten(1)
    drawn[:, hidden] = (field.flatten(1)[:, hidden].double() @ given.spread(hidden).T).to(drawn)
    return torch.cat([_read(one, coords[None]) for one in drawn])


def _read(picture: Tensor, coords: Tensor) -> Tensor:
    """Values (1, N, C) of a flat picture (n,) at ``coords`` (1, N, 2), bilinear between pixel centres."""
    maps = picture.to(coords).view(SIDE, SIDE, CHANNELS).permute(2, 0, 1)[None]
    return read_between(maps, coords)
