"""Sets of points of different sizes as one batch."""

import pytest
import torch
from tiny_models import random_context

from fieldlib.errors import InputError
from fieldlib.points import Points, batch, select


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


def test_what_is_selected_is_equally_much_of_each_set():
    values = torch.arange(8.0).reshape(2, 4, 1)
    half = torch.tensor([[True, False, True, False], [False, True, True, False]])
    assert select(values, half).flatten(1).tolist() == [[0, 2], [5, 6]]
    uneven = torch.tensor([[True, False, False, False], [True, True, True, False]])
    with pytest.raises(InputError, match="equally many points"):
        select(values, uneven)
