"""The guided walk: predict, step, describe, compare. Stations are data; their words are in :mod:`demo.languages`.

A station asks first. The answer starts the run that its lesson sets up, then its reveal tells what was seen, and a last
sentence what to compare it with.

A word in [brackets](part) names a part of the page, which is highlighted while it is pointed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import fieldlib
from demo import languages
from demo.lesson import Lane, Lesson
from demo.parts import PARTS

MENTION = re.compile(r"\[([^\]]+)\]\((\w+)\)")
FLOW = "flow_matching/tiny_conv"


@dataclass(frozen=True)
class Station:
    """One stop of the walk.

    ``name`` is the key of its words, ``lesson`` the state that it sets up, ``right`` the index of the answer that its
    reveal confirms; a test runs the lesson and checks that it does.
    """

    name: str
    lesson: Lesson
    right: int


def walk() -> tuple[Station, ...]:
    """All stations in their order; none where their network is not bundled."""
    if FLOW not in fieldlib.model_names():
        return ()
    euler = Lane(FLOW, "euler", 20)
    noisy = Lane(FLOW, "euler_maruyama", None)
    return (
        Station("few", Lesson("temple", fraction=0.05, lanes=(euler,)), 1),
        Station("estimate", Lesson("coffee", lanes=(euler,), view="estimate"), 0),
        Station("sample", Lesson("coffee", lanes=(Lane(FLOW, "", 8),)), 0),
        Station("spread", Lesson("astronaut", lanes=(Lane(FLOW, "", 8),), samples=4, view="uncertainty"), 1),
        Station("steps", Lesson("coffee", lanes=tuple(Lane(FLOW, "", n) for n in (1, 8, 50))), 2),
        Station("ways", Lesson("balloon", lanes=(euler, noisy)), 0),
        Station("hole", Lesson("coffee", pattern="block", lanes=(Lane(FLOW, "", 8),)), 2),
        Station("classics", Lesson("cat", lanes=(Lane(FLOW, "", 8),), stills=("nearest", "thin_plate")), 1),
        Station("resolution", Lesson("coffee", pattern="grid", fraction=0.25, lanes=(Lane(FLOW, "", 8),)), 0),
    )


def lesson_of(number: int) -> Lesson | None:
    """What station ``number`` sets up; None where there is no such station."""
    found = walk()
    return found[number - 1].lesson if 1 <= number <= len(found) else None


def told(station: Station) -> dict[str, Any]:
    """``station`` for the page, in the current language: plain text in pieces, no markup."""
    words = languages.text("STATIONS")[station.name]
    return {
        "title": words["title"],
        "text": pieces(words["text"]),
        "question": words["question"],
        "answers": list(words["answers"]),
        "right": station.right,
        "reveal": pieces(words["reveal"]),
        "compare": pieces(words["compare"]),
    }


def pieces(text: str) -> list[list[Any]]:
    """Text cut at its mentions: [words, ids of the elements they speak of]; no ids for the words between.

    Raises:
        KeyError: a mention of a part that the page does not have.
    """
    found: list[list[Any]] = []
    start = 0
    for match in MENTION.finditer(text):
        found += [[text[start : match.start()], []], [match[1], list(PARTS[match[2]])]]
        start = match.end()
    return [piece for piece in [*found, [text[start:], []]] if piece[0]]


def walk_told() -> list[dict[str, Any]]:
    """The whole walk for the page."""
    return [told(station) for station in walk()]
