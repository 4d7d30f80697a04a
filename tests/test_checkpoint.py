"""Weights on disk: what was saved comes back; what is damaged or foreign is refused with advice."""

import json

import pytest
import torch
from safetensors.torch import save_file
from tiny_models import config_of, random_context, tiny_model

import fieldlib
from fieldlib.checkpoint import CONFIG, WEIGHTS, build, load_model, read_config, save_model
from fieldlib.errors import InputError
from fieldlib.registry import BACKBONES


@pytest.fixture
def folder(tmp_path):
    save_model(tiny_model("deep_set"), config_of("deep_set"), tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("backbone", BACKBONES.names())
def test_round_trip(tmp_path, backbone):
    model = tiny_model(backbone)
    save_model(model, config_of(backbone), tmp_path)
    again = load_model(tmp_path)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    context, coords = random_context(), fieldlib.grid(4, 4)
    assert torch.equal(fieldlib.estimate(model, context, coords), fieldlib.estimate(again, context, coords))
    assert not again.training
    assert not any(p.requires_grad for p in again.parameters())
    assert {path.name for path in tmp_path.iterdir()} == {CONFIG, WEIGHTS}


def test_half_precision_on_disk_is_single_in_memory(tmp_path):
    model = tiny_model("deep_set")
    save_model(model, config_of("deep_set"), tmp_path, dtype=torch.bfloat16)
    again = load_model(tmp_path)
    assert {p.dtype for p in again.parameters()} == {torch.float32}
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor.bfloat16().float(), again.state_dict()[name])


def test_truncated_weights(folder):
    blob = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(blob[: len(blob) // 2])
    with pytest.raises(InputError, match="damaged"):
        load_model(folder)


@pytest.mark.parametrize("blob", [b"", b"not safetensors", b"\x80\x04\x95pickle"])
def test_foreign_weights_without_checksum(folder, blob):
    config = read_config(folder)
    del config["sha256"]
    (folder / CONFIG).write_text(json.dumps(config))
    (folder / WEIGHTS).write_bytes(blob)
    with pytest.raises(InputError, match="safetensors"):
        load_model(folder)


def test_one_flipped_bit(folder):
    blob = bytearray((folder / WEIGHTS).read_bytes())
    blob[-3] ^= 1
    (folder / WEIGHTS).write_bytes(blob)
    with pytest.raises(InputError, match="SHA-256"):
        load_model(folder)


def test_weights_of_another_model(folder):
    config = {k: v for k, v in read_config(folder).items() if k != "sha256"}
    (folder / CONFIG).write_text(json.dumps({**config, "options": {"width": 8}}))
    with pytest.raises(InputError, match="another model"):
        load_model(folder)
    save_file({"stranger": torch.zeros(3)}, folder / WEIGHTS)
    with pytest.raises(InputError, match="another model"):
        load_model(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"method": "flow_matching"}', "\x00"])
def test_unusable_descriptions(folder, text):
    (folder / CONFIG).write_text(text)
    with pytest.raises(InputError):
        load_model(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "magic"},
        {"backbone": "magic"},
        {"options": {"widht": 3}},
        {"options": 7},
        {"options": {"width": -1}},
        {"options": {"width": "8"}},
        {"base": "magic"},
        {"objective": "magic"},
    ],
    ids=str,
)
def test_descriptions_that_cannot_be_built(changes):
    with pytest.raises(InputError):
        build(config_of("deep_set") | changes)


@pytest.mark.parametrize(
    ("backbone", "changes", "told"),
    [
        ("set_conv", {"lattice": 30}, "a lattice whose side is 4 n; got 30"),
        ("set_conv", {"patch": "2"}, "cannot be built"),
        ("set_conv", {"widths": []}, "cannot be built|levels"),
        ("perceiver_io", {"features": 15}, "half cosines; got 15"),
        ("perceiver_io", {"heads": 3}, "3 heads cannot share 16 channels"),
    ],
)
def test_options_that_would_fail_at_the_first_call(backbone, changes, told):
    config = config_of(backbone)
    with pytest.raises(InputError, match=told):
        build({**config, "options": {**config["options"], **changes}})


def test_missing_files(folder, tmp_path):
    with pytest.raises(InputError, match="no model folder"):
        load_model(tmp_path)
    (folder / WEIGHTS).unlink()
    with pytest.raises(InputError):
        load_model(folder)
