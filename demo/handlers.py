"""What the page's events do: widget values in, messages for the components out. No layout, no state."""

from __future__ import annotations

import functools
import inspect
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from demo import checks, menus, pictures, strings, studio
from demo.components import picker, player
from demo.pictures import Picture
from demo.studio import Request
from fieldlib import InputError

log = logging.getLogger(__name__)
OPENING_STEPS = 12


def guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input becomes a message in the page or the API; anything unexpected is logged and admitted in one line."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            with _messages():
                yield from function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            with _messages():
                return function(*args, **kwargs)

    return guarded


@contextmanager
def _messages() -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), title=strings.BAD_INPUT, print_exception=False) from None
    except gr.Error:
        raise
    except Exception:
        log.exception("a request failed")
        raise gr.Error(strings.FAILED, title=strings.FAILURE, print_exception=False) from None


def request_of(
    picture: Picture, percent: float, pattern: str, seed: int, model: str, solver: str, steps: int, noise_seed: int
) -> Request:
    """The request that the widgets describe, in their order."""
    return Request(picture.pixels, _fraction(percent), pattern, seed, model, solver or None, steps, noise_seed)


def heading(request: Request) -> str:
    """What a run is called in the player."""
    text = strings.BASELINE_RUN if menus.is_baseline(request.model) else strings.MODEL_RUN
    solver = menus.solver_title(studio.solver_of(request))
    return text.format(model=menus.model_title(request.model), solver=solver, steps=request.steps)


def run(*values: Any) -> Iterator[player.Message]:  # noqa: ANN401
    """Chunks for the player, as the frames are made."""
    request = request_of(*values)
    for view in studio.run(request):
        yield player.chunk_message(view, heading(request))


def preview(picture: Picture, percent: float, pattern: str, seed: int) -> player.Message:
    """The revealed pixels, before any run."""
    return player.scene_message(studio.set_scene(Request(picture.pixels, _fraction(percent), pattern, seed)))


def greeting(picture: Picture) -> player.Message:
    """What a visitor sees on opening: a whole run in one message, made once, before any model runs for them.

    Falls back to the revealed pixels when the default model cannot be used, so that the page opens all the same.
    """
    request = Request(picture.pixels, model=menus.default_model(), steps=OPENING_STEPS)
    try:
        views = list(studio.run(request))
    except InputError as error:
        log.warning("the opening run is left out: %s", error)
        return player.scene_message(studio.set_scene(request))
    whole = views[0]._replace(moments=tuple(moment for view in views for moment in view.moments))
    return player.greeting_message(whole, f"{heading(request)} ({strings.OPENING})")


def _fraction(percent: object) -> float:
    """Per cent to a fraction; what is no number is refused by the request itself."""
    return percent / 100 if isinstance(percent, int | float) else math.nan


def _chosen(picture: Picture, selected: int, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """State, picker and player for a new picture."""
    scene = preview(picture, *values)
    return picture, picker.thumbnails(pictures.offered(), picture, selected), scene


def pick_gallery(percent: float, pattern: str, seed: int, event: gr.EventData) -> tuple[Any, ...]:
    """A thumbnail was chosen."""
    index = checks.whole(strings.PICTURE, event._data.get("index"), 0, len(pictures.offered()) - 1)
    return _chosen(pictures.offered()[index], index, percent, pattern, seed)


def pick_upload(blob: bytes | None, percent: float, pattern: str, seed: int) -> tuple[Any, ...]:
    """A file was uploaded."""
    if blob is None:
        raise InputError(strings.NO_FILE)
    return _chosen(pictures.from_upload(blob), picker.NOTHING, percent, pattern, seed)


def pick_cifar(number: int, percent: float, pattern: str, seed: int) -> tuple[Any, ...]:
    """A CIFAR-10 picture was asked for."""
    return _chosen(pictures.from_cifar(number), picker.NOTHING, percent, pattern, seed)


def allow_solver(model: str) -> list[dict[str, Any]]:
    """A baseline has neither solver nor steps nor noise: solver, slider, number and noise seed are greyed out."""
    return [gr.update(interactive=not menus.is_baseline(model))] * 4
