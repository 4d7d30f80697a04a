"""The bundled results say how they were made, belong to the bundled weights, and agree with a fresh quick run."""

import importlib
import json
import re
import shlex
from pathlib import Path

import pytest

import fieldlib
from fieldlib import assets
from fieldlib.assets import WEIGHTS
from fieldlib.checkpoint import read_config
from fieldlib.data import load_test_pictures
from fieldlib.study import cells_of
from train_scripts import compare
from train_scripts.cli import parse
from train_scripts.study_file import fingerprint

ROOT = Path(__file__).parent.parent
FILES = sorted(assets.STUDY.glob("*.json"))
OF_BUNDLED_WEIGHTS = [path for path in FILES if path.stem != "plan"]  # the plan's own are not bundled: docs/plan.md
OF_NO_WEIGHTS = ("ablations", "ablations_minutes", "bench", "gates", "load", "ops", "sheets")  # sheets: see below
CHECKED = ("flow_matching/tiny_conv", "crps_ensemble/tiny_conv", "lmmse")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_says_how_where_and_when_it_was_made(path):
    document = json.loads(path.read_text())
    assert document["machine"] and document["date"] >= "2026"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_command_of_every_file_can_be_typed_and_goes_on_with_it(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    made_by = json.loads(path.read_text())["made_by"]
    first, *words = shlex.split(made_by)
    if first == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in words)
        return
    assert (first, words[0]) == ("python", "-m")
    script = importlib.import_module(words[1])
    options = parse(script.Options, words[2:])
    if not hasattr(script, "open_study"):
        assert options.json.resolve() == path.resolve() if hasattr(options, "json") else path.stem == "gates"
        return
    study = script.open_study(options, *getattr(options, "questions", ()))
    assert study.path.resolve() == path.resolve() and study.cells
    assert study.made_by == re.sub(r" --out \S+", "", made_by)


@pytest.mark.parametrize("path", OF_BUNDLED_WEIGHTS, ids=lambda path: path.stem)
def test_scores_are_those_of_the_bundled_weights(path):
    clips = read_config(assets.ASSETS / "clips")["sha256"] if path.stem == "temporal" else None
    document = json.loads(path.read_text())
    cells = [cell for cell in cells_of(document) or [document] if cell.get("sha256") is not None]
    assert bool(cells) == (path.stem not in OF_NO_WEIGHTS)
    for cell in cells:
        name = cell["model"]
        expected = clips if clips and not (WEIGHTS / name).is_dir() else read_config(WEIGHTS / name)["sha256"]
        assert cell["sha256"] == expected, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scores_are_those_of_the_test_pictures(path, cifar_folder):
    document = json.loads(path.read_text())
    if "test_pictures" not in document:
        assert path.stem in ("bench", "gates", "load", "ops", "sheets", "super_resolution")
    elif cifar_folder is None:
        pytest.skip("CIFAR-10 is not on this machine: name its folder in FIELDLIB_DATA")
    else:
        limit = document["pictures"] if path.stem == "consistency" else document["settings"]["limit"]
        assert document["test_pictures"] == fingerprint(load_test_pictures(cifar_folder, limit))


def test_sheets_are_those_of_the_bundled_weights():
    weights = json.loads((assets.STUDY / "sheets.json").read_text())["settings"]["weights"]
    missing = set(fieldlib.model_names()) - set(weights) - set(fieldlib.BASELINES)  # a new baseline needs none
    assert not missing, "draw them: python -m train_scripts.picture_sheets"
    for name, sha256 in weights.items():
        assert sha256 == compare.weights_of(name), name


def test_the_page_of_the_plan_says_what_its_file_says():
    document = json.loads((assets.STUDY / "plan.json").read_text())
    page = (assets.ASSETS.parent / "docs" / "plan.md").read_text()
    for row in document["rows"]:
        scores = (row["mean_psnr_unobserved"], row["sample_psnr_unobserved"])
        told = [f"{score:.2f}" for score in scores] + [f"{row['crps']:.4f}", f"{row['sharpness']:.2f}"]
        line = next(line for line in page.splitlines() if line.startswith(f"| {row['model']} |"))
        assert line.endswith(f" | {' | '.join(told)} |")
    assert document["made_by"] in page


@pytest.mark.slow
def test_bundled_comparison_agrees(cifar_folder, capsys):
    """A fresh run on the true test pictures. Without CIFAR-10 here, the quick scores cannot be made again."""
    if cifar_folder is None:
        pytest.skip("CIFAR-10 is not on this machine: name its folder in FIELDLIB_DATA")
    compare.main(compare.Options(str(cifar_folder), models=CHECKED, quick=True))
    assert f"{len(CHECKED)} models on {compare.QUICK} pictures agree" in capsys.readouterr().out
