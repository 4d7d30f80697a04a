"""Can reconstructions be recognised, and do they look like pictures."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import parts, words
from demo.study_columns import COLUMNS

MEASURES = ("estimate_accuracy", "sample_accuracy", "estimate_frechet", "sample_frechet")
YARDSTICKS = ("truth", "others")


def show() -> None:
    """Accuracy and distance of every model beside those of real pictures."""
    st.title("Can it be recognised?")
    study = parts.study_or_stop("recognition")
    real = [row for row in study.rows if row["model"] in YARDSTICKS]
    chosen = parts.choose_models([row for row in study.rows if row["model"] not in YARDSTICKS])
    column = parts.choose_column(chosen, MEASURES)
    st.markdown(words.verdict(chosen, study.cells, column))
    known = [row for row in real if row.get(column) is not None]
    st.markdown("\n".join(f"- {row['title']}: {words.number(row, column)}." for row in known))
    rows = [*known, *chosen]
    parts.draw(study_figures.bars(rows, column), "recognition", f"{COLUMNS[column].title} for every model")
    st.caption(
        "A small network trained on CIFAR-10 classifies each reconstruction; it has seen no test picture and no "
        "reconstruction. The Fréchet distance is between normal distributions fitted to its 64 features of the "
        "reconstructions and of the true pictures. It is no FID, which uses Inception's features: compare these "
        "distances with each other only."
    )
    parts.table(rows, MEASURES, {"model": "Model"})
    parts.finish(study, rows, "recognition")


if __name__ == "__main__":
    show()
