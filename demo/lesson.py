"""A lesson: everything that the page shows, as values that are checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

import fieldlib
from demo import checks, menus, own_picture, pictures
from demo.own_picture import Strokes
from demo.pictures import Picture
from demo.request import Request
from fieldlib import SOLVERS
from fieldlib.draws import MOST_STEPS
from fieldlib.points import SIDE

VIEWS = ("state", "estimate", "error", "truth", "observed", "uncertainty", "influence")


@dataclass(frozen=True)
class Lane:
    """One lane of the player: ``model`` and ``solver`` as in :class:`demo.request.Request`, "" = default; ``steps``.

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


def steps_of(lanes: tuple[Lane, ...]) -> int:
    """Steps of the first lane, and of those that have no number of their own.

    Raises:
        InputError: it has no number either, or one out of range.
    """
    return checks.whole("steps of the first lane", lanes[0].steps, 1, MOST_STEPS)


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
        steps_of(self.lanes)

    @property
    def steps(self) -> int:
        """See :func:`steps_of`."""
        return steps_of(self.lanes)

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
