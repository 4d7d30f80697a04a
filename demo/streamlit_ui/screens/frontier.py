"""Quality against cost: network calls and milliseconds."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.menus import solver_title
from demo.streamlit_ui import address, parts, results, words
from demo.study_columns import COLUMNS, Row, title_of
from fieldlib.registry import one_call

AXES = {"nfe": "Network calls per sample", "seconds_per_image": "Seconds per sample, one picture alone"}
STUDIES = {"frontier": "Solvers and steps", "few_calls": "Few calls"}
MEASURES = (
    "crps",
    "sample_psnr_unobserved",
    "mean_psnr_unobserved",
    "estimate_psnr_unobserved",
    "sharpness",
    "coverage90",
)


def show() -> None:
    """Both studies of speed, where they exist, with the Pareto front."""
    st.title("What does quality cost?")
    study = parts.choose_study(STUDIES)
    rows = [settled(row) for row in parts.choose_models(study.rows)]
    left, right = st.columns(2)
    with left:
        column = parts.choose_column(rows, MEASURES)
    with right:
        x = address.choose("Cost", list(AXES), "cost", AXES.__getitem__)
    rows = [row for row in rows if row.get(x) is not None]
    figure = study_figures.frontier(rows, x, column, label)
    figure.update_xaxes(title=AXES[x], type="log" if x == "seconds_per_image" else "linear")
    parts.draw(figure, "frontier", f"{COLUMNS[column].title} against {AXES[x].lower()}")
    front = study_figures.pareto([row for row in rows if row.get(column) is not None], x, column)
    told = "; ".join(sentence(row, x, column) for row in front)
    st.markdown(f"On the Pareto front, cheapest first: {told}.{words.doubt(front)}")
    if x == "seconds_per_image":
        st.caption(results.timed(study))
    parts.table(
        sorted(rows, key=lambda row: row[x]),
        (*MEASURES, *AXES),
        {"model": "Model", "solver": "Solver", "steps": "Steps"},
    )
    parts.finish(study, rows, study.path.stem)


def settled(row: results.Row) -> results.Row:
    """``row`` without solver and steps where its model answers at once and uses neither."""
    return {**row, "solver": None, "steps": None} if one_call(row["model"]) else dict(row)


def label(row: Row) -> str:
    """Solver and steps of a row."""
    if row.get("solver") is None:
        return "at once"
    return f"{solver_title(row['solver'])}, {counted(row['steps'], 'step')}"


def counted(number: int, thing: str) -> str:
    """For example ``1 step`` and ``2 steps``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def sentence(row: Row, x: str, column: str) -> str:
    """One point of the front in words."""
    cost = counted(row[x], "call") if x == "nfe" else f"{1000 * row[x]:.0f} ms"
    return f"{title_of(row)} ({label(row)}, {cost}) {words.number(row, column)}"


if __name__ == "__main__":
    show()
