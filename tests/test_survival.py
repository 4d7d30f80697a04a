"""Training that goes wrong: not-a-number losses, divergence, kills at every write, full disks, damaged states."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from test_training import losses, make_trainer
from tiny_models import smooth_pictures

import fieldlib
from fieldlib.presets import get_preset
from fieldlib.run_log import RunLog, append
from fieldlib.training import MOST_RETURNS, PATIENCE

ROOT = Path(__file__).resolve().parent.parent
PICTURES = smooth_pictures(8)


def poison(trainer, steps):
    """Make one gradient value not a number at ``steps``, as an overflow would."""
    parameter = next(trainer.model.parameters())
    parameter.register_hook(lambda grad: grad * float("nan") if trainer.step in steps else grad)


def copies(model):
    return [parameter.detach().clone() for parameter in model.parameters()]


def equal(model, tensors):
    return all(torch.equal(a, b) for a, b in zip(model.parameters(), tensors, strict=True))


def test_a_bad_gradient_touches_nothing(tmp_path):
    trainer = make_trainer(tmp_path, PICTURES, epochs=3)
    poison(trainer, {2})
    run = (record for record in trainer.run(validate_minutes=1e9))
    next(run), next(run)
    model, average, moments = copies(trainer.model), copies(trainer.average), trainer.optimizer.state()
    moments = {name: tensor.clone() for name, tensor in moments.items()}
    record = next(run)
    assert record["skipped"].endswith("gradient nan") and "loss" not in record
    assert equal(trainer.model, model) and equal(trainer.average, average)
    assert all(torch.equal(tensor, moments[name]) for name, tensor in trainer.optimizer.state().items())
    assert "loss" in next(run)
    assert not equal(trainer.model, model)
    list(run)
    assert all(parameter.isfinite().all() for parameter in trainer.average.parameters())
    assert set(losses(tmp_path)) == {1, 2, 4, 5, 6}


@pytest.mark.slow
def test_many_bad_steps_go_back_to_the_last_good_state_at_half_the_rate(tmp_path):
    trainer = make_trainer(tmp_path, PICTURES, epochs=10)
    run = trainer.run(save_minutes=1e9, validate_minutes=1e9)
    for _ in range(3):
        next(run)
    trainer.save()
    good = copies(trainer.model)
    next(run)
    poison(trainer, set(range(4, 4 + PATIENCE)))
    skipped = [next(run) for _ in range(PATIENCE + 1)]
    assert skipped[-1]["skipped"] == "back to step 3, rate x 0.5"
    assert equal(trainer.model, good)
    assert trainer.learning_rate() <= trainer.preset.learning_rate / 2
    assert trainer.step == 4 + PATIENCE
    trainer.save()
    again = make_trainer(tmp_path, PICTURES, epochs=10)
    again.resume()
    assert (again.rate, again.returns) == (0.5, 1)


@pytest.mark.slow
def test_divergence_ends_with_advice_and_a_good_state(tmp_path):
    preset = replace(get_preset("test"), batch_size=4, learning_rate=1e25, warmup=1)
    trainer = make_trainer(tmp_path, PICTURES, epochs=1000, preset=preset)
    with pytest.raises(fieldlib.InputError, match=r"training diverges.*lower --learning-rate"):
        list(trainer.run(save_minutes=0, validate_minutes=1e9))
    assert trainer.returns == MOST_RETURNS + 1
    again = make_trainer(tmp_path, PICTURES, epochs=1000, preset=preset)
    again.resume()
    assert all(parameter.isfinite().all() for parameter in again.model.parameters())
    values = fieldlib.estimate(fieldlib.load(tmp_path), fieldlib.observe(PICTURES[0]), fieldlib.grid(8, 8))
    assert values.isfinite().all()


def test_a_flipped_bit_in_the_state_is_noticed(tmp_path):
    trainer = make_trainer(tmp_path, PICTURES)
    list(trainer.run())
    state = tmp_path / "state.safetensors"
    blob = bytearray(state.read_bytes())
    blob[-5] ^= 4
    state.write_bytes(blob)
    with pytest.raises(fieldlib.InputError, match="SHA-256"):
        make_trainer(tmp_path, PICTURES).resume()


def test_half_a_log_line_is_dropped(tmp_path):
    log = RunLog(tmp_path / "log.jsonl")
    for step in (1, 2, 3):
        log.add({"step": step, "loss": 0.5})
    with log.path.open("a") as file:
        file.write('{"step": 2, "lo')
    log.cut(2)
    assert [json.loads(line)["step"] for line in log.path.read_text().splitlines()] == [1, 2]


def test_lines_that_a_full_disk_refuses_come_later(tmp_path):
    log = RunLog(tmp_path / "log.jsonl")
    log.add({"step": 1})
    log.path.rename(tmp_path / "aside")
    log.path.mkdir()  # a folder cannot be appended to
    log.add({"step": 2})
    log.path.rmdir()
    (tmp_path / "aside").rename(log.path)
    log.add({"step": 3})
    assert [json.loads(line)["step"] for line in log.path.read_text().splitlines()] == [1, 2, 3]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_device_raises_at_once():
    with pytest.raises(OSError, match="No space left"):
        append(Path("/dev/full"), b"x" * 10)


@pytest.mark.training
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_every_write(tmp_path):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "tests" / "kill_at_every_write.py"), str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-3000:]
    operations, sizes = map(int, done.stdout.split()[-2:])
    assert operations > 40 and sizes == 12


def test_final_state_on_an_unwritable_disk_gives_advice(tmp_path):
    trainer = make_trainer(tmp_path / "run", PICTURES)
    steps = trainer.run(save_minutes=1e9, validate_minutes=1e9)
    next(steps)
    (tmp_path / "run" / "state.safetensors").unlink()
    (tmp_path / "run" / "state.safetensors").mkdir()  # nothing can be renamed onto a folder
    with pytest.raises(fieldlib.InputError, match=r"cannot be written.*--resume"):
        list(steps)
    assert np.isfinite(list(losses(tmp_path / "run").values())).all()


def test_a_file_that_is_no_state_is_refused(tmp_path):
    save_file({"x": torch.zeros(1)}, tmp_path / "state.safetensors")
    with pytest.raises(fieldlib.InputError, match="no state of a training"):
        make_trainer(tmp_path, PICTURES).resume()
