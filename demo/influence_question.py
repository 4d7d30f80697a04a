"""What the player asks outside of the queue: where a network looked for the pixel that is pointed at."""

from __future__ import annotations

import base64
import logging
import threading
from typing import Any

import numpy as np

from demo import checks, operations, strings
from demo.components import painter
from demo.influence_map import influence_map
from demo.request import Request
from demo.turns import TURNS
from fieldlib import InputError
from fieldlib.points import SIDE

log = logging.getLogger(__name__)
QUESTIONS = threading.BoundedSemaphore(24)  # each one holds a thread


def ask_influence(question: Any) -> dict[str, str]:  # noqa: ANN401
    """Where a network looked for one pixel: {levels} in base64 or {error} in words; for the player's own script.

    Args:
        question: {model, pixels, mask, row, column} from a browser, so every field is checked.
    """
    try:
        with operations.watched("influence"):
            levels = _influence(question if isinstance(question, dict) else {})
    except InputError as error:
        return {"error": str(error)}
    except Exception:
        log.exception("a question about influence failed")
        return {"error": strings.FAILED}
    return {"levels": base64.b64encode(levels.tobytes()).decode()}


def _influence(fields: dict[str, Any]) -> np.ndarray:
    """The map that was asked for, in its turn; more questions than have threads are turned away."""
    pixels = painter.unpack_colours(fields.get("pixels"))
    mask = checks.unpack_mask(fields.get("mask"), SIDE)
    request = Request(pixels, model=fields.get("model", ""), mask=mask)
    if not QUESTIONS.acquire(blocking=False):
        raise InputError(strings.BUSY)
    try:
        with TURNS.one():
            return influence_map(request, fields.get("row", -1), fields.get("column", -1))
    finally:
        QUESTIONS.release()
