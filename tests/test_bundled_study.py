"""The bundled results say how they were made, belong to the bundled weights, and agree with a fresh quick run."""

import json

import pytest

import fieldlib
from fieldlib import assets
from fieldlib.assets import WEIGHTS
from fieldlib.checkpoint import read_config
from fieldlib.study import cells_of
from train_scripts import compare

FILES = sorted(assets.STUDY.glob("*.json"))
OF_BUNDLED_WEIGHTS = [path for path in FILES if path.stem != "plan"]  # the plan's own are not bundled: docs/plan.md
CHECKED = ("flow_matching/tiny_conv", "crps_ensemble/tiny_conv", "lmmse")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_says_how_where_and_when_it_was_made(path):
    document = json.loads(path.read_text())
    assert document["made_by"].startswith(("python -m train_scripts.", "make "))
    assert document["machine"] and document["date"] >= "2026"


@pytest.mark.parametrize("path", OF_BUNDLED_WEIGHTS, ids=lambda path: path.stem)
def test_scores_are_those_of_the_bundled_weights(path):
    clips = read_config(assets.ASSETS / "clips")["sha256"] if path.stem == "temporal" else None
    for cell in cells_of(json.loads(path.read_text())):
        if cell.get("sha256") is not None:
            name = cell["model"]
            expected = clips if clips and not (WEIGHTS / name).is_dir() else read_config(WEIGHTS / name)["sha256"]
            assert cell["sha256"] == expected, name


def test_sheets_are_those_of_the_bundled_weights():
    weights = json.loads((assets.STUDY / "sheets.json").read_text())["settings"]["weights"]
    missing = set(fieldlib.model_names()) - set(weights) - set(fieldlib.BASELINES)  # a new baseline needs none
    assert not missing, "draw them: python -m train_scripts.picture_sheets"
    for name, fingerprint in weights.items():
        assert fingerprint == compare.weights_of(name), name


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
