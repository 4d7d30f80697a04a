"""What the bundled weights are asked to reach, beside what the study measured: assets/study/gates.json and a table.

python -m train_scripts.gates

Reads the cells of one seed of comparison.json, sparsity.json and patterns.json; runs no model.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import fieldlib
from fieldlib.acceleration import provenance
from fieldlib.assets import STUDY
from fieldlib.errors import InputError
from fieldlib.files import write_json
from fieldlib.hub import DEFAULT_PRESET
from fieldlib.registry import METHODS
from fieldlib.study import read_study
from train_scripts.cli import run
from train_scripts.documents import table

Cell = Mapping[str, Any]
QUALITY = "estimate_psnr_unobserved"
SHARES = (0.05, 0.1, 0.4)
PATTERNS = ("block", "lines", "grid")


class Gate(NamedTuple):
    """What is asked of ``model``, as ``low`` <= ``measured`` <= ``high``; a limit of None asks nothing."""

    name: str
    model: str
    measured: float
    low: float | None = None
    high: float | None = None

    @property
    def missing(self) -> float:
        """How far ``measured`` lies outside, 0 when the gate is met."""
        below = 0.0 if self.low is None else self.low - self.measured
        above = 0.0 if self.high is None else self.measured - self.high
        return max(below, above, 0.0)

    @property
    def wanted(self) -> str:
        """The limits as people read them."""
        if self.high is None:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.low is None else f"{self.low:g} to {self.high:g}"

    @property
    def cells(self) -> list[str]:
        """Its row in the table."""
        missing = f"{self.missing:.4g}" if self.missing else "met"
        return [self.name, self.model, self.wanted, f"{self.measured:.4g}", missing]


@dataclass(frozen=True)
class Options:
    """Judge the bundled weights.

    Attributes:
        seed: of the comparison's cells that are judged.
        study: folder of the study's JSON files; gates.json is written there.
    """

    seed: int = 42
    study: Path = STUDY


def main(options: Options) -> None:
    """Write the file and print the table."""
    found = list(gates(options))
    rows = [{**gate._asdict(), "missing": gate.missing} for gate in found]
    made_by = f"python -m train_scripts.gates --seed {options.seed}"
    document = {"made_by": made_by, **provenance(), "seed": options.seed, "rows": rows}
    write_json(options.study / "gates.json", document)
    print(table(["gate", "model", "wanted", "measured", "missing"], [gate.cells for gate in found]))


def gates(options: Options) -> Iterator[Gate]:
    """All gates, those of the comparison first."""
    cells = {cell["model"]: cell for cell in cells_of(options, "comparison")}
    winner = best(cells.values(), baselines=False)["model"]
    yield from quality_gates(cells, winner)
    for preset in dict.fromkeys((DEFAULT_PRESET, winner.partition("/")[2])):
        for name in scored(cells, preset):
            yield from sample_gates(f"{name}/{preset}", cells)
    yield from varied_gates(cells_of(options, "sparsity"), "context", SHARES)
    yield from varied_gates(cells_of(options, "patterns"), "pattern", PATTERNS)


def cells_of(options: Options, study: str) -> list[Cell]:
    """The cells of the chosen seed: same pictures and masks for all models.

    Raises:
        InputError: there are none.
    """
    cells = [cell for cell in read_study(options.study / f"{study}.json")["cells"] if cell["seed"] == options.seed]
    if not cells:
        raise InputError(f"{study}.json has no cells of seed {options.seed}; run the study first")
    return cells


def quality_gates(cells: Mapping[str, Cell], winner: str) -> Iterator[Gate]:
    """The estimate: of the best model, ``winner``, then of each method's default model."""
    classical = best(cells.values(), baselines=True)
    for model, lead in ((winner, 1.5), *((f"{name}/{DEFAULT_PRESET}", 1.0) for name in scored(cells))):
        cell = cells[model]
        yield Gate("estimate, dB above the best baseline", model, cell[QUALITY] - classical[QUALITY], lead)
        yield Gate("SSIM of the full picture", model, cell["estimate_ssim_full"], 0.84)


def sample_gates(model: str, cells: Mapping[str, Cell]) -> Iterator[Gate]:
    """What the samples of ``model`` are worth, alone and together."""
    cell, classical = cells[model], best(cells.values(), baselines=True)
    mean, rival = cell["mean_psnr_unobserved"], cells[f"regressor/{DEFAULT_PRESET}"]
    yield Gate("mean of 8, dB above the best baseline", model, mean - classical[QUALITY], 0.7)
    yield Gate("mean of 8, dB below the regressor", model, rival[QUALITY] - mean, None, 0.7)
    yield Gate("CRPS, relative to LMMSE's", model, cell["crps"] / cells["lmmse"]["crps"], None, 0.85)
    yield Gate("coverage of the 90% interval", model, cell["coverage90"], 0.87, 0.93)
    yield Gate(
        "squared error of a sample over that of the mean", model, cell["sample_mse"] / cell["mean_mse"], 1.6, 2.1
    )
    yield Gate("sharpness of one sample", model, cell["sharpness"], 0.9, 1.1)


def varied_gates(cells: Sequence[Cell], varied: str, values: Sequence[Any]) -> Iterator[Gate]:
    """Other shares or patterns: each method's default model against the best baseline, dB of the estimate."""
    for value in values:
        here = [cell for cell in cells if cell[varied] == value]
        classical = best(here, baselines=True)
        for name in scored({cell["model"] for cell in here}):
            cell = next(cell for cell in here if cell["model"] == f"{name}/{DEFAULT_PRESET}")
            label = f"{value:.0%} known" if varied == "context" else f"pattern {value}"
            yield Gate(f"{label}: dB above the best baseline", cell["model"], cell[QUALITY] - classical[QUALITY], 0.0)


def scored(models: Container[str], preset: str = DEFAULT_PRESET) -> list[str]:
    """The methods whose model of this size was scored; a new one has no weights yet."""
    return [name for name in METHODS if f"{name}/{preset}" in models]


def best(cells: Iterable[Cell], baselines: bool) -> Cell:
    """The cell with the best estimate among the baselines, or among the networks."""
    return max((c for c in cells if (c["model"] in fieldlib.BASELINES) == baselines), key=lambda cell: cell[QUALITY])


if __name__ == "__main__":
    run(Options, main)
