"""Every registered method: its target and its reading of a network output are inverse; times are stratified."""

import pytest
import torch
from tiny_models import tiny_model

from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.registry import METHODS

every_method = pytest.mark.parametrize("name", METHODS.names())


@every_method
def test_prediction_of_the_target_is_the_truth(name):
    torch.manual_seed(0)
    method = METHODS[name]()
    x0, noise = torch.randn(2, 6, 5, 3, dtype=torch.float64)
    t = torch.linspace(max(method.t_range[0], 0.01), 0.95, 6, dtype=torch.float64)[:, None, None]
    x_t = method.path.interpolate(x0, noise, t)
    prediction = method.predict(method.target(x0, noise, t), x_t, t)
    torch.testing.assert_close(prediction.x0, x0, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(prediction.noise, noise, rtol=1e-8, atol=1e-8)


@every_method
def test_weight_is_positive(name):
    method = METHODS[name]()
    t = torch.linspace(*method.t_range, 50)
    assert (method.weight(t) > 0).all()
    assert method.weight(t).isfinite().all()


@every_method
def test_weighted_target_is_of_order_one(name):
    """The weight keeps the textbook loss between 0.1 and 10 for unit data at every time."""
    torch.manual_seed(0)
    method = METHODS[name]()
    x0, noise = torch.randn(2, 20, 2000, 1, dtype=torch.float64)
    t = torch.linspace(*method.t_range, 20, dtype=torch.float64)[:, None, None]
    power = (method.weight(t) * method.target(x0, noise, t) ** 2).mean(1).squeeze()
    assert (power > 0.1).all()
    assert (power < 10).all()


@every_method
def test_times_are_stratified(name):
    """One time falls into each of equally probable strata, whatever their density."""
    method = METHODS[name]()
    count, finer = 512, 64
    draws = [method.sample_times(count, torch.Generator().manual_seed(seed)) for seed in range(3)]
    low, high = method.t_range
    for times in draws:
        assert times.shape == (count,)
        assert (times >= low).all()
        assert (times <= high).all()
        assert not torch.equal(times, times.sort().values)
    many = method.sample_times(count * finer, torch.Generator().manual_seed(9)).sort().values
    edges = (many[finer - 1 : -1 : finer] + many[finer::finer]) / 2  # of the strata, to a 64th of one
    for times in draws:
        full = torch.bucketize(times, edges).bincount(minlength=count)
        assert full.max() <= 2 and (full == 1).float().mean() > 0.9, "a third would be empty by chance"
    assert torch.equal(draws[0], method.sample_times(count, torch.Generator().manual_seed(0)))


@every_method
def test_declarations(name):
    method = METHODS[name]()
    assert method.name == name
    assert method.title
    method.check()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"default_solver": "hein"}, "unknown solver 'hein'; known: "),
        ({"default_grid": "log"}, "unknown grid 'log'; known: "),
        ({"t_range": (0.0, 1.0)}, "t_range of denoiser is .* above 0 and up to 1; got"),
    ],
)
def test_what_sampling_would_refuse_is_refused_before_a_training(change, told):
    broken = type("Broken", (METHODS["denoiser"],), change)()
    with pytest.raises(InputError, match=told):
        FieldModel(tiny_model().backbone, broken)
