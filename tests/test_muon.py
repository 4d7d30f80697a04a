"""Muon in single precision: the steps of torch's, without its bfloat16."""

import pytest
import torch
from torch import nn

from fieldlib.muon import Muon, orthogonalise


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(24, 24), (16, 64), (64, 16)], ids=str)
def test_singular_values_end_near_one(shape):
    values = torch.linalg.svdvals(orthogonalise(normal(1, *shape) * torch.logspace(0, 1, shape[1])))
    assert values.min() > 0.3 and values.max() < 1.3


@pytest.mark.parametrize("shape", [(16, 64), (64, 16)], ids=str)
def test_scale_and_rotation_of_a_matrix_pass_through(shape):
    matrix, (turn, _) = normal(1, *shape), torch.linalg.qr(normal(shape[0], shape[0], seed=1))
    assert torch.allclose(orthogonalise(1e4 * matrix), orthogonalise(matrix), atol=1e-5)
    assert torch.allclose(orthogonalise(turn @ matrix), turn @ orthogonalise(matrix), atol=1e-4)


@pytest.mark.parametrize("shape", [(16, 64), (64, 16)], ids=str)
def test_it_walks_like_the_one_of_torch(shape):
    ours, theirs = nn.Parameter(normal(*shape)), nn.Parameter(normal(*shape))
    steps = (
        Muon([ours], 0.02, 0.1),
        torch.optim.Muon([theirs], lr=0.02, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
    )
    for seed in range(1, 6):
        ours.grad, theirs.grad = normal(*shape, seed=seed), normal(*shape, seed=seed)
        for step in steps:
            step.step()
    way = (theirs - normal(*shape)).norm()
    assert (ours - theirs).norm() < 0.02 * way  # torch's rounds to bfloat16


def test_without_a_gradient_nothing_moves():
    still, moved = nn.Parameter(normal(8, 8)), nn.Parameter(normal(8, 8))
    moved.grad = torch.ones(8, 8)
    Muon([still, moved], 0.1, 0.1).step()
    assert torch.equal(still, normal(8, 8)) and not torch.equal(moved, normal(8, 8))


def test_a_gradient_of_zeros_only_decays():
    matrix = nn.Parameter(normal(8, 8))
    matrix.grad = torch.zeros(8, 8)
    Muon([matrix], 0.1, 0.5).step()
    assert torch.allclose(matrix, 0.95 * normal(8, 8))
