"""Probes of the machine."""

import pytest
import torch
from tiny_models import tiny_model

from fieldlib import acceleration


def test_probe_is_a_ratio_of_times():
    assert acceleration.bf16_speedup(64) > 0
    assert acceleration.machine_class()


def compiled(model):
    return [part for part in model.modules() if part._compiled_call_impl is not None]


def test_short_runs_are_not_compiled():
    model = tiny_model("perceiver_io")
    acceleration.compile_model(model, torch.device("cpu"), run_seconds=30)
    assert not compiled(model)


@pytest.mark.slow
@pytest.mark.parametrize("backbone", ["perceiver_io", "set_conv"])
def test_of_a_long_run_the_parts_of_few_sizes_are_compiled(backbone):
    model = tiny_model(backbone)
    acceleration.compile_model(model, torch.device("cpu"), run_seconds=1e6)
    assert compiled(model) == [part for part in model.modules() if getattr(part, "few_sizes", False)] != []
