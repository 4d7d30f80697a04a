"""The benchmark's arithmetic, and a quick run of all of it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from benchmarks import goals
from benchmarks.__main__ import SECTIONS, Options, main, render
from benchmarks.goals import at_least, at_most, judged
from benchmarks.growth import exponent
from benchmarks.machine import count_flops, product
from benchmarks.peers import LEAST, cfm_unet, ddpm_unet, record
from benchmarks.repaint import JUMP, RESAMPLINGS, STEPS, Stretch, count_calls, moves, schedule
from benchmarks.section import Section, markdown
from benchmarks.timing import in_turns, interleaved
from fieldlib.assets import STUDY
from fieldlib.errors import InputError

ROOT = Path(__file__).resolve().parent.parent


def test_jobs_take_turns():
    seen = []
    seconds = interleaved({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, rounds=3, seconds=60)
    assert seen == ["a", "b"] * 4  # once to warm up
    assert set(seconds) == {"a", "b"}


def test_every_job_runs_even_without_time():
    seen = []
    interleaved({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, rounds=9, seconds=0, warm=False)
    assert seen == ["a", "b"]


def test_slow_jobs_have_their_least_rounds():
    seen = []
    times = in_turns({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, rounds=9, seconds=0, least=3)
    assert seen == ["a", "b"] * 4  # once to warm up
    assert {name: len(values) for name, values in times.items()} == {"a": 3, "b": 3}


def test_a_peers_row_is_a_median_and_says_of_how_many_rounds():
    row = record("a peer", torch.nn.Linear(2, 3), "made up", 5, [0.3, 0.1, 0.2], [0.1, 0.1, 0.9])
    assert (row["rounds"], row["calls"], row["params"]) == (3, 5, 9)
    assert row["ms"] == pytest.approx(200) and row["ratio"] == pytest.approx(2)


def test_of_runs_in_a_row_the_last_one_counts():
    naps = iter([0, 0.2, 0.001, 0.2, 0.001])
    found = interleaved({"a": lambda: time.sleep(next(naps))}, rounds=2, seconds=60, in_a_row=2)
    assert 0.001 < found["a"] < 0.1


def test_operations_are_those_of_the_products():
    assert count_flops(product(64, "fp32")) == 2 * 64**3
    layer = torch.nn.Linear(16, 32)
    assert count_flops(lambda: layer(torch.zeros(10, 16))) == 2 * 10 * 16 * 32
    q = torch.zeros(2, 3, 5, 8)  # batch, heads, tokens, channels
    attention = count_flops(lambda: torch.nn.functional.scaled_dot_product_attention(q, q, q))
    assert attention == 2 * (2 * 2 * 3 * 5 * 5 * 8)
    both = count_flops(lambda: layer(torch.zeros(10, 16)).sum().backward(), backward=True)
    assert both == 2 * (2 * 10 * 16 * 32)  # forward, and the weight's gradient


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_exponent_of_a_power_law(power):
    points = [{"size": n, "ms": 3 * n**power} for n in (10, 100, 5000)]
    assert exponent(points, "ms") == pytest.approx(power)


def test_one_point_has_no_exponent():
    assert exponent([{"size": 10, "ms": 1.0}], "ms") is None


def test_repaint_calls_at_the_published_settings():
    jumps = (STEPS - JUMP) // JUMP
    assert count_calls() == STEPS + jumps * (RESAMPLINGS - 1) * JUMP == 2410
    run = moves(schedule())
    assert len(run) - count_calls() == count_calls() - STEPS  # every step back is made up for


def test_a_stretch_of_repaint_is_one_jump_and_ten_calls():
    times = []

    class Still(torch.nn.Module):
        def forward(self, x, t):
            times.append(t)
            return SimpleNamespace(sample=torch.zeros_like(x))

    stretch = Stretch(Still())
    assert stretch().shape == (1, 3, 32, 32)
    assert len(times) == Stretch.calls
    assert len(stretch.moves) - len(times) == JUMP


@pytest.mark.slow
@pytest.mark.parametrize("unet", [ddpm_unet, cfm_unet])
def test_peers_have_their_published_size(unet):
    assert sum(p.numel() for p in unet().parameters()) == 35_746_307


def test_goals_are_judged():
    assert at_least("speed", 5, 6.0)["verdict"] == "met"
    assert at_least("speed", 5, 4.0)["verdict"] == "missed"
    assert at_most("time", 60, 61.0)["verdict"] == "missed"
    assert judged("exponent", "0.9 to 1.1", 1.2, 0.9, 1.1)["verdict"] == "missed"
    assert judged("exponent", "0.9 to 1.1", None, 0.9, 1.1)["verdict"] == "-"


def test_a_bf16_picture_is_allowed_the_time_of_an_fp32_one():
    common = {"samples": 1, "queries": goals.UNKNOWN, "fraction": 0.4, "picture_ms": 100.0}
    kinds = (("fp32", 2, 190.0), ("bf16", 2, 390.0), ("fp32", 1, 85.0), ("bf16", 1, 200.0))
    rows = [{"name": "tiny", "precision": p, "threads": n, "peak_gflops": peak, **common} for p, n, peak in kinds]
    pictures = {goal["name"]: goal for goal in goals.goals({"calls": rows}) if goal["name"].startswith("ms a picture")}
    assert [goal["wanted"] for goal in pictures.values()] == ["at most 60"] * 2 + ["at most 120"] * 2
    assert [goal["verdict"] for goal in pictures.values()] == ["missed"] * 2 + ["met"] * 2


def test_the_bundled_goals_and_tables_are_those_of_the_bundled_numbers():
    document = json.loads((STUDY / "bench.json").read_text())
    assert document["goals"] == goals.goals(document["tables"])
    assert (STUDY / "bench.md").read_text() == render(document)


def test_tables():
    section = Section("Title", "Note.", {"name": ("what", "s"), "ms": ("ms", ".1f")}, lambda effort: [])
    text = markdown(section, [{"name": "a", "ms": 1.25}, {"name": "b", "ms": None}])
    assert text.splitlines()[4:] == ["| what | ms |", "| --- | --- |", "| a | 1.2 |", "| b | - |"]


def test_unknown_sections_are_refused(tmp_path):
    with pytest.raises(InputError, match="unknown sections speed; known: machine, calls"):
        main(Options(out=tmp_path / "bench.json", sections=("speed",)))


@pytest.mark.slow
def test_a_quick_run_of_everything(tmp_path):
    """In a process of its own, because the threads of the tests are not those of a benchmark."""
    out = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--out", str(out)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(out.read_text())
    tables = document["tables"]
    assert tables.keys() == SECTIONS.keys()
    for name, section in SECTIONS.items():
        assert section.title in done.stdout
        assert all(row["what"] and row["name"] for row in tables[name])
    for row in (*tables["calls"], *tables["training"]):
        assert 0 < row["fraction"] < 1.2, row
    assert {row["queries"] for row in tables["calls"]} == {204, 820}
    for row in tables["growth"]:
        assert row["ms"] > 0
        assert -1 < row["exponent"] < 3
        assert 100 < row["peak_mb"] < 20_000
    peers = {row["name"]: row for row in tables["peers"]}
    assert peers["diffusers UNet2DModel, a call"]["ratio"] > 1
    assert peers["diffusers + RePaint, a picture, from its calls"]["calls"] == 2410
    assert all(row["rounds"] >= LEAST for row in peers.values())
    ratios = [row["ratio"] for row in tables["reencoding"]]
    assert ratios[0] == 1
    assert all(ratio > 0 for ratio in ratios)
    assert {row["verdict"] for row in document["goals"]} <= {"met", "missed", "-"}
