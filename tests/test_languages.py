"""Every language says the same things, with the same gaps to fill in."""

import base64
import io
import re
from string import Formatter

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from demo import checks, languages, menus, pictures, stations, strings
from demo.guard import guard
from demo.layout import lay_out
from demo.parts import PARTS
from fieldlib import BASELINES, METHODS, PATTERNS, RIVALS, SOLVERS, InputError
from fieldlib.data import gallery

TITLED = (METHODS, RIVALS, SOLVERS, BASELINES)
OTHERS = [name for name in languages.languages() if name != languages.DEFAULT]


def texts(language):
    """Dotted key -> text of everything in a language file."""
    module = __import__(f"demo.languages.{language}", fromlist=["x"])
    found = {}

    def walk(key, value):
        if isinstance(value, str):
            found[key] = value
        elif isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{key}.{name}", inner)
        else:
            for i, inner in enumerate(value):
                walk(f"{key}.{i}", inner)

    for name in dir(module):
        if name.isupper():
            walk(name, getattr(module, name))
    return found


def gaps(text):
    return sorted((name, form) for _, name, form, _ in Formatter().parse(text) if name is not None)


def test_there_is_more_than_one_language():
    assert OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_the_same_gaps_and_mentions(language):
    ours, theirs = texts(language), texts(languages.DEFAULT)
    assert set(ours) == set(theirs)
    for key, text in theirs.items():
        assert ours[key].strip(), key
        assert gaps(ours[key]) == gaps(text), key
        parts = [part for _, part in stations.MENTION.findall(text)]
        assert sorted(part for _, part in stations.MENTION.findall(ours[key])) == sorted(parts), key
    same = sum(ours[key] == text for key, text in theirs.items())
    assert same < 0.15 * len(theirs), "translated"


@pytest.mark.parametrize("language", languages.languages())
def test_mentions_name_parts_of_the_page(language):
    with languages.use(language):
        for station in stations.walk_told():
            assert station["question"].rstrip().endswith("?")
            assert len(station["answers"]) == 3
            spoken = [ids for _, ids in station["text"] if ids]
            assert spoken and all(ids in [list(part) for part in PARTS.values()] for ids in spoken)
            assert not re.search(r"[\[\]]", "".join(text for text, _ in station["text"] + station["reveal"]))


def test_strings_follow_the_language_in_use():
    assert strings.RUN == "Run"
    with languages.use("es"):
        assert strings.RUN == "Ejecutar"
    assert strings.RUN == "Run"
    with pytest.raises(AttributeError):
        _ = strings.NOTHING_OF_THE_KIND


def test_messages_titles_and_menus_follow_the_language_in_use():
    with languages.use("es"):
        with pytest.raises(InputError, match="pasos: tiene que ser un número entero de 1 a 9; se recibió 10"):
            checks.whole("steps", 10, 1, 9)
        assert ("Uniforme", "uniform") in menus.patterns()
        assert ("Euler-Maruyama (EDE)", "euler_maruyama") in menus.solvers()
        assert menus.model_title("score_sde/tiny") == "EDE basada en el score - tiny"
        assert menus.model_title("nearest") == "Vecino más cercano (referencia)"
        assert pictures.from_gallery("frog").title == "Rana"
    assert ("Uniform", "uniform") in menus.patterns()
    assert pictures.from_gallery("frog").title == "Frog"


def test_where_a_network_looked_is_answered_in_the_language_of_the_page():
    mask = checks.pack_mask(np.eye(32, dtype=bool))
    question = {"model": "nearest", "pixels": base64.b64encode(bytes(3072)).decode(), "mask": mask}
    with languages.use("es"), gr.Blocks():
        player = lay_out().player
    [ask] = [function for function in player.server_fns if function.__name__ == "ask_influence"]
    assert "una referencia clásica no tiene gradiente" in ask({**question, "row": 0, "column": 1})["error"]


def png(width, height):
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


REFUSED = [
    (bytes(20 * 2**20 + 1), "más de 20 MB"),
    (b"no picture at all", "se admiten: PNG, JPEG"),
    (png(6000, 5000), "25 megapíxeles"),
    (png(64, 64)[:50], "dañada"),
]


@pytest.mark.parametrize(("blob", "words"), REFUSED, ids=["bytes", "kind", "pixels", "damage"])
def test_a_refused_upload_is_told_in_the_language_in_use(blob, words):
    with languages.use("es"), pytest.raises(InputError, match=words):
        pictures.from_upload(blob)


def test_cifar_10_that_is_not_there_is_told_in_the_language_in_use(monkeypatch):
    monkeypatch.setattr(pictures, "_cifar", lambda: None)
    with languages.use("es"), pytest.raises(InputError, match="no está en esta máquina"):
        pictures.from_cifar(3)


@pytest.mark.parametrize(("language", "ends"), [("en", ("airplane", "truck")), ("es", ("avión", "camión"))])
def test_what_a_cifar_10_picture_shows_is_told_in_the_language_in_use(monkeypatch, language, ends):
    monkeypatch.setattr(pictures, "_cifar", lambda: (np.zeros((10, 32, 32, 3), np.uint8), np.arange(10)))
    with languages.use(language):
        told = [pictures.from_cifar(number).credit.partition(".")[0] for number in range(10)]
    assert (told[0], told[-1]) == ends
    assert len(set(told)) == 10


def test_titles_in_a_language_are_of_what_there_is():
    assert set(strings.PATTERN_TITLES) <= set(PATTERNS)
    assert set(strings.TITLES) <= {registry[name].title for registry in TITLED for name in registry}
    assert set(strings.PICTURE_TITLES) == {entry.name for entry in gallery.gallery()}


def test_what_no_language_knows_keeps_its_own_title(monkeypatch):
    monkeypatch.setitem(PATTERNS._entries, "new_pattern", PATTERNS["uniform"])
    monkeypatch.setattr(SOLVERS["heun"], "title", "New solver")
    with languages.use("es"):
        assert ("New pattern", "new_pattern") in menus.patterns()
        assert menus.solver_title("heun") == "New solver"


def test_what_is_guarded_keeps_the_language_it_was_wired_in():
    with languages.use("es"):
        spoken = guard(lambda: strings.STOP)

        @guard
        def stream():
            yield strings.RUN
            yield strings.STOP

    assert spoken() == "Parar"
    assert list(stream()) == ["Ejecutar", "Parar"]


def test_a_guarded_stream_closes_what_it_reads():
    closed = []

    @guard
    def stream():
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    steps = stream()
    next(steps)
    steps.close()
    assert closed
