"""Small pictures side by side on one sheet, with titles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP, LABEL, HEAD = 6, 150, 18  # pixels: between cells, row titles, column titles
PAPER, INK = (255, 255, 255), (30, 30, 30)
HIDDEN = 222  # grey of a hidden pixel


class Row(NamedTuple):
    """A title and the pictures beside it, uint8 (H, W, 3) of any size."""

    title: str
    pictures: Sequence[np.ndarray]


def picture_grid(titles: Sequence[str], rows: Sequence[Row], side: int) -> Image.Image:
    """The sheet: column ``titles`` above, row titles on the left, every picture enlarged to ``side`` pixels."""
    step = side + GAP
    sheet = Image.new("RGB", (LABEL + step * len(titles), HEAD + step * len(rows)), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for column, title in enumerate(titles):
        pen.text((LABEL + column * step, 2), title, INK, font)
    for number, row in enumerate(rows):
        pen.text((4, HEAD + number * step + 8), row.title, INK, font)
        for column, picture in enumerate(row.pictures):
            cell = Image.fromarray(picture).resize((side, side), Image.Resampling.NEAREST)
            sheet.paste(cell, (LABEL + column * step, HEAD + number * step))
    return sheet


def save(sheet: Image.Image, path: Path) -> None:
    """Write ``sheet`` as a small PNG of 256 colours; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256).save(path, optimize=True)


def known_only(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """``pixels`` (H, W, 3) where ``mask`` (H, W) is True, grey elsewhere."""
    return np.where(mask[..., None], pixels, np.uint8(HIDDEN))


def grey(values: np.ndarray, limit: float) -> np.ndarray:
    """``values`` (H, W) as grey, uint8 (H, W, 3): white = ``limit`` or more."""
    shades = (values / limit * 255).round().clip(0, 255).astype(np.uint8)
    return np.repeat(shades[..., None], 3, axis=-1)
