"""Whatever comes from outside is either used or refused with an InputError: 10,000 cases and more, drawn at random."""

import base64
import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from demo import checks, influence_question, lesson_link, pictures, scattered, strings, studio
from demo.components import painter
from fieldlib import InputError, Points
from fieldlib.data import open_picture

PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=40),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
MANY = {"deadline": None, "suppress_health_check": list(HealthCheck)}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.slow
@settings(max_examples=4000, **MANY)
@given(
    fields=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("fraction", "pattern", "seed", "model", "solver", "steps", "noise_seed", "mask"), ANYTHING
        ),
    )
)
def test_requests(fields):
    with suppress(InputError):
        request = studio.Request(PIXELS, **fields)
        assert 0 < request.fraction < 1 and 1 <= request.steps <= 1000
        assert 0 <= request.seed < 2**31 and 0 <= request.noise_seed < 2**31


@pytest.mark.slow
@settings(max_examples=3000, **MANY)
@given(text=st.one_of(ANYTHING, st.text(ALPHABET, min_size=170, max_size=173), st.text(min_size=171, max_size=171)))
def test_mask_payloads(text):
    with suppress(InputError):
        mask = checks.unpack_mask(text, 32)
        assert mask.shape == (32, 32) and mask.dtype == bool
        assert np.array_equal(checks.unpack_mask(checks.pack_mask(mask), 32), mask)


def whole_pictures():
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        file = io.BytesIO()
        Image.fromarray(PIXELS).save(file, kind)
        yield file.getvalue()


WHOLE = list(whole_pictures())


@st.composite
def damaged(draw):
    """A picture of some kind, cut, with bytes changed and bytes added."""
    blob = bytearray(draw(st.sampled_from(WHOLE)))
    for place, byte in draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8)):
        blob[place % len(blob)] = byte
    cut = draw(st.integers(1, len(blob)))
    return bytes(blob[:cut]) + draw(st.binary(max_size=20))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=3000, **MANY)
@given(blob=st.one_of(st.binary(max_size=200), damaged()))
def test_uploads(blob):
    with suppress(InputError):
        pixels = open_picture(blob)
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        assert pixels.shape[0] * pixels.shape[1] <= 25_000_000


KEYS = st.one_of(st.sampled_from(list(lesson_link.FROM_TEXT)), st.text(max_size=8))
PIECES = ("cifar-", "own:", "coffee", "nearest", "flow_matching/tiny", "euler", ",", ";", "-", ".", "/", "%00", "\x00")
LONG = st.integers(1, 6000).map(lambda count: "9" * count)
VALUES = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6), LONG), max_size=5).map("".join),
)


@pytest.mark.slow
@settings(max_examples=3000, **MANY)
@given(query=st.one_of(st.text(max_size=120), st.dictionaries(KEYS, VALUES, max_size=5)))
def test_lesson_links(query):
    reading = lesson_link.read(query)
    assert lesson_link.read(lesson_link.write(reading.lesson)) == (reading.lesson, ())


@pytest.mark.slow
@settings(max_examples=1500, **MANY)
@given(key=st.one_of(ANYTHING, VALUES, st.text(ALPHABET, max_size=90).map("own:{}".format)))
def test_keys_of_pictures(key):
    with suppress(InputError):
        assert pictures.from_key(key).pixels.shape == (32, 32, 3)


def usually(good):
    """``good``, and now and then anything at all."""
    return st.integers(0, 9).flatmap(lambda number: good if number else ANYTHING)


BITS = st.binary(min_size=128, max_size=128).map(lambda bits: checks.pack_mask(np.unpackbits(bytearray(bits))))
COLOURS = st.binary(min_size=3072, max_size=3072).map(lambda blob: base64.b64encode(blob).decode())
PAINTINGS = st.fixed_dictionaries(
    {"painted": usually(st.booleans()), "mask": usually(BITS)},
    optional={
        "strokes": usually(st.fixed_dictionaries({"colours": usually(COLOURS), "mask": usually(BITS)})),
        "pixels": ANYTHING,
    },
)


@pytest.mark.slow
@settings(max_examples=1500, **MANY)
@given(value=st.one_of(ANYTHING, PAINTINGS))
def test_painter_payloads(value):
    with suppress(InputError):
        painting = painter.read(value)
        assert painting.mask is None or painting.mask.shape == (32, 32)
        assert painting.strokes is None or painting.strokes.mask.shape == (32, 32)
        assert painting.strokes is None or painting.strokes.colours.shape == (32, 32, 3)


PLACE = st.integers(-1, 32)
QUESTIONS = st.fixed_dictionaries(
    {"model": usually(st.sampled_from(("flow_matching/tiny_conv", "nearest", "")))},
    optional={"pixels": usually(COLOURS), "mask": usually(BITS), "row": usually(PLACE), "column": usually(PLACE)},
)


@pytest.mark.slow
@settings(max_examples=1000, **MANY)
@given(question=st.one_of(ANYTHING, QUESTIONS))
def test_questions_about_influence(question):
    answer = influence_question.ask_influence(question)
    assert len(answer) == 1 and ("levels" in answer or answer["error"] != strings.FAILED)


COORDINATE = usually(st.one_of(st.floats(0, 31), st.integers(-1, 256)))
ROWS = st.lists(st.one_of(st.lists(COORDINATE, min_size=4, max_size=6), ANYTHING), max_size=4)


@pytest.mark.slow
@settings(max_examples=1500, **MANY)
@given(points=st.one_of(ANYTHING, ROWS))
def test_scattered_points(points):
    with suppress(InputError):
        known = scattered.known(points)
        assert isinstance(known, Points)
        assert all(bool((x.abs() <= 1).all()) for x in (known.coords, known.values))
