"""Which method reconstructs best: every model and baseline under one protocol."""

from __future__ import annotations

import math

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import parts, words
from demo.study_columns import COLUMNS, rank


def show() -> None:
    """Filters, verdict, figure, table, downloads."""
    st.title("Which method is best?")
    study = parts.study_or_stop("comparison")
    rows = parts.choose_models(study.rows)
    column = parts.choose_column(rows)
    st.markdown(words.verdict(rows, column))
    parts.draw(study_figures.bars(rows, column), "comparison", f"{COLUMNS[column].title} of every model")
    st.caption(
        "Blue: trained networks. Orange: classical baselines. Bars: 95% interval over the seeds of masks and noise. "
        "The estimate is the posterior mean in one call; an exact sample has twice its squared error by nature: -3 dB."
    )
    rows = sorted(rows, key=lambda row: -rank(row[column], column) if row.get(column) is not None else math.inf)
    parts.table(rows, tuple(COLUMNS), {"model": "Model"})
    parts.finish(study, rows, "comparison")


if __name__ == "__main__":
    show()
