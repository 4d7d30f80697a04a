"""The study's JSON files as rows and tables; no user interface in here."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fieldlib import InputError, assets
from fieldlib.study import cells_of, read_study, with_ratio

Row = dict[str, Any]
COMMANDS = {
    "comparison": "python -m train_scripts.compare",
    "few_calls": "python -m train_scripts.few_calls",
    "frontier": "python -m train_scripts.study --questions frontier",
    "sparsity": "python -m train_scripts.study --questions sparsity",
    "patterns": "python -m train_scripts.study --questions patterns",
    "ablations": "python -m train_scripts.ablate",
    "ablations_minutes": "python -m train_scripts.ablate --minutes 2",
    "calibration": "python -m train_scripts.calibration",
    "super_resolution": "python -m train_scripts.super_resolution",
    "inpainting": "python -m train_scripts.inpainting",
    "active_sampling": "python -m train_scripts.active_sampling",
    "temporal": "python -m train_scripts.temporal",
    "recognition": "python -m train_scripts.recognition",
    "bench": "make bench",
    "consistency": "python -m train_scripts.consistency",
    "sheets": "python -m train_scripts.picture_sheets",
}


class Study(NamedTuple):
    """One study: its file, and what is in it."""

    path: Path
    document: dict[str, Any]

    @property
    def rows(self) -> list[Row]:
        """One row per cell of the study, means over seeds, without those that failed."""
        return [row for row in self.document.get("rows", ()) if "failed" not in row]

    @property
    def cells(self) -> list[Row]:
        """One record per model, setting and seed, with the ``error_ratio`` that its row has."""
        return [with_ratio(cell) for cell in cells_of(self.document)]

    @property
    def provenance(self) -> str:
        """One line: settings, seeds, machine, date and command."""
        made_with = self.document.get("settings", {}).items()
        plain = [(name, value) for name, value in made_with if value is not None and not isinstance(value, dict)]
        settings = ", ".join(f"{name} {shown(value)}" for name, value in plain)
        seeds = sorted({seed for row in self.rows for seed in row.get("seeds", ())})
        machine, date = (shown(self.document.get(name, "")) for name in ("machine", "date"))
        parts = [settings, f"seeds {', '.join(map(str, seeds))}" if seeds else "", machine, date]
        made = self.document.get("made_by")
        return "; ".join(part for part in parts if part) + (f". Made by `{made}`." if made else ".")


def timed(study: Study) -> str:
    """Where the times of a study come from."""
    times = study.document.get("times")
    if times is None:
        return "Times were taken when each model was scored, not side by side."
    return (
        f"Times: the least of {times['rounds']} rounds with all rows in turns, {times['machine']}, "
        f"{times['threads']} threads, {times['date']}, load before {times['load']:.1f}."
    )


def load(name: str) -> Study | None:
    """The study called ``name``, None when it has not been made yet.

    Raises:
        InputError: a file that cannot be read.
    """
    path = assets.STUDY / f"{name}.json"
    if not path.exists():
        return None
    try:
        return Study(path, read_study(path))
    except InputError as error:
        raise InputError(f"{error}; make it again with {COMMANDS[name]}") from error


def models_of(rows: Sequence[Row]) -> list[str]:
    """The models in ``rows``: trained ones first, then baselines, each in alphabetical order."""
    return sorted({row["model"] for row in rows}, key=lambda name: ("/" not in name, name))


def to_csv(rows: Sequence[Row]) -> str:
    """``rows`` as CSV: one column per number, ``..._interval`` beside those that have one, lists left out."""
    flat = [flatten(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return file.getvalue()


def flatten(row: Mapping[str, Any]) -> Row:
    """Plain values of ``row``, with its intervals as columns of their own and its seeds as text."""
    plain = {name: value for name, value in row.items() if not isinstance(value, list | dict)}
    widths = {f"{name}_interval": value for name, value in row.get("interval", {}).items()}
    seeds = {"seeds": " ".join(map(str, row["seeds"]))} if "seeds" in row else {}
    return {**plain, **widths, **seeds}


def shown(value: object) -> str:
    """A setting for people."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
