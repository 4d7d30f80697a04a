"""Several processes train and evaluate like one: same losses, same scores, one writer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from test_training import make_trainer
from tiny_models import smooth_pictures

import fieldlib
from fieldlib.checkpoint import load_model
from fieldlib.data.batches import SparseBatches
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.metrics import MetricsTracker
from fieldlib.parallel import Team, join_team, share_batch
from fieldlib.training import Budget, Trainer

ROOT = Path(__file__).resolve().parent.parent
PICTURES = smooth_pictures(9)
STATES = ("loss", "step", "estimate_psnr_unobserved")


class Member(Team):
    """One of several processes, without the others."""

    def __init__(self, rank, size):
        super().__init__()
        self.rank, self.size = rank, size


def launch(processes, *arguments):
    """What ``accelerate launch`` does on GPUs, here on CPU processes; what they print."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    command = [sys.executable, *(start if processes > 1 else []), "-m", *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_alone_without_a_launcher():
    team = join_team()
    assert (team.size, team.rank, team.is_first) == (1, 0, True)
    assert team.agree("a") == "a"


@pytest.mark.parametrize(("size", "accumulate"), [(1, 1), (2, 1), (2, 3), (4, 3)])
def test_shares_cover_the_batch_once(size, accumulate):
    rows = [row for rank in range(size) for part in share_batch(24, Member(rank, size), accumulate)
            for row in range(24)[part]]  # fmt: skip
    assert rows == list(range(24))
    assert sorted(item for rank in range(size) for item in Member(rank, size).share(range(10))) == list(range(10))


@pytest.mark.parametrize(("size", "accumulate"), [(3, 1), (2, 8), (1, 0)])
def test_uneven_shares_are_refused(size, accumulate):
    with pytest.raises(InputError, match=r"cannot be shared by .*--batch-size"):
        share_batch(8, Member(0, size), accumulate)


def test_a_part_of_a_batch_is_that_part():
    batches = SparseBatches(PICTURES, 8, seed=1)
    for whole, part in zip(batches.batch(3), batches.batch(3, slice(2, 5)), strict=True):
        assert all(torch.equal(a[2:5], b) for a, b in zip(whole, part, strict=True))


@pytest.mark.parametrize("method", ["flow_matching", "crps_ensemble"])
def test_accumulated_gradients_are_those_of_the_whole_batch(tmp_path, method):
    gradients = []
    for accumulate in (1, 2, 4):
        trainer = make_trainer(tmp_path / str(accumulate), PICTURES[:8], method=method)
        parts = (trainer.preset, Budget(1), PICTURES[:8], PICTURES[:2], trainer.folder, 0, Team(), accumulate, "fp32")
        torch.manual_seed(0)
        again = Trainer(trainer.model, trainer.config, *parts)
        torch.nn.init.normal_(again.model.backbone.out[-1].weight)
        loss = again.loss.backward(again.model, 0)
        gradients.append([loss, *(parameter.grad for parameter in again.model.parameters())])
    for others in gradients[1:]:
        assert all(torch.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(gradients[0], others, strict=True))


def test_merged_trackers_are_one_tracker():
    def score(rank, size):
        team, kept = Member(rank, size), []
        team.collect = lambda item: kept.append(item) or [item]  # keep what would travel
        evaluate(fieldlib.load("nearest"), PICTURES, steps=1, samples=2, team=team)
        return kept[0]

    whole, (first, *others) = score(0, 1), [score(rank, 3) for rank in range(3)]
    merged = MetricsTracker()
    for tracker in (first, *others):
        merged.merge(tracker)
    assert merged.compute() == pytest.approx(whole.compute(), rel=1e-5)


def test_more_processes_than_pictures_are_refused():
    with pytest.raises(InputError, match="evaluation needs 4 to"):
        evaluate(fieldlib.load("nearest"), PICTURES[:3], steps=1, samples=2, team=Member(0, 4))


@pytest.mark.training
def test_two_processes_train_and_score_like_one(tmp_path):
    (tmp_path / "data").mkdir()
    for i, pixels in enumerate(PICTURES):
        Image.fromarray(pixels).save(tmp_path / "data" / f"{i}.png")
    common = ["--preset", "test", "--batch-size", 4, "--data", tmp_path / "data", "--precision", "fp32"]
    logs, scores = [], []
    for processes in (1, 2):
        run, out = tmp_path / f"run{processes}", tmp_path / f"{processes}.json"
        # One process sums the halves of a batch one by one, as two processes do. Summed at once, gradients differ in
        # their last bits, which Muon's bfloat16 turns into 1.1e-5 in a weight after these four steps (AdamW: 3e-8).
        launch(processes, "train_scripts.train", *common, "--accumulate", 2 // processes, "--epochs", 2, "--out", run)
        logs.append([json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()])
        evaluation = ["--model", tmp_path / "run1", "--data", tmp_path / "data", "--steps", 2, "--samples", 2]
        launch(processes, "train_scripts.evaluate", *evaluation, "--json", out)
        scores.append({k: v for k, v in json.loads(out.read_text()).items() if not k.startswith("seconds")})
    ours, theirs = ([[line[name] for name in STATES if name in line] for line in log] for log in logs)
    assert len(ours) == len(theirs) == 6  # four steps and two validations, written once
    assert all(a == pytest.approx(b, rel=1e-4) for a, b in zip(ours, theirs, strict=True))
    assert scores[0].keys() == scores[1].keys()
    for name, value in scores[0].items():
        assert scores[1][name] == (pytest.approx(value, rel=1e-4) if isinstance(value, float) else value), name
    one, two = (load_model(tmp_path / f"run{processes}") for processes in (1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@pytest.mark.training
def test_two_processes_compare_like_one(tmp_path):
    (tmp_path / "data").mkdir()
    for i, pixels in enumerate(PICTURES):
        Image.fromarray(pixels).save(tmp_path / "data" / f"{i}.png")
    common = ["--data", tmp_path / "data", "--models", "nearest", "linear", "--limit", 5, "--samples", 2]
    files = []
    for processes in (1, 2):
        out = tmp_path / f"{processes}.json"
        printed = launch(processes, "train_scripts.compare", *common, "--seeds", 1, 2, "--out", out)
        assert printed.count("| linear |") == 2  # one line in each table, by one process
        files.append(json.loads(out.read_text()))
    ours, theirs = (sorted(file["cells"], key=lambda cell: (cell["model"], cell["seed"])) for file in files)
    assert len(ours) == len(theirs) == 4
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for name in one.keys() - {"seconds_per_image", "seconds_per_sample_batched", "quick"}:
            assert other[name] == (pytest.approx(one[name], rel=1e-4) if isinstance(one[name], float) else one[name])
