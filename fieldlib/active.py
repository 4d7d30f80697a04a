"""Which pixels to reveal next: rules that choose where a measurement is worth most.

A batch of pixels is chosen one by one, and a pixel that is chosen counts as measured at once: the samples' covariance
is conditioned on it, so the next choice does not fall beside it.

References: MacKay 1992, Information-based objective functions for active data selection; Krause et al. 2008,
Near-optimal sensor placements in Gaussian processes; Houtekamer & Mitchell 2001 (localised ensemble covariances).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.points import grid

REACH = 4.0  # pixels over which a covariance from few samples is believed
NUGGET = 1e-6  # variance of a measurement, values in [-1, 1]


def choose(rule: str, samples: Tensor, known: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Numbers (count,) of pixels to reveal next, none of them known.

    Args:
        rule: a key of :data:`RULES`.
        samples: (K, side^2, C) of one square picture, K >= 2.
        known: (side^2,) bool.
        count: how many.
        generator: of the rule that draws at random.

    Raises:
        InputError: unknown rule, fewer than two samples, or fewer unknown pixels than ``count``.
    """
    if rule not in RULES:
        raise InputError(f"unknown rule {rule!r}; known: {', '.join(RULES)}")
    if len(samples) < 2:
        raise InputError(f"a spread needs at least 2 samples; got {len(samples)}")
    unknown = int((~known).sum())
    if not 1 <= count <= unknown:
        raise InputError(f"{unknown} pixels are unknown, so 1 to {unknown} can be revealed; got {count}")
    return RULES[rule](samples, known, count, generator)


def at_random(samples: Tensor, known: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Any unknown pixels."""
    order = torch.randperm(len(known), generator=generator)
    return order[~known[order]][:count]


def farthest(samples: Tensor, known: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """The pixel farthest from all known ones, again and again; looks at no sample.

    References: Gonzalez 1985, Clustering to minimize the maximum intercluster distance.
    """
    apart = distances(len(known))
    nearest = apart[known].amin(0) if known.any() else torch.full((len(known),), torch.inf)
    chosen = []
    for _ in range(count):
        chosen.append(int(nearest.argmax()))
        nearest = torch.minimum(nearest, apart[chosen[-1]])
    return torch.tensor(chosen)


def uncertain(samples: Tensor, known: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """The pixel whose samples differ most, argmax_p cov(p, p)."""
    return greedy(samples, known, count, lambda covariance: covariance.diagonal())


def gain(samples: Tensor, known: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """The pixel that lowers the variance of all together most, argmax_p sum_i cov(i, p)^2 / cov(p, p)."""
    return greedy(
        samples,
        known,
        count,
        lambda covariance: torch.linalg.vector_norm(covariance, dim=0).square() / (covariance.diagonal() + NUGGET),
    )


RULES: dict[str, Callable[[Tensor, Tensor, int, torch.Generator], Tensor]] = {
    "random": at_random,
    "farthest": farthest,
    "uncertain": uncertain,
    "gain": gain,
}


def greedy(samples: Tensor, known: Tensor, count: int, worth: Callable[[Tensor], Tensor]) -> Tensor:
    """The unknown pixels of highest ``worth``; after each the covariance is conditioned on it as a Gaussian's."""
    covariance = localised(samples)
    open_pixels = ~known
    chosen = []
    for _ in range(count):
        pixel = int(worth(covariance).masked_fill(~open_pixels, -torch.inf).argmax())
        chosen.append(pixel)
        open_pixels[pixel] = False
        column = covariance[:, pixel].clone()
        covariance.addr_(column, column, alpha=-1 / (float(column[pixel]) + NUGGET))
    return torch.tensor(chosen)


def localised(samples: Tensor) -> Tensor:
    """Covariance (N, N) of samples (K, N, C), summed over channels, that fades with distance: exp(-d^2 / 2 REACH^2)."""
    apart = (samples - samples.mean(0)).transpose(0, 1).flatten(1)
    covariance = apart @ apart.T / (len(samples) - 1)
    return covariance * torch.exp(-distances(samples.shape[1]).square() / (2 * REACH**2))


@cache
def distances(count: int) -> Tensor:
    """Distances in pixels between all pixels of a square picture of ``count`` pixels, (count, count).

    Raises:
        InputError: ``count`` is no square number.
    """
    side = round(count**0.5)
    if side**2 != count:
        raise InputError(f"rules choose among the pixels of a square picture; {count} is no square number")
    places = grid(side, side) * side / 2
    return torch.cdist(places, places)
