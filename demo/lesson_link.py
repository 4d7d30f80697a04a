"""A lesson is a link: the whole state of the studio as a query string, and back.

>>> write(Lesson("coffee", lanes=(Lane("flow_matching/tiny", "euler", 20),)))
'picture=coffee&lanes=flow_matching/tiny,euler,20'

What stands in a link was typed by anybody, so every field is checked by itself: a bad one gets a message and falls back
to its default, the others still count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from demo import checks, menus, own_picture, pictures
from demo.languages import languages
from demo.lesson import VIEWS, Lane, Lesson, steps_of
from demo.parts import PARTS
from demo.request import MOST_LANES
from fieldlib import BASELINES, PATTERNS, InputError
from fieldlib.draws import MOST_STEPS
from fieldlib.points import SIDE


class Reading(NamedTuple):
    """What a query string says: the ``lesson`` and a message for each field that could not be used."""

    lesson: Lesson
    complaints: tuple[str, ...]


def write(lesson: Lesson, set_up: Callable[[int], Lesson | None] = lambda _: None) -> str:
    """``lesson`` as a query string without the question mark; what its station sets up, or is usual, is left out."""
    usual = set_up(lesson.station) or Lesson()
    pairs = ((f.name, getattr(lesson, f.name)) for f in fields(Lesson))
    changed = {name: TO_TEXT.get(name, str)(value) for name, value in pairs if value != getattr(usual, name)}
    return urlencode(changed, quote_via=quote, safe="/,")


def read(query: str | Mapping[str, str], set_up: Callable[[int], Lesson | None] | None = None) -> Reading:
    """The inverse of :func:`write`; keys that mean nothing here are ignored.

    What is not given is as ``set_up`` says of the given station (:func:`demo.stations.lesson_of`), else as usual; what
    is given as nothing is as usual.
    """
    given = dict(parse_qsl(query.lstrip("?"), keep_blank_values=True)) if isinstance(query, str) else dict(query)
    if given.get("strokes") == "1":  # as links once said it: they hold no picture beside the strokes
        given["strokes"] = f"{given.pop('own', '')},{given.pop('mask', '')}"
    usual = Lesson()
    values, complaints = {}, []
    for name, from_text in FROM_TEXT.items():
        if name not in given:
            continue
        try:
            values[name] = from_text(given[name]) if given[name] else getattr(usual, name)
        except InputError as error:
            complaints.append(f"{name}: {error}")
    number = values.get("station", 0)
    start = set_up(number) if set_up and number else usual
    if start is None:
        complaints.append(f"station: {checks.refusal('the station', values.pop('station'), 'a station of the walk')}")
    return Reading(replace(start or usual, **values), tuple(complaints))


def _picture(text: str) -> str:
    return pictures.from_link(text).name


def _own(text: str) -> str:
    return own_picture.pack(own_picture.unpack(text))


def _strokes(text: str) -> str:
    strokes = own_picture.unpack_strokes(text)
    checks.partial_mask(strokes.mask)
    return own_picture.pack_strokes(strokes)


def _mask(text: str) -> str:
    return checks.pack_mask(checks.partial_mask(checks.unpack_mask(text, SIDE)))


def _fraction(text: str) -> float:
    """A share that the page's slider can say: in whole per cent."""
    try:
        number = float(text)
    except ValueError:
        raise checks.refusal("the value", text, "a number between 0 and 1, for example 0.2") from None
    percent = round(100 * checks.share("the value", number))
    return checks.whole("the share in per cent", percent, menus.LEAST_SHARE, menus.MOST_SHARE) / 100


def _whole(name: str, most: int, least: int = 0) -> Callable[[str], int]:
    return lambda text: checks.digits(name, text, least, most)


def _samples(text: str) -> int:
    return int(checks.one_of("number of samples", text, [str(count) for count in menus.SAMPLES]))


def _one_of(name: str, known: Callable[[], tuple[str, ...]]) -> Callable[[str], str]:
    return lambda text: checks.one_of(name, text, known())


def _lanes(text: str) -> tuple[Lane, ...]:
    lanes = tuple(_lane(part) for part in text.split(";"))
    checks.whole("the number of lanes", len(lanes), 1, MOST_LANES)
    steps_of(lanes)
    return lanes


def _lane(text: str) -> Lane:
    parts = text.split(",")
    if len(parts) != 3:
        raise checks.refusal("a lane", text, "model,solver,steps, for example flow_matching/tiny,euler,20")
    return Lane(parts[0], parts[1], _whole("steps", MOST_STEPS, 1)(parts[2]) if parts[2] else None)


def _lanes_text(lanes: tuple[Lane, ...]) -> str:
    return ";".join(f"{lane.model},{lane.solver},{lane.steps or ''}" for lane in lanes)


def _stills(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(checks.one_of("baseline", name, BASELINES.names()) for name in text.split(",")))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(sorted({checks.one_of("part of the page", part, PARTS) for part in text.split(",")}))


FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "picture": _picture,
    "own": _own,
    "strokes": _strokes,
    "fraction": _fraction,
    "pattern": _one_of("pattern", PATTERNS.names),
    "seed": _whole("the value", checks.MOST_SEED),
    "mask": _mask,
    "lanes": _lanes,
    "noise": _whole("the value", checks.MOST_SEED),
    "samples": _samples,
    "stills": _stills,
    "view": _one_of("view", lambda: VIEWS),
    "lang": _one_of("language", languages),
    "station": _whole("the value", 99),
    "lock": _parts,
    "hide": _parts,
}
TO_TEXT: dict[str, Callable[[Any], str]] = {
    "lanes": _lanes_text,
    **dict.fromkeys(("stills", "lock", "hide"), ",".join),
}
