"""What presets and model cards say of the bundled weights is what the comparison measured."""

import json

import pytest

from fieldlib import hub
from fieldlib.assets import STUDY
from fieldlib.checkpoint import read_config
from fieldlib.model_card import PROTOCOL, SCORED, make_card
from fieldlib.presets import SCORES, Scores

CELLS = {
    cell["model"]: cell for cell in json.loads((STUDY / "comparison.json").read_text())["cells"] if cell["seed"] == 42
}
FOLDERS = sorted(str(file.parent.relative_to(hub.BUNDLED)) for file in hub.BUNDLED.glob("*/*/config.json"))
BUNDLED = [name for name in FOLDERS if name in CELLS]  # one that was exported here and not compared has no scores yet


def test_presets_carry_the_scores_of_all_bundled_weights():
    measured = {}
    for name in BUNDLED:
        method, preset = name.split("/")
        cell = CELLS[name]
        estimate, mean = (round(cell[f"{view}_psnr_unobserved"], 2) for view in ("estimate", "mean"))
        measured.setdefault(preset, {})[method] = Scores(estimate, mean, round(cell["crps"], 4))
    assert measured == SCORES


@pytest.mark.parametrize("name", BUNDLED)
def test_cards_are_made_from_record_and_comparison(name):
    config = read_config(hub.BUNDLED / name)
    assert config["scores"] == {column: CELLS[name][column] for column in (*PROTOCOL, *SCORED)}
    assert config["sha256"] == CELLS[name]["sha256"]
    assert (hub.BUNDLED / name / "README.md").read_text() == make_card(config)
