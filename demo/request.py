"""What a run depends on, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import fieldlib
from demo import checks
from demo.moments import Scene
from fieldlib import PATTERNS, SOLVERS
from fieldlib.draws import MOST_STEPS
from fieldlib.patterns.base import make_mask
from fieldlib.points import SIDE
from fieldlib.registry import learned, one_call

MOST_SAMPLES = 8
MOST_LANES = 3  # requests of a comparison


@dataclass(frozen=True)
class Request:
    """All that a run depends on; two equal requests give equal pictures.

    Args:
        pixels: the true picture, uint8 (32, 32, 3).
        fraction, pattern, seed: which pixels are revealed; see ``fieldlib.PATTERNS``.
        mask: bool (32, 32), True = revealed, instead of the pattern.
        model: one of ``fieldlib.model_names()``; a baseline or rival is one exact step, whatever solver and steps say.
        solver: one of ``fieldlib.SOLVERS``, None for the method's default. steps: 1 to 1000.
        noise_seed: seed of the starting noise; further samples take the seeds that follow.
        samples: how many are drawn side by side, 1 to 8: the first is shown, their spread is the uncertainty.
        scored: False when ``pixels`` are the visitor's own strokes, so that no truth is known at the hidden ones.

    Raises:
        InputError: any field out of its range.
    """

    pixels: np.ndarray
    fraction: float = 0.2
    pattern: str = "uniform"
    seed: int = 0
    model: str = "nearest"
    solver: str | None = None
    steps: int = 20
    noise_seed: int = 0
    mask: np.ndarray | None = None
    samples: int = 1
    scored: bool = True

    def __post_init__(self) -> None:
        """Check every field and bring whole numbers into one form."""
        checks.picture(self.pixels, SIDE)
        checks.drawn_mask(self.mask, SIDE)
        model = checks.one_of("model", self.model, fieldlib.model_names())
        clean = {
            "fraction": checks.share("the revealed fraction", self.fraction),
            "pattern": checks.one_of("pattern", self.pattern, PATTERNS.names()),
            "seed": checks.whole("the pixel seed", self.seed, 0, checks.MOST_SEED),
            "noise_seed": checks.whole("the noise seed", self.noise_seed, 0, checks.MOST_SEED),
            "samples": checks.whole("samples", self.samples, 1, MOST_SAMPLES),
            "solver": None if self.solver is None else checks.one_of("solver", self.solver, SOLVERS.names()),
            "steps": checks.whole("steps", self.steps, 1, MOST_STEPS),
        }
        if one_call(model):
            clean |= {"solver": None, "steps": 1, "samples": 1}
        for name, value in clean.items():
            object.__setattr__(self, name, value)


def set_scene(request: Request) -> Scene:
    """The picture of ``request`` and the pixels that it reveals.

    Raises:
        InputError: a mask that reveals nothing or everything.
    """
    mask = request.mask
    if mask is None:
        mask = make_mask(request.pattern, SIDE, SIDE, request.fraction, [request.seed, 0])
    return Scene(request.pixels, checks.partial_mask(mask), request.scored)


def solver_of(request: Request) -> str:
    """The name of the solver that ``request`` ends up with."""
    return solver_for(request.model, request.solver)


def solver_for(model: str, solver: str | None) -> str:
    """The name of the solver that ``model`` ends up with where ``solver`` is asked for, None for its default."""
    if one_call(model):
        return "exact"
    return solver or learned(model.partition("/")[0]).default_solver
