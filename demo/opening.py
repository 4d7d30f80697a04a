"""The run that greets visitors: made once, when the page is built."""

from __future__ import annotations

import logging

from demo import menus, strings, studio, titles
from demo.components import player
from demo.pictures import Picture
from demo.request import Request
from fieldlib import InputError

log = logging.getLogger(__name__)
STEPS = 20
STRIDE = 2  # every second step is shown, for the run is part of the page, which has to be light


def request_of(picture: Picture) -> Request:
    """What is run to greet visitors."""
    return Request(picture.pixels, model=menus.default_model(), steps=STEPS)


def recorded(picture: Picture) -> studio.View:
    """The run that greets visitors, whole.

    Raises:
        InputError: the default model cannot be used.
    """
    views = list(studio.run(request_of(picture)))
    moments = tuple(moment for view in views for moment in view.moments)[::STRIDE]
    return views[0]._replace(moments=moments, total=len(moments))


def greeting(picture: Picture) -> player.Message:
    """What the player shows before any event: a whole run in one message, made once, before any model runs for them.

    Falls back to the revealed pixels when the default model cannot be used, so that the page opens all the same.
    """
    request = request_of(picture)
    try:
        whole = recorded(picture)
    except InputError as error:
        log.warning("the opening run is left out: %s", error)
        return player.scene_message(studio.set_scene(request))
    lane = titles.lane_of(request)._replace(total=whole.total)
    return player.chunk_message(whole, f"{titles.heading([request])} ({strings.OPENING})", [lane])
