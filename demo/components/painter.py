"""The mask painter: visitors choose the pixels that the network sees, or paint colours. Feeds ``painter.js``."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demo import checks, strings
from demo.components.player import source
from fieldlib import InputError
from fieldlib.points import SIDE

Message = dict[str, Any]
PICTURE, COLOURS = MODES = ("picture", "colours")
MOUNT = """
const commit = (value) => { props.value = value; trigger("paint", {}); };
const painter = new MaskPainter(element, props.labels, commit);
painter.receive(props.value);
watch("value", () => painter.receive([props.value].flat()[0]));
"""


class Painting(NamedTuple):
    """What was painted: ``mask`` (32, 32) bool, and ``colours`` uint8 (32, 32, 3) when they are the visitor's own."""

    mask: np.ndarray
    colours: np.ndarray | None


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
        "mode": PICTURE,
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
        "mask": checks.pack_mask(mask),
        "painted": painted,
    }


def once(message: Message) -> list[Message]:
    """``message`` for an event that goes on: Gradio 6.31 would write what the event says next into the value itself."""
    return [message]


def with_pattern(message: Message, mask: np.ndarray) -> Message:
    """``message`` with what the pattern tool reveals."""
    return {**message, "pattern": checks.pack_mask(mask)}


def read(value: object) -> Painting | None:
    """What the component sent; None when nothing was painted by hand.

    Raises:
        InputError: a mask or colours of another length or alphabet, or another mode.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # see once
    if not isinstance(value, dict) or not value.get("painted"):
        return None
    mask = checks.unpack_mask(value.get("mask"), SIDE)
    mode = checks.one_of("painting mode", value.get("mode"), MODES)
    return Painting(mask, unpack_colours(value.get("colours")) if mode == COLOURS else None)


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
