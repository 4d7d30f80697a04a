"""Widgets to lesson and back: nothing on the page is lost or pinned on the way."""

import numpy as np
import pytest

from demo import checks, choosing, handlers, inputs, lesson_link, menus, own_picture, page_state, pictures, stations
from demo.components import painter
from demo.lesson import Lane, Lesson
from demo.own_picture import Strokes
from demo.pngs import png
from demo.sections import lesson as lesson_section
from demo.sections import resolution
from fieldlib import InputError

BASELINE = "nearest"


@pytest.fixture
def upload():
    """A picture of the visitor's own that comes from 512 x 512 pixels."""
    original = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    return pictures.Picture("mine", np.ascontiguousarray(original[::16, ::16]), original=original)


def widgets(lesson):
    """What :func:`page_state.updates` gives, as the values of ``Widgets.run_inputs``."""
    values = page_state.updates(lesson)
    key, _, _, _, sheet, _, *drawn = values[:9]
    count, model, solver, steps, _, noise, samples, stills = values[9:17]
    return key, sheet, *drawn, model, solver, steps, noise, samples, count, *values[19:], stills


def test_lanes_that_follow_the_first_one_still_do_after_a_link():
    lesson = Lesson("coffee", lanes=(Lane(steps=30), Lane(BASELINE, "", None), Lane(steps=7)))
    again = page_state.lesson_of("state", *widgets(lesson_link.read(lesson_link.write(lesson)).lesson))
    assert again == lesson
    _, setup = inputs.split(widgets(lesson)[1:])
    assert [lane.steps for lane in setup.lanes] == [30, None, 7]
    assert [request.steps for request in Lesson(lanes=(Lane(steps=30), Lane(steps=None))).requests()] == [30, 30]


@pytest.mark.parametrize("percent", range(menus.LEAST_SHARE, menus.MOST_SHARE + 1))
def test_shares_stay_whole_per_cents(percent):
    lesson = lesson_link.read({"fraction": str(percent / 100)}).lesson
    assert widgets(lesson)[2] == percent
    assert isinstance(widgets(lesson)[2], int)


def test_the_pattern_tool_keeps_its_pattern_beside_a_painted_mask():
    mask = np.zeros((32, 32), bool)
    mask[:4] = True
    sheet = widgets(Lesson("coffee", mask=checks.pack_mask(mask)))[1]
    assert np.array_equal(painter.read(sheet).mask, mask)
    assert checks.unpack_mask(sheet["pattern"], 32).sum() == 204


def test_own_colours_have_no_truth_after_a_link_either():
    values = widgets(Lesson("coffee"))
    lesson = page_state.lesson_of("state", values[0], painter.with_strokes(values[1], some_strokes()), *values[2:])
    assert lesson.strokes
    shown = page_state.updates(lesson)
    assert not shown[5]["scored"]
    assert shown[5]["revealed"] == some_strokes().mask.sum()
    assert not lesson.requests()[0].scored


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_the_picture_and_its_pixels_are_still_there_beneath_own_colours_after_a_link(upload, own, by_hand):
    mask = checks.pack_mask(~some_mask()) if by_hand else ""
    before = widgets(Lesson(own=own_picture.pack(upload.pixels), mask=mask) if own else Lesson("coffee", mask=mask))
    lesson = page_state.lesson_of("state", before[0], painter.with_strokes(before[1], some_strokes()), *before[2:])
    key, sheet, *rest = widgets(lesson_link.read(lesson_link.write(lesson)).lesson)
    shown = painter.read(sheet).strokes
    assert np.array_equal(shown.colours, some_strokes().colours) and np.array_equal(shown.mask, some_strokes().mask)
    del sheet["strokes"]
    assert (key, sheet, *rest) == before


def some_mask():
    return np.random.default_rng(1).random((32, 32)) < 0.3


def some_strokes():
    return Strokes(np.random.default_rng(2).integers(0, 256, (32, 32, 3), np.uint8), some_mask())


@pytest.mark.parametrize("painted", [False, True])
@pytest.mark.parametrize("strokes", [False, True])
def test_another_picture_keeps_the_pixels_that_were_chosen_on_the_last_one_but_no_strokes(strokes, painted):
    sheet = painter.show(pictures.offered()[0].pixels, some_mask(), painted=painted)
    given = painter.with_strokes(sheet, some_strokes()) if strokes else sheet
    _, _, _, shown, scene, _ = choosing.pick_gallery(1, given, 20, "uniform", 0)
    by_pattern, _ = handlers.reveal(pictures.offered()[1], 20, "uniform", 0)
    assert shown["mask"] == scene["mask"] == (sheet if painted else by_pattern)["mask"]
    assert shown["painted"] == painted
    assert painter.read(shown).strokes is None


@pytest.mark.parametrize("name", ["inpainting", "super_resolution"])
def test_a_task_reveals_other_pixels_of_the_same_picture(upload, name):
    sheet, scene, percent, pattern, seed = resolution.task(name, upload.key)
    request = inputs.base_request(upload, inputs.Mask(sheet, percent, pattern, seed))
    assert np.array_equal(request.pixels, upload.pixels)
    assert request.scored
    assert scene["scored"]
    assert (request.mask is not None) == (name == "inpainting")
    assert scene["revealed"] == sum(checks.unpack_mask(sheet["mask"], 32).flat)


def test_links_say_which_cifar_picture_it_is(monkeypatch):
    pixels = np.zeros((10, 32, 32, 3), np.uint8)
    monkeypatch.setattr(pictures, "_cifar", lambda: (pixels, np.arange(10)))
    assert page_state.updates(Lesson("cifar-7"))[3] == "7"
    assert page_state.updates(Lesson("coffee"))[3] == ""
    mask = (None, 20, "uniform", 0)
    assert choosing.pick_cifar("0", "coffee", *mask)[0] == "cifar-0"
    assert choosing.pick_cifar("7", "cifar-7", *mask) == choosing.pick_cifar("", "coffee", *mask), "nothing to do"
    assert choosing.pick_upload(png(pixels[0]), *mask)[-1] == ""
    with pytest.raises(InputError, match="from 0 to 9; got 10"):
        choosing.pick_cifar("10", "coffee", *mask)


@pytest.mark.parametrize(
    ("count", "models", "free"),
    [
        (1, ("learned", BASELINE, BASELINE), "111 00 00"),
        (1, (BASELINE, "learned", "learned"), "000 11 11"),
        (2, (BASELINE, "learned", BASELINE), "011 11 00"),
        (2, (BASELINE, BASELINE, "learned"), "000 00 11"),
        (3, (BASELINE, BASELINE, "learned"), "011 00 11"),
    ],
)
def test_only_what_no_lane_uses_is_greyed_out(count, models, free):
    names = [menus.default_model() if model == "learned" else model for model in models]
    found = "".join(str(int(update["interactive"])) for update in handlers.allow_settings(count, *names))
    assert found == free.replace(" ", "")


@pytest.mark.parametrize(
    ("place", "value"), [(4, None), (4, -5), (8, None), (8, -1), (2, 101), (3, "hexagons"), (13, None)]
)
def test_what_cannot_be_run_is_not_put_into_the_address(place, value):
    values = list(widgets(Lesson("coffee", lanes=(Lane(), Lane()))))
    assert "picture=coffee" in lesson_section.query_of("state", 0, *values)
    values[place] = value
    assert not isinstance(lesson_section.query_of("state", 0, *values), str)


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("revealed", [False, True])
def test_painted_pixels_that_leave_no_work_are_not_put_into_the_address(colours, revealed):
    values, mask = list(widgets(Lesson("coffee"))), np.full((32, 32), revealed)
    sheet = painter.show(pictures.offered()[0].pixels, mask, painted=True)
    values[1] = painter.with_strokes(sheet, Strokes(np.zeros((32, 32, 3), np.uint8), mask)) if colours else sheet
    assert not isinstance(lesson_section.query_of("state", 0, *values), str)


def test_a_station_that_is_not_there_is_said_and_opens_none():
    reading = lesson_link.read("station=50&seed=3", stations.lesson_of)
    assert (reading.lesson.station, reading.lesson.seed, len(reading.complaints)) == (0, 3, 1)
    assert lesson_link.read("station=2", stations.lesson_of).complaints == ()
