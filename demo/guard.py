"""Exceptions become messages that people can use."""

from __future__ import annotations

import functools
import html
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import gradio as gr

from demo import languages
from demo.operations import request_id, watched
from demo.stopping import abandonment
from demo.time_limit import Abandoned, Allowance, allowed
from demo.turns import TURNS
from fieldlib import InputError

log = logging.getLogger(__name__)
DONE = object()


def guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input becomes a message in the page or the API; anything unexpected is logged and admitted in one line.

    ``function`` speaks the language that is in use where it is guarded. Its processor time is limited, and the parts of
    a generator take turns with those of other visitors.
    """
    language = languages.current()
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            with _messages(language), watched(function.__name__):
                yield from _speaking(language, function(*args, **kwargs))
    else:

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            with _messages(language), watched(function.__name__), languages.use(language), _allowance().used():
                return function(*args, **kwargs)

    return guarded


def warned(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, guarded, which tells its errors as warnings, and what is shown stays.

    After an error Gradio 6.31 forgets the change that waits behind it ("always_last"). Not for a handler that something
    follows with ``success``: that would follow a warning too.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def warning(*args: Any) -> Iterator[Any]:  # noqa: ANN401
            try:
                yield from function(*args)
            except gr.Error as error:
                yield _warning(error)
    else:

        @functools.wraps(function)
        def warning(*args: Any) -> Any:  # noqa: ANN401
            try:
                return function(*args)
            except gr.Error as error:
                return _warning(error)

    return warning


def _warning(error: gr.Error) -> Any:  # noqa: ANN401
    gr.Warning(error.message, visible=error.visible, title=error.title)
    return gr.skip()


def _speaking(language: str, steps: Iterator[Any]) -> Iterator[Any]:
    """``steps``, each in ``language``: every one may run in another thread, and a language is in use in one only."""
    allowance = _allowance()
    with closing(steps):  # type: ignore[type-var]
        while True:
            with TURNS.one(), languages.use(language), allowance.used():
                step = next(steps, DONE)
            if step is DONE:
                return
            yield step


def _allowance() -> Allowance:
    return Allowance(allowed(), abandonment())


def plain(text: str) -> str:
    """``text`` for a toast: Gradio 6.31 renders toasts as HTML, pictures and forms included."""
    return html.escape(text, quote=False)


@contextmanager
def _messages(language: str) -> Iterator[None]:
    words = functools.partial(languages.text, language=language)
    try:
        yield
    except InputError as error:
        raise gr.Error(plain(str(error)), title=words("BAD_INPUT"), print_exception=False) from None
    except gr.Error:
        raise
    except Abandoned:
        raise gr.Error(words("FAILED"), visible=False, print_exception=False) from None  # nobody reads it
    except Exception:
        log.exception("a request failed", extra={"fields": {"request_id": request_id()}})
        raise gr.Error(words("FAILED"), title=words("FAILURE"), print_exception=False) from None
