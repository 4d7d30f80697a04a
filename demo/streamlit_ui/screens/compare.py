"""Which method reconstructs best: every model and baseline under one protocol."""

from __future__ import annotations

import math

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import duels, parts, results, words
from demo.study_columns import COLUMNS, rank


def show() -> None:
    """Filters, verdict, figure, table, downloads."""
    st.title("Which method is best?")
    study = parts.study_or_stop("comparison")
    rows = parts.choose_models(study.rows)
    column = parts.choose_column(rows)
    st.markdown(words.verdict(rows, study.cells, column))
    with st.expander("Each against the best of its size, on the same pictures and masks", expanded=True):
        st.markdown("\n".join(f"- {line}" for line in duels.duels(rows, study.cells, column)))
    parts.draw(study_figures.bars(rows, column), "comparison", f"{COLUMNS[column].title} of every model")
    st.caption(
        "Blue: trained networks. Orange: classical baselines. Bars: 95% interval over the seeds of masks and noise. "
        "The estimate is the posterior mean in one call; an exact sample has twice its squared error by nature: -3 dB."
    )
    rows = sorted(rows, key=lambda row: -rank(row, column) if row.get(column) is not None else math.inf)
    rows = [{**row, "count": len(row["seeds"])} for row in rows]
    parts.table(rows, tuple(COLUMNS), {"model": "Model", "count": "Seeds"})
    st.caption(results.timed(study))
    parts.finish(study, rows, "comparison")


if __name__ == "__main__":
    show()
