"""bf16 calls: the same pictures, and only where they belong."""

import pytest
import torch

import fieldlib
from fieldlib.narrow import EQUAL, NarrowUNet, likeness, narrow, quick


@pytest.mark.parametrize("name", ["flow_matching/tiny_conv", "score_sde/base"])
def test_a_narrow_copy_draws_the_same_picture_and_leaves_the_model_as_it_was(name):
    model = fieldlib.load(name)
    twin = narrow(model)
    assert isinstance(twin.backbone.call, NarrowUNet)
    assert {p.dtype for p in twin.backbone.call.parameters()} == {torch.bfloat16}
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert EQUAL < likeness(model, twin) < 100, "equal to the eye, not to the bit"


def test_likeness_tells_another_model():
    assert likeness(fieldlib.load("flow_matching/tiny_conv"), fieldlib.load("flow_matching/tiny")) < 40


def test_what_has_no_such_network_stays_as_it_is():
    assert narrow(fieldlib.load("flow_matching/tiny")) is None
    for name in ("flow_matching/tiny", "nearest"):
        model = fieldlib.load(name)
        assert quick(model) is model


def test_the_quick_form_is_the_model_or_its_narrow_copy():
    model = fieldlib.load("denoiser/tiny_conv")
    found = quick(model)
    for _ in range(20):
        quick(fieldlib.load("nearest"))
    assert found is quick(model), "chosen once, whatever came between"
    assert found is model or isinstance(found.backbone.call, NarrowUNet)
