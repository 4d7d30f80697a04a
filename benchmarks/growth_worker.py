"""Time and peak memory of one axis of growth, in a process of its own: python -m benchmarks.growth_worker AXIS SIZES.

Prints one JSON line for each size. Sizes ascend, because the peak that the system reports never falls.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

from benchmarks.growth_axes import AXES
from benchmarks.section import Row
from benchmarks.timing import Job, interleaved

ROUNDS, SECONDS = 15, 2.0
STATUS = Path("/proc/self/status")
MEMORY_SHARE = 0.5  # of the machine's memory that a size may be expected to take


def main(axis: str, sizes: Sequence[int]) -> None:
    """Measure and print."""
    with torch.inference_mode():
        for row in measure(AXES[axis][1], sizes):
            print(json.dumps(row), flush=True)


def measure(make: Callable[[int], Job], sizes: Sequence[int]) -> Iterator[Row]:
    """One row for each size; the last says why when a size would not fit into the memory."""
    make(min(sizes))()  # loads the model and the libraries
    before = peak_memory()
    extra, last = 0.0, sizes[0]
    for size in sorted(sizes):
        expected = before + extra * size / last
        if expected > MEMORY_SHARE * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"):
            yield {"size": size, "skipped": f"expected to take {expected / 2**30:.1f} GiB"}
            return
        torch.manual_seed(0)
        seconds = interleaved({"job": make(size)}, ROUNDS, SECONDS)["job"]
        extra, last = peak_memory() - before, size
        yield {"size": size, "ms": 1e3 * seconds, "peak_mb": peak_memory() / 1e6, "extra_mb": extra / 1e6}


def peak_memory() -> float:
    """The largest resident size of this process so far, in bytes.

    On Linux from /proc, because there getrusage also knows the parent that this process was forked from.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return float(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


if __name__ == "__main__":
    main(sys.argv[1], [int(size) for size in sys.argv[2:]])
