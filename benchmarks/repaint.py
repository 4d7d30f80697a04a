"""RePaint's inpainting with diffusers' scheduler: how many calls it makes, and what a stretch of it takes.

References: Lugmayr et al. 2022 (T = 250, jumps of 10 steps, 10 resamplings), arXiv 2201.09865.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from diffusers import RePaintScheduler
from torch import Tensor, nn

STEPS, JUMP, RESAMPLINGS = 250, 10, 10


def schedule() -> Any:  # noqa: ANN401 - diffusers declares no types here
    """The scheduler at the published settings."""
    scheduler: Any = RePaintScheduler()
    scheduler.set_timesteps(STEPS, jump_length=JUMP, jump_n_sample=RESAMPLINGS)
    return scheduler


def moves(scheduler: Any) -> list[tuple[int, bool]]:  # noqa: ANN401
    """Every move of a run as (time, whether the network is called); the others add noise back."""
    times = scheduler.timesteps.tolist()
    return [(t, t < before) for before, t in pairwise([times[0] + 1, *times])]


def count_calls() -> int:
    """Network calls of one whole run."""
    return sum(called for _, called in moves(schedule()))


class Stretch:
    """A part of a run around its first jump back: ``calls`` network calls and one jump, as in the rest of the run."""

    calls = JUMP

    def __init__(self, unet: nn.Module) -> None:
        self.unet, self.scheduler = unet, schedule()
        run = moves(self.scheduler)
        jump = next(i for i, (_, called) in enumerate(run) if not called)
        self.moves = run[jump - JUMP // 2 : jump + JUMP + JUMP // 2]
        self.times = [t for t, _ in run][jump - JUMP // 2 - 1 :]
        self.picture = torch.zeros(1, 3, 32, 32)
        self.known = (torch.rand(1, 1, 32, 32) < 0.2).float()

    def __call__(self) -> Tensor:
        """Run it from noise."""
        *_, x = self.walk(torch.randn(1, 3, 32, 32))
        return x

    def walk(self, x: Tensor) -> Iterator[Tensor]:
        """The state after each move."""
        for before, (t, called) in zip(self.times, self.moves, strict=False):
            if called:
                noise = self.unet(x, t).sample
                x = self.scheduler.step(noise, t, x, self.picture, self.known).prev_sample
            else:
                x = self.scheduler.undo_step(x, before)
            yield x
