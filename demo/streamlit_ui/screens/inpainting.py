"""What is missing in one piece: a block inside, one half, the border."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import address, parts, words
from demo.study_columns import COLUMNS

HOLES = {"block": "A block inside", "half": "One half", "border": "The border"}


def show() -> None:
    """A map of models and holes, who leads on each, and pictures."""
    st.title("Can it fill a hole?")
    study = parts.study_or_stop("inpainting")
    rows = parts.choose_models(study.rows)
    column = parts.choose_column(rows)
    rows = [{**row, "place": f"{HOLES[row['hole']]}, {row['hidden']:.0%}"} for row in rows]
    rows.sort(key=lambda row: ("/" not in row["model"], row["model"]))
    st.markdown(words.crossings(rows, study.cells, column, "place"))
    parts.draw(
        study_figures.heat(rows, "place", column), "inpainting", f"{COLUMNS[column].title} for every hole", least=680
    )
    with st.expander("Who leads where", expanded=True):
        st.markdown("\n".join(f"- {line}" for line in words.verdicts(rows, study.cells, column, "place", "{}")))
    hole = address.choose("Pictures", list(HOLES), "hole", HOLES.__getitem__)
    parts.sheet(f"inpainting_{hole}", f"A bundled picture, missing: {HOLES[hole].lower()}. Rows by PSNR of the mean")
    st.caption(
        "Far from every known pixel the mean is grey whatever the method, because nothing says what is there. "
        "A single sample dares more and is wrong more."
    )
    parts.table(rows, parts.QUALITY, {"place": "Missing", "model": "Model"})
    parts.finish(study, rows, "inpainting")


if __name__ == "__main__":
    show()
