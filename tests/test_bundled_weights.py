"""Bundled weights are as good as when they were exported, on pictures that are bundled too."""

import pytest

import fieldlib
from fieldlib.assets import WEIGHTS
from fieldlib.checkpoint import CONFIG, read_config
from fieldlib.data import gallery
from fieldlib.evaluation import evaluate
from train_scripts.export import gallery_scores

FOLDERS = sorted(path.parent for path in WEIGHTS.glob(f"*/*/{CONFIG}"))


@pytest.fixture(scope="module")
def spline():
    """What thin-plate splines reach on the same pictures."""
    return evaluate(fieldlib.load("thin_plate"), gallery.sample_pictures(20), steps=1, samples=1)


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_scores_are_those_of_the_export(folder, spline):
    recorded, scores = read_config(folder)["gallery"], gallery_scores(fieldlib.load(folder))
    assert scores["estimate_psnr_unobserved"] > spline["estimate_psnr_unobserved"]
    for name, value in recorded.items():
        assert scores[name] == pytest.approx(value, abs=0.05 if "psnr" in name else 0.002), name
