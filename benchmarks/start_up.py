"""How soon the studio answers after its start, with everything in the disk's cache.

python -m benchmarks.start_up

Most of it is importing torch and gradio, which is measured beside it: on a slow machine both take longer.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.load_server import replica
from fieldlib.errors import InputError
from train_scripts.cli import run

GOAL = 10.0  # seconds, warm
MOST_RATIO = 3.0  # of the time that the imports alone take
IMPORTS = "import torch, demo, gradio"  # demo first: it keeps Gradio from writing stub files


@dataclass(frozen=True)
class Options:
    """Start the studio several times and say how long the fastest start took.

    Attributes:
        rounds: starts, in turns with the imports; one more comes before and is not counted.
    """

    rounds: int = 3


class StartUp(NamedTuple):
    """The least seconds until the imports are done, and until the studio answers."""

    imports: float
    studio: float


def main(options: Options) -> None:
    """Measure and print.

    Raises:
        InputError: the studio takes more than MOST_RATIO times as long as its imports.
    """
    found = measure(options.rounds)
    verdict = "met" if found.studio < GOAL else "missed"
    print(f"it answers after {found.studio:.1f} s (goal {GOAL:.0f}: {verdict}); {IMPORTS}: {found.imports:.1f} s")
    if found.studio > MOST_RATIO * found.imports:
        raise InputError(f"a start takes more than {MOST_RATIO:g} times as long as '{IMPORTS}'")


def measure(rounds: int) -> StartUp:
    """The fastest of ``rounds`` starts each, in turns, after one that fills the disk's cache.

    Raises:
        InputError: no round, or a studio that does not start.
    """
    if rounds < 1:
        raise InputError(f"--rounds is at least 1; got {rounds}")
    start_studio()
    pairs = [(start_imports(), start_studio()) for _ in range(rounds)]
    return StartUp(*(min(column) for column in zip(*pairs, strict=True)))


def start_imports() -> float:
    """Seconds of a Python that only imports."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return time.perf_counter() - start


def start_studio() -> float:
    """Seconds until a studio of its own is healthy."""
    start = time.perf_counter()
    with replica():
        return time.perf_counter() - start


if __name__ == "__main__":
    run(Options, main)
