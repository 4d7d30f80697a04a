"""A Plotly figure as a PNG file, drawn by a Chromium without network."""

from __future__ import annotations

import base64
from pathlib import Path

import plotly.graph_objects as go

from fieldlib.errors import InputError
from fieldlib.files import write_atomic
from train_scripts import chromium

WIDTH, SCALE = 900, 1.5
DRAW = "([element, size]) => Plotly.toImage(document.querySelector(element), {format: 'png', ...size})"


def save(figure: go.Figure, path: Path) -> None:
    """Draw ``figure`` on white, as wide as a README, into ``path``.

    Raises:
        InputError: no playwright here, which only development needs.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise InputError("drawing still figures needs playwright: run `make setup`") from error
    height = int(figure.layout.height or 450)
    figure = go.Figure(figure).update_layout(paper_bgcolor="white", plot_bgcolor="white", width=WIDTH)
    with sync_playwright() as play:
        browser = chromium.launch(play)
        page = browser.new_page()
        page.set_content(figure.to_html(include_plotlyjs=True))
        size = {"width": WIDTH, "height": height, "scale": SCALE}
        picture = page.evaluate(DRAW, [".plotly-graph-div", size])
        browser.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, base64.b64decode(picture.partition(",")[2]))
