"""Larger pictures from 32x32, against the filters that everybody has."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.menus import model_title
from demo.streamlit_ui import address, parts, results, words
from demo.streamlit_ui.results import Row
from demo.study_columns import COLUMNS

MEASURES = ("psnr", "ssim", "agreement")
FILTERS = {"nearest": "Nearest pixel", "bicubic": "Bicubic", "lanczos": "Lanczos"}
BETWEEN = "between"


def show() -> None:
    """One size and known share at a time: figure, verdict, pictures."""
    st.title("Does it make larger pictures?")
    study = parts.study_or_stop("super_resolution")
    left, middle, right = st.columns(3)
    with left:
        share = address.choose("Known pixels", [f"{x:.0%}" for x in distinct(study.rows, "context")], "known", str)
    with middle:
        size = address.choose("Size", [str(x) for x in distinct(study.rows, "size")], "size", "{0} x {0}".format)
    rows = [titled(row) for row in study.rows if f"{row['context']:.0%}" == share and str(row["size"]) == size]
    with right:
        column = parts.choose_column(rows, MEASURES)
    st.markdown(words.verdict(rows, study.cells, column))
    parts.draw(study_figures.bars(rows, column), "super-resolution", f"{COLUMNS[column].title} of every way")
    st.caption(
        "The truth is the original at that size, made smaller by a Lanczos filter as the 32x32 picture was, which "
        "favours Lanczos a little. A model draws the pixels of its 32x32 grid and a cubic convolution reads between "
        "them: no finer detail is invented, so with all pixels known this is a comparison of filters. The nearest "
        "pixel agrees best with the 32x32 answer and is the worst picture: agreement alone is no quality."
    )
    parts.sheet("super_resolution", "Bundled pictures at 128x128, from all and from a fifth of the 32x32 pixels")
    agreement = consistency()
    if agreement:
        st.markdown(agreement)
    parts.table(rows, MEASURES, {"model": "Way"})
    parts.finish(study, rows, "super_resolution")


def distinct(rows: list[Row], field: str) -> list[float]:
    """The values of ``field``, in order of appearance."""
    return list(dict.fromkeys(row[field] for row in rows))


def titled(row: Row) -> Row:
    """``row`` with a title that says who drew the 32x32 pixels and who read between them."""
    name, reading = row["model"], row["reading"]
    if name in FILTERS and name == reading:
        return {**row, "title": FILTERS[name]}
    how = {"own": "", BETWEEN: ", asked between the pixels"}.get(reading, f", then {FILTERS.get(reading, '').lower()}")
    return {**row, "title": model_title(name) + how}


def consistency() -> str:
    """What the study of consistency says of samples, in a sentence; empty when it has not been made."""
    study = results.load("consistency")
    if study is None:
        return ""
    found = study.document
    sizes = "; ".join(
        f"{size}x{size}: {one['mean']:.1f} dB (least {one['least']:.1f})" for size, one in found["sizes"].items()
    )
    return (
        f"**One picture at every size.** Samples of `{found['model']}`, averaged back to 32x32, against the 32x32 "
        f"sample of the same seed, mean over {found['pictures']} pictures: {sizes}."
    )


if __name__ == "__main__":
    show()
