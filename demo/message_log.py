"""Messages to the player that all arrive, however busy the browser is."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr


def logged(handler: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """``handler`` with a log of all its messages so far, list of JSON text, in place of each message.

    Gradio 6.31 writes what is new into the value that the browser has, and a browser that is busy looks at some of the
    values only. From a list that grows nothing is lost, and only what is new is sent. The last update changes nothing:
    without it Gradio would send the whole list again.

    Args:
        handler: a generator of messages, or of tuples whose last output is the message.
    """

    @functools.wraps(handler)
    def telling(*args: Any) -> Iterator[Any]:  # noqa: ANN401
        log: list[str] = []
        with closing(handler(*args)) as outputs:  # type: ignore[type-var]
            for output in outputs:
                *others, message = output if isinstance(output, tuple) else (output,)
                log = [*log, json.dumps(message, separators=(",", ":"))]
                yield (*others, log) if others else log
        yield gr.skip()

    return telling
