"""The gates: verdicts of numbers that are known, and the bundled file agrees with the studies it is read from."""

import json

import pytest

from fieldlib import InputError
from fieldlib.assets import STUDY
from fieldlib.registry import METHODS
from train_scripts.gates import Gate, Options, gates, main


@pytest.mark.parametrize(
    ("low", "high", "missing"), [(1.0, None, 0.5), (None, 0.4, 0.1), (0.4, 0.6, 0.0), (0.6, 0.7, 0.1), (0.1, 0.2, 0.3)]
)
def test_a_gate_tells_how_far_it_is_missed(low, high, missing):
    assert Gate("a gate", "a model", 0.5, low, high).missing == pytest.approx(missing)


def test_the_bundled_file_is_what_the_studies_give():
    stored = json.loads((STUDY / "gates.json").read_text())["rows"]
    fresh = [{**gate._asdict(), "missing": gate.missing} for gate in gates(Options())]
    assert json.loads(json.dumps(fresh)) == stored


def test_a_seed_that_was_not_run_is_refused(tmp_path):
    (tmp_path / "comparison.json").write_text('{"cells": [{"model": "nearest", "seed": 42}]}')
    with pytest.raises(InputError, match="no cells of seed 7"):
        main(Options(seed=7, study=tmp_path))


def test_a_method_without_weights_has_no_gates(monkeypatch):
    before = list(gates(Options()))
    monkeypatch.setitem(METHODS._entries, "new", METHODS["denoiser"])
    assert list(gates(Options())) == before
