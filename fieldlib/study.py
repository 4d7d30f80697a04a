"""Reading a study's JSON file, for the commands that go on with it and for the pages that show it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from scipy.stats import t as student

from fieldlib.errors import InputError

CONFIDENCE = 0.95


def read_study(path: Path) -> dict[str, Any]:
    """The study in ``path``.

    Raises:
        InputError: not a JSON object.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no study file ({error}): delete it or name another") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is no study file (it holds no JSON object): delete it or name another")
    return document


def cells_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The finished cells, each with ``machine`` and ``date``; cells of older files have what the file says of all."""
    whole: dict[str, Any] = {}
    if isinstance(document.get("machine"), str):
        whole = {name: document[name] for name in ("machine", "date") if name in document}
    return [{**whole, **cell} for cell in document.get("cells", [])]


def with_ratio(cell: Mapping[str, Any]) -> dict[str, Any]:
    """``cell`` with its ``error_ratio`` where it has both errors: squared error of one sample over that of the mean."""
    if not {"sample_mse", "mean_mse"} <= cell.keys():
        return dict(cell)
    return {**cell, "error_ratio": cell["sample_mse"] / cell["mean_mse"]}


class Difference(NamedTuple):
    """Mean difference of two rows, half its 95% interval (None for one seed or one mask), and number of seeds."""

    value: float
    half: float | None
    seeds: int

    @property
    def is_safe(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.half is not None and abs(self.value) > self.half


def paired_difference(
    ones: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]], column: str
) -> Difference | None:
    """``column`` of the cells ``ones`` less that of ``others`` over the seeds that both have; None when there are none.

    Equal seeds mean equal pictures and equal masks, so what makes a seed easy for all models cancels out.
    """
    mine, theirs = (
        {cell["seed"]: cell[column] for cell in cells if cell.get(column) is not None} for cells in (ones, others)
    )
    gaps = [mine[seed] - theirs[seed] for seed in sorted(mine.keys() & theirs.keys())]
    if not gaps:
        return None
    return Difference(statistics.fmean(gaps), half_width(gaps), len(gaps))


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of Student's confidence interval for the mean of ``values``; None where it says nothing.

    That is for one value, and for equal ones: of a mask that is the same for every seed, they are one measurement.
    """
    if len(set(values)) < 2:
        return None
    factor = student.ppf((1 + CONFIDENCE) / 2, len(values) - 1)
    return float(factor * statistics.stdev(values) / len(values) ** 0.5)
