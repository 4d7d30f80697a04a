"""bf16 calls: the same pictures, and only where they belong."""

import pytest
import torch
from tiny_models import PERCEIVER, tiny_model

import fieldlib
from fieldlib.backbones.base import Backbone
from fieldlib.narrow import EQUAL, cast, likeness, narrow, quick


def call_types(model):
    return {p.dtype for p in getattr(model.backbone, model.backbone.narrowed).parameters()}


@pytest.mark.parametrize("name", ["flow_matching/tiny_conv", "score_sde/base", "denoiser/tiny"])
def test_a_narrow_copy_draws_the_same_picture_and_leaves_the_model_as_it_was(name):
    model = fieldlib.load(name)
    twin = narrow(model)
    assert call_types(twin) == {torch.bfloat16}
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert EQUAL < likeness(model, twin) < 100, "equal to the eye, not to the bit"


def test_likeness_tells_another_model():
    assert likeness(fieldlib.load("flow_matching/tiny_conv"), fieldlib.load("flow_matching/tiny")) < 40


def test_a_perceiver_without_a_stem_is_narrowed_too():
    model = tiny_model(options={**PERCEIVER, "stem": []})
    assert EQUAL - 20 < likeness(model, narrow(model)) < 100


def test_what_has_no_such_network_stays_as_it_is():
    assert Backbone.narrowed is None
    assert narrow(tiny_model("deep_set")) is None
    for model in (tiny_model("deep_set"), fieldlib.load("nearest")):
        assert quick(model) is model


def test_only_floating_point_numbers_are_cast():
    wide, index = torch.ones(2), torch.tensor([1])
    found, (inner, same), nothing = cast((wide, [wide, index], None), torch.bfloat16)
    assert found.dtype == inner.dtype == torch.bfloat16 and same is index and nothing is None


def test_the_quick_form_is_the_model_or_its_narrow_copy():
    model = fieldlib.load("denoiser/tiny_conv")
    found = quick(model)
    for _ in range(20):
        quick(fieldlib.load("nearest"))
    assert found is quick(model), "chosen once, whatever came between"
    assert found is model or call_types(found) == {torch.bfloat16}
