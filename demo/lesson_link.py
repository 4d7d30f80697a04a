"""A lesson is a link: the whole state of the studio as a query string, and back.

>>> write(Lesson("coffee", lanes=(Lane("flow_matching/tiny", "euler", 20),)))
'picture=coffee&lanes=flow_matching/tiny,euler,20'

What stands in a link was typed by anybody, so every field is checked by itself: a bad one gets a message and falls back
to its default, the others still count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

import numpy as np

import fieldlib
from demo import checks, menus, own_picture, pictures
from demo.languages import languages
from demo.own_picture import Strokes
from demo.parts import PARTS
from demo.pictures import Picture
from demo.request import MOST_LANES, Request
from fieldlib import BASELINES, PATTERNS, SOLVERS, InputError
from fieldlib.draws import MOST_STEPS
from fieldlib.points import SIDE

VIEWS = ("state", "estimate", "error", "truth", "observed", "uncertainty", "influence")


@dataclass(frozen=True)
class Lane:
    """One lane of the player: ``model`` and ``solver`` as in :class:`demo.studio.Request`, "" = default; ``steps``.

    Steps None means as many as the first lane, which has to have a number.

    Raises:
        InputError: unknown names or steps out of range.
    """

    model: str = field(default_factory=menus.default_model)
    solver: str = ""
    steps: int | None = 20

    def __post_init__(self) -> None:
        """Check every field."""
        checks.one_of("model", self.model, fieldlib.model_names())
        checks.one_of("solver", self.solver, ("", *SOLVERS.names()))
        if self.steps is not None:
            checks.whole("steps", self.steps, 1, MOST_STEPS)


@dataclass(frozen=True)
class Lesson:
    """All that the page shows.

    Args:
        picture: a gallery name or ``cifar-N``; "" for the first picture of the gallery.
        own: a picture of the visitor's own instead, from :mod:`demo.own_picture`.
        strokes: colours that are painted instead of the picture, from :func:`demo.own_picture.pack_strokes`; nothing is
            known about their hidden pixels.
        fraction, pattern, seed: which pixels are revealed.
        mask: painted pixels instead, from :func:`demo.checks.pack_mask`.
        lanes: one to three.
        noise: seed of the starting noise. samples: how many are drawn, one of ``menus.SAMPLES``.
        stills: baselines that are shown beside the run.
        view: which picture is the large one.
        lang: another language, which leads to its page.
        station: number of the guided walk's station, 0 = closed.
        lock, hide: parts of the page that are frozen or left out.

    Raises:
        InputError: a first lane without steps.
    """

    picture: str = ""
    own: str = ""
    strokes: str = ""
    fraction: float = 0.2
    pattern: str = "uniform"
    seed: int = 0
    mask: str = ""
    lanes: tuple[Lane, ...] = field(default_factory=lambda: (Lane(),))
    noise: int = 0
    samples: int = 1
    stills: tuple[str, ...] = ()
    view: str = VIEWS[0]
    lang: str = ""
    station: int = 0
    lock: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what the fields cannot check alone."""
        _first_steps(self.lanes)

    @property
    def steps(self) -> int:
        """Steps of the first lane, and of those that have no number of their own."""
        return _first_steps(self.lanes)

    @property
    def percent(self) -> int:
        """The revealed share as the page's slider says it."""
        return round(100 * self.fraction)

    @property
    def chosen(self) -> Picture:
        """The picture itself."""
        if not (self.picture or self.own):
            return pictures.offered()[0]
        return pictures.from_link(self.picture, self.own)

    @property
    def drawn(self) -> np.ndarray | None:
        """The painted mask, bool (32, 32), or None."""
        return checks.unpack_mask(self.mask, SIDE) if self.mask else None

    @property
    def painted(self) -> Strokes | None:
        """The visitor's own colours, or None."""
        return own_picture.unpack_strokes(self.strokes) if self.strokes else None

    def requests(self) -> tuple[Request, ...]:
        """What each lane runs.

        Raises:
            InputError: a picture that is not on this machine.
        """
        pixels, drawn = self.painted or (self.chosen.pixels, self.drawn)
        chosen = (pixels, self.fraction, self.pattern, self.seed)
        rest = (self.noise, drawn, self.samples, not self.strokes)
        return tuple(
            Request(*chosen, lane.model, lane.solver or None, lane.steps or self.steps, *rest) for lane in self.lanes
        )


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
    _first_steps(lanes)
    return lanes


def _first_steps(lanes: tuple[Lane, ...]) -> int:
    return checks.whole("steps of the first lane", lanes[0].steps, 1, MOST_STEPS)


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
