import math

import numpy as np
import pytest

import fieldlib
from demo import checks, menus, pictures, studio
from demo.components import picker, player
from demo.studio import MOST_MOMENTS, Request
from fieldlib import InputError, hub
from fieldlib.checkpoint import build, save_model
from fieldlib.points import to_values
from fieldlib.presets import PRESETS

MODEL = "flow_matching/tiny"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder of bundled models with one untrained network in it."""
    folder = tmp_path_factory.mktemp("weights")
    preset = PRESETS["tiny"]
    shape = {"backbone": preset.backbone, "options": preset.options, "base": preset.base, "objective": preset.objective}
    config = {"method": "flow_matching", **shape}
    save_model(build(config), config, folder / MODEL)
    return folder


@pytest.fixture(autouse=True)
def bundled(weights, monkeypatch):
    monkeypatch.setattr(hub, "BUNDLED", weights)


@pytest.fixture
def pixels():
    return pictures.offered()[0].pixels


def moments(request):
    return [moment for view in studio.run(request) for moment in view.moments]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steps", 0),
        ("steps", 1001),
        ("steps", 2.5),
        ("steps", math.nan),
        ("steps", None),
        ("steps", True),
        ("steps", "20"),
        ("fraction", 0),
        ("fraction", 1),
        ("fraction", math.nan),
        ("fraction", math.inf),
        ("fraction", None),
        ("fraction", 10**400),
        ("seed", -1),
        ("seed", 2**31),
        ("noise_seed", 1e300),
        ("pattern", "hexagons"),
        ("pattern", ["uniform"]),
        ("model", "/etc"),
        ("model", "someone/some-repository"),
        ("model", {}),
        ("solver", "hune"),
        ("pixels", "cat"),
        ("pixels", np.zeros((8, 8, 3), np.uint8)),
        ("pixels", np.zeros((32, 32, 3))),
        ("mask", np.zeros((32, 32), np.uint8)),
        ("mask", "drawn"),
    ],
)
def test_every_field_is_checked_before_anything_runs(pixels, field, value):
    with pytest.raises(InputError) as caught:
        Request(**{"pixels": pixels, "model": MODEL, field: value})
    assert "got" in str(caught.value) or "known" in str(caught.value)


@pytest.mark.parametrize("value", [True, False])
def test_full_and_empty_masks_are_refused_with_advice(pixels, value):
    with pytest.raises(InputError, match=r"hide at least one|reveal at least one"):
        next(studio.run(Request(pixels, mask=np.full((32, 32), value))))


def test_mask_text_round_trip(pixels):
    mask = np.random.default_rng(0).random((32, 32)) < 0.3
    text = checks.pack_mask(mask)
    assert len(text) == 171
    assert np.array_equal(checks.unpack_mask(text, 32), mask)


@pytest.mark.parametrize("text", ["", "A" * 170, "A" * 172, "!" * 171, "\u00e4" * 171, 7, None])
def test_bad_mask_text_is_refused(text):
    with pytest.raises(InputError):
        checks.unpack_mask(text, 32)


def test_a_run_ends_with_the_picture_that_the_library_gives(pixels):
    request = Request(pixels, model=MODEL, steps=3, seed=5, noise_seed=9)
    last = moments(request)[-1]
    scene = studio.set_scene(request)
    context = fieldlib.observe(pixels, fraction=0.2, seed=5)
    coords = fieldlib.grid(32, 32)[~scene.mask.reshape(-1)]
    values = fieldlib.reconstruct(fieldlib.load(MODEL), context, coords, steps=3, seeds=(9,))
    expected = ((values[0].numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8)
    assert np.array_equal(last.state[~scene.mask], expected)
    assert np.array_equal(last.state[scene.mask], pixels[scene.mask])


def test_equal_requests_give_equal_runs_and_seeds_matter(pixels):
    request = Request(pixels, model=MODEL, steps=2)
    ours, again = moments(request)[-1], moments(request)[-1]
    other = moments(Request(pixels, model=MODEL, steps=2, noise_seed=1))[-1]
    assert np.array_equal(ours.state, again.state)
    assert not np.array_equal(ours.state, other.state)


def test_scores_agree_with_plain_numpy(pixels):
    request = Request(pixels, model="nearest")
    scene, last = studio.set_scene(request), moments(request)[-1]
    truth = to_values(pixels).numpy().reshape(32, 32, 3)
    context = fieldlib.observe(pixels)
    values = fieldlib.estimate(fieldlib.load("nearest"), context, fieldlib.grid(32, 32))[0].numpy().reshape(32, 32, 3)
    error = ((values - truth) / 2)[~scene.mask]
    assert last.estimate_scores.mse == pytest.approx((error**2).mean(), rel=1e-4)
    assert last.estimate_scores.mae == pytest.approx(np.abs(error).mean(), rel=1e-4)
    assert last.estimate_scores.psnr == pytest.approx(-10 * np.log10((error**2).mean()), rel=1e-4)
    assert 0 < last.estimate_scores.ssim < 1


def test_a_baseline_is_one_exact_step_without_network_calls(pixels):
    ends = moments(Request(pixels, model="nearest", solver="heun", steps=40))
    assert [moment.step for moment in ends] == [0, 1]
    assert ends[-1].calls == 0
    assert np.abs(ends[-1].state.astype(int) - ends[-1].estimate).max() <= 1


@pytest.mark.parametrize("steps", [1, 2, 59, 60, 61, 100, 1000])
def test_at_most_sixty_moments_travel_first_and_last_included(steps):
    shown = studio.display_steps(steps)
    assert len(shown) == min(steps + 1, MOST_MOMENTS)
    assert {0, steps} <= shown


def test_views_are_successive_and_complete(pixels):
    views = list(studio.run(Request(pixels, model=MODEL, solver="euler", steps=30)))
    assert len({view.run for view in views}) == 1
    assert len(views[0].moments) == 1, "the first frame must not wait for others"
    assert all(len(view.moments) <= studio.MOST_PER_VIEW for view in views)
    starts = np.cumsum([0] + [len(view.moments) for view in views])
    assert [view.start for view in views] == starts[:-1].tolist()
    assert starts[-1] == views[0].total == 31
    assert [moment.calls for view in views for moment in view.moments] == list(range(31))


def test_closing_a_run_stops_its_sampling(pixels):
    views = studio.run(Request(pixels, model=MODEL, steps=1000))
    next(views)
    views.close()
    with pytest.raises(StopIteration):
        next(views)


def test_error_map_spans_zero_to_the_limit():
    truth = np.zeros((32, 32, 3), np.uint8)
    picture = truth.copy()
    picture[0, 0] = 255
    picture[0, 1] = round(255 * studio.ERROR_LIMIT / 2)
    error = studio.error_map(picture, truth)
    assert error[0, 0] == 255
    assert error[0, 1] == pytest.approx(127.5, abs=1)
    assert error[1:].max() == 0


def test_menus_fill_themselves_and_read_like_words():
    assert [name for _, name in menus.models()] == list(fieldlib.model_names())
    assert menus.model_title(MODEL) == "Flow matching - tiny"
    assert menus.model_title("nearest") == "Nearest neighbour (baseline)"
    assert {name for _, name in menus.solvers()} == {"", *fieldlib.SOLVERS}
    assert [name for _, name in menus.patterns()] == list(fieldlib.PATTERNS)
    assert menus.default_model() == MODEL


def test_without_weights_a_baseline_is_the_default(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    assert menus.default_model() in fieldlib.BASELINES


@pytest.mark.parametrize("pattern", list(fieldlib.PATTERNS))
@pytest.mark.parametrize("fraction", [0.01, 0.6])
def test_every_pattern_of_the_menu_can_be_run(pixels, pattern, fraction):
    mask = studio.set_scene(Request(pixels, fraction, pattern)).mask
    assert mask.any()
    assert not mask.all()


def test_messages_hold_plain_json_and_stay_small(pixels):
    view = next(studio.run(Request(pixels, model=MODEL, steps=1)))
    message = player.chunk_message(view, "a run")
    (frame,) = message["frames"]
    assert len(frame["state"]) == len(frame["estimate"]) == 4096
    assert player._numbers(view.moments[0].state_scores._replace(psnr=math.inf))[0] is None
    sprite = picker.thumbnails(pictures.offered(), pictures.offered()[0], 0)["sprite"]
    assert len(sprite) < 40_000, "thumbnails travel with the page"


def test_uploads_become_a_square_of_the_field():
    assert pictures.from_upload(_png((40, 90))).pixels.shape == (32, 32, 3)
    with pytest.raises(InputError):
        pictures.from_upload(b"no picture at all")


def _png(size):
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGBA", size, (255, 0, 0, 128)).save(file, "PNG")
    return file.getvalue()
