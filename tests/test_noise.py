"""Noise is standard normal, independent wherever the address differs, and the same wherever it is the same."""

import math

import numpy as np
import pytest
import scipy.stats
import torch

from fieldlib.errors import InputError
from fieldlib.noise import field_noise, white_noise
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


@pytest.mark.slow
def test_a_field_has_unit_variance_and_the_stated_correlation():
    coords = grid(24, 24)
    for length in (1.0, 2.5):
        noise = field_noise(coords, 3, range(300), length=length, side=24).double().unflatten(1, (24, 24))
        assert noise.var().item() == pytest.approx(1, abs=0.03)
        assert noise.mean().item() == pytest.approx(0, abs=0.03)
        for lag in (1, 2, 4):
            expected = math.exp(-(lag**2) / (2 * length**2))
            assert (noise[:, lag:] * noise[:, :-lag]).mean().item() == pytest.approx(expected, abs=0.03)
            assert (noise[:, :, lag:] * noise[:, :, :-lag]).mean().item() == pytest.approx(expected, abs=0.03)


def test_a_field_is_normal_at_every_place_and_its_channels_and_seeds_are_independent():
    noise = field_noise(torch.tensor([[0.31, -0.77]]), 2, range(3000), length=2.0)[:, 0]
    assert scipy.stats.kstest(noise[:, 0].numpy(), "norm").pvalue > 0.001
    assert correlation(noise[:, 0], noise[:, 1]) < 4.5 / 3000**0.5
    assert correlation(noise[1:, 0], noise[:-1, 0]) < 4.5 / 3000**0.5
    other = field_noise(torch.tensor([[0.31, -0.77]]), 2, range(3000), draw=1, length=2.0)[:, 0]
    assert correlation(noise, other) < 4.5 / 6000**0.5


@pytest.mark.slow
def test_a_field_is_one_function_whatever_the_batch_order_or_chunks(monkeypatch):
    order = torch.randperm(len(COORDS), generator=torch.Generator().manual_seed(0))
    whole = field_noise(COORDS, 3, [4, 9, 7], length=2.0)
    assert torch.equal(field_noise(COORDS[order], 3, [4, 9, 7], length=2.0), whole[:, order])
    assert torch.equal(field_noise(COORDS[10:20], 3, [9], length=2.0), whole[1:2, 10:20])
    assert torch.equal(field_noise(COORDS.expand(3, -1, -1), 3, [4, 9, 7], length=2.0), whole)
    monkeypatch.setattr("fieldlib.noise._CHUNK", 64 * 3 * 100)
    assert torch.equal(field_noise(COORDS, 3, [4, 9, 7], length=2.0), whole)


def test_a_field_is_smooth_and_finer_grids_see_the_same_draw():
    line = torch.stack([torch.linspace(-0.5, 0.5, 4001), torch.full((4001,), 0.2)], -1)
    values = field_noise(line, 1, [3], length=2.0)[0, :, 0]
    assert values.diff().abs().max() < 0.02  # 0.004 pixels apart
    fine = field_noise(grid(64, 64), 1, [3], length=4.0).unflatten(1, (32, 2, 32, 2)).mean((2, 4)).flatten()
    assert (fine - field_noise(grid(32, 32), 1, [3], length=4.0).flatten()).abs().max() < 0.1


def test_a_field_in_three_dimensions():
    coords = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    noise = field_noise(coords, 1, range(60), length=2.0)
    assert noise.shape == (60, 50, 1)
    assert noise.std().item() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan")])
def test_a_field_needs_a_length(length):
    with pytest.raises(InputError, match="length is a positive number"):
        field_noise(COORDS, 1, [0], length=length)
