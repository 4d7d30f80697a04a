"""Pictures seen through the fixed masks of the evaluation protocol, as a torch data set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from fieldlib.errors import InputError
from fieldlib.points import grid, to_values


class Split(NamedTuple):
    """Row-major pixel numbers that are known, and those to be told: disjoint."""

    context: np.ndarray
    target: np.ndarray


def split_pixels(index: int, count: int, fraction: float, seed: int) -> Split:
    """The mask of picture ``index`` with ``count`` pixels.

    The permutation of ``numpy.random.default_rng([seed, index])``: its first ``int(fraction * count)`` pixels are the
    context (at least one), the next as many, where there are so many, the target.
    """
    order = np.random.default_rng([seed, index]).permutation(count)
    known = max(int(fraction * count), 1)
    return Split(order[:known], order[known : 2 * known])


class SparseDataset(Dataset[dict[str, Tensor]]):
    """Item i is a dict of float32 tensors about picture i; the same at every visit.

    ``input_coords`` (n, 2) and ``input_values`` (n, 3): the known pixels; ``output_coords`` (m, 2) and
    ``output_values`` (m, 3): the disjoint target pixels; ``full_image`` (3, H, W). Values and coordinates lie
    in [-1, 1].

    Args:
        pictures: uint8 (N, H, W, 3).
        fraction: share of the pixels that is known, in (0, 1).
        seed: of all masks.

    Raises:
        InputError: not such pictures, or a fraction out of range.
    """

    def __init__(self, pictures: np.ndarray, fraction: float = 0.2, seed: int = 42) -> None:
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[-1] != 3:
            raise InputError(f"pictures are uint8 (N, height, width, 3); got {pictures.dtype} {pictures.shape}")
        if not 0 < fraction < 1:
            raise InputError(f"the known fraction lies between 0 and 1, both excluded; got {fraction}")
        self.pictures = pictures
        self.fraction = fraction
        self.seed = seed
        self._coords = grid(*pictures.shape[1:3])

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        number = range(len(self))[index]  # the same picture has the same mask under a negative index
        pixels = torch.from_numpy(np.array(self.pictures[number]))
        values = to_values(pixels)
        context, target = split_pixels(number, len(self._coords), self.fraction, self.seed)
        return {
            "input_coords": self._coords[context],
            "input_values": values[context],
            "output_coords": self._coords[target],
            "output_values": values[target],
            "full_image": values.T.unflatten(1, pixels.shape[:2]),
        }
