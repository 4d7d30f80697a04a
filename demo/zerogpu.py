"""A GPU for the time of a run on a Space with ZeroGPU hardware, where the package ``spaces`` is; elsewhere nothing."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor, nn

import fieldlib
from fieldlib import Frame
from fieldlib.model import FieldModel
from fieldlib.narrow import example, quick
from fieldlib.points import Points
from fieldlib.sampling import Model

SECONDS = 60  # of GPU that a run may take
HARDWARE = "SPACES_ZERO_GPU"  # environment variable that the hardware sets
Function = TypeVar("Function", bound=Callable[..., object])


def gpu(function: Function) -> Function:
    """``function`` with a GPU while it runs, where ``spaces`` is installed; unchanged elsewhere.

    On ZeroGPU hardware it then runs in a process of its own: arguments and results have to travel between processes.
    """
    if importlib.util.find_spec("spaces") is None:
        return function
    decorated: Function = importlib.import_module("spaces").GPU(duration=SECONDS)(function)
    return decorated


def device() -> torch.device:
    """Where a decorated function computes: the GPU on ZeroGPU hardware, the processor anywhere else."""
    return torch.device("cuda" if os.environ.get(HARDWARE) and torch.cuda.is_available() else "cpu")


def at_hand(name: str) -> Model:
    """The model called ``name`` as this processor computes it best, read and asked once.

    The first call of a network takes several times as long as the others: no run's clock is to count that.

    Raises:
        InputError: as :func:`fieldlib.load`.
    """
    model = quick(fieldlib.load(name))
    if isinstance(model, FieldModel):
        _ask_once(model)
    return model


@lru_cache(maxsize=16)  # as many as fieldlib.load keeps
def _ask_once(model: FieldModel) -> None:
    fieldlib.estimate(model, *example())


@gpu
def sample(
    name: str, context: Points, coords: Tensor, solver: str | None, steps: int, seeds: tuple[int, ...]
) -> Generator[Frame, None, None]:
    """:func:`fieldlib.sample` with the model called ``name``; frames come in the memory of the processor.

    Raises:
        InputError: as :func:`fieldlib.load` and :func:`fieldlib.sample`.
    """
    place = device()
    model = at_hand(name) if place.type == "cpu" else fieldlib.load(name)
    if isinstance(model, nn.Module) and next(model.parameters()).device != place:
        model = model.to(place)  # a baseline computes where its points are
    mask = None if context.mask is None else context.mask.to(place)
    context = Points(context.coords.to(place), context.values.to(place), mask)
    for frame in fieldlib.sample(model, context, coords, solver=solver, steps=steps, seeds=seeds):
        yield frame._replace(values=frame.values.cpu(), x0=frame.x0.cpu())
