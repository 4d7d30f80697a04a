"""Bundled weights: half precision, cards that follow the record, the study's table."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image
from test_training import make_trainer

import fieldlib
from fieldlib.checkpoint import read_config, write_config
from fieldlib.inheritance import inherit, stages
from fieldlib.model_card import make_card
from fieldlib.presets import get_preset
from train_scripts import documents, export, train

pytestmark = pytest.mark.slow


def finished_run(folder, pictures):
    trainer = make_trainer(folder, pictures[:8], preset=replace(get_preset("test"), batch_size=4))
    trainer.config["preset"] = "test"
    list(trainer.run())
    return folder


def test_export_halves_the_file_and_keeps_the_answers(tmp_path, pictures):
    run = finished_run(tmp_path / "run", pictures)
    export.main(export.Options(run=str(run), out=str(tmp_path / "out")))
    full, half = ((folder / "model.safetensors").stat().st_size for folder in (run, tmp_path / "out"))
    assert half < 0.7 * full
    context, coords = fieldlib.observe(pictures[0]), fieldlib.grid(32, 32)
    a, b = (fieldlib.estimate(fieldlib.load(folder), context, coords) for folder in (run, tmp_path / "out"))
    assert torch.allclose(a, b, atol=5e-3)


def test_card_states_the_training_record(tmp_path, pictures):
    run = finished_run(tmp_path / "run", pictures)
    typed = "python -m train_scripts.train --method flow_matching --preset test --minutes 9"
    write_config({**read_config(run), "command": typed, "note": "A note."}, run)
    scores = {"images": 7, "context": 0.2, "seed": 42, "solver": "heun", "steps": 4, "samples": 8}
    scores |= {"estimate_psnr_unobserved": 21.5, "crps": 0.05, "coverage90": 0.9, "sharpness": 1.0}
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    export.main(export.Options(str(run), str(tmp_path / "scores.json"), str(tmp_path / "out")))
    card = (tmp_path / "out" / "README.md").read_text()
    assert "7 CIFAR-10 test pictures" in card and "21.5" in card
    assert f"{typed.removesuffix('9')}0.1\n" in card, "the minutes that it got, not those it was given"
    assert "\nA note.\n" in card
    kept = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert any("estimate_psnr_unobserved" in line for line in kept)


def test_a_card_names_other_pictures_than_cifar10(tmp_path, pictures):
    run = finished_run(tmp_path / "run", pictures)
    card = make_card({**read_config(run), "data": "holidays"})
    assert "holidays training pictures" in card and "CIFAR" not in card.replace("cifar10", "CIFAR-10")


def test_scores_of_another_kind_are_refused(tmp_path, pictures):
    run = finished_run(tmp_path / "run", pictures)
    (tmp_path / "scores.json").write_text('{"cells": []}')
    with pytest.raises(fieldlib.InputError, match="is no evaluation result"):
        export.main(export.Options(str(run), str(tmp_path / "scores.json"), str(tmp_path / "out")))
    with pytest.raises(fieldlib.InputError, match="--out is a folder"):
        export.main(export.Options(str(run), out=str(tmp_path / "scores.json")))


def test_inherited_weights_start_where_the_other_run_ended(tmp_path, pictures):
    run = finished_run(tmp_path / "run", pictures)
    trainer = make_trainer(tmp_path / "next", pictures[:8], method="denoiser")
    record = inherit(trainer.model, run, trainer.folder)
    source = fieldlib.load(run)
    assert all(torch.equal(a, b) for a, b in zip(trainer.model.parameters(), source.parameters(), strict=True))
    assert record["method"] == "flow_matching" and record["steps"] == 2
    assert (trainer.folder / "shared.jsonl").read_text() == (run / "log.jsonl").read_text()


def test_a_third_run_knows_both_that_came_before_it(tmp_path, pictures):
    first = finished_run(tmp_path / "first", pictures)
    second = make_trainer(tmp_path / "second", pictures[:8], method="denoiser")
    second.config["inherits"] = inherit(second.model, first, second.folder)
    for _ in second.run():
        pass
    third = make_trainer(tmp_path / "third", pictures[:8], method="score_sde")
    third.config["inherits"] = inherit(third.model, second.folder, third.folder)
    third.save()
    known = stages(read_config(third.folder))
    assert [stage["method"] for stage in known] == ["flow_matching", "denoiser", "score_sde"]
    logs = [(folder / "log.jsonl").read_text() for folder in (first, second.folder)]
    assert (third.folder / "shared.jsonl").read_text() == "".join(logs)
    card = make_card(read_config(third.folder))
    assert [line.split(" | ")[0] for line in card.splitlines() if "| 0.1 |" in line] == [
        "| flow_matching",
        "| denoiser",
        "| score_sde",
    ]


def test_the_card_says_which_pixels_were_known(tmp_path, pictures):
    preset = replace(get_preset("test"), batch_size=4)
    for name, share, told in (
        ("mixed", None, "2-50% known, mixed patterns"),
        ("fifth", 0.2, "20% known, uniformly drawn"),
    ):
        trainer = make_trainer(tmp_path / name, pictures[:8], preset=replace(preset, share=share))
        list(trainer.run())
        assert f"fresh masks at every step ({told})" in make_card(read_config(trainer.folder))


def test_train_command_makes_a_model_and_refuses_to_overwrite_it(tmp_path, pictures):
    (tmp_path / "data").mkdir()
    for i, pixels in enumerate(pictures[:20]):
        Image.fromarray(pixels).save(tmp_path / "data" / f"{i:02}.png")
    options = train.Options(preset="test", data=str(tmp_path / "data"), epochs=1, out=str(tmp_path / "run"))
    train.main(options)
    assert fieldlib.load(tmp_path / "run").method.name == "flow_matching"
    with pytest.raises(fieldlib.InputError, match="--resume"):
        train.main(options)
    train.main(replace(options, resume=True, epochs=2))


def test_a_section_replaces_only_what_stands_between_its_markers(tmp_path):
    readme, (begin, end) = tmp_path / "README.md", documents.markers("table")
    readme.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    documents.write_section("table", "new", readme)
    assert readme.read_text() == f"before\n{begin}\nnew\n{end}\nafter\n"
    assert documents.read_section("table", readme) == "new"
    with pytest.raises(fieldlib.InputError, match="needs the lines <!-- figure: begin -->"):
        documents.write_section("figure", "new", readme)
