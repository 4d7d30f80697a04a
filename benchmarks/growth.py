"""How time and peak memory grow with known points, queries and samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.effort import Effort
from benchmarks.growth_axes import AXES
from benchmarks.section import Row, Section
from fieldlib.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
NOTICEABLE = 10.0  # MB; what is less drowns in the libraries' own memory
LARGE = 10_000  # sizes from here on are also fitted alone, because small ones measure what a call costs at least


def measure(effort: Effort) -> list[Row]:
    """One row for each size of each axis; every row carries the exponents of its axis."""
    return [row for axis in AXES for row in measure_axis(axis, effort)]


def measure_axis(axis: str, effort: Effort) -> list[Row]:
    """The rows of one axis."""
    field, _, unit = AXES[axis]
    points = run_worker(axis, getattr(effort, field))
    done = [point for point in points if "ms" in point]
    large = [point for point in done if point["size"] >= LARGE]
    fits = {"exponent": exponent(done, "ms"), "exponent_large": exponent(large, "ms")}
    fits["memory_exponent"] = exponent([point for point in done if point["extra_mb"] > NOTICEABLE], "extra_mb")
    return [{"name": axis, "what": f"{point['size']:,} {unit}", **point, **fits} for point in points]


def run_worker(axis: str, sizes: tuple[int, ...]) -> list[Row]:
    """The worker's rows.

    Raises:
        InputError: it ended before the last one.
    """
    command = [sys.executable, "-m", "benchmarks.growth_worker", axis, *map(str, sizes)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or not rows:
        raise InputError(f"{' '.join(command)} ended with code {done.returncode} after {len(rows)} results")
    return rows


def exponent(points: list[Row], key: str) -> float | None:
    """The slope of log ``key`` over log size; None where there are no two positive values."""
    pairs = [(point["size"], point[key]) for point in points if point[key] > 0]
    if len(pairs) < 2:
        return None
    sizes, values = np.log(np.array(pairs)).T
    return float(np.polyfit(sizes, values, 1)[0])


SECTION = Section(
    "Growth",
    "Default preset, fp32. The exponent is the slope of log time over log size: 1 is linear, 0 independent; also from "
    f"{LARGE:,} on alone. Memory is the peak of a process that does only this, and how much "
    "of it came on top of a first run at the smallest size; its exponent is that of what exceeds "
    f"{NOTICEABLE:.0f} MB.",
    {
        "name": ("what", "s"),
        "size": ("size", ",d"),
        "ms": ("ms", ",.2f"),
        "peak_mb": ("peak MB", ",.0f"),
        "extra_mb": ("of it for this", ",.0f"),
        "exponent": ("exponent, time", ".2f"),
        "exponent_large": ("from 10,000 on", ".2f"),
        "memory_exponent": ("exponent, memory", ".2f"),
    },
    measure,
)
