"""The protocol: masks, columns and independence of batching."""

import json

import numpy as np
import pytest
import torch
from tiny_models import smooth_pictures, tiny_model

import fieldlib
from fieldlib.data.sparse import split_pixels
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.registry import PATTERNS
from fieldlib.scenes import observe_scene

PICTURES = smooth_pictures(5)
VIEWS = ("sample", "mean", "estimate")
COLUMNS = ("mse", "mae", "psnr_target", "psnr_unobserved", "psnr_full", "ssim_full")
KEYS = {"method", "solver", "steps", "nfe", "images", "context", "seed", "samples", "params", "seconds_per_image"}
KEYS |= {f"{view}_{column}" for view in VIEWS for column in COLUMNS}
KEYS |= {"grid", "temperature", "crps", "coverage50", "coverage90", "sharpness"}


def comparable(scores):
    return {k: v for k, v in scores.items() if isinstance(v, float) and not k.startswith("seconds")}


def test_masks_are_the_protocol():
    for i in (0, 7):
        scene = observe_scene(PICTURES[0], i, 0.2, "uniform", 42)
        order = np.random.default_rng([42, i]).permutation(1024)
        assert set(np.flatnonzero(scene.known)) == set(order[:204])
        assert set(np.flatnonzero(scene.target)) == set(order[204:408])
        split = split_pixels(i, 1024, 0.2, 42)
        assert set(split.context) == set(np.flatnonzero(scene.known))
        assert set(split.target) == set(np.flatnonzero(scene.target))


def test_targets_stay_unobserved_at_every_context():
    for context, pattern in [(0.05, "uniform"), (0.95, "uniform"), *((0.3, name) for name in PATTERNS)]:
        scene = observe_scene(PICTURES[0], 3, context, pattern, 1)
        assert not (scene.known & scene.target).any()
        assert scene.target.sum() == min(204, (~scene.known).sum())


def test_nearest_equals_a_direct_computation():
    scores = evaluate(fieldlib.load("nearest"), PICTURES, samples=2, seed=42)
    rows, columns = np.divmod(np.arange(1024), 32)
    psnrs, errors = [], []
    for i, picture in enumerate(PICTURES):
        order = np.random.default_rng([42, i]).permutation(1024)
        known = np.sort(order[:204])
        distance = (rows[:, None] - rows[known]) ** 2 + (columns[:, None] - columns[known]) ** 2
        pixels = picture.reshape(-1, 3) / 255
        guess = pixels[known[distance.argmin(1)]]
        psnrs.append(-10 * np.log10(((guess - pixels)[order[204:]] ** 2).mean()))
        errors.append(((guess - pixels)[order[204:408]] ** 2).mean())
    assert scores["estimate_psnr_unobserved"] == pytest.approx(np.mean(psnrs), abs=0.15)  # ties may fall otherwise
    assert scores["estimate_mse"] == pytest.approx(np.mean(errors), rel=0.05)
    assert scores["sample_mse"] == pytest.approx(scores["estimate_mse"], rel=1e-3)
    assert scores["crps"] == pytest.approx(scores["mean_mae"], rel=0.1)
    assert (scores["method"], scores["nfe"], scores["params"], scores["coverage90"]) == ("nearest", 0, 0, 0)


def test_results_do_not_depend_on_the_batch():
    model = tiny_model()
    one, three = (evaluate(model, PICTURES, steps=2, samples=2, batch=size) for size in (1, 3))
    assert comparable(one) == pytest.approx(comparable(three), rel=1e-3)


def test_calls_of_an_adaptive_solver_are_those_of_the_busiest_sample_in_any_batch():
    model = tiny_model("deep_set")
    for pictures in (PICTURES, PICTURES[::-1]):
        one, all_at_once = (
            evaluate(model, pictures, solver="dopri5", steps=1, samples=1, batch=size)["nfe"] for size in (1, 5)
        )
        assert one == all_at_once


def test_samples_of_a_picture_do_not_depend_on_their_number():
    model = tiny_model("deep_set")
    two, three = (evaluate(model, PICTURES[:2], steps=2, samples=count) for count in (2, 3))
    assert two["sample_mse"] == pytest.approx(three["sample_mse"], rel=1e-4)
    assert two["estimate_mse"] == pytest.approx(three["estimate_mse"], rel=1e-6)
    assert two["mean_mse"] != three["mean_mse"]


def test_keys_are_the_contract_and_json():
    done = []
    scores = evaluate(tiny_model("deep_set"), PICTURES, steps=3, samples=3, batch=2, progress=done.append)
    assert scores.keys() >= KEYS
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    assert sum(done) == len(PICTURES)
    assert (scores["solver"], scores["nfe"], scores["images"], scores["seed"]) == ("dpmpp_2m", 3, 5, 42)
    assert scores["params"] == sum(p.numel() for p in tiny_model("deep_set").parameters())
    assert 0 < scores["seconds_per_image"] < 10
    assert evaluate(tiny_model("deep_set"), PICTURES[:1], steps=1, samples=1)["crps"] is None


@pytest.mark.parametrize("pattern", PATTERNS.names())
def test_every_pattern_and_uneven_counts(pattern):
    scores = evaluate(tiny_model("deep_set"), PICTURES, steps=1, samples=2, pattern=pattern, context=0.3)
    assert all(np.isfinite(value) for value in comparable(scores).values())


def test_temperature_walks_from_samples_to_one_picture():
    model = tiny_model("deep_set")
    crowd, one = (evaluate(model, PICTURES[:2], steps=4, samples=3, grid="cosine", temperature=t) for t in (1.0, 0.0))
    assert (one["grid"], one["temperature"]) == ("cosine", 0.0)
    assert one["sample_mse"] == pytest.approx(one["mean_mse"], rel=1e-4)
    assert crowd["sample_mse"] > 1.1 * crowd["mean_mse"]


def test_a_flat_picture_keeps_everything_finite():
    flat = np.full((1, 32, 32, 3), 128, np.uint8)
    scores = evaluate(fieldlib.load("nearest"), flat, samples=2)
    assert scores["estimate_psnr_full"] == 100
    assert scores["sharpness"] is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "samples is a whole number"),
        ({"samples": 2000}, "samples is a whole number"),
        ({"samples": 2.5}, "samples is a whole number"),
        ({"batch": 1.5}, "at least one; got 1.5"),
        ({"temperature": None}, "temperature is a number"),
        ({"seed": -1}, "seed is a whole number"),
        ({"batch": 0}, "at least one; got 0"),
        ({"steps": 0}, "steps is a whole number"),
        ({"grid": "cosin"}, "unknown grid 'cosin'; known: uniform, cosine"),
        ({"temperature": -0.1}, "temperature is a number from 0"),
        ({"context": 0.0}, "between 0 and 1"),
        ({"context": float("nan")}, "between 0 and 1"),
        ({"context": 1.0}, "between 0 and 1"),
        ({"solver": "hune"}, "unknown solver 'hune'"),
        ({"pattern": "dots"}, "unknown pattern 'dots'"),
    ],
)
def test_bad_numbers_and_names(changes, message):
    with pytest.raises(InputError, match=message):
        evaluate(fieldlib.load("nearest"), PICTURES, **changes)


@pytest.mark.parametrize("pictures", [PICTURES[0], PICTURES[:0], PICTURES / 255.0, PICTURES[..., :1], PICTURES[:, :5]])
def test_bad_pictures(pictures):
    with pytest.raises(InputError):
        evaluate(fieldlib.load("nearest"), pictures)


def test_a_name_is_no_model():
    with pytest.raises(InputError, match=r"fieldlib.load\('nearest'\)"):
        evaluate("nearest", PICTURES)


def test_diverging_samples_are_refused():
    model = tiny_model("deep_set")
    model.backbone.out[-1].bias.fill_(float("nan"))
    with pytest.raises(InputError, match="not finite"):
        evaluate(model, PICTURES[:1], steps=1, samples=2)


def test_evaluation_leaves_the_global_generator_alone():
    model, before = tiny_model("deep_set"), torch.get_rng_state()
    evaluate(model, PICTURES[:1], steps=1, samples=2)
    assert torch.equal(before, torch.get_rng_state())
