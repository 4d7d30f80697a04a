"""How much is measured: a full run, or a quick one that only shows that everything works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Sizes and patience of a run.

    ``rounds`` at most and ``seconds`` at most for each comparison; ``presets`` in the table of calls with their numbers
    of ``samples`` and ``queries``; ``compared`` presets against the re-encoding scheme, in ``steps`` solver steps;
    sizes of the ``growth`` measurements by axis; ``training`` presets and ``training_steps`` that are timed.
    """

    rounds: int
    seconds: float
    presets: tuple[str, ...]
    samples: tuple[int, ...]
    queries: tuple[int, ...]
    compared: tuple[str, ...]
    steps: int
    contexts: tuple[int, ...]
    many_queries: tuple[int, ...]
    many_samples: tuple[int, ...]
    training: tuple[str, ...]
    training_steps: int


FULL = Effort(
    rounds=31,
    seconds=1.5,
    presets=("tiny", "tiny_conv", "seed"),
    samples=(1, 4, 16),
    queries=(204, 820, 4096),
    compared=("tiny", "seed"),
    steps=50,
    contexts=(50, 100, 204, 410, 1024),
    many_queries=(1_000, 10_000, 100_000, 1_000_000),
    many_samples=(1, 4, 16, 64),
    training=("tiny", "tiny_conv"),
    training_steps=12,
)
QUICK = Effort(
    rounds=9,
    seconds=0.3,
    presets=("tiny",),
    samples=(1,),
    queries=(204, 820),
    compared=("tiny",),
    steps=3,
    contexts=(50, 200),
    many_queries=(1_000, 8_000),
    many_samples=(1, 4),
    training=("test",),
    training_steps=3,
)
