"""Processes that work together, started by ``accelerate launch``; a single process needs none of it.

Every process takes its share of a batch or of the pictures; all end up with the same sums; only the first writes.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from fieldlib.errors import InputError

T = TypeVar("T")


class Team:
    """A team of one: shares are everything, sums are what they were.

    Attributes:
        size: number of processes. rank: this one's number. device: where this one computes.
    """

    size = 1
    rank = 0

    def __init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes files and speaks."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """The part of ``items`` that falls to this process: every ``size``-th one, from ``rank`` on."""
        return items[self.rank :: self.size]

    def sum(self, tensor: Tensor) -> Tensor:
        """The sum of everybody's ``tensor``."""
        return tensor

    def collect(self, item: T) -> list[T]:
        """Everybody's ``item``, in the order of ranks."""
        return [item]

    def agree(self, item: T) -> T:
        """The first process's ``item``, for all."""
        return self.collect(item)[0]

    def sum_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace all gradients by their sums, as one tensor in one exchange."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        total = self.sum(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, part in zip(gradients, total.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


class LaunchedTeam(Team):
    """The processes of ``accelerate launch`` (or ``torchrun``), on GPUs or, without any, on CPUs."""

    def __init__(self) -> None:
        from accelerate import PartialState  # takes a second to import, which single processes do not pay

        super().__init__()
        state = PartialState(cpu=not torch.cuda.is_available())
        self.size, self.rank, self.device = state.num_processes, state.process_index, state.device
        atexit.register(state.destroy_process_group)  # threads of the group that outlive Python abort the process

    def sum(self, tensor: Tensor) -> Tensor:
        """See :meth:`Team.sum`."""
        from accelerate.utils import reduce

        return reduce(tensor.to(self.device), "sum").to(tensor.device)

    def collect(self, item: T) -> list[T]:
        """See :meth:`Team.collect`."""
        from accelerate.utils import gather_object

        return gather_object([item])


def join_team() -> Team:
    """The team that this process was started in."""
    return LaunchedTeam() if int(os.environ.get("WORLD_SIZE", "1")) > 1 else Team()


def share_batch(size: int, team: Team, accumulate: int) -> list[slice]:
    """The rows of a batch that one process goes through, in ``accumulate`` equal parts.

    Raises:
        InputError: the batch cannot be shared evenly.
    """
    parts = team.size * accumulate
    if accumulate < 1 or size % parts:
        raise InputError(
            f"a batch of {size} pictures cannot be shared by {team.size} processes in {accumulate} equal parts each; "
            "choose another --batch-size or --accumulate"
        )
    each, first = size // parts, team.rank * accumulate
    return [slice(number * each, (number + 1) * each) for number in range(first, first + accumulate)]
