"""Every registered method: its target and its reading of a network output are inverse; times are stratified."""

import pytest
import torch

from fieldlib.registry import METHODS, SOLVERS

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
    """One time falls into each of equally probable strata, so any two batches nearly agree when sorted."""
    method = METHODS[name]()
    count = 512
    draws = [method.sample_times(count, torch.Generator().manual_seed(seed)) for seed in range(3)]
    low, high = method.t_range
    for times in draws:
        assert times.shape == (count,)
        assert (times >= low).all()
        assert (times <= high).all()
        assert not torch.equal(times, times.sort().values)
    first, second = (times.sort().values for times in draws[:2])
    assert (first - second).abs().max() < 3 * (high - low) / count
    assert torch.equal(draws[0], method.sample_times(count, torch.Generator().manual_seed(0)))


@every_method
def test_declarations(name):
    method = METHODS[name]()
    assert method.name == name
    assert method.title
    assert method.default_solver in SOLVERS
    assert 0 < method.t_range[0] < method.t_range[1] <= 1
