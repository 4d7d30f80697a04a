"""The study's pages, driven without a browser: they show what the files say, and say what is missing."""

import csv
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from demo.streamlit_ui import MAIN, changes, duels, main, results, words
from demo.study_columns import rank
from fieldlib import assets
from fieldlib.study import paired_difference

pytestmark = pytest.mark.slow

FOLDER = MAIN.parent
MODELS = ("flow_matching/tiny", "thin_plate", "nearest")


def row(model, psnr, interval=0.01, **more):
    """A row of a study with every number a page may ask for."""
    numbers = {
        "estimate_psnr_unobserved": psnr,
        "mean_psnr_unobserved": psnr - 0.5,
        "sample_psnr_unobserved": psnr - 3,
        "estimate_ssim_full": 0.8,
        "crps": 1 / psnr,
        "coverage50": 0.5,
        "coverage90": 0.9,
        "sharpness": 1.0,
        "seconds_per_image": 0.05,
    }
    widths = dict.fromkeys(numbers, interval)
    return {"model": model, "seeds": [42, 43, 44], "interval": widths, **numbers, "nfe": 8, "params": 2, **more}


def cells_of(rows, spread=0.1):
    """Cells of three seeds that are hard or easy for all rows alike, and differ by ``spread`` between rows."""
    return [
        {**one, "seed": seed, "estimate_psnr_unobserved": one["estimate_psnr_unobserved"] + seed - 1 + spread * noise}
        for place, one in enumerate(rows)
        for seed, noise in enumerate(((0.1, -0.2, 0.1), (-0.1, 0.2, -0.1))[place % 2])
    ]


def write(folder, name, rows):
    document = {"made_by": f"make {name}", "machine": "a machine", "settings": {"limit": 7}, "rows": rows}
    (folder / f"{name}.json").write_text(json.dumps(document))


def write_applications(folder, pairs):
    """The studies of applications and of recognition."""
    readings = [(name, "own", psnr) for name, psnr in pairs] + [("lanczos", "lanczos", 24.0)]
    fields = ("psnr", "ssim", "agreement")
    larger = [
        {
            "model": m,
            "reading": r,
            "context": 1.0,
            "size": 64,
            "interval": {},
            **dict(zip(fields, (p, 0.8, 40.0), strict=True)),
        }
        for m, r, p in readings
    ]
    write(folder, "super_resolution", larger)
    holes = [row(name, psnr, hole=hole, hidden=0.25) for name, psnr in pairs for hole in ("block", "half", "border")]
    write(folder, "inpainting", holes)
    gains = {"random": 0, "farthest": -2, "uncertain": 3}
    active = [
        row(
            "flow_matching/tiny_conv",
            20 + 10 * share,
            rule=rule,
            context=share,
            estimate_psnr_full=20 + (10 + gain) * share,
        )
        for rule, gain in gains.items()
        for share in (0.1, 0.18, 0.2)
    ]
    write(folder, "active_sampling", active)
    clips = [{**row(name, psnr), "kind": "between", "psnr_hidden": psnr, "frames": [psnr] * 8} for name, psnr in pairs]
    write(folder, "temporal", clips)
    scores = {"estimate_accuracy": 0.6, "sample_accuracy": 0.5, "estimate_frechet": 9.0, "sample_frechet": 4.0}
    judged = [{"model": name, "seeds": [42], "interval": {}, **scores} for name in MODELS]
    truth = {"model": "truth", "title": "The true pictures", "seeds": [42], "interval": {}, "estimate_accuracy": 0.91}
    write(folder, "recognition", [truth, *judged])


@pytest.fixture
def studies(tmp_path, monkeypatch):
    """All studies, small and made up, so that pages can be checked against known numbers."""
    monkeypatch.setattr(assets, "STUDY", tmp_path)
    pairs = list(zip(MODELS, (23.0, 22.0, 19.0), strict=True))
    write(tmp_path, "comparison", [row(name, psnr) for name, psnr in pairs])
    shares = (0.01, 0.2)
    write(tmp_path, "sparsity", [row(name, psnr + 9 * c, context=c) for name, psnr in pairs for c in shares])
    kinds = (("uniform", True), ("disc", False))
    write(tmp_path, "patterns", [row(name, psnr, pattern=p, trained=t) for name, psnr in pairs for p, t in kinds])
    write(
        tmp_path, "frontier", [row(n, psnr, steps=8, solver="ddim") | {"nfe": i} for i, (n, psnr) in enumerate(pairs)]
    )
    variants = (("reference", "tiny", 21.0), ("scale", "1", 21.5), ("scale", "10", 20.0))
    ablations = [row("tiny", psnr, group=group, variant=variant, pictures=2496.0) for group, variant, psnr in variants]
    write(tmp_path, "ablations", ablations)
    ensemble = {"levels": [0.5, 0.9], "coverage": [0.4, 0.8], "ranks": [0.4, 0.2, 0.4], "spread": [0.1], "error": [0.2]}
    write(tmp_path, "calibration", [row(MODELS[0], 23.0, **ensemble)])
    write_applications(tmp_path, pairs)
    return tmp_path


def visit(page, **address):
    """The page as somebody sees it who opens it with this address."""
    app = AppTest.from_file(str(FOLDER / "screens" / f"{page}.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def text_of(app):
    return " ".join(element.value for kind in ("markdown", "caption", "info", "error") for element in app.get(kind))


@pytest.mark.parametrize("page", [name for name in main.PAGES if name not in ("gallery", "run_it")])
def test_every_page_shows_its_study(page, studies):
    app = visit(page)
    assert not app.exception
    assert f"make {'comparison' if page in ('compare', 'speed') else page}" in text_of(app)
    assert app.get("plotly_chart")
    assert len(app.get("download_button")) == 2


@pytest.mark.parametrize("page", [name for name in main.PAGES if name != "run_it"])
def test_a_missing_study_names_its_command(page, tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "STUDY", tmp_path)
    app = visit(page)
    assert not app.exception
    assert "python -m train_scripts." in text_of(app)
    assert not app.get("plotly_chart")


def test_a_damaged_study_is_a_message(studies):
    (studies / "comparison.json").write_text("{")
    app = visit("compare")
    assert not app.exception
    assert "make it again" in app.error[0].value


def test_the_address_filters(studies):
    assert "Flow matching" in visit("compare").markdown[0].value
    app = visit("compare", models="thin_plate,nearest", column="crps")
    assert app.selectbox(key="column").value == "crps"
    assert app.multiselect(key="models").value == ["thin_plate", "nearest"]
    assert "Flow matching" not in app.markdown[0].value
    assert "Thin" in app.markdown[0].value


@pytest.mark.parametrize("address", [{"models": "magic"}, {"column": "os.system"}, {"column": ""}])
def test_a_wrong_address_does_no_harm(address, studies):
    app = visit("compare", **address)
    assert not app.exception
    assert app.get("plotly_chart")


def test_patterns_never_seen_can_be_singled_out(studies):
    app = visit("patterns", kind="new")
    shown = app.get("arrow_data_frame") or app.dataframe
    assert set(shown[0].value["Pattern"]) == {"disc"}


def test_what_answers_at_once_has_no_solver(studies):
    assert "Thin-plate spline (baseline) (at once, 1 call)" in text_of(visit("frontier", models="thin_plate,nearest"))
    app = visit("frontier")
    shown = (app.get("arrow_data_frame") or app.dataframe)[0].value.set_index("Model")
    assert shown.loc["Flow matching - tiny", "Solver"] == "DDIM"
    assert shown.loc["Nearest neighbour (baseline)", "Solver"] == ""


def test_clips_stand_still_until_they_are_asked_to_play(studies):
    (studies / "applications").mkdir()
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(studies / "applications" / "temporal.gif", save_all=True, append_images=frames[1:], loop=0)
    app = visit("temporal")
    assert shown_kind(app) == ".png"
    app.toggle[0].set_value(True).run()
    assert shown_kind(app) == ".gif"
    app.toggle[0].set_value(False).run()
    assert shown_kind(app) == ".png"


def shown_kind(app):
    """The ending of the only picture's address."""
    (element,) = app.get("image")
    return Path(element.proto.imgs[0].url).suffix


def test_the_gallery_names_models_by_their_titles():
    text = words.best_means({"psnr": {"nearest": 19.0, "flow_matching/tiny": 22.0, "thin_plate": 20.0}})
    assert text == (
        "Best mean: **Flow matching - tiny** with 22.00 dB. "
        "The best classical baseline, Thin-plate spline (baseline), reaches 20.00 dB."
    )


def test_navigation_has_all_pages(studies):
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Which method is best?"
    assert not app.switch_page("screens/sparsity.py").run().exception
    assert "few pixels" in app.title[0].value


def test_run_it_reconstructs():
    app = visit("run_it", model="thin_plate", share="30")
    assert "307 of 1024" in text_of(app)
    app.button[0].click().run()
    assert not app.exception
    assert "dB" in text_of(app)
    assert app.get("plotly_chart")
    assert "0 network calls" in text_of(app)


def test_a_finished_run_stays_and_says_when_settings_have_changed():
    app = visit("run_it", model="thin_plate", share="30")
    app.button[0].click().run()
    assert not app.info
    app.slider(key="share").set_value(10).run()
    assert "Settings have changed" in app.info[0].value
    assert "307 of 1024" in text_of(app) and "dB" in text_of(app), "of the run that is shown"
    app.button[0].click().run()
    assert not app.info and not app.exception
    assert "102 of 1024" in text_of(app)


def test_a_baseline_that_wins_is_named():
    rows = [row("flow_matching/tiny", 20.0), row("thin_plate", 22.0)]
    text = words.verdict(rows, cells_of(rows), "estimate_psnr_unobserved")
    assert text.startswith("**Thin") and "a baseline beats every network" in text
    assert "22.00 ± 0.01 dB" in text and "2.00 dB behind" in text


def test_a_ranking_is_safe_when_the_paired_difference_is():
    rows = [row("flow_matching/tiny", 22.1, 0.2), row("thin_plate", 22.0, 0.2)]
    assert "not safe" in words.verdict(rows, cells_of(rows, spread=1), "estimate_psnr_unobserved")
    text = words.verdict(rows, cells_of(rows), "estimate_psnr_unobserved")
    assert text.endswith("0.10 dB behind."), (
        "both have the same hard seeds, so wide intervals of their own do not matter"
    )
    assert words.verdict(rows, cells_of(rows)[:4], "estimate_psnr_unobserved").endswith(
        "One seed or one mask only, so no interval."
    )


def test_where_one_value_is_right_the_closer_one_leads():
    rows = [row("flow_matching/tiny", 22.0, context=0.1), row("thin_plate", 22.0, context=0.1)]
    cells = [{**one, "seed": seed} for one in rows for seed in (1, 2)]
    rows[0]["coverage90"], rows[1]["coverage90"] = 0.91, 0.85
    for cell in cells:
        cell["coverage90"] = (0.91 if "/" in cell["model"] else 0.85) + cell["seed"] / 1000
    assert words.crossings(rows, cells, "coverage90", "context") == "A trained network leads at all 1 settings."


def test_a_samples_error_is_paired_and_judged_by_its_own_number_of_samples(studies):
    rows = [{"model": name, "error_ratio": ratio, "samples": 4} for name, ratio in (("a", 1.62), ("b", 16 / 9))]
    assert words.best(rows, "error_ratio")["model"] == "a", "of K = 4 exact samples it is 1.6"
    assert words.best([{**one, "samples": 8} for one in rows], "error_ratio")["model"] == "b"
    assert rank({"error_ratio": 1.6, "samples": 4}, "error_ratio") == pytest.approx(0)
    kinds = ((MODELS[0], 1.6), ("thin_plate", 1.0))
    setting = {"pattern": "disc", "trained": False, "samples": 4}
    rows = [row(name, 22.0, **setting, error_ratio=ratio) for name, ratio in kinds]
    write(studies, "patterns", rows)
    document = json.loads((studies / "patterns.json").read_text())
    document["cells"] = [
        {"model": name, **setting, "seed": seed, "sample_mse": (ratio + seed / 100) / 100, "mean_mse": 0.01}
        for name, ratio in kinds
        for seed in range(3)
    ]
    (studies / "patterns.json").write_text(json.dumps(document))
    text = text_of(visit("patterns", column="error_ratio"))
    assert "A trained network leads at all 1 settings." in text and words.ONE_SEED not in text


def test_percentages_are_percentage_points_apart():
    rows = [{"model": name, "estimate_accuracy": share} for name, share in ((MODELS[0], 0.786), ("lmmse", 0.6))]
    text = words.verdict(rows, [], "estimate_accuracy")
    assert "78.6%" in text and "reaches 60.0%, 18.6 percentage points behind." in text


def test_who_has_fewer_seeds_does_not_lead_because_they_are_easy():
    rows = [{"model": name, "crps": value} for name, value in (("flow_matching/tiny", 0.31), ("denoiser/tiny", 0.3))]
    seeds = {"flow_matching/tiny": {42: 0.28, 43: 0.34}, "denoiser/tiny": {42: 0.3}}
    cells = [{"model": name, "seed": seed, "crps": value} for name in seeds for seed, value in seeds[name].items()]
    assert words.best(rows, "crps")["model"] == "denoiser/tiny"
    assert words.leader(rows, cells, "crps")["model"] == "flow_matching/tiny"
    assert words.leader(rows, [], "crps")["model"] == "denoiser/tiny", "no seed in common"


def test_csv_holds_the_numbers_and_their_intervals():
    (line,) = csv.DictReader(io.StringIO(results.to_csv([row("nearest", 19.0)])))
    assert float(line["estimate_psnr_unobserved"]) == 19.0
    assert float(line["estimate_psnr_unobserved_interval"]) == 0.01
    assert line["seeds"] == "42 43 44"


def test_the_bundled_comparison_can_be_shown():
    app = visit("compare")
    assert not app.exception
    assert app.get("plotly_chart")


@pytest.mark.parametrize("page", main.PAGES)
def test_every_page_shows_the_bundled_results(page):
    app = visit(page)
    assert not app.exception
    assert app.title[0].value
    assert "No results yet" not in text_of(app) and "not made yet" not in text_of(app)


def test_times_come_from_one_run(studies):
    document = json.loads((studies / "comparison.json").read_text())
    where = {"machine": "a quiet one", "threads": 2, "date": "2026-01-02", "load": 0.61}
    document["times"] = {**where, "rounds": 15, "seconds": {}}
    (studies / "comparison.json").write_text(json.dumps(document))
    told = "15 rounds with all rows in turns, a quiet one, 2 threads, 2026-01-02, load before 0.6."
    for page in ("compare", "speed"):
        assert told in text_of(visit(page))
    assert "A sample of a generative network takes 50 ms (8 calls)" in text_of(visit("speed"))


def test_the_benchmark_is_shown(studies):
    rows = {"goals": [{"name": "one", "verdict": "missed"}], "tables": {"calls": [{"name": "tiny", "call_ms": 4.0}]}}
    assert "`make bench` makes it" in text_of(visit("speed"))
    (studies / "bench.json").write_text(json.dumps({"made_by": "make bench", "machine": "a bench", **rows}))
    app = visit("speed")
    assert not app.exception
    assert "a bench" in text_of(app)
    shown = app.get("arrow_data_frame") or app.dataframe
    assert len(shown) == 3


def scored(name, *values):
    return [{"model": name, "seed": seed, "crps": value} for seed, value in enumerate(values)]


def test_differences_are_paired():
    cells = [*scored("a", 1.0, 5.0, 9.0), *scored("b", 1.1, 5.1, 9.1), *scored("c", 1.0, 4.8, 9.5)]
    a, b, c = cells[:3], cells[3:6], cells[6:]
    gap = paired_difference(b, a, "crps")
    assert gap.value == pytest.approx(0.1) and gap.half < 1e-9 and gap.is_safe and gap.seeds == 3
    assert not paired_difference(c, a, "crps").is_safe
    one = paired_difference(b[:1], a, "crps")  # one seed in common
    assert one.seeds == 1 and one.half is None and not one.is_safe
    assert paired_difference([], a, "crps") is None


def test_methods_and_rivals_stand_against_each_other():
    names = ("flow_matching/tiny", "denoiser/tiny", "regressor/tiny_conv", "thin_plate")
    values = ((0.030, 0.035, 0.040), (0.031, 0.036, 0.041), (0.02, 0.03, 0.04), (0.05, 0.04, 0.06))
    cells = [cell for name, own in zip(names, values, strict=True) for cell in scored(name, *own)]
    rows = [{"model": name, "crps": sum(own) / 3, "interval": {}} for name, own in zip(names, values, strict=True)]
    tiny, across = duels.duels(rows, cells, "crps")
    assert tiny.startswith("**Flow matching - tiny** 0.0350")
    assert "Field denoiser" in tiny and "+0.00100 ± 0.00000 (behind)" in tiny
    assert across.startswith("**Regression") and "Thin" in across and "(equal within the interval)" in across


def test_who_leads_respects_intervals():
    scores = ((0.1, 22.0, 20.0), (0.2, 22.0, 22.015), (0.5, 22.0, 23.0))
    pairs = [(row("flow_matching/tiny", n, context=c), row("thin_plate", b, context=c)) for c, n, b in scores]
    rows = [one for pair in pairs for one in pair]
    cells = [cell for pair in pairs for cell in cells_of(pair)]
    text = words.crossings(rows, cells, "estimate_psnr_unobserved", "context")
    assert text == (
        "A trained network leads at 1 of 3 settings. A classical baseline leads at 1 (50%). "
        "Equal within the interval: 1 (20%)."
    )
    single = [cell for cell in cells if cell["seed"] == 1]
    assert words.crossings(rows, single, "estimate_psnr_unobserved", "context").endswith(words.ONE_SEED)
    mixed = [cell for cell in cells if cell["seed"] == 1 or cell["context"] > 0.1]
    text = words.crossings(rows, mixed, "estimate_psnr_unobserved", "context")
    assert text.endswith("The leaders share one seed or one mask only, so no interval, at 10%.")


def test_a_front_of_one_seed_says_so(studies):
    assert words.ONE_SEED not in text_of(visit("frontier"))
    document = json.loads((studies / "frontier.json").read_text())
    for one in document["rows"]:
        one["seeds"] = [42]
    (studies / "frontier.json").write_text(json.dumps(document))
    assert words.ONE_SEED in text_of(visit("frontier"))


def test_an_ablation_is_measured_against_its_own_reference():
    kinds = (("reference", "tiny", 21.0), ("no stem", "base", 18.0), ("scale, no stem", "4", 19.0))
    rows = [row("tiny", psnr, group=group, variant=variant) for group, variant, psnr in kinds]
    rows[2]["against"] = ["no stem", "base"]
    column, group = "estimate_psnr_unobserved", "scale, no stem"
    text = changes.effect(rows, cells_of(rows), column, group)
    assert text == "**scale, no stem**: best is 4, +1.00 dB against base."
    rows.append(row("tiny", 15.0, group="scale, no stem", variant="10", against=["no stem", "base"]))
    text = changes.effect(rows, cells_of(rows), column, group)
    assert text.endswith("best is 4, +1.00 dB against base; worst is 10, -3.00 dB against base.")
    assert changes.effect(rows[2:], cells_of(rows), column, group) == ""


def test_an_ablation_is_judged_by_paired_differences():
    kinds = (("reference", "tiny", 21.0), ("scale", "4", 21.1))
    rows = [row("tiny", psnr, interval=0.9, group=group, variant=variant) for group, variant, psnr in kinds]
    column = "estimate_psnr_unobserved"
    text = changes.effect(rows, cells_of(rows), column, "scale")
    assert text == "**scale**: best is 4, +0.10 dB against tiny.", "both have the same hard seeds"
    text = changes.effect(rows, cells_of(rows, spread=1), column, "scale")
    assert text.endswith("against tiny (within the interval of 3 seeds).")
    one = [cell for cell in cells_of(rows) if cell["seed"] == 1]
    assert changes.effect(rows, one, column, "scale").endswith("against tiny (one seed, no interval).")
    assert changes.effect(rows, [], column, "scale").endswith("+0.10 dB against tiny (no seed in common).")


def test_the_ablations_of_equal_minutes_have_all_their_own_groups(studies):
    few = [row("tiny", 21.0, group="reference", variant="tiny", pictures=900.0)]
    write(studies, "ablations_minutes", few)
    app = visit("ablations", study="ablations_minutes")
    assert not app.exception
    assert app.multiselect(key="groups").value == ["reference"] and "equally many minutes" in text_of(app)
    app.selectbox(key="study").select("ablations").run()
    assert app.multiselect(key="groups").value == ["reference", "scale"] and "equally many pictures" in text_of(app)
    app.multiselect(key="groups").set_value(["scale"]).run()
    assert app.query_params["groups"] == "scale"


def test_lost_pictures_are_named():
    rows = [{"title": "A kite", "psnr": {"thin_plate": 24.0, "regressor/tiny": 23.0}}]
    assert "on 1 of 1 pictures: A kite (Thin-plate spline)" in words.lost_pictures(rows)
    rows.append({"title": "A cat", "psnr": {"thin_plate": 20.0, "regressor/tiny": 23.0}})
    assert "on 1 of 2" in words.lost_pictures(rows)
    assert "on all 1 pictures" in words.lost_pictures(rows[1:])


def test_cells_that_failed_are_left_out(studies):
    write(studies, "few_calls", [row(MODELS[0], 22.0, steps=1, solver="ddim"), {"model": MODELS[0], "failed": "no"}])
    app = visit("frontier", study="few_calls")
    assert not app.exception
    assert app.selectbox(key="study").value == "few_calls"
    assert "8 calls" in text_of(app)


def test_active_sampling_says_how_few_pixels_do(studies):
    text = text_of(visit("active_sampling"))
    assert "22.60 ± 0.01" not in text  # the interval belongs to other columns
    assert "Where the samples differ most**: 22.60 dB at 20% known; with 18% it is where random pixels end" in text
    assert "looks at no sample)**: 21.60 dB at 20% known, worse than random pixels" in text


def test_a_share_is_named_without_a_doubt_only_where_the_paired_difference_is_safe():
    points = (("random", 0.1, 21.0), ("random", 0.2, 22.0), ("gain", 0.1, 22.1), ("gain", 0.2, 24.0))
    column = "estimate_psnr_unobserved"
    rows = [row(MODELS[0], psnr, rule=rule, context=share) for rule, share, psnr in points]

    def told(apart, seeds=(0, 1)):
        pairs = [(one, seed, apart * (one["rule"] == "gain")) for one in rows for seed in seeds]
        cells = [{**one, "seed": seed, column: one[column] + seed * (1 + more)} for one, seed, more in pairs]
        return changes.head_start(rows, cells, column)[-1]

    reached = "with 10% it is where random pixels end"
    assert told(apart=0.001).endswith(f"{reached}.")
    assert told(apart=0.2).endswith(f"{reached} (within the interval of 2 seeds).")
    assert told(apart=0.2, seeds=(0,)).endswith(f"{reached} (one seed, no interval).")
    rows[2][column] = rows[3][column] = 21.9
    assert told(apart=0.001).endswith("worse than random pixels.")
    assert told(apart=0.2).endswith("worse than random pixels (within the interval of 2 seeds).")


def test_filters_that_win_are_named(studies):
    text = text_of(visit("super_resolution"))
    assert "**Lanczos** is best with 24.00" in text and "beats every network" in text


def test_real_pictures_are_no_model(studies):
    app = visit("recognition")
    assert "truth" not in app.multiselect(key="models").options
    assert "The true pictures: 91.0%" in text_of(app)
    assert "True pictures** is best" not in text_of(app)
