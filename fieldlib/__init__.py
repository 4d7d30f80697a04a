"""Sparse neural fields: three generative methods, one protocol.

>>> import fieldlib
>>> model = fieldlib.load("flow_matching")
>>> context = fieldlib.observe(picture, fraction=0.2, seed=0)
>>> for frame in fieldlib.sample(model, context, fieldlib.grid(32, 32)):
...     show(frame.values)
"""

from fieldlib.errors import InputError
from fieldlib.hub import load, model_names
from fieldlib.observation import observe
from fieldlib.points import Batch, Points, grid
from fieldlib.registry import BACKBONES, BASELINES, METHODS, PATTERNS, RIVALS, SOLVERS
from fieldlib.sampling import Frame, estimate, reconstruct, sample

__version__ = "0.1.0"

__all__ = [
    "BACKBONES",
    "BASELINES",
    "METHODS",
    "PATTERNS",
    "RIVALS",
    "SOLVERS",
    "Batch",
    "Frame",
    "InputError",
    "Points",
    "estimate",
    "grid",
    "load",
    "model_names",
    "observe",
    "reconstruct",
    "sample",
]
