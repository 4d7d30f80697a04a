"""A study's JSON file: settings, machine, command and one record per finished cell; a stopped study goes on from it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scipy.stats import t as student

import fieldlib
from fieldlib.acceleration import machine_class
from fieldlib.assets import WEIGHTS
from fieldlib.checkpoint import read_config, write_atomic
from fieldlib.errors import InputError
from fieldlib.study import read_study

CONFIDENCE = 0.95
Cell = dict[str, Any]


class StudyFile:
    """The finished cells of one study.

    Args:
        path: of the JSON file; cells that it holds under other settings are dropped.
        command: what a person types to make the file.
        settings: what must be equal for two cells to be comparable; plain values.
        keys: the fields that tell one cell from another.

    Raises:
        InputError: a file that is no study.
    """

    def __init__(self, path: Path, command: str, settings: Mapping[str, Any], keys: Sequence[str]) -> None:
        self.path, self.command, self.settings, self.keys = path, command, dict(settings), tuple(keys)
        document = read_study(path) if path.exists() else {}
        kept = document.get("settings") == json.loads(json.dumps(self.settings))
        self.cells: list[Cell] = document.get("cells", []) if kept else []

    def find(self, **key: object) -> Cell | None:
        """The finished cell with these fields (``sha256`` among them: other weights make another cell), or None."""
        for cell in self.cells:
            if all(cell.get(name) == value for name, value in key.items()):
                return cell
        return None

    def add(self, cell: Cell) -> None:
        """Enter a finished cell in place of an older one with the same keys, and save.

        Cells of other weights of the same model go too: a row never mixes two trainings.
        """
        key = [cell[name] for name in self.keys]
        self.cells = [other for other in self.cells if [other[name] for name in self.keys] != key]
        self.cells = [other for other in self.cells if self._same_weights(other, cell)] + [cell]
        self.save()

    @staticmethod
    def _same_weights(one: Cell, other: Cell) -> bool:
        return one.get("model") != other.get("model") or one.get("sha256") == other.get("sha256")

    def merge(self, path: Path) -> None:
        """Enter the cells of another file of the same study, for work that several processes or machines shared.

        Raises:
            InputError: a file that is no study, or one with other settings.
        """
        document = read_study(path)
        if document.get("settings") != json.loads(json.dumps(self.settings)):
            raise InputError(f"{path} was made with other settings: {document.get('settings')}, not {self.settings}")
        for cell in document.get("cells", []):
            self.add(cell)

    def keep(self, models: Sequence[str]) -> None:
        """Drop the cells of all models but these."""
        self.cells = [cell for cell in self.cells if cell["model"] in models]

    def save(self) -> None:
        """Write the file, atomically."""
        document: dict[str, Any] = {"made_by": self.command, "machine": machine_class(), "settings": self.settings}
        document |= {"rows": self.rows(), "cells": self.cells}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self.path, (json.dumps(document, indent=1) + "\n").encode())

    def rows(self) -> list[Cell]:
        """One row per group of cells that differ only by seed: means, ``interval`` (half widths) and ``seeds``."""
        fixed = [name for name in self.keys if name != "seed"]
        groups: dict[tuple[Any, ...], list[Cell]] = {}
        for cell in self.cells:
            groups.setdefault(tuple(cell[name] for name in fixed), []).append(cell)
        return [self._row(cells, fixed) for cells in groups.values()]

    @staticmethod
    def _row(cells: Sequence[Cell], fixed: Sequence[str]) -> Cell:
        """The summary, in which the ``fixed`` fields are what they were: a mean of equal numbers may be rounded."""
        row = summarise(cells)
        interval = {name: width for name, width in row["interval"].items() if name not in fixed}
        return {**row, **{name: cells[0][name] for name in fixed}, "interval": interval}


def command(script: str, options: Any, settings: Mapping[str, Any], *extra: str) -> str:  # noqa: ANN401 - any Options
    """What to type to make a study with these ``settings`` again: the flags that differ from the script's defaults."""
    changed = [
        f"--{name.replace('_', '-')} {value}"
        for name, value in settings.items()
        if value != getattr(type(options), name)
    ]
    seeds = [f"--seeds {' '.join(map(str, options.seeds))}"] if options.seeds != type(options).seeds else []
    return " ".join([f"python -m train_scripts.{script}", *extra, *changed, *seeds])


def summarise(cells: Sequence[Cell]) -> Cell:
    """One row for ``cells`` that differ only by seed.

    Numbers with a fraction become means, with the half widths of their confidence intervals over the seeds (Student's)
    under ``interval``, which is empty for one seed. Everything else is kept where it is equal in all cells.
    """
    row: Cell = {"seeds": sorted(cell["seed"] for cell in cells)}
    interval: dict[str, float] = {}
    for name, value in cells[0].items():
        values = [cell.get(name) for cell in cells]
        if all(isinstance(one, float) for one in values):
            row[name] = statistics.fmean(values)  # type: ignore[arg-type]
            if len(values) > 1:
                interval[name] = half_width(values)  # type: ignore[arg-type]
        elif name != "seed" and all(one == value for one in values):
            row[name] = value
    return {**row, "interval": interval}


def half_width(values: Sequence[float]) -> float:
    """Half the width of Student's confidence interval for the mean of two or more ``values``."""
    factor = student.ppf((1 + CONFIDENCE) / 2, len(values) - 1)
    return float(factor * statistics.stdev(values) / len(values) ** 0.5)


def weights_of(name: str) -> str | None:
    """SHA-256 of the weights of a bundled model or of one in a folder; None for a baseline."""
    if name in fieldlib.BASELINES:
        return None
    return read_config(name if Path(name).is_dir() else WEIGHTS / name)["sha256"]


def chosen_models(names: Sequence[str]) -> tuple[str, ...]:
    """``names``, or all bundled models and baselines when there are none.

    Raises:
        InputError: a name that is not bundled.
    """
    known = fieldlib.model_names()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"unknown model {unknown[0]!r}; known: {', '.join(known)}")
    return tuple(names) or known
