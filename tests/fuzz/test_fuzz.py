"""Whatever comes from outside is either used or refused with an InputError: 10,000 cases and more, drawn at random."""

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from demo import checks, lesson_link, studio
from fieldlib import InputError
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


KEYS = st.one_of(
    st.sampled_from(("model", "steps", "mask", "p", "seed", "lanes", "lock", "hide", "v")), st.text(max_size=8)
)


@pytest.mark.slow
@settings(max_examples=2000, **MANY)
@given(query=st.one_of(st.text(max_size=120), st.dictionaries(KEYS, st.text(max_size=60), max_size=5)))
def test_lesson_links(query):
    with suppress(InputError):
        lesson_link.read(query)
