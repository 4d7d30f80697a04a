"""Exceptions become messages that people can use."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from demo import strings
from demo.operations import request_id, watched
from fieldlib import InputError

log = logging.getLogger(__name__)


def guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input becomes a message in the page or the API; anything unexpected is logged and admitted in one line."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            with _messages(), watched(function.__name__):
                yield from function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            with _messages(), watched(function.__name__):
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
        log.exception("a request failed", extra={"fields": {"request_id": request_id()}})
        raise gr.Error(strings.FAILED, title=strings.FAILURE, print_exception=False) from None
