"""Learned rivals: one call answers for every solver; each is trained for what it claims to give."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_training import make_trainer
from tiny_models import config_of, random_context, smooth_pictures, tiny_model

import fieldlib
from fieldlib import hub
from fieldlib.checkpoint import build, save_model
from fieldlib.errors import InputError
from fieldlib.inheritance import inherit
from fieldlib.metrics import fair_crps
from fieldlib.points import Batch, Points
from fieldlib.presets import get_preset
from fieldlib.registry import RIVALS, SOLVERS, one_call
from train_scripts import evaluate, train

COORDS = fieldlib.grid(6, 6)
every_rival = pytest.mark.parametrize("name", RIVALS.names())


def draw(model, context, seeds=(0, 1), **options):
    return fieldlib.reconstruct(model, context, COORDS, seeds=seeds, **{"steps": 1, **options})


def batch_of(model, count=200):
    generator = torch.Generator().manual_seed(5)
    target = Points(torch.rand(2, count, 2, generator=generator) * 2 - 1, torch.rand(2, count, 3, generator=generator))
    return Batch(random_context(), target)


def test_the_contract_names_two():
    assert set(RIVALS) == {"regressor", "crps_ensemble"}


@every_rival
def test_declarations(name):
    rival = RIVALS[name]()
    assert rival.name == name
    assert rival.title
    assert rival.default_solver in SOLVERS


@every_rival
def test_one_call_whatever_the_steps(name):
    model, context = tiny_model(method=name), random_context()
    frames = list(fieldlib.sample(model, context, COORDS, steps=5, seeds=(0, 1)))
    assert [frame.nfe for frame in frames] == [0, 1, 1, 1, 1, 1]
    assert all(torch.equal(frame.x0, frames[1].x0) for frame in frames[1:])
    assert (frames[-1].values - draw(model, context)).abs().max() < 1e-4


@every_rival
@pytest.mark.parametrize("solver", [name for name in SOLVERS if not SOLVERS[name].stochastic])
def test_every_exact_solver_arrives_at_the_same_answer(name, solver):
    model, context = tiny_model("deep_set", name), random_context()
    error = (draw(model, context, solver=solver, steps=3) - draw(model, context)).abs().max()
    assert error < 1e-3  # the last, stiff stage of Heun and RK4 multiplies rounding


def test_a_sample_of_the_regressor_is_its_estimate():
    model, context = tiny_model(method="regressor"), random_context()
    expected = fieldlib.estimate(model, context, COORDS)
    assert (draw(model, context) - expected).abs().max() < 1e-5
    assert (draw(model, context, seeds=(7, 8)) - expected).abs().max() < 1e-5


def test_members_of_the_ensemble_differ_by_their_noise():
    model, context = tiny_model(method="crps_ensemble"), random_context()
    a, b = draw(model, context, seeds=(0, 1, 2, 3)).unflatten(0, (2, 2)).unbind(1)
    assert (a - b).abs().mean() > 1e-3
    calm = draw(model, context, temperature=0.0)
    assert (calm - fieldlib.estimate(model, context, COORDS)).abs().max() < 1e-5


def test_the_regressor_equals_the_estimate_of_the_flow_with_its_weights():
    flow, context = tiny_model(method="flow_matching"), random_context()
    ours, theirs = (fieldlib.estimate(model, context, COORDS) for model in (tiny_model(method="regressor"), flow))
    assert torch.equal(ours, theirs)


def test_the_loss_of_the_regressor_is_the_squared_error_of_its_estimate():
    model = tiny_model(method="regressor")
    batch = batch_of(model)
    queries = model.locate(batch.target.coords, batch.context)
    estimate = model.at(batch.target.coords, batch.context).estimate()
    expected = ((estimate - batch.target.values) / queries.moments.std).square().mean()
    assert model.loss(batch, torch.Generator().manual_seed(0)).item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_loss_of_the_ensemble_is_fair_crps_plus_the_estimates_error():
    model = tiny_model(method="crps_ensemble")
    batch = batch_of(model)
    draws = model.draw(*batch.target.coords.shape[:2], torch.Generator().manual_seed(0))
    rows = model.method.rows
    assert len(draws.noise) == 2 * rows
    queries = model.locate(batch.target.coords, batch.context)
    predictor = model.at(batch.target.coords, batch.context, samples=rows)
    members = predictor._network(draws.noise, torch.tensor(1.0)).x0.unflatten(0, (2, rows))[:, 1:]
    std, truth = queries.moments.std, batch.target.values
    crps = fair_crps((members / std[:, None]).movedim(1, 0), truth / std).mean()
    square = ((model.at(batch.target.coords, batch.context).estimate() - truth) / std).square().mean()
    assert model.loss_at(batch, *draws).item() == pytest.approx((crps + square).item(), rel=1e-4)


def test_a_calibrated_ensemble_has_the_least_loss():
    """The fair CRPS is proper for few members too: too narrow, too wide and shifted ensembles pay."""
    rival, generator = RIVALS["crps_ensemble"](), torch.Generator().manual_seed(0)
    truth, noise = (torch.randn(4, rival.rows, 20000, 3, generator=generator) for _ in range(2))
    truth = truth[:, :1]

    def loss(spread, shift=0.0):
        members = spread * noise + shift
        members[:, 0] = 0
        return rival.loss(members - truth).mean().item()

    assert loss(1.0) < min(loss(0.8), loss(1.2), loss(1.0, 0.2), loss(0.0))


@every_rival
def test_padding_and_gradients(name):
    model = tiny_model("set_conv", name).requires_grad_(True)
    batch = batch_of(model, 30)
    draws = model.draw(*batch.target.coords.shape[:2], torch.Generator().manual_seed(0))
    plain = model.loss_at(batch, *draws)
    coords, values, _ = batch.target
    there = (torch.arange(35) < 30).expand(2, -1)
    padded = Points(torch.cat([coords, coords[:, :5]], 1), torch.cat([values, values[:, :5] + 9], 1), there)
    noise = torch.cat([draws.noise, draws.noise[:, :5]], 1)
    masked = model.loss_at(batch._replace(target=padded), draws.t, noise, draws.estimated)
    assert masked.item() == pytest.approx(plain.item(), rel=1e-4)
    plain.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@every_rival
def test_the_textbook_objective_is_refused(name):
    with pytest.raises(InputError, match=f"{name} has no textbook objective; it has: residual"):
        build(config_of(method=name, objective="textbook"))


@every_rival
def test_bundled_rivals_load_by_name_and_stand_after_the_methods(tmp_path, monkeypatch, name):
    for method in ("flow_matching", name):
        save_model(tiny_model(method=method), config_of(method=method), tmp_path / method / "tiny_conv")
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    assert fieldlib.model_names()[:2] == ("flow_matching/tiny_conv", f"{name}/tiny_conv")
    assert fieldlib.load(name).method.name == name
    assert fieldlib.load(f"{name}/tiny_conv").method.name == name
    assert [one_call(model) for model in (name, f"{name}/tiny_conv", "lmmse", "flow_matching/tiny_conv")] == [
        True,
        True,
        True,
        False,
    ]
    with pytest.raises(InputError, match="no bundled weights"):
        fieldlib.load(f"{name}/tiny")


def test_unknown_methods_name_methods_and_rivals():
    with pytest.raises(InputError, match=r"unknown method 'magic'; known: denoiser, .*regressor"):
        train.main(train.Options(method="magic"))


@every_rival
def test_a_rival_starts_from_a_flows_weights_and_trains(tmp_path, pictures, name):
    preset = replace(get_preset("test"), batch_size=4)
    list(make_trainer(tmp_path / "flow", pictures[:8], preset=preset).run())
    trainer = make_trainer(tmp_path / name, pictures[:8], preset=preset, method=name)
    inherit(trainer.model, tmp_path / "flow", trainer.folder)
    records = list(trainer.run())
    assert all(np.isfinite(record["loss"]) for record in records if "loss" in record)
    model = fieldlib.load(tmp_path / name)
    assert model.method.name == name
    scores = fieldlib.evaluation.evaluate(model, smooth_pictures(2), steps=1, samples=3)
    assert (scores["method"], scores["nfe"]) == (name, 1)
    assert evaluate.table(scores)
    spread = scores["sample_mse"] - scores["mean_mse"]
    assert abs(scores["sample_mse"] - scores["estimate_mse"]) < 1e-6 if name == "regressor" else spread > 0


@pytest.mark.training
def test_training_on_crps_gives_spread(tmp_path, pictures):
    """From a network whose members are all equal, the CRPS alone must pull them apart."""
    preset = replace(get_preset("test"), batch_size=8, learning_rate=5e-3, ema=0.9)
    trainer = make_trainer(tmp_path, pictures[:32], epochs=40, preset=preset, method="crps_ensemble")
    list(trainer.run(1e9, 1e9))
    scores = fieldlib.evaluation.evaluate(fieldlib.load(tmp_path), pictures[:16], steps=1, samples=8)
    assert scores["sample_mse"] > 1.2 * scores["mean_mse"]
    assert 0.6 < scores["coverage90"] <= 1
