"""Sampling patterns: counts, determinism, geometry."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from fieldlib.errors import InputError
from fieldlib.patterns.base import make_mask, revealed_count
from fieldlib.patterns.shapes import evenly, fit_rectangle, reflect
from fieldlib.registry import PATTERNS

EXACT = ("uniform", "random_walk", "drawn")
SAME_FOR_EVERY_SEED = ("border", "centre")  # the second is there when the study's held-out patterns are loaded


@pytest.mark.parametrize("pattern", PATTERNS.names())
@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(2, 40),
    fraction=st.floats(1e-9, 1, exclude_max=True),
    seed=st.integers(0, 2**32),
)
def test_reveals_something_and_hides_something(pattern, height, width, fraction, seed):
    mask = make_mask(pattern, height, width, fraction, seed)
    assert mask.shape == (height, width) and mask.dtype == bool
    assert 0 < mask.sum() < height * width


@pytest.mark.parametrize("pattern", PATTERNS.names())
@pytest.mark.parametrize("fraction", [0.05, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("size", [(32, 32), (20, 48)])
def test_close_to_the_fraction(pattern, fraction, size):
    height, width = size
    step = max(height, width) / 2  # half of what one more row or column reveals
    for seed in range(5):
        count = make_mask(pattern, height, width, fraction, seed).sum()
        assert abs(count - fraction * height * width) <= step + 1
        if pattern in EXACT:
            assert count == revealed_count(height, width, fraction)


@pytest.mark.parametrize("pattern", PATTERNS.names())
def test_one_seed_gives_one_mask(pattern):
    masks = [make_mask(pattern, 32, 32, 0.2, [7, i]) for i in range(6)]
    assert all(np.array_equal(mask, make_mask(pattern, 32, 32, 0.2, [7, i])) for i, mask in enumerate(masks))
    if pattern not in SAME_FOR_EVERY_SEED:
        assert len({mask.tobytes() for mask in masks}) > 1


@pytest.mark.parametrize("pattern", PATTERNS.names())
def test_fast_enough_to_train_with(pattern):
    times = []
    for seed in range(100):
        start = time.perf_counter()
        make_mask(pattern, 32, 32, 0.2, seed)
        times.append(time.perf_counter() - start)
    assert np.median(times) < 1e-3


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), "half"])
def test_fraction_out_of_range(fraction):
    with pytest.raises(InputError, match="between 0 and 1"):
        make_mask("grid", 32, 32, fraction, 0)


def test_unknown_pattern_lists_the_known():
    with pytest.raises(InputError, match="random_walk"):
        make_mask("no such pattern", 32, 32, 0.2, 0)


@pytest.mark.parametrize("step", [2, 4, 8])
def test_grid_is_a_lattice(step):
    mask = make_mask("grid", 32, 32, 1 / step**2, 3)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert (np.diff(rows) == step).all() and (np.diff(columns) == step).all()
    assert mask.sum() == len(rows) * len(columns)


def test_block_hides_one_rectangle():
    for seed in range(5):
        hidden = ~make_mask("block", 24, 32, 0.7, seed)
        assert hidden.sum() == hidden.any(1).sum() * hidden.any(0).sum() == np.prod(fit_rectangle(24, 32, 0.3 * 768))


def test_border_surrounds_the_centre():
    mask = make_mask("border", 32, 32, 0.4, 0)
    assert mask[0].all() and mask[-1].all() and mask[:, 0].all() and mask[:, -1].all() and not mask[16, 16]
    assert np.array_equal(mask, mask.T)


def test_lines_are_whole():
    kinds = set()
    for seed in range(20):
        mask = make_mask("lines", 32, 20, 0.2, seed)
        rows = mask.all(1).any()
        kinds.add(bool(rows))
        line = mask.all(1) if rows else mask.all(0)
        assert mask.sum() == line.sum() * (20 if rows else 32)
    assert kinds == {True, False}


@pytest.mark.parametrize("fraction", [0.02, 0.2, 0.7, 0.97])
@pytest.mark.parametrize("size", [(32, 32), (3, 50)])
def test_random_walk_is_connected(fraction, size):
    for seed in range(10):
        assert label(make_mask("random_walk", *size, fraction, seed))[1] == 1


@pytest.mark.parametrize("pattern", ["random_walk", "drawn"])
def test_walks_favour_no_side(pattern):
    """Mirrored masks are as frequent: opposite rows and columns are revealed equally often."""
    share = np.mean([make_mask(pattern, 16, 16, 0.2, [seed, 3]) for seed in range(3000)], axis=0)
    for edges in (share.mean(1)[[0, -1]], share.mean(0)[[0, -1]]):
        assert edges[0] == pytest.approx(edges[1], rel=0.15)


def test_drawn_strokes_are_few_and_thick():
    for seed in range(10):
        mask = make_mask("drawn", 32, 32, 0.2, seed)
        pieces = label(mask, np.ones((3, 3)))[1]
        inside = mask[1:-1, 1:-1] & (mask[:-2, 1:-1] + mask[2:, 1:-1] + mask[1:-1, :-2] + mask[1:-1, 2:])
        assert pieces <= 4 and inside.sum() > 0.9 * mask[1:-1, 1:-1].sum()


def test_reflect_keeps_neighbours_together():
    walk = reflect(np.arange(-100, 100), 7)
    assert set(walk) == set(range(7)) and np.abs(np.diff(walk)).max() == 1


def test_evenly_spaced_indices():
    for size in (1, 7, 32):
        for count in range(1, size + 1):
            chosen = evenly(size, count, np.random.default_rng(count))
            assert len(set(chosen)) == count and chosen.min() >= 0 and chosen.max() < size
