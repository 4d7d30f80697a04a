"""A study's JSON file: settings, machine, command and one record per finished cell; a stopped study goes on from it."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fieldlib.acceleration import provenance
from fieldlib.errors import InputError
from fieldlib.files import write_json
from fieldlib.study import cells_of, half_width, read_study, with_ratio
from train_scripts.study_command import Cell, Command
from train_scripts.timing import take_times

TIMES = ("seconds_per_image", "seconds_per_sample_batched")


class StudyFile:
    """The finished cells of one study, each with the machine, threads and date that made it.

    Args:
        path: of the JSON file.
        command: what a person types to make the file, but for what its cells tell.
        settings: what must be equal for two cells to be comparable; plain values.
        keys: the fields that tell one cell from another.

    Attributes:
        test_pictures: fingerprint of the pictures that the cells are scored on; None while nobody has said.
        times: seconds of one sample of each row, and where and how they were taken; None when they were not.

    Raises:
        InputError: a file that is no study, or one with other settings, whose cells would be lost.
    """

    def __init__(self, path: Path, command: Command, settings: Mapping[str, Any], keys: Sequence[str]) -> None:
        self.path, self.command, self.settings, self.keys = path, command, dict(settings), tuple(keys)
        self.test_pictures: str | None = None
        document = self._read(path, "name another with --out, or delete it to start anew") if path.exists() else {}
        self.cells: list[Cell] = cells_of(document)
        self.times: dict[str, Any] | None = document.get("times")

    def _read(self, path: Path, advice: str) -> dict[str, Any]:
        """The study in ``path``, which must have been made with these settings."""
        document = read_study(path)
        theirs, ours = document.get("settings", {}), json.loads(json.dumps(self.settings))
        apart = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
        if apart:
            told = ", ".join(f"{name} {theirs.get(name)} instead of {ours.get(name)}" for name in apart)
            raise InputError(f"{path} was made with other settings: {told}; {advice}")
        scored = document.get("test_pictures") or self.test_pictures  # files of before it was kept say nothing
        if self.test_pictures not in (None, scored):
            raise InputError(f"{path} was scored on other test pictures; {advice}")
        self.test_pictures = scored
        return document

    def scored_on(self, pictures: np.ndarray) -> None:
        """Say which pictures, uint8 (N, H, W, 3), cells are scored on: rows on different ones cannot be compared.

        Raises:
            InputError: the cells in the file were scored on others.
        """
        ours = fingerprint(pictures)
        if self.test_pictures not in (None, ours):
            raise InputError(
                f"{self.path} was scored on other test pictures ({self.test_pictures}; these are {ours}): give them "
                "with --data, or name another file with --out"
            )
        self.test_pictures = ours

    def missing(self, plan: Iterable[Cell]) -> list[Cell]:
        """The cells of ``plan`` that are not finished."""
        return [cell for cell in plan if self.find(**cell) is None]

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
        self.add_all([cell])

    def add_all(self, cells: Iterable[Cell]) -> None:
        """As :meth:`add`, of cells that are finished together: a stop leaves all of them in the file or none."""
        for cell in cells:
            self._enter(cell if "machine" in cell else {**cell, **provenance()})
        self.save()

    def _enter(self, cell: Cell) -> None:
        key = [cell[name] for name in self.keys]
        self.cells = [other for other in self.cells if [other[name] for name in self.keys] != key]
        self.cells = [other for other in self.cells if self._same_weights(other, cell)] + [cell]

    @staticmethod
    def _same_weights(one: Cell, other: Cell) -> bool:
        return one.get("model") != other.get("model") or one.get("sha256") == other.get("sha256")

    def merge(self, *paths: Path) -> None:
        """Enter the cells of other files of the same study, for work that several machines shared.

        Cells without a date get that of the file's last change.

        Raises:
            InputError: a file that is no study, or one with other settings.
        """
        for path in paths:
            document = self._read(path, "merge files of equal settings only")
            changed = time.strftime("%Y-%m-%d", time.gmtime(path.stat().st_mtime))
            for cell in cells_of(document):
                self._enter({"date": changed, **cell})
        if paths:
            self.save()

    def save(self) -> None:
        """Write the file, atomically."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.path, self.document())

    def document(self) -> dict[str, Any]:
        """What the file holds; its machines are those of the cells, its date is that of the latest one."""
        known = {
            "machine": sorted(self.machines()),
            "date": max((cell.get("date", "") for cell in self.cells), default=""),
        }
        head = {
            "made_by": self.made_by,
            **known,
            "settings": self.settings,
        }
        if self.test_pictures is not None:
            head["test_pictures"] = self.test_pictures
        times = {} if self.times is None else {"times": self.times}
        return {**head, **times, "rows": self.rows(), "cells": self.cells}

    @property
    def made_by(self) -> str:
        """What a person types to make the file again."""
        return self.command.of(self.cells)

    def machines(self) -> set[str]:
        """The kinds of machine that made the cells."""
        return {cell["machine"] for cell in self.cells}

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that at least one cell has."""
        return tuple(sorted({cell["seed"] for cell in self.cells}))

    def label(self, cell: Cell) -> str:
        """What tells the row of ``cell`` from others, in words."""
        return " ".join(str(cell[name]) for name in self.keys if name != "seed")

    def take_times(self, pictures: np.ndarray) -> None:
        """Time one sample of every row, all in turns, in place of older times; see :func:`timing.take_times`.

        Raises:
            InputError: no rows.
        """
        if not self.cells:
            raise InputError(f"{self.path} has no scores under these settings: make them first, without --times")
        self.times = take_times({self.label(row): row for row in self.rows()}, pictures)

    def rows(self) -> list[Cell]:
        """One row per group of cells that differ only by seed: means, ``interval`` (half widths) and ``seeds``."""
        fixed = [name for name in self.keys if name != "seed"]
        groups: dict[tuple[Any, ...], list[Cell]] = {}
        for cell in self.cells:
            groups.setdefault(tuple(cell[name] for name in fixed), []).append(cell)
        return [self._row(cells, fixed) for cells in groups.values()]

    def _row(self, cells: Sequence[Cell], fixed: Sequence[str]) -> Cell:
        """The summary, in which the ``fixed`` fields are what they were: a mean of equal numbers may be rounded.

        Its times are those that were taken in turns; else the least of its cells, if one kind of machine made them all.
        """
        row = summarise(cells)
        label = self.label(cells[0])
        if self.times is not None or len(self.machines()) > 1:
            row = {name: value for name, value in row.items() if name not in TIMES}
        if self.times is not None and label in self.times["seconds"]:
            row["seconds_per_image"] = self.times["seconds"][label]
        interval = {name: width for name, width in row["interval"].items() if name not in fixed}
        return {**row, **{name: cells[0][name] for name in fixed}, "interval": interval}


def summarise(cells: Sequence[Cell]) -> Cell:
    """One row for ``cells`` that differ only by seed.

    Numbers with a fraction become means, with the half widths of their confidence intervals over the seeds (Student's)
    under ``interval``, which has none for one seed or equal values; lists of them become means place by place; times
    become the least, which is nearest to a quiet machine's. Everything else is kept where it is equal in all cells.
    ``error_ratio`` is the squared error of one sample over that of the mean of K; of exact samples it is 2 K / (K + 1).
    """
    cells = [with_ratio(cell) for cell in cells]
    row: Cell = {"seeds": sorted(cell["seed"] for cell in cells)}
    interval: dict[str, float] = {}
    for name, value in cells[0].items():
        values = [cell.get(name) for cell in cells]
        if name in TIMES:
            row[name] = min(values)  # type: ignore[type-var]
        elif all(isinstance(one, float) for one in values):
            row[name] = statistics.fmean(values)  # type: ignore[arg-type]
            if (half := half_width(values)) is not None:  # type: ignore[arg-type]
                interval[name] = half
        elif all(is_curve(one) for one in values):
            row[name] = [statistics.fmean(place) for place in zip(*values, strict=True)]
        elif name != "seed" and all(one == value for one in values):
            row[name] = value
    return {**row, "interval": interval}


def fingerprint(pictures: np.ndarray) -> str:
    """Twelve digits that tell these pictures, uint8 (N, H, W, 3), from others."""
    return hashlib.sha256(np.ascontiguousarray(pictures).tobytes()).hexdigest()[:12]


def is_curve(value: object) -> bool:
    """Whether ``value`` is a list of numbers with fractions."""
    return isinstance(value, list) and all(isinstance(one, float) for one in value)
