"""Can the uncertainty be trusted: coverage, ranks, spread against error."""

from __future__ import annotations

import streamlit as st

from demo import calibration_figures
from demo.streamlit_ui import parts, words


def show() -> None:
    """Three figures of the same ensembles."""
    st.title("Can the uncertainty be trusted?")
    study = parts.study_or_stop("calibration")
    rows = parts.choose_models(study.rows)
    st.markdown("\n".join(f"- {words.reliability(row)}" for row in rows))
    curve, ranks, spread = st.tabs(["Calibration curve", "Rank histogram", "Spread against error"])
    with curve:
        parts.draw(calibration_figures.calibration(rows), "calibration", "Observed against nominal coverage")
        st.caption("Below the diagonal the ensemble claims to know more than it does.")
    with ranks:
        parts.draw(calibration_figures.ranks(rows), "ranks", "Rank of the truth among the samples")
        st.caption("A U shape means too narrow, a hill too wide, a slope a bias.")
    with spread:
        parts.draw(calibration_figures.spread(rows), "spread", "Error of the mean against the spread of the samples")
        st.caption(
            "On the diagonal the samples know where they are wrong. Each point holds equally many pixels: half of the "
            "samples sort them, spread and mean are those of the other half."
        )
    parts.finish(study, rows, "calibration")


if __name__ == "__main__":
    show()
