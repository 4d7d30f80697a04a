"""Batches made ahead are the batches that are made when asked for."""

import numpy as np
import pytest
import torch

from fieldlib.data.batches import SparseBatches
from fieldlib.data.prefetch import Prefetch

PARTS = [slice(0, 2), slice(2, 4)]


@pytest.fixture(scope="module")
def batches():
    pictures = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    return SparseBatches(pictures, 4, seed=3)


def equal(one, other):
    return all(torch.equal(a, b) for points in zip(one, other, strict=True) for a, b in zip(*points, strict=True))


@pytest.mark.parametrize("workers", [0, 2])
def test_they_are_the_same_with_and_without_workers_and_after_a_jump(batches, workers):
    source = Prefetch(batches, PARTS, workers)
    for step in (0, 1, 2, 7, 8, 3):
        for part, rows in zip(source.at(step), PARTS, strict=True):
            assert equal(part, batches.batch(step, rows)), step


def test_workers_are_ahead_of_the_step_that_is_asked_for(batches):
    source = Prefetch(batches, PARTS, 1)
    source.at(5)
    following = source._ahead[1]
    source.at(6)
    assert source._ahead[1] is following, "the same workers go on"
