"""Lesson links: every state survives the way into a link and back; nothing in a link can break the page."""

import random
import re
import string
from dataclasses import replace

import numpy as np
import pytest

import fieldlib
from demo import checks, menus, own_picture, pictures
from demo.languages import languages, use
from demo.lesson import VIEWS, Lane, Lesson
from demo.lesson_link import read, write
from demo.own_picture import Strokes
from demo.parts import PARTS
from fieldlib import BASELINES, PATTERNS, SOLVERS, InputError
from fieldlib.data import gallery


def random_strokes(array):
    return Strokes(array.integers(0, 256, (32, 32, 3), np.uint8), array.random((32, 32)) < 0.1)


def random_lesson(seed):
    rng = random.Random(seed)
    array = np.random.default_rng(seed)
    solvers = ("", *SOLVERS.names())
    lane = lambda steps: Lane(rng.choice(fieldlib.model_names()), rng.choice(solvers), steps)  # noqa: E731
    steps = lambda: rng.choice([None, rng.randint(1, 1000)])  # noqa: E731
    parts = lambda: tuple(sorted(rng.sample(list(PARTS), rng.randint(0, 3))))  # noqa: E731
    own = own_picture.pack(array.integers(0, 256, (32, 32, 3), np.uint8)) if rng.random() < 0.3 else ""
    return Lesson(
        picture="" if own else rng.choice(gallery.names()),
        own=own,
        strokes=own_picture.pack_strokes(random_strokes(array)) if rng.random() < 0.2 else "",
        samples=rng.choice(menus.SAMPLES),
        stills=tuple(rng.sample(BASELINES.names(), rng.randint(0, 3))),
        fraction=rng.randint(menus.LEAST_SHARE, menus.MOST_SHARE) / 100,
        pattern=rng.choice(PATTERNS.names()),
        seed=rng.randint(0, checks.MOST_SEED),
        mask=checks.pack_mask(array.random((32, 32)) < rng.uniform(0.01, 0.99)) if rng.random() < 0.5 else "",
        lanes=(lane(rng.randint(1, 1000)), *(lane(steps()) for _ in range(rng.randint(0, 2)))),
        noise=rng.randint(0, checks.MOST_SEED),
        view=rng.choice(VIEWS),
        lang=rng.choice(["", *languages()]),
        station=rng.randint(0, 9),
        lock=parts(),
        hide=parts(),
    )


@pytest.mark.parametrize("seed", range(60))
def test_every_state_survives_the_link(seed):
    lesson = random_lesson(seed)
    reading = read(write(lesson))
    assert reading.complaints == ()
    assert reading.lesson == lesson


def test_the_usual_state_is_an_empty_query():
    assert write(Lesson()) == ""
    assert read("") == (Lesson(), ())


def test_a_link_reads_like_words():
    query = write(Lesson("coffee", lanes=(Lane("nearest", "", 5),), view="error"))
    assert query == "picture=coffee&lanes=nearest,,5&view=error"


def test_requests_are_what_the_lanes_run():
    mask = np.random.default_rng(0).random((32, 32)) < 0.3
    lesson = Lesson("coffee", mask=checks.pack_mask(mask), lanes=(Lane("nearest"), Lane(steps=7)), noise=4)
    first, second = lesson.requests()
    assert first.model == "nearest"
    assert (second.steps, second.noise_seed) == (7, 4)
    assert np.array_equal(second.mask, mask)
    assert np.array_equal(second.pixels, gallery.picture("coffee").pixels)


def test_own_pictures_travel_without_loss():
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    lesson = Lesson(own=own_picture.pack(pixels), noise=3)
    assert np.array_equal(read(write(lesson)).lesson.chosen.pixels, pixels)
    assert len(own_picture.pack(pixels)) < own_picture.MOST_TEXT


def test_own_colours_travel_beside_the_picture_and_are_what_is_run():
    strokes = random_strokes(np.random.default_rng(0))
    lesson = read(write(Lesson("coffee", strokes=own_picture.pack_strokes(strokes)))).lesson
    assert lesson.chosen.name == "coffee"
    [request] = lesson.requests()
    assert np.array_equal(request.pixels, strokes.colours) and np.array_equal(request.mask, strokes.mask)
    assert not request.scored


def test_strokes_of_an_older_link_are_no_picture_either():
    strokes = random_strokes(np.random.default_rng(0))
    older = {"own": own_picture.pack(strokes.colours), "strokes": "1", "mask": checks.pack_mask(strokes.mask)}
    assert read(older) == (Lesson(strokes=own_picture.pack_strokes(strokes)), ())
    for name in ("own", "mask"):
        damaged = read({**older, name: "AAAA"})
        assert damaged.lesson == Lesson()
        assert [complaint.partition(":")[0] for complaint in damaged.complaints] == ["strokes"]


@pytest.mark.parametrize("mask", [np.zeros((32, 32), bool), np.ones((32, 32), bool)])
def test_strokes_of_nothing_or_of_every_pixel_cannot_be_run(mask):
    strokes = random_strokes(np.random.default_rng(0))._replace(mask=mask)
    (complaint,) = read({"strokes": own_picture.pack_strokes(strokes)}).complaints
    assert complaint.startswith("strokes: ")


BAD = [
    ("picture", "../../etc/passwd"),
    ("picture", "cifar-99999999"),
    ("picture", "cifar-²"),
    ("picture", "cifar-" + "9" * 5000),
    ("picture", "x" * 5000),
    ("own", "AAAA"),
    ("own", "!" * 50),
    ("own", "A" * 100_000),
    ("fraction", "nan"),
    ("fraction", "1e400"),
    ("fraction", "0"),
    ("fraction", "half"),
    ("fraction", "0.8"),
    ("fraction", "0.001"),
    ("pattern", "hexagons"),
    ("seed", "-1"),
    ("seed", "1.5"),
    ("seed", "9" * 5000),
    ("seed", "²"),
    ("mask", "???"),
    ("mask", checks.pack_mask(np.ones((32, 32), bool))),
    ("mask", checks.pack_mask(np.zeros((32, 32), bool))),
    ("lanes", "nearest"),
    ("lanes", "nearest,,0"),
    ("lanes", "nearest,,"),
    ("lanes", "nearest,hune,5"),
    ("lanes", "/etc,,5"),
    ("lanes", ";".join(["nearest,,5"] * 4)),
    ("noise", "2147483648"),
    ("view", "<script>"),
    ("samples", "9"),
    ("samples", "3"),
    ("strokes", "2"),
    ("strokes", "1"),
    ("strokes", "AAAA," + "A" * 171),
    ("stills", "nearest,flow_matching"),
    ("lang", "xx"),
    ("lock", "everything"),
    ("hide", "run,{{value}}"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_field_gets_a_message_and_the_others_count(name, value):
    good = {"seed": "5"} if name != "seed" else {"noise": "5"}
    reading = read({**good, name: value})
    assert len(reading.complaints) == 1
    assert reading.complaints[0].startswith(f"{name}: ")
    assert len(reading.complaints[0]) < 600
    assert getattr(reading.lesson, name) == getattr(Lesson(), name)
    assert 5 in (reading.lesson.seed, reading.lesson.noise)


def test_what_a_link_leaves_out_is_as_its_station_sets_it_up():
    walk = {2: Lesson("temple", fraction=0.05, pattern="grid", view="observed")}
    lesson = read("station=2&picture=coffee&pattern=nonsense", walk.get).lesson
    assert lesson == Lesson("coffee", fraction=0.05, pattern="grid", view="observed", station=2)
    assert read("station=7&picture=coffee", walk.get).lesson == Lesson("coffee"), "there is no such station"


@pytest.mark.parametrize("seed", range(60))
def test_every_state_survives_a_link_that_says_only_what_its_station_does_not(seed):
    walk = {number: replace(random_lesson(number), lock=(), hide=(), station=0) for number in range(1, 10)}
    lesson = random_lesson(seed)
    assert read(write(lesson, walk.get), walk.get) == (lesson, ())
    for number, set_up in walk.items():
        assert write(replace(set_up, station=number), walk.get) == f"station={number}"


ENGLISH = re.compile(r"\b(the|is|are|of|from|known|got|number|picture|lane|language|page|fraction|example|outside)\b")


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_message_is_in_the_language_in_use(name, value):
    with use("es"):
        [complaint] = read({name: value}).complaints
    told, _, _known = complaint.removeprefix(f"{name}: ").replace(repr(value), "").partition("se conocen")
    assert told and not ENGLISH.search(told)


@pytest.mark.parametrize("seed", range(40))
def test_garbled_links_never_raise(seed):
    rng = random.Random(seed)
    text = list(write(random_lesson(seed)))
    for _ in range(rng.randint(1, 8)):
        text[rng.randrange(len(text))] = rng.choice(string.printable)
    lesson, _ = read("".join(text))
    assert read(write(lesson)) == (lesson, ())
    assert lesson.requests()


def test_other_keys_are_ignored():
    assert read({"__theme": "dark", "utm": "x"}) == (Lesson(), ())


def test_lanes_are_checked_where_they_are_made():
    with pytest.raises(InputError, match="known"):
        Lane("nothing")
    with pytest.raises(InputError, match="1000"):
        Lane("nearest", "", 0)


@pytest.mark.parametrize("key", [None, 3, "", "own:", "own:AAAA", "nothing", "cifar-" + "9" * 5000, "../../etc/passwd"])
def test_keys_of_pictures_come_from_browsers_and_are_checked(key):
    with pytest.raises(InputError):
        pictures.from_key(key)


def test_keys_give_their_pictures_back():
    mine = pictures.Picture("mine", np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8))
    for picture in (pictures.offered()[1], mine):
        assert np.array_equal(pictures.from_key(picture.key).pixels, picture.pixels)
