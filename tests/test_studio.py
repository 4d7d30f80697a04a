import base64
import json
import math
import threading
import time
import zlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from waiting import until

import fieldlib
from demo import checks, handlers, influence_question, inputs, menus, pictures, steps, strings, studio, titles, zerogpu
from demo.components import painter, picker, player
from demo.influence_map import influence_map
from demo.meter import METER
from demo.moments import SPREAD_LIMIT, spread_map
from demo.own_picture import Strokes
from demo.request import Request
from demo.steps import MOST_MOMENTS, display_steps
from demo.turns import Turns
from fieldlib import InputError, hub
from fieldlib.checkpoint import build, save_model
from fieldlib.influence import influence
from fieldlib.points import to_values
from fieldlib.presets import PRESETS

MODEL = "flow_matching/tiny"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder of bundled models with one untrained network in it."""
    folder = tmp_path_factory.mktemp("weights")
    config = PRESETS["tiny"].describe("flow_matching")
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


def test_what_reading_a_model_takes_is_not_sampling(pixels, monkeypatch):
    load = fieldlib.load

    def slowly(name):
        time.sleep(1)
        return load(name)

    monkeypatch.setattr(zerogpu, "at_hand", slowly)  # as of weights that no run has asked for yet
    request = Request(pixels, model="flow_matching/tiny", steps=2)
    member = steps.Member(request, studio.set_scene(request))
    monkeypatch.setattr(steps.zerogpu, "sample", lambda *arguments: iter(["frame"]))
    assert next(steps.clocked(steps.unlimited([member])))[1] < 0.5


def test_a_network_is_asked_once_before_its_first_run(monkeypatch):
    asked = []
    model = fieldlib.load("flow_matching/tiny")
    monkeypatch.setattr(zerogpu.fieldlib, "estimate", lambda model, context, coords: asked.append(model))
    zerogpu._ask_once.cache_clear()
    for _ in range(2):
        assert zerogpu.at_hand("flow_matching/tiny") is zerogpu.quick(model)
    zerogpu.at_hand("nearest")
    assert asked == [zerogpu.quick(model)]


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
    shown = display_steps(steps)
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


@pytest.mark.parametrize(("lanes", "sizes"), [(1, [1, 2, 2, 2]), (3, [1, 5, 1])])
def test_lanes_that_wait_for_each_other_send_fewer_fuller_views(pixels, monkeypatch, lanes, sizes):
    now = [0.0]

    def slow(steps):
        for step in steps:
            now[0] += 0.1
            yield step

    monkeypatch.setattr(studio, "limited", slow)
    monkeypatch.setattr(studio, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    solvers = ("euler", "ddim", "dpmpp_2m")[:lanes]
    views = studio.compare([Request(pixels, model=MODEL, solver=solver, steps=6) for solver in solvers])
    assert [len(view.moments) for view in views if view.lane == 0] == sizes


def test_lanes_take_turns_and_equal_the_single_runs(pixels):
    requests = [Request(pixels, model=MODEL, steps=3), Request(pixels, model=MODEL, solver="heun", steps=12)]
    views = list(studio.compare(requests))
    assert len({view.run for view in views}) == 1
    assert [view.lane for view in views[:2]] == [0, 1], "no lane waits for another"
    for lane, request in enumerate(requests):
        theirs = [moment for view in views if view.lane == lane for moment in view.moments]
        assert all(np.array_equal(a.state, b.state) for a, b in zip(theirs, moments(request), strict=True))


@pytest.mark.parametrize("change", [{"seed": 1}, {"noise_seed": 1}, {"fraction": 0.5}])
def test_lanes_share_pixels_and_noise(pixels, change):
    with pytest.raises(InputError, match="same picture"):
        next(studio.compare([Request(pixels), Request(pixels, **change)]))


@pytest.mark.parametrize("count", [0, 4])
def test_one_to_three_lanes(pixels, count):
    with pytest.raises(InputError, match="1 to 3 lanes"):
        next(studio.compare([Request(pixels)] * count))


def test_closing_a_comparison_closes_every_lane(pixels, monkeypatch):
    closed = []
    original = steps.unlimited

    def watched(members):
        try:
            yield from original(members)
        finally:
            closed.append(members[0].request.solver)

    monkeypatch.setattr(steps, "unlimited", watched)
    solvers = ["ddim", "euler", "heun"]
    views = studio.compare([Request(pixels, model=MODEL, solver=solver, steps=50) for solver in solvers])
    for _ in range(4):
        next(views)
    assert closed == []
    views.close()
    assert sorted(closed) == solvers


def test_samples_show_their_spread_and_leave_the_first_one_as_it_was(pixels):
    one, four = (moments(Request(pixels, model=MODEL, solver="heun", steps=3, samples=k)) for k in (1, 4))
    mask = studio.set_scene(Request(pixels)).mask
    assert all(moment.spread is None for moment in one)
    assert np.abs(one[-1].state.astype(int) - four[-1].state).max() <= 1
    assert (four[0].spread[mask] == 0).all()
    assert (four[0].spread[~mask] > 100).mean() > 0.9, "white noise has the standard deviation 1"


def test_spread_is_the_standard_deviation_in_pixel_units(pixels):
    request = Request(pixels, model=MODEL, steps=2, samples=4, noise_seed=7)
    ours, mask = moments(request)[-1].spread, studio.set_scene(request).mask
    ends = [moments(replace(request, samples=1, noise_seed=7 + k))[-1].state for k in range(4)]
    expected = np.std(np.stack(ends).astype(float), axis=0, ddof=1).mean(-1) / 255
    levels = (expected / SPREAD_LIMIT * 255).clip(0, 255)
    assert np.abs(ours[~mask] - levels[~mask]).max() < 6, "up to the rounding of the pictures"


def test_what_no_screen_can_show_is_no_spread():
    hidden = torch.zeros(1024, dtype=torch.bool)
    hidden[:2] = True
    ends = torch.tensor([[1.0, -1.0], [3.0, 1.0]])[..., None].expand(2, 2, 3)  # 2 samples of 2 pixels
    assert spread_map(ends, hidden)[0, :3].tolist() == [0, 255, 0]


def test_own_colours_have_no_truth_and_no_scores(pixels):
    last = moments(Request(pixels, model=MODEL, steps=1, scored=False))[-1]
    assert last.state_scores is None
    assert last.estimate_scores is None


def test_influence_is_asked_of_revealed_pixels_only(pixels):
    request = Request(pixels, model=MODEL)
    scene = studio.set_scene(request)
    row, column = np.argwhere(~scene.mask)[100].tolist()
    levels = influence_map(request, row, column)
    assert (levels[~scene.mask] == 0).all()
    assert levels.max() == 255
    with pytest.raises(InputError, match="row"):
        influence_map(request, 32, 0)


@pytest.mark.parametrize("known", [False, True], ids=["hidden", "revealed"])
def test_influence_is_what_the_library_says_of_that_pixel_but_for_the_pixel_itself(pixels, known):
    request = Request(pixels, model=MODEL)
    mask = studio.set_scene(request).mask
    row, column = np.argwhere(mask == known)[100].tolist()
    levels, context = influence_map(request, row, column), fieldlib.observe(pixels)
    expected = np.zeros((32, 32))
    expected[mask] = influence(fieldlib.load(MODEL), context, fieldlib.grid(32, 32), 32 * row + column)[0].numpy()
    expected[row, column] = 0
    assert levels[row, column] == 0
    assert np.abs(levels - 255 * expected / expected.max()).max() <= 1


def test_previews_are_coarse(pixels):
    rough = studio.coarse(Request(pixels, model=MODEL, steps=500, samples=4))
    assert (rough.steps, rough.samples) == (2, 1)
    assert studio.coarse(Request(pixels, model=MODEL, steps=1)).steps == 1


def test_frames_travel_without_loss(pixels):
    request = Request(pixels, model=MODEL, steps=5, samples=2)
    hidden = ~studio.set_scene(request).mask
    sent = [player.pictures_of(moment) for moment in moments(request)]
    blob = zlib.decompress(base64.b64decode(player.pack_frames(sent, ~hidden)))
    sizes = [6 * depth * hidden.sum() for depth in (3, 3, 1)]
    planes = np.split(np.frombuffer(blob, np.uint8), np.cumsum(sizes)[:-1])
    for plane, originals in zip(planes, zip(*sent, strict=True), strict=True):
        frames = np.cumsum(plane.reshape(6, -1), axis=0, dtype=np.uint8)
        assert np.array_equal(frames, np.stack([picture[hidden].reshape(-1) for picture in originals]))


@pytest.mark.slow
def test_three_long_lanes_stay_below_a_megabyte(pixels, monkeypatch):
    monkeypatch.setattr(studio, "PATIENCE", 60)  # views as full as on a machine that keeps up
    solvers = ("euler", "ancestral", "dpmpp_2m")
    requests = [Request(pixels, model=MODEL, solver=solver, steps=59) for solver in solvers]
    size = 0
    for view in studio.compare(requests):
        message = player.chunk_message(view, "", [titles.lane_of(request) for request in requests])
        size += len(json.dumps({name: message[name] for name in ("frames", "blob", "lane", "start")}))
    assert size < 900_000


def test_painted_pixels_replace_the_pattern(pixels):
    mask = np.zeros((32, 32), bool)
    mask[3:9, 4] = True
    message = painter.show(pixels, mask, painted=True)
    assert np.array_equal(painter.read(message).mask, mask)
    assert painter.read({**message, "painted": False}).mask is None
    request = inputs.base_request(pictures.offered()[0], inputs.Mask(message, 20, "uniform", 0))
    assert np.array_equal(studio.set_scene(request).mask, mask)


def test_painted_colours_are_the_context(pixels):
    mask = np.zeros((32, 32), bool)
    mask[:2] = True
    colours = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    message = painter.with_strokes(painter.show(pixels, ~mask), Strokes(colours, mask))
    request = inputs.base_request(pictures.offered()[0], inputs.Mask(message, 20, "uniform", 0))
    assert np.array_equal(request.pixels, colours)
    assert not request.scored


@pytest.mark.parametrize(
    "value",
    [
        {"painted": True},
        {"painted": True, "mask": "A" * 170},
        {"painted": True, "mask": "!" * 171},
        {"strokes": "film"},
        {"strokes": {"mask": "A" * 171}},
        {"strokes": {"colours": "A" * 4096}},
        {"strokes": {"mask": "A" * 171, "colours": "A" * 4095 + "!"}},
        {"strokes": {"mask": "A" * 171, "colours": "AAAA"}},
    ],
)
def test_what_a_browser_paints_is_checked(value):
    with pytest.raises(InputError):
        painter.read(value)


@pytest.mark.parametrize("question", [None, {}, {"pixels": "A"}, {"pixels": "A" * 4096, "mask": "_" * 171}])
def test_bad_questions_about_influence_are_answered_in_words(question):
    answer = influence_question.ask_influence(question)
    assert list(answer) == ["error"]
    assert answer["error"] != strings.FAILED


def question_of(pixels):
    """What the player asks about the pixel at (3, 4)."""
    mask = checks.pack_mask(studio.set_scene(Request(pixels)).mask)
    text = base64.b64encode(pixels.tobytes()).decode()
    return {"model": MODEL, "pixels": text, "mask": mask, "row": 3, "column": 4}


def test_a_question_about_influence_waits_for_its_turn(pixels, monkeypatch):
    line, answers, question = Turns(1), [], question_of(pixels)
    monkeypatch.setattr(influence_question, "TURNS", line)
    asking = threading.Thread(target=lambda: answers.append(influence_question.ask_influence(question)))
    with line.one():
        asking.start()
        assert until(lambda: line._line or answers)
        assert answers == []
    asking.join(10)
    assert [list(answer) for answer in answers] == [["levels"]]


def test_too_many_questions_about_influence_are_turned_away_and_counted(pixels, monkeypatch):
    monkeypatch.setattr(influence_question, "QUESTIONS", threading.BoundedSemaphore(1))
    count = lambda outcome: METER._calls["influence", outcome]  # noqa: E731
    question = question_of(pixels)
    answered, refused = count("ok"), count("refused")
    with influence_question.QUESTIONS:
        assert influence_question.ask_influence(question) == {"error": strings.BUSY}
    assert list(influence_question.ask_influence(question)) == ["levels"]
    assert (count("ok"), count("refused")) == (answered + 1, refused + 1)


def setup_of(**changes):
    first = {"model": MODEL, "solver": "", "steps": 20, "noise_seed": 3, "samples": 1, "lane_count": 1}
    second = {"model_2": MODEL, "solver_2": "heun", "steps_2": ""}
    third = {"model_3": "nearest", "solver_3": "", "steps_3": "7", "stills": []}
    return inputs.Setup(**{**first, **second, **third, **changes})


def test_lanes_take_the_steps_of_the_first_one_unless_they_have_their_own(pixels):
    mask = inputs.Mask(None, 20, "uniform", 0)
    requests = inputs.requests_of(pictures.offered()[0], mask, setup_of(lane_count=3))
    assert [request.steps for request in requests] == [20, 20, 1]
    assert [request.solver for request in requests] == [None, "heun", None]
    assert {request.noise_seed for request in requests} == {3}


def test_stills_come_after_the_run(pixels):
    mask = inputs.Mask(None, 20, "uniform", 0)
    *_, chunk, stills = handlers.run(pictures.offered()[0].key, *mask, *setup_of(steps=2, stills=["nearest", "linear"]))
    assert stills["kind"] == "stills"
    assert stills["run"] == chunk["run"]
    assert [still["name"] for still in stills["stills"]] == ["Nearest neighbour", "Linear (Delaunay)"]
    assert all(still["psnr"] > 5 for still in stills["stills"])


def test_a_run_that_was_stopped_has_no_stills():
    sent = handlers.run(pictures.offered()[0].key, None, 20, "uniform", 0, *setup_of(steps=8, stills=["nearest"]))
    next(sent)
    handlers.stop()
    assert "stills" not in [message["kind"] for message in sent]


def test_a_run_that_fails_midway_is_not_left_sampling(monkeypatch):
    def fail(requests, _stopped):
        yield from studio.run(requests[0])
        raise InputError("out of time")

    monkeypatch.setattr(studio, "compare", fail)
    sent = []
    with pytest.raises(InputError, match="out of time"):
        sent.extend(handlers.run(pictures.offered()[0].key, None, 20, "uniform", 0, *setup_of(steps=2)))
    *_, last, stopped = sent
    assert (last["kind"], stopped) == ("chunk", player.stopped_message())


def test_a_preview_is_one_frame_of_each_lane():
    setup = setup_of(lane_count=3)
    sent = list(handlers.preview(True, pictures.offered()[0].key, None, 20, "uniform", 0, *setup))
    assert [(message["kind"], message["lane"], message["start"]) for message in sent] == [
        ("preview", lane, 0) for lane in range(3)
    ]
    assert [len(message["frames"]) for message in sent] == [1, 1, 1]
    assert [lane["total"] for lane in sent[0]["lanes"]] == [1, 1, 1]
    assert len({message["run"] for message in sent}) == 1


def test_new_pixels_are_previewed_and_not_the_painted_ones(pixels):
    painted = painter.show(pixels, np.eye(32, dtype=bool), painted=True)
    ([drawn], scene), (_, preview) = handlers.randomise(
        True, pictures.offered()[0].key, painted, 20, "uniform", 7, *setup_of()
    )
    assert (
        drawn["mask"]
        == scene["mask"]
        == preview["mask"]
        == checks.pack_mask(studio.set_scene(Request(pixels, seed=7)).mask)
    )


def test_menus_fill_themselves_and_read_like_words():
    assert [name for _, name in menus.models()] == list(fieldlib.model_names())
    assert menus.model_title(MODEL) == "Flow matching - tiny"
    assert menus.model_title("nearest") == "Nearest neighbour (baseline)"
    assert {name for _, name in menus.solvers()} == {"", *fieldlib.SOLVERS}
    assert [name for _, name in menus.patterns()] == list(fieldlib.PATTERNS)
    assert menus.default_model() == MODEL


def test_lanes_compare_methods_on_one_network_where_they_can(monkeypatch):
    both = [f"{method}/{preset}" for method in ("denoiser", "flow_matching") for preset in ("tiny", "tiny_conv")]
    monkeypatch.setattr(fieldlib, "model_names", lambda: (*both, "score_sde/tiny", "nearest"))
    lanes = ["flow_matching/tiny_conv", "denoiser/tiny_conv", "score_sde/tiny"]
    assert menus.lane_models(3) == lanes
    assert menus.lane_models(9) == [*lanes, "denoiser/tiny", "flow_matching/tiny", "nearest"]


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
    message = player.chunk_message(view, "a run", [])
    assert len(json.dumps(message)) < 16_000
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
