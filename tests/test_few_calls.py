"""Quality against calls: which cells exist, what is kept, what is run again."""

import json

import pytest
from PIL import Image
from tiny_models import config_of, smooth_pictures, tiny_model

import fieldlib
from fieldlib.checkpoint import save_model
from fieldlib.evaluation import evaluate
from train_scripts import cli, few_calls

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A model with random weights and two pictures."""
    monkeypatch.setenv("FIELDLIB_CACHE", str(tmp_path / "cache"))
    save_model(tiny_model("deep_set"), config_of("deep_set"), tmp_path / "model")
    (tmp_path / "pictures").mkdir()
    for i, pixels in enumerate(smooth_pictures(2)):
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{i}.png")
    return tmp_path


def call(home, *more):
    """Run the script; returns the file's cells."""
    flags = ["--models", home / "model", "--data", home / "pictures", "--limit", 2, "--samples", 2]
    flags += ["--out", home / "few.json", *more]
    cli.run(few_calls.Options, few_calls.main, [str(flag) for flag in flags])
    return json.loads((home / "few.json").read_text())["cells"]


def calls_of(cells, solver):
    return sorted(cell["calls"] for cell in cells if cell["solver"] == solver)


def test_steps_follow_from_calls_and_impossible_cells_are_left_out(home):
    cells = call(home, "--solvers", "euler", "heun", "rk4", "--calls", 1, 2, 4)
    assert (calls_of(cells, "euler"), calls_of(cells, "heun"), calls_of(cells, "rk4")) == ([1, 2, 4], [2, 4], [4])
    for cell in cells:
        assert cell["nfe"] == cell["calls"]
        assert cell["images"] == 2


def test_all_solvers_but_the_adaptive_one_are_run_by_default(home):
    cells = call(home, "--calls", 4)
    names = {name for name in fieldlib.SOLVERS if not fieldlib.SOLVERS[name].adaptive}
    assert {cell["solver"] for cell in cells} == names
    assert "dopri5" not in names


def test_scores_are_those_of_the_protocol(home):
    (cell,) = call(home, "--solvers", "ddim", "--grids", "uniform", "--calls", 3)
    pictures = few_calls.load_test_pictures(str(home / "pictures"), 2)
    scores = evaluate(fieldlib.load(home / "model"), pictures, solver="ddim", steps=3, grid="uniform", samples=2)
    for name in ("mean_psnr_unobserved", "sample_psnr_unobserved", "crps", "coverage90", "sharpness"):
        assert cell[name] == pytest.approx(scores[name])


def test_a_stopped_run_goes_on_with_the_missing_cells(home):
    flags = ("--solvers", "euler", "ddim", "--calls", 1, 2)
    whole = call(home, *flags)
    document = json.loads((home / "few.json").read_text())
    document["cells"] = [{**cell, "crps": -7.0} for cell in whole[:2]]  # a mark that a new evaluation would erase
    (home / "few.json").write_text(json.dumps(document))
    again = call(home, *flags)
    assert [cell["crps"] for cell in again] == [-7.0, -7.0, *(pytest.approx(cell["crps"]) for cell in whole[2:])]


def test_shares_of_the_work_come_together_and_seeds_give_intervals(home):
    flags = ("--solvers", "euler", "--calls", 2)
    (first,) = call(home, *flags)
    cells = call(home, *flags, "--seeds", 3, "--out", home / "share.json", "--merge", home / "few.json")
    document = json.loads((home / "share.json").read_text())
    (row,) = document["rows"]
    assert first in document["cells"] and row["seeds"] == [3, 42] and row["interval"]["crps"] > 0
    assert cells == [first], "the share has a file of its own"


def test_the_command_is_that_of_all_cells_and_not_of_the_last_run(home):
    call(home, "--solvers", "euler", "--calls", 1)
    call(home, "--solvers", "ddim", "--calls", 2, "--seeds", 3)
    made_by = json.loads((home / "few.json").read_text())["made_by"]
    flags = f"--limit 2 --samples 2 --models {home / 'model'} --solvers euler ddim --calls 1 2 --seeds 3 42"
    assert made_by == f"python -m train_scripts.few_calls {flags}"


def test_new_weights_are_run_again_and_other_settings_have_a_file_of_their_own(home, capsys):
    flags = ("--solvers", "euler", "--calls", 1)
    (before,) = call(home, *flags)
    save_model(tiny_model("deep_set", seed=1), config_of("deep_set"), home / "model")
    (after,) = call(home, *flags)
    assert before["sha256"] != after["sha256"]
    assert before["crps"] != after["crps"]
    with pytest.raises(SystemExit):
        call(home, *flags, "--samples", 3)
    assert "other settings: samples 2 instead of 3" in capsys.readouterr().err


def test_the_tables_show_every_cell(home, capsys):
    cells = call(home, "--solvers", "heun", "--calls", 4, 8, 50)
    printed = capsys.readouterr().out
    assert "N = 2 CIFAR-10 test pictures" in printed
    for cell in cells:
        assert f"{cell['mean_psnr_unobserved']:.2f}" in printed
        assert f"{cell['crps']:.4f}" in printed
    at = {cell["calls"]: cell["mean_psnr_unobserved"] for cell in cells}
    assert f"| {at[4] - at[50]:+.2f} | {at[8] - at[50]:+.2f} |" in printed


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--models", "nearest"), "makes no network calls"),
        (("--solvers", "dopri5"), "dopri5 chooses its own number of calls"),
        (("--solvers", "hune"), "unknown solver 'hune'"),
        (("--grids", "cosin"), "unknown grid 'cosin'"),
        (("--calls", "0"), "at least 1"),
        (("--samples", "0"), "samples"),
        (("--context", "2"), "between 0 and 1"),
    ],
)
def test_refusals(home, flags, expected, capsys):
    with pytest.raises(SystemExit) as stop:
        call(home, "--calls", 1, *flags)
    assert stop.value.code == 2
    assert expected in capsys.readouterr().err
    assert not (home / "few.json").exists()
