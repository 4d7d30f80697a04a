"""Fair times on noisy machines: what is compared runs in turns, and medians are taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Job = Callable[[], object]
LEAST = 3  # rounds of what takes seconds: a median of fewer is none


def interleaved(
    jobs: dict[str, Job], rounds: int, seconds: float, warm: bool = True, in_a_row: int = 1, least: int = 1
) -> dict[str, float]:
    """Median seconds of each job over rounds A B A B ...; the arguments are those of :func:`in_turns`."""
    times = in_turns(jobs, rounds, seconds, warm, in_a_row, least)
    return {name: statistics.median(values) for name, values in times.items()}


def in_turns(
    jobs: dict[str, Job], rounds: int, seconds: float, warm: bool = True, in_a_row: int = 1, least: int = 1
) -> dict[str, list[float]]:
    """Seconds of each job in every round A B A B ...

    Stops after ``rounds`` rounds, or after the one in which ``seconds`` have passed, but not before ``least`` rounds.
    ``warm``: run each once before, uncounted. ``in_a_row``: runs a turn, of which the last one counts, for what follows
    itself in life and so finds its data in the caches.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    if warm:
        for job in jobs.values():
            job()
    end = time.perf_counter() + seconds
    for done in range(1, rounds + 1):
        for name, job in jobs.items():
            *_, last = [elapsed(job) for _ in range(in_a_row)]
            times[name].append(last)
        if done >= least and time.perf_counter() > end:
            break
    return times


def elapsed(job: Job) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start
