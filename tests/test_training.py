"""Training: determinism, exact resumption after kill -9, learning, budgets."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

import fieldlib
from fieldlib.acceleration import PRECISIONS
from fieldlib.checkpoint import build
from fieldlib.data.batches import CONTEXT_BANDS, SparseBatches
from fieldlib.presets import get_preset
from fieldlib.training import Budget, Trainer


def make_trainer(folder, pictures, epochs=1.0, preset=None, method="flow_matching", precision="fp32"):
    """In single precision, for whether bf16 pays is measured: two runs could differ."""
    preset = preset or replace(get_preset("test"), batch_size=4)
    torch.manual_seed(0)
    config = preset.describe(method)
    return Trainer(build(config), config, preset, Budget(epochs), pictures, pictures[:2], folder, precision=precision)


def losses(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {line["step"]: line["loss"] for line in lines if "loss" in line}


def test_batches_are_functions_of_their_number(pictures):
    first, second = SparseBatches(pictures, 4, seed=3), SparseBatches(pictures, 4, seed=3)
    second.batch(7)
    for a, b in zip(first.batch(5), second.batch(5), strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
    other = SparseBatches(pictures, 4, seed=4).batch(5)
    assert not torch.equal(first.batch(5).context.values, other.context.values)


def test_context_and_target_are_disjoint_and_counts_vary(pictures):
    batches = SparseBatches(pictures, 4, seed=0)
    counts = []
    for step in range(40):
        context, target = batches.batch(step)
        for i in range(len(context.coords)):
            known = {tuple(c) for c in context.coords[i, context.mask[i]].tolist()}
            wanted = {tuple(c) for c in target.coords[i, target.mask[i]].tolist()}
            assert not known & wanted and wanted
            assert len(known) == int(context.mask[i].sum())
            counts.append(len(known))
    lowest, highest = CONTEXT_BANDS[0][0] * 1024, CONTEXT_BANDS[-1][1] * 1024
    assert min(counts) >= int(lowest) - 1 and max(counts) <= highest
    assert max(counts) > 10 * min(counts)


def test_a_fixed_share_is_known_and_as_many_others_are_asked_for(pictures):
    context, target = SparseBatches(pictures, 4, seed=0, share=0.2).batch(3)
    assert context.mask is None and target.mask is None
    assert context.coords.shape == target.coords.shape == (4, 204, 2)
    for known, wanted in zip(context.coords.tolist(), target.coords.tolist(), strict=True):
        assert len({tuple(place) for place in known + wanted}) == 408


def test_an_epoch_sees_every_picture_once():
    numbered = np.arange(12, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 3), np.uint8)
    batches = SparseBatches(numbered, 4, seed=0)
    own = [np.random.default_rng(0)] * 4
    seen = [value for step in range(3) for value in batches._pixels(step, slice(None), own)[:, 0, 0, 0]]
    assert sorted(seen) == list(range(12))


def test_the_plans_recipe_is_adam_at_a_rate_that_falls_as_a_cosine(tmp_path, pictures):
    recipe = {field: getattr(get_preset("seed"), field) for field in ("weight_decay", "decay", "share", "optimizer")}
    recipe |= {"annealing": "cosine", "warmup": 1, "learning_rate": 1e-4}
    trainer = make_trainer(tmp_path, pictures[:16], preset=replace(get_preset("test"), batch_size=4, **recipe))
    twin = build(trainer.config)
    twin.load_state_dict(trainer.model.state_dict())
    adam = torch.optim.Adam(twin.parameters())
    for step, record in enumerate(trainer.run()):
        if "loss" not in record:
            break
        assert record["lr"] == pytest.approx(5e-5 * (1 + np.cos(np.pi * step / trainer.total_steps)))
        adam.param_groups[0]["lr"] = record["lr"]
        adam.zero_grad()
        trainer.loss.backward(twin, step)
        torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
        adam.step()
    assert trainer.step == trainer.total_steps == 4
    for ours, theirs in zip(trainer.model.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-7)


@pytest.mark.slow
def test_resume_repeats_the_uninterrupted_run(tmp_path, pictures):
    whole = make_trainer(tmp_path / "whole", pictures[:16], epochs=2)
    list(whole.run())
    first = make_trainer(tmp_path / "cut", pictures[:16], epochs=2)
    steps = first.run()
    for _ in range(5):
        next(steps)
    first.save()
    next(steps)  # this step is lost by the stop
    second = make_trainer(tmp_path / "cut", pictures[:16], epochs=2)
    second.resume()
    list(second.run())
    assert losses(tmp_path / "whole") == losses(tmp_path / "cut")
    for a, b in zip(whole.average.parameters(), second.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_resumed_run_keeps_its_precision_unless_another_is_asked_for(tmp_path, pictures, monkeypatch):
    make_trainer(tmp_path, pictures[:8], precision="bf16").save()
    monkeypatch.setitem(PRECISIONS, "auto", lambda device: False)
    for asked, kept in (("auto", True), ("fp32", False)):
        again = make_trainer(tmp_path, pictures[:8], precision=asked)
        again.resume()
        assert again.loss.bf16 is kept


@pytest.mark.training
def test_kill_9_then_resume_gives_the_same_losses(tmp_path, pictures):
    np.save(tmp_path / "pictures.npy", pictures[:16])
    script = tmp_path / "run.py"
    script.write_text(
        "import sys, torch, numpy as np\nfrom pathlib import Path\nsys.path.insert(0, 'tests')\n"
        "from test_training import make_trainer\n"
        "folder = Path(sys.argv[1])\n"
        "t = make_trainer(folder, np.load(folder.parent / 'pictures.npy'), epochs=8)\n"
        "if len(sys.argv) > 2: t.resume()\n"
        "for _ in t.run(save_minutes=1e-4, validate_minutes=1e9): pass\n"
    )

    def start(*arguments):
        environment = {**os.environ, "PYTHONPATH": "."}
        return subprocess.Popen([sys.executable, str(script), *map(str, arguments)], env=environment)

    assert start(tmp_path / "whole").wait(300) == 0
    victim = start(tmp_path / "cut")
    while not ((tmp_path / "cut" / "state.safetensors").exists() and len(losses_so_far(tmp_path / "cut")) > 8):
        time.sleep(0.01)
        assert victim.poll() is None
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert len(losses_so_far(tmp_path / "cut")) < 32
    assert start(tmp_path / "cut", "resume").wait(300) == 0
    assert losses(tmp_path / "whole") == losses(tmp_path / "cut")


def losses_so_far(folder):
    log = folder / "log.jsonl"
    return [line for line in log.read_text().splitlines() if line.endswith("}")] if log.exists() else []


@pytest.mark.parametrize("method", list(fieldlib.METHODS))
@pytest.mark.training
def test_every_method_overfits_one_picture(tmp_path, pictures, method):
    options = {"latents": 8, "latent_width": 32, "depth": 1, "blocks": 1, "width": 48, "heads": 2}
    options |= {"features": 32, "scale": 4.0, "stem": [[16, 1], [16, 2]]}
    preset = replace(
        get_preset("tiny"), options=options, batch_size=4, warmup=10, learning_rate=5e-3, decay=0.5, ema=0.9
    )
    trainer = make_trainer(tmp_path, np.repeat(pictures[:1], 4, axis=0), epochs=120, preset=preset, method=method)
    trainer.validation = pictures[:1]
    *_, last = [record for record in trainer.run(1e9, 1e9) if "loss" not in record]
    baseline = fieldlib.evaluation.evaluate(fieldlib.load("nearest"), pictures[:1], steps=1, samples=1)
    assert last["estimate_psnr_unobserved"] > baseline["estimate_psnr_unobserved"] + 4


def test_run_folder_is_a_model(tmp_path, pictures):
    trainer = make_trainer(tmp_path, pictures[:8])
    list(trainer.run())
    model = fieldlib.load(tmp_path)
    context = fieldlib.observe(pictures[0])
    a = fieldlib.estimate(model, context, fieldlib.grid(32, 32))
    b = fieldlib.estimate(trainer.average, context, fieldlib.grid(32, 32))
    assert torch.allclose(a, b, atol=1e-6)


def test_unknown_optimizers_are_refused(tmp_path, pictures):
    with pytest.raises(fieldlib.InputError, match="unknown optimizer 'sgd'; known: muon, adam"):
        make_trainer(tmp_path, pictures[:8], preset=replace(get_preset("test"), batch_size=4, optimizer="sgd"))


def test_unknown_annealings_are_refused_before_anything_is_written(tmp_path, pictures):
    with pytest.raises(fieldlib.InputError, match="unknown annealing 'cos'; known: linear, cosine"):
        make_trainer(tmp_path, pictures[:8], preset=replace(get_preset("test"), batch_size=4, annealing="cos"))


def test_a_run_may_do_without_warm_up(tmp_path, pictures):
    preset = replace(get_preset("test"), batch_size=4, warmup=0)
    first = next(make_trainer(tmp_path, pictures[:8], preset=preset).run())
    assert first["lr"] == preset.learning_rate


def test_resume_without_a_run_says_so(tmp_path, pictures):
    with pytest.raises(fieldlib.InputError, match="nothing to resume"):
        make_trainer(tmp_path, pictures[:8]).resume()


def test_resume_refuses_a_truncated_state(tmp_path, pictures):
    trainer = make_trainer(tmp_path, pictures[:8])
    list(trainer.run())
    state = tmp_path / "state.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(fieldlib.InputError, match="cannot be resumed"):
        make_trainer(tmp_path, pictures[:8]).resume()


def other_seed(trainer):
    trainer.seed = 7


def other_recipe(trainer):
    trainer.preset = replace(trainer.preset, batch_size=2, learning_rate=1e-4)


def other_weights(trainer):
    trainer.config["inherits"] = {"command": "python -m train_scripts.train --out runs/parent"}


def other_pictures(trainer):
    trainer.batches.pictures = trainer.batches.pictures[:4]


def other_method(trainer):
    trainer.config["method"] = "denoiser"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (other_method, "method flow_matching instead of denoiser"),
        (other_seed, "seed 0 instead of 7"),
        (other_recipe, "batch_size 4 instead of 2, learning_rate .* instead of 0.0001"),
        (other_weights, "--init from None instead of python -m train_scripts.train --out runs/parent"),
        (other_pictures, "different_pictures 8 instead of 4"),
    ],
)
def test_resume_refuses_another_run(tmp_path, pictures, change, told):
    list(make_trainer(tmp_path, pictures[:8]).run())
    before = (tmp_path / "config.json").read_bytes()
    trainer = make_trainer(tmp_path, pictures[:8])
    change(trainer)
    with pytest.raises(fieldlib.InputError, match=f"holds a run with {told}: go on as it was begun"):
        trainer.resume()
    assert (tmp_path / "config.json").read_bytes() == before


def test_resume_takes_a_longer_budget(tmp_path, pictures):
    list(make_trainer(tmp_path, pictures[:8]).run())
    longer = make_trainer(tmp_path, pictures[:8], epochs=2)
    longer.resume()
    list(longer.run())
    assert longer.step == longer.total_steps == 4
