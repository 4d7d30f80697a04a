"""One picture at every size: finer answers average back to the coarse one, and large ones fit into little memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import fieldlib
from fieldlib.data import gallery
from fieldlib.errors import InputError
from train_scripts import consistency
from train_scripts.cli import parse
from train_scripts.models import weights_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES = 1.5e9
MEASURE = """
import resource, sys, torch, fieldlib
from pathlib import Path
from fieldlib.data import gallery

torch.set_num_threads(1)
model, side = fieldlib.load("flow_matching"), int(sys.argv[2])
context, coords = fieldlib.observe(gallery.picture("cat").pixels), fieldlib.grid(side, side)
with torch.inference_mode():
    if sys.argv[1] == "picture":
        values = fieldlib.reconstruct(model, context, coords, steps=2)
    else:
        values = model.at(coords[None], context)(torch.randn(1, side * side, 3), torch.tensor(0.5)).x0
assert values.shape == (1, side * side, 3) and values.isfinite().all()
if sys.platform == "linux":  # ru_maxrss would count the process that started this one, before exec
    print(1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def agreement(name, sizes, model="flow_matching"):
    context = fieldlib.observe(gallery.picture(name).pixels, fraction=0.2, seed=1)
    return consistency.agreement(fieldlib.load(model), context, sizes, 8, seed=1)


@pytest.mark.parametrize("name", ["cat", "zebra", "fire_engine"])
def test_finer_answers_average_back_to_the_coarse_one(name):
    assert min(agreement(name, (64, 128, 512))) > 30


@pytest.mark.parametrize("model", ["score_sde", "denoiser"])
def test_so_they_do_for_every_method(model):
    assert min(agreement("tiger", (64, 128), model)) > 30


def test_the_measure_sees_another_picture():
    model = fieldlib.load("flow_matching")
    context = fieldlib.observe(gallery.picture("cat").pixels)
    one, other = (fieldlib.reconstruct(model, context, fieldlib.grid(64, 64), seeds=[seed]) for seed in (1, 2))
    same, different = (
        consistency.psnr(consistency.box_mean(x, 64), consistency.box_mean(one, 64)) for x in (one, other)
    )
    assert same == 100
    assert different < 28


def test_box_means_are_means_of_boxes():
    values = torch.arange(64 * 64.0).reshape(1, -1, 1)
    expected = values.reshape(32, 2, 32, 2).mean((1, 3)).reshape(1, -1, 1)
    torch.testing.assert_close(consistency.box_mean(values, 64), expected)


def test_the_command_writes_its_figures(tmp_path, capsys):
    out = tmp_path / "consistency.json"
    flags = ["--data", str(ROOT / "assets" / "gallery"), "--limit", "2", "--sizes", "64", "96", "--steps", "2"]
    consistency.main(parse(consistency.Options, [*flags, "--json", str(out)]))
    report = json.loads(out.read_text())
    assert report["pictures"] == 2 and report["sha256"] == weights_of(report["model"])
    assert report["made_by"] == "python -m train_scripts.consistency --limit 2 --sizes 64 96 --steps 2"
    assert report["sizes"].keys() == {"64", "96"}
    assert all(30 < size["least"] <= size["mean"] for size in report["sizes"].values())
    assert "64: mean" in capsys.readouterr().out


@pytest.mark.parametrize("sizes", ["32", "65", "2048"])
def test_sizes_that_do_not_average_back_are_refused(sizes, tmp_path):
    with pytest.raises(InputError, match="multiples of 32"):
        consistency.main(parse(consistency.Options, ["--sizes", sizes, "--json", str(tmp_path / "x.json")]))


@pytest.mark.parametrize(("way", "side"), [("picture", 1024), ("network", 512)])
def test_large_answers_need_little_memory(way, side):
    """A whole process: 1024x1024 read from a drawn picture, and 262,144 queries through the network at once."""
    command = [sys.executable, "-c", MEASURE, way, str(side)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < MOST_BYTES
