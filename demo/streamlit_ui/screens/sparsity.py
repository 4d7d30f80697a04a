"""How quality depends on the share of known pixels."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import parts, words
from demo.study_columns import COLUMNS


def show() -> None:
    """Curves over the known share, and who leads at each."""
    st.title("How few pixels are enough?")
    study = parts.study_or_stop("sparsity")
    rows = sorted(parts.choose_models(study.rows), key=lambda row: row["context"])
    column = parts.choose_column(rows)
    st.markdown(words.crossings(rows, study.cells, column, "context"))
    figure = study_figures.curves(rows, "context", column, "Share of known pixels", percent=True)
    parts.draw(figure, "sparsity", f"{COLUMNS[column].title} over the share of known pixels")
    with st.expander("Who leads where", expanded=True):
        lines = words.verdicts(rows, study.cells, column, "context", "{:.0%} known")
        st.markdown("\n".join(f"- {line}" for line in lines))
    parts.table(rows, parts.QUALITY, {"context": "Known share", "model": "Model"})
    parts.finish(study, rows, "sparsity")


if __name__ == "__main__":
    show()
