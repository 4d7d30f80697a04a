"""The options that commands share which score models on test pictures; each sets its own defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldlib.registry import one_call


@dataclass(frozen=True)
class TestPictures:
    """How test pictures are seen.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        limit: number of test pictures: the first 100 of each class as they come, then the others.
        samples: samples per picture.
    """

    data: str | None = None
    limit: int = 100
    samples: int = 8


@dataclass(frozen=True)
class Comparison(TestPictures):
    """How models are run on them.

    Attributes:
        models: only these; all that fit when absent.
        solver: one solver for all models.
        steps: solver steps.
        seeds: of masks and noise; each is one run over all pictures, and their spread gives the intervals.
        merge: other files of the same study whose cells to take in first: shares of the work under --models, --seeds
            and --out.
    """

    models: tuple[str, ...] = ()
    solver: str = "dpmpp_2m"
    steps: int = 8
    seeds: tuple[int, ...] = (42, 43, 44)
    merge: tuple[Path, ...] = ()


def how(model: str, solver: str, steps: int) -> dict[str, Any]:
    """``solver`` and ``steps`` for the model of that name; one that answers at once has its own solver and one step."""
    return {"solver": None, "steps": 1} if one_call(model) else {"solver": solver, "steps": steps}
