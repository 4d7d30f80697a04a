"""The study's commands: resumable, with intervals, and honest about what disagrees."""

import json
import re
import shlex
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_models import smooth_pictures

import fieldlib
from fieldlib.acceleration import machine_class
from fieldlib.checkpoint import build
from fieldlib.errors import InputError
from fieldlib.presets import get_preset
from fieldlib.registry import PATTERNS
from fieldlib.training import Trainer
from train_scripts import (
    ablate,
    calibration,
    compare,
    held_out_patterns,
    picture_grid,
    picture_sheets,
    study,
    timing,
    variants,
)
from train_scripts.cli import parse
from train_scripts.models import weights_of
from train_scripts.study_command import Command
from train_scripts.study_file import StudyFile, fingerprint, half_width, summarise

FAST = ("nearest", "thin_plate")
PROVENANCE = ("machine", "threads", "date")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, pixels in enumerate(smooth_pictures(9)):
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return str(folder)


def counting(monkeypatch, module):
    """How often ``module`` evaluates something."""
    calls = []
    evaluate = module.evaluate
    monkeypatch.setattr(module, "evaluate", lambda *args, **more: calls.append(1) or evaluate(*args, **more))
    return calls


def test_interval_is_students():
    values = [1.0, 2.0, 3.0]
    assert half_width(values) == pytest.approx(4.302653 / 3**0.5, rel=1e-5)
    row = summarise([{"seed": s, "x": v, "n": 3, "name": "a"} for s, v in enumerate(values)])
    assert row == {"seeds": [0, 1, 2], "x": 2.0, "n": 3, "name": "a", "interval": {"x": half_width(values)}}
    assert summarise([{"seed": 0, "x": 1.0}])["interval"] == {}


def test_the_interval_holds_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(size=(2000, 3))
    inside = [abs(row.mean()) <= half_width(row.tolist()) for row in draws]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_study_file_keeps_cells_of_the_same_weights_and_refuses_other_settings(tmp_path):
    path = tmp_path / "study.json"
    first = StudyFile(path, Command("make"), {"limit": 3}, ("model", "seed"))
    first.add({"model": "a", "seed": 1, "sha256": "x", "score": 1.0})
    first.add({"model": "a", "seed": 2, "sha256": "x", "score": 3.0})
    again = StudyFile(path, Command("make"), {"limit": 3}, ("model", "seed"))
    assert again.find(model="a", seed=1, sha256="x")["score"] == 1.0
    assert again.find(model="a", seed=1, sha256="y") is None
    assert json.loads(path.read_text())["rows"][0]["score"] == 2.0
    again.add({"model": "a", "seed": 1, "sha256": "y", "score": 9.0})
    assert [cell["score"] for cell in again.cells] == [9.0]  # never two trainings in one row
    before = path.read_text()
    with pytest.raises(InputError, match=r"other settings: limit 3 instead of 4; name another with"):
        StudyFile(path, Command("make"), {"limit": 4}, ("model", "seed"))
    assert path.read_text() == before


def test_the_command_names_what_is_there_and_not_run_by_default():
    usual = Command("python -m x", {"models": ("nearest", "linear"), "seeds": (1, 2)})
    cells = [{"model": model, "seed": seed} for model in ("nearest", "linear") for seed in (2, 1)]
    assert usual.of(cells) == "python -m x"
    assert usual.of(cells[:2]) == "python -m x --models nearest"
    assert usual.of([*cells, {"model": "lmmse", "seed": 7}]).endswith("--models nearest linear lmmse --seeds 1 2 7")
    assert usual.of([{"model": "the truth", "seed": 1}]) == "python -m x --seeds 1"
    assert usual.of([]) == "python -m x"


def test_the_command_names_networks_that_are_not_here_and_no_filters():
    usual = Command("python -m x", {"models": ("nearest",), "groups": ("a",), "calls": (8,)})
    away = {"model": "flow_matching/of--somebody", "sha256": "x", "group": "Fourier scale", "calls": 50}
    told = "--models flow_matching/of--somebody --groups a 'Fourier scale' --calls 8 50"
    assert usual.of([{"group": "a", "calls": 50}, {**away, "calls": 8}]) == f"python -m x {told}"
    filters = [{"model": name, "sha256": None, "reading": name} for name in ("lanczos", "nearest")]
    lmmse = {"model": "lmmse", "sha256": None, "reading": "own"}
    assert usual.of([*filters, lmmse]) == "python -m x --models lmmse"


def test_rows_on_other_pictures_are_refused(tmp_path):
    ours, theirs = smooth_pictures(2), smooth_pictures(2, seed=1)
    studies = [StudyFile(tmp_path / f"{name}.json", Command("make"), {}, ("seed",)) for name in ("one", "other")]
    for seed, (study_file, pixels) in enumerate(zip(studies, (ours, theirs), strict=True)):
        study_file.add({"seed": seed})  # as files of before the pictures were told apart
        study_file.scored_on(pixels)
        study_file.save()
    again = StudyFile(studies[0].path, Command("make"), {}, ("seed",))
    assert again.test_pictures == fingerprint(ours) == json.loads(again.path.read_text())["test_pictures"]
    again.scored_on(ours)
    with pytest.raises(InputError, match=r"one\.json was scored on other test pictures .* give them with --data"):
        again.scored_on(theirs)
    with pytest.raises(InputError, match=r"other\.json was scored on other test pictures; merge files"):
        again.merge(studies[1].path)
    assert [cell["seed"] for cell in again.cells] == [0]


def test_cells_that_belong_together_are_saved_together(tmp_path):
    study_file = StudyFile(tmp_path / "study.json", Command("make"), {}, ("model", "seed"))
    saved = []
    study_file.save = lambda: saved.append(len(study_file.cells))
    study_file.add_all([{"model": name, "seed": 0} for name in "abc"])
    study_file.add({"model": "d", "seed": 0})
    assert saved == [3, 4] and all("machine" in cell for cell in study_file.cells)
    assert study_file.missing([{"model": "a"}, {"model": "e"}]) == [{"model": "e"}]


def test_rows_keep_what_was_varied_exactly(tmp_path):
    study = StudyFile(tmp_path / "study.json", Command("make"), {}, ("model", "context", "seed"))
    for seed in range(3):
        study.add({"model": "a", "context": 0.2, "seed": seed, "score": float(seed)})
    (row,) = study.rows()
    assert row["context"] == 0.2  # the mean of three is not
    assert set(row["interval"]) == {"score"}


def test_every_cell_says_where_and_when_it_was_made(tmp_path):
    path = tmp_path / "study.json"
    path.write_text(json.dumps({"machine": "an old one", "date": "2020-01-01", "settings": {}, "cells": [{"seed": 0}]}))
    study = StudyFile(path, Command("make"), {}, ("seed",))
    study.add({"seed": 1})
    document = json.loads(path.read_text())
    old, new = document["cells"]
    assert (old["machine"], old["date"]) == ("an old one", "2020-01-01")
    assert new["machine"] == machine_class() and new["threads"] == torch.get_num_threads()
    assert document["machine"] == sorted(["an old one", machine_class()])
    assert document["date"] == new["date"] > "2026"
    again = StudyFile(path, Command("make"), {}, ("seed",))
    assert again.cells == document["cells"]  # nobody takes the place of the first machine


def test_times_are_not_averaged_and_never_mix_machines(tmp_path):
    study = StudyFile(tmp_path / "study.json", Command("make"), {}, ("model", "seed"))
    for seed, seconds in enumerate((0.3, 0.1)):
        study.add({"model": "a", "seed": seed, "machine": "one", "score": 1.0 + seed, "seconds_per_image": seconds})
    (row,) = study.rows()
    assert row["seconds_per_image"] == 0.1 and set(row["interval"]) == {"score"}
    study.add({"model": "b", "seed": 0, "machine": "other", "score": 1.0, "seconds_per_image": 0.2})
    assert not any("seconds_per_image" in row for row in study.rows())
    study.times = {"seconds": {"a": 0.05}}
    assert [row.get("seconds_per_image") for row in study.rows()] == [0.05, None]


def test_curves_are_averaged_place_by_place():
    row = summarise([{"seed": seed, "frames": [1.0, 2.0 * seed]} for seed in (1, 2)])
    assert row["frames"] == [1.0, 3.0]


def test_rows_say_what_a_sample_costs_in_error(tmp_path):
    study = StudyFile(tmp_path / "study.json", Command("make"), {}, ("model", "seed"))
    for seed, mean in enumerate((1.0, 2.0)):
        study.add({"model": "a", "seed": seed, "sample_mse": 3.0, "mean_mse": mean})
    (row,) = study.rows()
    assert row["error_ratio"] == 2.25 and row["interval"]["error_ratio"] == half_width([3.0, 1.5])


def test_a_damaged_study_file_is_refused(tmp_path):
    (tmp_path / "study.json").write_text("[")
    with pytest.raises(InputError, match="no study file"):
        StudyFile(tmp_path / "study.json", Command("make"), {}, ("seed",))


@pytest.mark.slow
def test_compare_has_intervals_resumes_and_checks_itself(data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "comparison.json"
    options = compare.Options(data, limit=9, samples=2, models=FAST, seeds=(1, 2), out=out)
    calls = counting(monkeypatch, compare)
    compare.main(options)
    assert len(calls) == 6  # two models, two seeds, and the quick form of the first
    rows = {row["model"]: row for row in json.loads(out.read_text())["rows"]}
    assert rows["nearest"]["seeds"] == [1, 2]
    assert rows["nearest"]["interval"]["estimate_psnr_unobserved"] > 0
    printed = capsys.readouterr().out
    spline = f"{rows['thin_plate']['estimate_psnr_unobserved']:.2f}"
    assert f"| thin_plate | 2 | {spline} / {spline} / {spline} (± " in printed
    assert f"| {rows['thin_plate']['crps']:.4f} ± " in printed
    assert "N = 9" in printed and "seeds 1, 2" in printed and "--limit 9" in printed
    compare.main(options)
    assert len(calls) == 6
    compare.main(compare.Options(data, models=FAST, out=out, quick=True))
    assert "agree" in capsys.readouterr().out


def test_only_the_bundled_comparison_reaches_readme_and_cards(data, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(compare, "write_section", lambda name, text: written.append(name))
    monkeypatch.setattr(compare, "write_cards", lambda cells: written.append([cell["model"] for cell in cells]))
    options = compare.Options(data, limit=9, samples=2, models=("nearest",), seeds=(1,), out=tmp_path / "c.json")
    compare.main(options)
    assert not written
    monkeypatch.setattr(compare, "COMPARISON", options.out)
    compare.main(options)
    assert written == ["comparison", ["nearest"]]


def test_models_that_are_not_here_today_keep_their_scores(data, tmp_path):
    options = compare.Options(data, limit=9, samples=2, models=("nearest",), seeds=(1,), out=tmp_path / "c.json")
    compare.main(options)
    document = json.loads(options.out.read_text())
    absent = {**document["cells"][0], "model": "flow_matching/of--somebody", "sha256": "x"}
    options.out.write_text(json.dumps({**document, "cells": [*document["cells"], absent]}))
    compare.main(options)
    kept = json.loads(options.out.read_text())["cells"]
    assert [cell["model"] for cell in kept] == ["nearest", "flow_matching/of--somebody"]


def test_cards_are_those_of_bundled_models(monkeypatch):
    written = []
    monkeypatch.setattr(compare, "write_config", lambda config, folder: written.append(folder.name))
    monkeypatch.setattr(compare, "write_atomic", lambda path, blob: written.append(path.name))
    scores = dict.fromkeys(compare.CARD_COLUMNS, 0.0)
    names = ("nearest", "flow_matching/of--somebody", "flow_matching/tiny")
    compare.write_cards({"model": name, **scores} for name in names)
    assert written == ["tiny", "README.md"]


def test_minutes_of_training_are_those_of_the_models_own_record(monkeypatch, tmp_path):
    config = {**fieldlib.load("flow_matching/tiny").config, "training": {"seconds": 600}, "inherits": {"seconds": 60}}
    monkeypatch.setattr(fieldlib.load("flow_matching/tiny"), "config", config)
    assert compare.training_of("flow_matching/tiny") == {"training_minutes": 11}
    assert compare.training_of("nearest") == {}


def test_shares_of_the_work_come_together(data, tmp_path, monkeypatch):
    shares = [tmp_path / f"{name}.json" for name in FAST]
    for name, out in zip(FAST, shares, strict=True):
        compare.main(compare.Options(data, limit=9, samples=2, models=(name,), seeds=(1,), out=out))
    calls = counting(monkeypatch, compare)
    whole = compare.Options(
        data,
        limit=9,
        samples=2,
        models=FAST,
        seeds=(1,),
        out=tmp_path / "whole.json",
        merge=tuple(shares),
    )
    compare.main(whole)
    assert not calls
    assert {row["model"] for row in json.loads(whole.out.read_text())["rows"]} == set(FAST)
    with pytest.raises(InputError, match="other settings"):
        compare.main(replace(whole, limit=8))


def of_yesterday(path, machine, **times):
    """Make the file ``path`` what the program wrote before cells had machines, made on ``machine``."""
    document = json.loads(path.read_text())
    cells = [{k: v for k, v in cell.items() if k not in PROVENANCE} | times for cell in document["cells"]]
    path.write_text(json.dumps({**document, "machine": machine, "cells": cells}))


@pytest.mark.slow
def test_cells_of_another_machine_come_in_and_times_are_taken_apart(data, tmp_path, monkeypatch, capsys):
    common = {"data": data, "limit": 9, "samples": 2, "models": FAST}
    whole, more = (
        compare.Options(**common, seeds=seeds, out=tmp_path / f"{seeds[0]}.json") for seeds in ((1,), (2, 3))
    )
    for options in (whole, more):
        compare.main(options)
    of_yesterday(whole.out, "the first machine", seconds_per_image=0.001)
    of_yesterday(more.out, "another machine", seconds_per_image=77.0)
    calls = counting(monkeypatch, compare)
    compare.main(replace(whole, merge=(more.out,), seeds=(1, 2, 3)))
    document = json.loads(whole.out.read_text())
    assert document["machine"] == ["another machine", "the first machine"]
    assert all(("quick" in cell) == (cell["seed"] == 1) for cell in document["cells"])
    assert all("seconds_per_image" not in row and row["seeds"] == [1, 2, 3] for row in document["rows"])
    assert "Scores: another machine and the first machine" in capsys.readouterr().out
    compare.main(replace(whole, times=True))
    assert not calls  # nothing is scored again
    document = json.loads(whole.out.read_text())
    assert document["times"]["machine"] == machine_class() and document["times"]["seconds"].keys() == set(FAST)
    assert document["made_by"].endswith("--seeds 1 2 3")
    for row in document["rows"]:
        assert 0 < row["seconds_per_image"] == document["times"]["seconds"][row["model"]] < 1
    assert f"least of {timing.ROUNDS} rounds, {machine_class()}" in capsys.readouterr().out


@pytest.mark.slow
def test_rows_with_fewer_seeds_say_so(data, tmp_path, capsys):
    options = compare.Options(data, limit=9, samples=2, models=FAST, seeds=(1, 2), out=tmp_path / "c.json")
    compare.main(options)
    compare.main(replace(options, models=("linear",), seeds=(1,)))
    tables = capsys.readouterr().out
    assert re.search(r"\| nearest \| 2 \| .*\(± ", tables)
    assert re.search(r"\| linear \| 1 \| [^±]*\n", tables)


def test_times_need_scores(data, tmp_path):
    with pytest.raises(InputError, match="make them first, without --times"):
        compare.main(compare.Options(data, times=True, out=tmp_path / "none.json"))


def test_rows_are_timed_in_turns(monkeypatch):
    seen = []
    monkeypatch.setattr(timing, "time_once", lambda model, scene, settings: seen.append(model.name) or len(seen) / 100)
    common = {"solver": "euler", "steps": 1, "grid": "log_snr", "context": 0.2, "pattern": "uniform"}
    rows = {f"{name} 1": {**common, "model": name} for name in FAST}
    times = timing.take_times(rows, smooth_pictures(2), rounds=3)
    assert seen == [*FAST] * 4  # one round to warm up
    assert times["seconds"] == {"nearest 1": 0.03, "thin_plate 1": 0.04}


@pytest.mark.slow
def test_times_of_a_question_are_those_of_its_rows(data, tmp_path):
    options = study.Options(data, questions=("sparsity",), models=("nearest",), limit=2, samples=2, out=tmp_path)
    with pytest.raises(InputError, match="make them first, without --times"):
        study.main(replace(options, times=True))
    study.main(replace(options, seeds=(1,)))
    before = json.loads((tmp_path / "sparsity.json").read_text())
    study.main(replace(options, times=True))
    after = json.loads((tmp_path / "sparsity.json").read_text())
    assert after["cells"] == before["cells"] and after["made_by"] == before["made_by"]
    seconds = after["times"]["seconds"]
    assert seconds == {f"nearest {row['context']}": row["seconds_per_image"] for row in after["rows"]}


def test_a_wrong_number_in_the_file_is_found(data, tmp_path):
    out = tmp_path / "comparison.json"
    compare.main(compare.Options(data, limit=9, samples=2, models=("nearest",), seeds=(1,), out=out))
    document = json.loads(out.read_text())
    document["cells"][0]["quick"]["estimate_psnr_unobserved"] += 0.5
    out.write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"nearest estimate_psnr_unobserved is .* the file says"):
        compare.main(compare.Options(data, models=("nearest",), out=out, quick=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(study.QUESTIONS))
def test_every_question_is_answered_cell_by_cell(name, data, tmp_path, monkeypatch):
    options = study.Options(data, questions=(name,), models=FAST, limit=2, samples=2, seeds=(0, 1), out=tmp_path)
    calls = counting(monkeypatch, study)
    study.main(options)
    document = json.loads((tmp_path / f"{name}.json").read_text())
    values = 1 if name == "frontier" else len(study.QUESTIONS[name].values)
    assert len(document["rows"]) == len(FAST) * values
    assert all(row["seeds"] == [0, 1] and row["interval"] for row in document["rows"])
    study.main(options)
    assert len(calls) == len(FAST) * values * 2


@pytest.mark.slow
def test_shares_of_a_question_come_together(data, tmp_path, monkeypatch):
    whole = study.Options(data, questions=("sparsity",), models=FAST, limit=2, samples=2, seeds=(0, 1), out=tmp_path)
    shares = [tmp_path / str(seed) for seed in whole.seeds]
    for seed, out in zip(whole.seeds, shares, strict=True):
        study.main(replace(whole, seeds=(seed,), out=out))
    calls = counting(monkeypatch, study)
    study.main(replace(whole, merge=tuple(out / "sparsity.json" for out in shares)))
    document = json.loads((tmp_path / "sparsity.json").read_text())
    assert not calls and all(row["seeds"] == [0, 1] for row in document["rows"])
    assert "--seeds 0 1" in document["made_by"] and "merge" not in document["made_by"]
    with pytest.raises(InputError, match="--out names a folder"):
        study.main(replace(whole, out=tmp_path / "sparsity.json"))
    with pytest.raises(InputError, match=r"other\.json is not called like a question; asked are sparsity"):
        study.main(replace(whole, merge=(tmp_path / "other.json",)))


@pytest.mark.slow
def test_more_pixels_help(data, tmp_path):
    study.main(
        study.Options(
            data, questions=("sparsity",), models=("thin_plate",), limit=3, samples=2, seeds=(0,), out=tmp_path
        )
    )
    rows = json.loads((tmp_path / "sparsity.json").read_text())["rows"]
    scores = [row["estimate_psnr_unobserved"] for row in sorted(rows, key=lambda row: row["context"])]
    assert scores[0] < scores[4] < scores[-1]


def test_unknown_questions_and_models_are_refused(data, tmp_path):
    with pytest.raises(InputError, match="unknown question 'sleep'; known: sparsity, patterns, frontier"):
        study.main(study.Options(data, questions=("sleep",), out=tmp_path))
    with pytest.raises(InputError, match="unknown model 'magic'; known: "):
        study.main(study.Options(data, models=("magic",), out=tmp_path))


@pytest.mark.parametrize("name", held_out_patterns.NAMES)
@pytest.mark.parametrize("fraction", [0.01, 0.2, 0.6])
def test_held_out_patterns_reveal_the_fraction(name, fraction):
    masks = [PATTERNS[name](32, 32, fraction, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert masks[0].sum() == int(fraction * 1024)
    assert (masks[0] == masks[1]).all() and (masks[0] != masks[2]).any()


def test_held_out_patterns_are_marked(data, tmp_path):
    study.main(
        study.Options(data, questions=("patterns",), models=("nearest",), limit=1, samples=2, seeds=(0,), out=tmp_path)
    )
    rows = json.loads((tmp_path / "patterns.json").read_text())["rows"]
    assert {row["pattern"] for row in rows if not row["trained"]} == set(held_out_patterns.NAMES)
    assert {row["pattern"] for row in rows if row["trained"]} >= {"uniform", "block"}


def ensemble(width, count=7, pixels=20000, draw=torch.Tensor.normal_):
    """Samples whose spread is ``width`` times what it should be, in [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    scale = torch.rand(pixels, generator=generator) * 0.05 + 0.02
    draws = draw(torch.empty(count + 1, pixels), generator=generator)
    return 0.5 + draws[1:] * scale * width, 0.5 + draws[0] * scale


def test_a_perfect_ensemble_is_called_calibrated():
    found = calibration.reliability(*ensemble(1.0))
    assert found["ranks"] == pytest.approx([1 / 8] * 8, abs=0.01)
    assert found["coverage"] == pytest.approx(found["levels"], abs=0.015)
    assert found["ratio"] == pytest.approx(1, abs=0.02)
    assert found["error"] == pytest.approx(found["spread"], rel=0.05)
    assert found["error"][0] < found["error"][-1]


@pytest.mark.parametrize("count", [4, 7])
@pytest.mark.parametrize("draw", [torch.Tensor.normal_, torch.Tensor.exponential_])
def test_the_spread_of_a_perfect_ensemble_is_its_error_in_every_bin(count, draw):
    """For skew draws, too: the mean of samples with a large spread is off, so none of those that sort may be in it."""
    found = calibration.spread_against_error(*ensemble(1.0, count, 200_000, draw))
    assert found["error"] == pytest.approx(found["spread"], rel=0.05)
    assert found["error"][-1] > 1.2 * found["error"][0]


def test_calibration_needs_samples_that_sort_and_samples_that_are_measured():
    with pytest.raises(InputError, match=r"at least 4 samples per picture: half of them sort .*; got 3"):
        calibration.main(calibration.Options(samples=3))


@pytest.mark.parametrize(("width", "sign"), [(0.5, 1), (2.0, -1)])
def test_wrong_widths_show(width, sign):
    found = calibration.reliability(*ensemble(width))
    assert sign * (found["ranks"][0] - 1 / 8) > 0.03
    assert sign * (0.9 - found["inside90"]) > 0.03


def test_equal_values_share_their_ranks():
    shares = calibration.rank_shares(torch.full((3, 5), 0.5), torch.full((5,), 0.5))
    assert shares.tolist() == pytest.approx([0.25] * 4)


@pytest.mark.slow
def test_calibration_leaves_out_what_has_no_spread(data, tmp_path):
    out = tmp_path / "calibration.json"
    calibration.main(calibration.Options(data, models=("lmmse", "nearest"), limit=1, samples=4, out=out))
    (row,) = json.loads(out.read_text())["rows"]
    assert row["model"] == "lmmse" and sum(row["ranks"]) == pytest.approx(1)


def test_sheets_show_known_pixels_and_truth(tmp_path):
    options = picture_sheets.Options(FAST, pictures=1, samples=2, out=tmp_path)
    picture_sheets.main(options)
    document = json.loads((tmp_path / "sheets.json").read_text())
    (row,) = document["rows"]
    expected = "python -m train_scripts.picture_sheets --models nearest thin_plate --pictures 1 --samples 2"
    assert document["made_by"] == expected
    sheet = Image.open(tmp_path / row["sheet"])
    side = 32 * picture_sheets.ZOOM
    assert sheet.size == (picture_grid.LABEL + 7 * (side + 6), picture_grid.HEAD + 2 * (side + 6))
    assert row["psnr"]["thin_plate"] == row["network_psnr"] > row["psnr"]["nearest"]


def test_variants_change_one_thing():
    found = variants.variants({"scale": 3.0, "stem": [[48, 2], [96, 1]]})
    known = {(one.group, one.variant): one for one in found}
    assert len(known) == len(found)
    combined = ("static or dynamic depth", "one block a level", "calls on 2x2 pixels")
    for one in found:
        if one.group in combined or one.variant in combined or one.variant == found[0].variant:
            continue
        relative = known[one.against] if one.against else found[0]
        assert one.preset == relative.preset or one.against is None
        ours, theirs = ({**each.options, **each.recipe} for each in (one, relative))
        changed = [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
        assert len(changed) == 1 or (one.group, one.variant) == variants.SET_CONV, one
    for group in ("latents", "target, raw output", "EMA", "batch size", "set_conv"):
        assert sum(one.group == group for one in found) >= 2


@pytest.mark.parametrize("batch", [4, 8])
@pytest.mark.parametrize("pictures", [8, 20, 400])
def test_a_budget_in_pictures_is_the_same_for_every_batch(batch, pictures, tmp_path):
    options = ablate.Options(pictures=pictures, runs=tmp_path)
    preset = replace(get_preset("test"), batch_size=batch)
    budget = ablate.budget_of(options, preset, 9)
    config = preset.describe("flow_matching")
    trainer = Trainer(build(config), config, preset, budget, smooth_pictures(9), smooth_pictures(1), tmp_path)
    assert budget.minutes is None
    assert abs(trainer.total_steps * batch - pictures) <= batch / 2


@pytest.mark.training
def test_ablations_by_pictures_change_method_recipe_and_network(data, tmp_path, monkeypatch):
    every = ablate.variants
    monkeypatch.setattr(
        ablate, "variants", lambda known: [v for v in every(known) if v.variant in ("x0", "no kriging")]
    )
    options = ablate.Options(data, pictures=64, limit=1, seeds=(0,), runs=tmp_path / "runs", out=tmp_path / "a.json")
    ablate.main(options)
    document = json.loads(options.out.read_text())
    target, network = document["rows"]
    assert target["pictures"] == network["pictures"] == 64
    assert (target["method"], target["preset"]) == ("denoiser", "tiny")
    assert target["recipe"] == {**variants.SHORT_RECIPE, "objective": "textbook"}
    assert "estimate_psnr_unobserved" not in target and "estimate_psnr_unobserved" in network
    assert (network["method"], network["preset"]) == ("flow_matching", "tiny_conv")
    assert network["recipe"] == {**variants.SHORT_RECIPE, "base": "unit"}
    assert network["against"] == list(variants.SET_CONV)
    assert "--pictures 64" in document["made_by"] and "minutes" not in document["settings"]


@pytest.mark.training
def test_ablations_train_score_and_resume(data, tmp_path):
    options = ablate.Options(
        data, groups=("reference",), minutes=0.02, limit=2, seeds=(0,), runs=tmp_path / "runs", out=tmp_path / "a.json"
    )
    ablate.main(options)
    (row,) = json.loads(options.out.read_text())["rows"]
    assert row["group"] == "reference" and row["pictures"] > 0
    assert 5 < row["estimate_psnr_unobserved"] < 60 and 5 < row["mean_psnr_unobserved"] < 60
    before = options.out.stat().st_mtime_ns
    ablate.main(options)
    assert options.out.stat().st_mtime_ns == before
    ablate.main(replace(options, out=tmp_path / "whole.json", merge=(options.out,)))
    assert json.loads((tmp_path / "whole.json").read_text())["rows"] == [row]


def test_ablations_of_another_reference_are_another_study(data, tmp_path, monkeypatch):
    out = tmp_path / "a.json"
    StudyFile(out, Command("make"), {"preset": "tiny", "options": {"blocks": 2}}, ("seed",)).save()
    with pytest.raises(InputError, match=r"other settings: .*options \{'blocks': 2\} instead of \{'latents'"):
        ablate.main(ablate.Options(data, out=out))


def test_ablations_count_pictures_unless_minutes_are_given(tmp_path):
    assert ablate.length_of(ablate.Options()) == {"pictures": 2500}
    assert ablate.open_study(ablate.Options()).path.name == "ablations.json"
    timed = ablate.open_study(ablate.Options(minutes=2.0, out=tmp_path / "m.json"))
    assert timed.settings.keys() == {"method", "preset", "minutes", "limit", "train_limit", "options"}
    with pytest.raises(InputError, match="give --minutes or --pictures, not both"):
        ablate.main(ablate.Options(minutes=2.0, pictures=2500))
    with pytest.raises(InputError, match="--minutes must be above zero; got 0"):
        ablate.main(ablate.Options(minutes=0))


def test_the_command_of_some_ablations_names_their_groups_and_goes_on_with_them(tmp_path):
    out = tmp_path / "m.json"
    timed = ablate.open_study(ablate.Options(minutes=2.0, out=out))
    timed.add_all([{"group": group, "variant": "1", "seed": 0} for group in ("reference", "Fourier scale")])
    told = "--minutes 2.0 --groups reference 'Fourier scale' --seeds 0"
    assert timed.made_by == f"python -m train_scripts.ablate {told}"
    again = ablate.open_study(parse(ablate.Options, [*shlex.split(told), "--out", str(out)]))
    assert again.cells == timed.cells and again.made_by == timed.made_by


def test_ablations_refuse_other_backbones_and_groups(data):
    with pytest.raises(InputError, match="change a Perceiver"):
        ablate.main(ablate.Options(data, preset="tiny_conv"))
    with pytest.raises(InputError, match="unknown group 'colour'; known: reference"):
        ablate.main(ablate.Options(data, groups=("colour",)))


def test_a_method_alone_is_its_default_model():
    assert weights_of("flow_matching") == weights_of("flow_matching/tiny_conv")
    assert weights_of("nearest") is None


def test_other_trainings_have_other_folders(tmp_path):
    variant = ablate.variants(get_preset("tiny").options)[0]
    many = [ablate.Options(runs=tmp_path), ablate.Options(runs=tmp_path, minutes=3), ablate.Options(method="denoiser")]
    many += [replace(many[0], pictures=100), replace(many[0], train_limit=50), replace(many[0], preset="test")]
    assert len({ablate.run_folder(variant, 0, options) for options in many}) == len(many)
