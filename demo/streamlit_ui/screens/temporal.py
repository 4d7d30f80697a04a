"""Frames in between: clips from sparse pixels scattered over space and time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from demo import study_figures
from demo.streamlit_ui import address, parts, words
from demo.streamlit_ui.results import Row
from fieldlib import assets

KINDS = {"between": "Every second frame is dark", "scattered": "Pixels known in all frames"}
ALT = "Clips over bundled pictures: known pixels, every way of filling them, and the truth"


def show() -> None:
    """The clips, the ranking, and quality frame by frame."""
    st.title("What happened in between?")
    study = parts.study_or_stop("temporal")
    kind = address.choose("Known", list(KINDS), "kind", KINDS.__getitem__)
    rows = [row for row in study.rows if row["kind"] == kind]
    st.markdown(f"{words.verdict(rows, study.cells, 'psnr_hidden')} {learned(rows)}")
    clip = assets.STUDY / "applications" / "temporal.gif"
    if clip.exists():
        show_clips(clip)
    parts.draw(study_figures.bars(rows, "psnr_hidden"), "temporal", "PSNR of the hidden pixels of every way")
    frames = [
        {**row, "frame": number, "psnr_hidden": value, "interval": {}}
        for row in rows
        for number, value in enumerate(row["frames"], 1)
    ]
    figure = study_figures.curves(frames, "frame", "psnr_hidden", "Frame")
    figure.update_xaxes(type="linear")
    parts.draw(figure, "temporal-frames", "PSNR of the hidden pixels of each frame")
    st.caption(
        "A clip is a 16x16 window that glides straight over a picture in 8 frames; a pixel is a point with a row, a "
        "column and a time. Both the network and kriging see all known points of the clip at once; neither is told "
        "that the motion is straight. A method that estimated the motion first could do better than all of them here."
    )
    parts.table(rows, ("psnr_hidden",), {"model": "Way"})
    parts.finish(study, rows, "temporal")


def show_clips(path: Path) -> None:
    """Their first frame; all of them, for ever, while the visitor wants them to play."""
    told: dict[str, Any] = {"caption": f"{ALT}; every second frame has no known pixel.", "alt": ALT}
    if st.toggle("Play the clips"):
        st.image(path, **told)
    else:
        st.image(Image.open(path).convert("RGB"), output_format="PNG", **told)


def learned(rows: Sequence[Row]) -> str:
    """What the network adds to the kriging that it starts from; empty when one of the two is missing."""
    found = {row["model"]: row["psnr_hidden"] for row in rows}
    base, network = found.get("kriging"), found.get("flow_matching/clips estimate")
    if base is None or network is None:
        return ""
    return f"The network starts from kriging and adds {network - base:+.2f} dB to it."


if __name__ == "__main__":
    show()
