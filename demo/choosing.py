"""What the picture section's events do: another picture for picker, painter and player."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import checks, handlers, pictures, strings, studio
from demo.components import painter, picker
from demo.pictures import Picture
from fieldlib import InputError


def _chosen(picture: Picture, selected: int, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Key, upload, picker, painter and player for a new picture; pixels painted by hand stay revealed."""
    mask = handlers.Mask(*values)
    drawn = studio.set_scene(handlers.base_request(picture, mask._replace(painting=None))).mask
    painting = painter.read(mask.painting)
    kept = None if painting is None or painting.colours is not None else painting.mask
    message = painter.show(picture.pixels, drawn if kept is None else kept, painted=kept is not None)
    thumbs = picker.thumbnails(pictures.offered(), picture, selected)
    uploaded = None if picture.name else picture
    shown = handlers.painted(picture.key, message, *mask[1:])
    return picture.key, uploaded, thumbs, painter.with_pattern(message, drawn), shown


def pick_gallery(painting: object, percent: float, pattern: str, seed: int, event: gr.EventData) -> tuple[Any, ...]:
    """A thumbnail was chosen."""
    index = checks.whole(strings.PICTURE, event._data.get("index"), 0, len(pictures.offered()) - 1)
    return _chosen(pictures.offered()[index], index, painting, percent, pattern, seed)


def pick_upload(blob: bytes | None, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """A file was uploaded."""
    if blob is None:
        raise InputError(strings.NO_FILE)
    return _chosen(pictures.from_upload(blob), picker.NOTHING, *values)


def pick_cifar(number: int, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """A CIFAR-10 picture was asked for."""
    return _chosen(pictures.from_cifar(number), picker.NOTHING, *values)
