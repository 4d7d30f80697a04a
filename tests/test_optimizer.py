"""Muon and AdamW as one: every weight is moved, whatever its layout in memory."""

import copy

import pytest
import torch
from tiny_models import smooth_pictures, tiny_model

import fieldlib
from fieldlib.data.batches import SparseBatches
from fieldlib.optimizer import MuonAdamW
from fieldlib.presets import get_preset


def stepped(model):
    """Which weights of a copy of ``model`` one step moves, by name."""
    trained = copy.deepcopy(model).train().requires_grad_(True)
    before = copy.deepcopy(trained.state_dict())
    optimizer = MuonAdamW(trained, 1e-2, 0.0)
    trained.loss(SparseBatches(smooth_pictures(4), 4, 0).batch(0), torch.Generator().manual_seed(0)).backward()
    optimizer.step(1e-2)
    return {name: not torch.equal(before[name], after) for name, after in trained.state_dict().items()}


def test_kernels_of_loaded_models_move_too(tmp_path):
    """Loaded convolutions lie channels last in memory."""
    config = get_preset("tiny_conv").describe("flow_matching")
    config["options"] |= {"widths": [8, 8, 16], "head": 8, "level_width": 8}
    fieldlib.checkpoint.save_model(tiny_model(**{k: config[k] for k in ("backbone", "options")}), config, tmp_path)
    model = fieldlib.load(tmp_path)
    kernels = [name for name, weight in model.named_parameters() if weight.dim() == 4]
    assert any(not model.get_parameter(name).is_contiguous() for name in kernels)
    moved = stepped(model)
    assert [name for name in kernels if not moved[name]] == []


def test_moments_of_another_kind_are_refused():
    model = tiny_model().train().requires_grad_(True)
    adam, muon = (MuonAdamW(model, 1e-3, 0.0, kind) for kind in ("adam", "muon"))
    model.loss(SparseBatches(smooth_pictures(4), 4, 0).batch(0), torch.Generator().manual_seed(0)).backward()
    adam.step(1e-3)
    with pytest.raises(ValueError, match="another optimizer"):
        muon.load_state(adam.state())
    adam.load_state(adam.state())
