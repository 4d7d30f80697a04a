"""The classical baselines beside one picture of ours."""

from __future__ import annotations

import torch

import fieldlib
from benchmarks.calls import STEPS, picture
from benchmarks.effort import Effort
from benchmarks.scenes import KNOWN, UNKNOWN, context, network, queries
from benchmarks.section import Row, Section
from benchmarks.timing import Job, interleaved
from fieldlib.hub import DEFAULT_PRESET
from fieldlib.sampling import Model, estimate


def measure(effort: Effort) -> list[Row]:
    """One row for each baseline, for our estimate in one call and for our sample in 8."""
    model, _ = network(DEFAULT_PRESET)
    jobs = {name: estimate_job(fieldlib.load(name)) for name in fieldlib.BASELINES}
    jobs |= {"fieldlib, estimate": estimate_job(model), "fieldlib, sample": picture(model, 1, UNKNOWN)}
    with torch.inference_mode():
        seconds = interleaved(jobs, effort.rounds, 4 * effort.seconds)
    calls = {"fieldlib, estimate": 1, "fieldlib, sample": STEPS}
    what = f"{UNKNOWN} pixels from {KNOWN}"
    return [
        {"name": name, "what": what, "calls": calls.get(name, 0), "ms": 1e3 * value} for name, value in seconds.items()
    ]


def estimate_job(model: Model) -> Job:
    """The best single guess of a picture's unknown pixels."""
    known, coords = context(), queries(UNKNOWN)
    return lambda: estimate(model, known, coords)


SECTION = Section(
    "Classical baselines",
    "820 queries of a 32x32 picture from 204 known pixels, some of which are among them; "
    "fieldlib's default preset in fp32; timed in turns.",
    {"name": ("what", "s"), "calls": ("network calls", "d"), "ms": ("ms a picture", ".2f")},
    measure,
)
