"""Where to look next: pixels revealed in rounds by four rules."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import changes, parts
from demo.study_columns import COLUMNS

MEASURES = ("estimate_psnr_full", "estimate_ssim_full", "uncertainty")
RULES = {
    "random": "Random pixels",
    "farthest": "Farthest from the known ones (looks at no sample)",
    "uncertain": "Where the samples differ most",
    "gain": "Where a measurement explains most",
}


def show() -> None:
    """Quality over the share revealed, one curve for each rule."""
    st.title("Where to look next?")
    study = parts.study_or_stop("active_sampling")
    rows = sorted(study.rows, key=lambda row: list(RULES).index(row["rule"]))
    rows = [{**row, "title": RULES[row["rule"]]} for row in rows]
    column = parts.choose_column(rows, MEASURES)
    st.markdown("\n".join(f"- {line}" for line in changes.head_start(rows, study.cells, column)))
    figure = study_figures.curves(rows, "context", column, "Share of revealed pixels", percent=True)
    figure.update_xaxes(type="linear")
    parts.draw(figure, "active-sampling", f"{COLUMNS[column].title} over the share of revealed pixels")
    st.caption(
        "Every picture starts with the same random 2%. No rule sees the truth: two look at the network's samples, two "
        "at nothing but places. Scores are of whole pictures with the known pixels pasted in, because the rules leave "
        "different pixels hidden; what a rule reveals counts as right, so hard pixels are worth revealing."
    )
    parts.sheet("active_sampling", "Two bundled pictures after 10% were revealed; the numbers are PSNR of the estimate")
    parts.table(rows, MEASURES, {"model": "Rule", "context": "Revealed"})
    parts.finish(study, rows, "active_sampling")


if __name__ == "__main__":
    show()
