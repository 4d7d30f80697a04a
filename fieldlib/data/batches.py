"""Training batches: every step draws new pictures, new masks and new query points, as a pure function of its number."""

from __future__ import annotations

import math

import numpy as np
import torch

from fieldlib.patterns.base import make_mask
from fieldlib.points import Batch, Points, grid, take, to_values
from fieldlib.registry import PATTERNS

CONTEXT_BANDS = ((0.02, 0.10, 0.30), (0.10, 0.22, 0.45), (0.22, 0.50, 0.25))  # from, to, share of the steps
FEW_QUERIES = 192  # points per picture in the cheaper kind of step
MOST_QUERIES = 820  # the unobserved pixels of a 32x32 picture at 20% context
UNIFORM_SHARE = 0.75  # of the masks; the others take one of the remaining patterns


class SparseBatches:
    """Batch number ``step`` is the same whenever and wherever it is asked for, so training resumes exactly.

    Args:
        pictures: uint8 (N, H, W, C). batch_size: pictures per step. seed: of everything random.
        few_queries: share of the steps that ask for fewer points.
        share: of the pixels that is known, and as many others asked for, uniformly drawn; mixed when None.
    """

    def __init__(
        self,
        pictures: np.ndarray,
        batch_size: int,
        seed: int,
        few_queries: float = 0.5,
        share: float | None = None,
    ) -> None:
        self.pictures = pictures
        self.batch_size = batch_size
        self.seed = seed
        self.few_queries = few_queries
        self.share = share
        self._others = [name for name in PATTERNS.names() if name != "uniform"]
        self._order: tuple[int, np.ndarray] = (-1, np.empty(0, dtype=np.int64))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which every picture is seen about once."""
        return max(1, len(self.pictures) // self.batch_size)

    def batch(self, step: int, rows: slice = slice(None)) -> Batch:
        """Context and target points of pictures ``rows`` of step ``step``; targets are never in the context.

        What a picture gets does not depend on which others are asked for, so that processes can share a batch.
        """
        rng = np.random.default_rng([self.seed, step])
        numbers = range(self.batch_size)[rows]
        own = [np.random.default_rng([self.seed, step, number, 2]) for number in numbers]
        pixels = self._pixels(step, rows, own)
        height, width = pixels.shape[1:3]
        points = Points(grid(height, width).expand(len(pixels), -1, -1), to_values(pixels))
        if self.share is not None:
            count = max(int(self.share * height * width), 1)
            orders = torch.from_numpy(np.stack([each.permutation(height * width) for each in own]))
            return Batch(take(points, orders[:, :count]), take(points, orders[:, count : 2 * count]))
        low, high, _ = CONTEXT_BANDS[rng.choice(len(CONTEXT_BANDS), p=[share for *_, share in CONTEXT_BANDS])]
        most_context = int(high * height * width)
        most_target = FEW_QUERIES if rng.random() < self.few_queries else MOST_QUERIES
        chosen = [self._indices(height, width, low, high, most_context, most_target, each) for each in own]
        context = _pick(points, [known for known, _ in chosen], most_context)
        return Batch(context, _pick(points, [wanted for _, wanted in chosen], most_target))

    def _pixels(self, step: int, rows: slice, own: list[np.random.Generator]) -> np.ndarray:
        """The pictures of ``rows``, each mirrored or not by its own generator."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            self._order = (epoch, np.random.default_rng([self.seed, epoch, 1]).permutation(len(self.pictures)))
        first = place * self.batch_size
        pixels = self.pictures[np.take(self._order[1], range(first, first + self.batch_size)[rows], mode="wrap")]
        mirrored = np.array([each.random() < 0.5 for each in own])
        return np.where(mirrored[:, None, None, None], pixels[:, :, ::-1], pixels)

    def _indices(
        self, height: int, width: int, low: float, high: float, most: int, wanted: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Context and target pixel numbers of one picture."""
        fraction = math.exp(rng.uniform(math.log(low), math.log(high)))
        pattern = "uniform" if rng.random() < UNIFORM_SHARE else str(rng.choice(self._others))
        mask = make_mask(pattern, height, width, fraction, int(rng.integers(2**31))).ravel()
        known = rng.permutation(np.flatnonzero(mask))[:most]
        hidden = rng.permutation(np.flatnonzero(~mask))[:wanted]
        return known, hidden


def _pick(points: Points, chosen: list[np.ndarray], size: int) -> Points:
    """The chosen points of each picture, padded to ``size`` with masked copies of the picture's first point."""
    index = np.zeros((len(chosen), size), dtype=np.int64)
    for row, numbers in zip(index, chosen, strict=True):
        row[: len(numbers)] = numbers
    counts = torch.tensor([len(numbers) for numbers in chosen])
    return take(points, torch.from_numpy(index))._replace(mask=torch.arange(size) < counts[:, None])
