"""Training batches made ahead of time by other processes, so that a GPU does not wait for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from torch.utils.data import DataLoader, Dataset

from fieldlib.data.batches import SparseBatches
from fieldlib.points import Batch

AHEAD = 4  # steps that each worker may be ahead


class Prefetch(Dataset[list[Batch]]):
    """The batches of successive steps, each in the parts that one process computes in turn.

    Args:
        batches: where they come from. parts: rows of each part.
        workers: processes that make batches ahead of time; with 0 they are made when asked for, and are the same.
    """

    def __init__(self, batches: SparseBatches, parts: list[slice], workers: int) -> None:
        self.batches, self.parts, self.workers = batches, parts, workers
        self._ahead: tuple[int, Iterator[list[Batch]]] | None = None

    def __getitem__(self, step: int) -> list[Batch]:
        """The parts of the batch of ``step``."""
        return [self.batches.batch(step, rows) for rows in self.parts]

    def at(self, step: int) -> list[Batch]:
        """As ``self[step]``; those of the following steps are under way when there are workers."""
        if not self.workers:
            return self[step]
        first, coming = self._ahead or (None, iter(()))
        if first != step:
            self._ahead = None  # a process started by spawning cannot take it along
            how = {"batch_size": None, "num_workers": self.workers, "prefetch_factor": AHEAD}
            coming = iter(DataLoader(self, sampler=itertools.count(step), **how))  # type: ignore[arg-type]
        self._ahead = step + 1, coming
        return next(coming)
