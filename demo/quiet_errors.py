"""What Gradio could not handle becomes one log line: 6.31 prints a traceback in which a visitor's values stand."""

from __future__ import annotations

import logging
import sys
import traceback
from types import SimpleNamespace
from typing import Any, cast

from gradio import queueing, route_utils, routes

log = logging.getLogger(__name__)


def replace_tracebacks() -> None:
    """Let Gradio's modules call :func:`note` instead of ``traceback.print_exc``; they call nothing else of it."""
    for module in (queueing, routes, route_utils):
        cast(Any, module).traceback = SimpleNamespace(print_exc=note)


def note() -> None:
    """Log the kind of the exception that is being handled, and where it was raised."""
    error = sys.exception()
    if error is not None:
        log.warning("an event failed in Gradio", extra={"fields": described(error)})


def described(error: BaseException) -> dict[str, str]:
    """Kind and place of ``error``, without its message, which may hold what a visitor sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "place": place}
