"""Probes of the machine."""

import pytest
import torch
from tiny_models import tiny_model

from fieldlib import InputError, acceleration


def test_probe_is_a_ratio_of_times():
    assert acceleration.bf16_speedup(64) > 0
    assert acceleration.machine_class()


@pytest.mark.parametrize(("speedup", "settled"), [(1.4, "fp32"), (1.6, "bf16")])
def test_what_was_measured_is_handed_on_to_other_processes(monkeypatch, speedup, settled):
    monkeypatch.delenv(acceleration.PRECISION)
    monkeypatch.setattr(acceleration, "bf16_speedup", lambda: speedup)
    assert acceleration.settled_precision() == {"FIELDLIB_PRECISION": settled}
    assert acceleration.bf16_wanted("auto", torch.device("cpu")) is (settled == "bf16")


@pytest.mark.parametrize("settled", ["fp32", "bf16"])
def test_a_settled_precision_is_not_measured_again(monkeypatch, settled):
    monkeypatch.setenv(acceleration.PRECISION, settled)
    monkeypatch.setattr(acceleration, "bf16_speedup", lambda: pytest.fail("measured"))
    for device in map(torch.device, ("cpu", "cuda")):
        assert acceleration.use_bf16(device) is acceleration.bf16_wanted("auto", device) is (settled == "bf16")
        assert acceleration.bf16_wanted("bf16", device) and not acceleration.bf16_wanted("fp32", device)


def test_a_setting_that_is_no_precision_is_refused(monkeypatch):
    monkeypatch.setenv(acceleration.PRECISION, "fp16")
    with pytest.raises(InputError, match="FIELDLIB_PRECISION is one of auto, fp32, bf16; got 'fp16'"):
        acceleration.use_bf16(torch.device("cpu"))


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
