"""Probes of the machine."""

from tiny_models import tiny_model

from fieldlib import acceleration


def test_probe_is_a_ratio_of_times():
    assert acceleration.bf16_speedup(64) > 0
    assert acceleration.machine_class()


def test_short_runs_are_not_compiled():
    model = tiny_model()
    acceleration.compile_model(model, run_seconds=30)
    assert model.prepare.__func__ is type(model).prepare
