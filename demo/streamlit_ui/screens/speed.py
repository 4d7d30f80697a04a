"""How long a sample takes in practice: every model side by side, and what the benchmark says of calls and peers."""

from __future__ import annotations

import streamlit as st

from demo import study_figures
from demo.streamlit_ui import parts, results, words
from demo.streamlit_ui.results import Row, Study
from demo.study_columns import COLUMNS

TIME = "seconds_per_image"
TITLES = {
    "goals": "What was aimed for",
    "machine": "The machine's own limit",
    "calls": "A network call and a picture",
    "reencoding": "Encoding once against encoding at every step",
    "peers": "Beside other projects",
    "classical": "Beside classical baselines",
    "growth": "How it grows",
    "training": "Training",
}


def show() -> None:
    """Times of the comparison, then the tables of the benchmark."""
    st.title("How fast is it in practice?")
    study = parts.study_or_stop("comparison")
    rows = parts.choose_models(study.rows)
    st.markdown(words.paces(rows))
    known = [row for row in rows if row.get(TIME) is not None]
    if known:
        figure = study_figures.bars(known, TIME)
        figure.update_xaxes(type="log")
        parts.draw(figure, "speed", f"{COLUMNS[TIME].title} of every model")
    st.caption(results.timed(study))
    parts.table(rows, (TIME, "nfe", "params", "training_minutes"), {"model": "Model"})
    bench = results.load("bench")
    if bench is None:
        st.info(f"No benchmark yet. `{results.COMMANDS['bench']}` makes it.")
    else:
        show_bench(bench)
    parts.finish(study, rows, "speed")


def show_bench(bench: Study) -> None:
    """Every table of the benchmark as it was measured."""
    st.header("Benchmark")
    st.caption(bench.provenance)
    tables: dict[str, list[Row]] = {"goals": bench.document["goals"], **bench.document["tables"]}
    for name, rows in tables.items():
        with st.expander(TITLES.get(name, name), expanded=name == "goals"):
            st.dataframe([results.flatten(row) for row in rows], hide_index=True)


if __name__ == "__main__":
    show()
