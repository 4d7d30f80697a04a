import pytest
import torch

from fieldlib import InputError, grid, load
from fieldlib.influence import influence
from fieldlib.points import Points
from tests.tiny_models import random_context, tiny_model

COORDS = grid(8, 8)
QUERY = 27


def test_agrees_with_finite_differences():
    model, context = tiny_model().double(), Points(*(x.double() for x in random_context(1, 20)[:2]))
    coords, step = COORDS.double(), 1e-4
    ours = influence(model, context, coords, QUERY)[0]
    for point in (0, 7, 19):
        slopes = []
        for channel in range(3):
            ends = []
            for sign in (1, -1):
                values = context.values.clone()
                values[0, point, channel] += sign * step
                ends.append(model.at(coords[None], Points(context.coords, values)).estimate()[0, QUERY].mean())
            slopes.append((ends[0] - ends[1]) / (2 * step))
        assert torch.stack(slopes).norm().item() == pytest.approx(ours[point].item(), rel=1e-3, abs=1e-7)


def test_pictures_of_a_batch_do_not_mix():
    model, both = tiny_model(), random_context(2, 20)
    first = Points(*(x[:1] for x in both[:2]))
    assert torch.allclose(influence(model, both, COORDS, QUERY)[:1], influence(model, first, COORDS, QUERY), atol=1e-5)


@pytest.mark.parametrize("query", [-1, 64])
def test_a_query_outside_is_refused(query):
    with pytest.raises(InputError, match="0 to 63"):
        influence(tiny_model(), random_context(1, 5), COORDS, query)


def test_a_baseline_says_that_it_has_no_gradient():
    with pytest.raises(InputError, match="no gradient"):
        influence(load("linear"), random_context(1, 20), COORDS, QUERY)


def test_coordinates_of_another_type_are_converted():
    model, context = tiny_model(), random_context(1, 20)
    assert torch.equal(influence(model, context, COORDS.double(), QUERY), influence(model, context, COORDS, QUERY))
