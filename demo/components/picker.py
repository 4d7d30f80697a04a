"""The picture picker: thumbnails as a radio group. Feeds ``picker.js``; its event ``pick`` is about :data:`PICKED`."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demo import strings
from demo.components.player import source
from demo.pictures import Picture

NOTHING = -1
# Read when an event is sent: Gradio 6.31 sends an event that had to wait with the data of the one before it.
PICKED = "(_, ...rest) => [Number(document.querySelector('#picker .thumbs').dataset.picked), ...rest]"
MOUNT = """
const picker = new PicturePicker(element, props.title, () => trigger("pick"));
picker.show(props.value);
watch("value", () => picker.show(props.value));
"""


def picture_picker(value: dict[str, Any]) -> gr.HTML:
    """The component, showing ``value`` from :func:`thumbnails`."""
    return gr.HTML(
        value,
        html_template=source("picker.html"),
        css_template=source("picker.css"),
        js_on_load=source("picker.js") + MOUNT,
        apply_default_css=False,
        elem_id="picker",
        title=strings.PICTURE_PICKER,
    )


def thumbnails(pictures: Sequence[Picture], shown: Picture, selected: int) -> dict[str, Any]:
    """What the picker shows: ``pictures`` in one small sprite, and title and credit of the picture that is shown.

    Args:
        pictures: the offered ones.
        shown: the current one, which may be another.
        selected: its index, -1 for none.
    """
    sprite = Image.fromarray(np.concatenate([picture.pixels for picture in pictures], axis=1))
    file = io.BytesIO()
    sprite.save(file, "WEBP", quality=85)
    address = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return {
        "sprite": address,
        "titles": [picture.title for picture in pictures],
        "selected": selected,
        "title": shown.title,
        "credit": shown.credit,
    }
