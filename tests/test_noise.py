"""Noise is standard normal, independent wherever the address differs, and the same wherever it is the same."""

import numpy as np
import pytest
import scipy.stats
import torch

from fieldlib.noise import white_noise
from fieldlib.points import grid

COORDS = grid(64, 64)


def correlation(a, b):
    return abs(np.corrcoef(a.flatten().numpy(), b.flatten().numpy())[0, 1])


def test_moments_and_normality():
    noise = white_noise(COORDS, 3, range(20)).double()  # 245,760 numbers
    assert noise.mean().abs() < 0.01
    assert (noise.var() - 1).abs() < 0.01
    assert (noise**3).mean().abs() < 0.03
    assert ((noise**4).mean() - 3).abs() < 0.08
    assert scipy.stats.kstest(noise.flatten().numpy(), "norm").pvalue > 0.001


@pytest.mark.parametrize("channel", range(3))
def test_each_channel_is_normal(channel):
    noise = white_noise(COORDS, 3, [5])[0, :, channel]
    assert scipy.stats.kstest(noise.numpy(), "norm").pvalue > 0.001


def test_seeds_draws_and_channels_are_independent():
    limit = 4.5 / 64  # of 4096 pairs
    noise = white_noise(COORDS, 3, [0, 1, 2**40])
    assert correlation(noise[0], noise[1]) < limit
    assert correlation(noise[0], noise[2]) < limit
    assert correlation(noise[0], white_noise(COORDS, 3, [0], draw=1)[0]) < limit
    assert correlation(noise[1], white_noise(COORDS, 3, [0], draw=1)[0]) < limit
    assert correlation(noise[0, :, 0], noise[0, :, 1]) < limit
    assert correlation(noise[0, :, 1], noise[0, :, 2]) < limit


def test_neighbours_are_independent():
    noise = white_noise(COORDS, 1, [3])[0, :, 0].unflatten(0, (64, 64))
    for a, b in [(noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise, noise.T)]:
        different = a != b
        assert correlation(a[different], b[different]) < 4.5 / 62
        assert correlation(a[different].abs(), b[different].abs()) < 4.5 / 62


def test_one_address_gives_one_number_whatever_the_batch_or_order():
    order = torch.randperm(len(COORDS), generator=torch.Generator().manual_seed(0))
    whole = white_noise(COORDS, 3, [4, 9, 7])
    assert torch.equal(white_noise(COORDS[order], 3, [4, 9, 7]), whole[:, order])
    assert torch.equal(white_noise(COORDS[10:20], 3, [9]), whole[1:2, 10:20])
    assert torch.equal(white_noise(COORDS, 2, [7]), whole[2:, :, :2])
    assert torch.equal(white_noise(COORDS.expand(3, -1, -1), 3, [4, 9, 7]), whole)


def test_every_address_of_a_fine_grid_is_its_own():
    noise = white_noise(grid(512, 8), 1, [0])[0, :, 0]
    assert len(noise.unique()) == len(noise)


def test_other_numbers_of_coordinates_work():
    coords = torch.rand(2000, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    noise = white_noise(coords, 1, [1])
    assert noise.shape == (1, 2000, 1)
    assert scipy.stats.kstest(noise.flatten().numpy(), "norm").pvalue > 0.001
