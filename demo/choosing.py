"""What the picture section's events do: another picture for picker, painter and player."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import checks, handlers, inputs, pictures, strings
from demo.components import painter, picker
from demo.pictures import Picture
from fieldlib import InputError


def _chosen(picture: Picture, selected: int, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Key, upload, picker, painter, player, empty number for a new picture; pixels painted by hand stay revealed."""
    mask = inputs.Mask(*values)
    thumbs = picker.thumbnails(pictures.offered(), picture, selected)
    uploaded = None if picture.name else picture
    return picture.key, uploaded, thumbs, *handlers.reveal(picture, *mask[1:], painter.read(mask.painting).mask), ""


def pick_gallery(index: float, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Thumbnail number ``index`` was chosen."""
    number = checks.whole(strings.PICTURE, index, 0, len(pictures.offered()) - 1)
    return _chosen(pictures.offered()[number], number, *values)


def pick_upload(blob: bytes | None, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """A file was uploaded."""
    if blob is None:
        raise InputError(strings.NO_FILE)
    return _chosen(pictures.from_upload(blob), picker.NOTHING, *values)


def pick_cifar(text: str, key: str, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """A CIFAR-10 picture was asked for, unless the field was emptied or follows the picture called ``key``."""
    if not text.strip() or key == pictures.CIFAR_PREFIX + text.strip():
        return (gr.skip(),) * 6
    number = checks.digits("the picture number", text.strip(), 0, pictures.cifar_count() - 1)
    return *_chosen(pictures.from_cifar(number), picker.NOTHING, *values)[:-1], gr.skip()
