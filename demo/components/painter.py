"""The mask painter: visitors choose the pixels that the network sees, or paint colours. Feeds ``painter.js``."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demo import checks, strings
from demo.components.player import source
from demo.own_picture import Strokes
from fieldlib import InputError
from fieldlib.points import SIDE

Message = dict[str, Any]
MOUNT = """
const commit = (value) => { props.value = value; trigger("paint", {}); };
const painter = new MaskPainter(element, props.labels, commit);
painter.receive(props.value);
watch("value", () => painter.receive([props.value].flat()[0]));
"""


class Painting(NamedTuple):
    """What was painted, None where nothing was: the picture's ``mask`` (32, 32) bool, and ``strokes`` instead of it."""

    mask: np.ndarray | None
    strokes: Strokes | None


def mask_painter(value: Message) -> gr.HTML:
    """The component, showing ``value`` from :func:`show`.

    Its event ``paint`` is a stroke; ``change`` comes for what Python shows as well.
    """
    return gr.HTML(
        value,
        html_template=source("painter.html"),
        css_template=source("painter.css"),
        js_on_load=source("codec.js", "paint.js", "board.js", "painter.js") + MOUNT,
        apply_default_css=False,
        elem_id="painter",
        labels=strings.PAINTER,
    )


def show(pixels: np.ndarray, mask: np.ndarray, *, painted: bool = False) -> Message:
    """A picture and its revealed pixels.

    Args:
        pixels: the picture.
        mask: the revealed pixels.
        painted: whether they were painted by hand, so that they stay when the picture changes.
    """
    return {
        "pixels": _pack(pixels),
        "mask": checks.pack_mask(mask),
        "painted": painted,
    }


def once(message: Message) -> list[Message]:
    """``message`` for an event that goes on: Gradio 6.31 would write what the event says next into the value itself."""
    return [message]


def with_pattern(message: Message, mask: np.ndarray) -> Message:
    """``message`` with what the pattern tool reveals."""
    return {**message, "pattern": checks.pack_mask(mask)}


def with_strokes(message: Message, strokes: Strokes) -> Message:
    """``message`` with colours of the visitor's own, which are shown instead of the picture."""
    return {**message, "strokes": {"mask": checks.pack_mask(strokes.mask), "colours": _pack(strokes.colours)}}


def read(value: object) -> Painting:
    """What the component sent.

    Raises:
        InputError: a mask or colours of another length or alphabet.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # see once
    given = value if isinstance(value, dict) else {}
    mask = checks.unpack_mask(given.get("mask"), SIDE) if given.get("painted") else None
    return Painting(mask, _strokes(given["strokes"]) if given.get("strokes") else None)


def _strokes(value: object) -> Strokes:
    given = value if isinstance(value, dict) else {}
    return Strokes(unpack_colours(given.get("colours")), checks.unpack_mask(given.get("mask"), SIDE))


def _pack(pixels: np.ndarray) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


def unpack_colours(text: object) -> np.ndarray:
    """Pixels uint8 (32, 32, 3) from base64.

    Raises:
        InputError: another length or alphabet.
    """
    count = SIDE * SIDE * 3
    try:
        blob = base64.b64decode(text, validate=True) if isinstance(text, str) and len(text) == count * 4 // 3 else b""
    except (binascii.Error, ValueError):
        blob = b""
    if len(blob) != count:
        raise InputError(f"pixels are {count} bytes in base64; got something else")
    return np.frombuffer(blob, np.uint8).reshape(SIDE, SIDE, 3)
