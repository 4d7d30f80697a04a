"""Sets of points of different sizes as one batch."""

import torch
from tiny_models import random_context

from fieldlib.points import Points, batch


def test_a_batch_is_filled_up_with_points_that_do_not_exist():
    short, long = random_context(1, 3), random_context(1, 5)
    together = batch([short, long])
    assert together.mask.tolist() == [[True] * 3 + [False] * 2, [True] * 5]
    assert torch.equal(together.values[0, :3], short.values[0])
    assert batch([long, long]).mask is None


def test_absent_points_stay_absent():
    whole = random_context(1, 4)
    mask = torch.tensor([[True, False, True, True]])
    assert batch([Points(*whole[:2], mask), whole]).mask.tolist() == [[True, False, True, True], [True] * 4]
