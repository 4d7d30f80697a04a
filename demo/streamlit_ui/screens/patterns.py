"""How quality depends on where the known pixels lie, on patterns from training and on others."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import address, parts, words
from demo.study_columns import COLUMNS

KINDS = {"all": "All", "trained": "Seen in training", "new": "Never seen"}


def show() -> None:
    """A map of models and patterns, and who leads on each."""
    st.title("Does it matter which pixels are known?")
    study = parts.study_or_stop("patterns")
    rows = parts.choose_models(study.rows)
    left, right = st.columns(2)
    with left:
        column = parts.choose_column(rows)
    with right:
        kind = address.choose("Patterns", list(KINDS), "kind", KINDS.__getitem__)
    rows = [row for row in rows if kind == "all" or row["trained"] == (kind == "trained")]
    rows = sorted(rows, key=lambda row: (not row["trained"], row["pattern"], "/" not in row["model"], row["model"]))
    st.markdown(words.crossings(rows, study.cells, column, "pattern"))
    parts.draw(
        study_figures.heat(rows, "pattern", column), "patterns", f"{COLUMNS[column].title} by pattern", least=680
    )
    unseen = sorted({row["pattern"] for row in rows if not row["trained"]})
    if unseen:
        st.caption(f"Never seen in training: {', '.join(unseen)}.")
    with st.expander("Who leads where", expanded=True):
        st.markdown("\n".join(f"- {line}" for line in words.verdicts(rows, study.cells, column, "pattern", "{}")))
    parts.table(rows, parts.QUALITY, {"pattern": "Pattern", "trained": "Seen in training", "model": "Model"})
    parts.finish(study, rows, "patterns")


if __name__ == "__main__":
    show()
