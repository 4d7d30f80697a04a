"""What several pages share: filters that live in the address bar, downloads, provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from demo.menus import solver_title
from demo.streamlit_ui import address, results
from demo.streamlit_ui.results import Row, Study
from demo.study_columns import COLUMNS, title_of
from fieldlib import InputError, assets

QUALITY = tuple(name for name in COLUMNS if name not in ("seconds_per_image", "nfe", "params", "training_minutes"))
WIDE = (
    "<style>.st-key-wide-{name} {{ overflow-x: auto; }} .st-key-wide-{name} > div {{ min-width: {least}px; }}</style>"
)
CAMERA = {"displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def study_or_stop(name: str) -> Study:
    """The study called ``name``; when it is missing or damaged the page says which command makes it and ends."""
    try:
        study = results.load(name)
    except InputError as error:
        st.error(str(error))
        st.stop()
    if study is None or not study.rows:
        st.info(f"No results yet. Make them with\n\n```\n{results.COMMANDS[name]}\n```")
        st.stop()
    return study


def choose_study(titles: Mapping[str, str]) -> Study:
    """One of the studies in ``titles``, kept as ``?study=``; the page says how those that are missing are made."""
    known = [name for name in titles if (assets.STUDY / f"{name}.json").exists()]
    for name, title in titles.items():
        if name not in known:
            st.info(f"{title}: not made yet. `{results.COMMANDS[name]}` makes it.")
    if not known:
        st.stop()
    return study_or_stop(address.choose("Study", known, "study", titles.__getitem__))


def choose_models(rows: Sequence[Row]) -> list[Row]:
    """A filter over the models in ``rows``, kept as ``?models=`` in the address."""
    titles = {row["model"]: title_of(row) for row in rows}
    chosen = address.choose_some("Models", results.models_of(rows), "models", titles.__getitem__)
    if not chosen:
        st.info("Choose at least one model.")
        st.stop()
    return [row for row in rows if row["model"] in chosen]


def choose_column(rows: Sequence[Row], columns: Sequence[str] = QUALITY) -> str:
    """A choice among the ``columns`` that ``rows`` have, kept as ``?column=`` in the address."""
    known = [name for name in columns if any(row.get(name) is not None for row in rows)]
    return address.choose("Measure", known, "column", lambda name: COLUMNS[name].title)


def draw(figure: go.Figure, name: str, alt: str, *, least: int = 0) -> None:
    """Show a figure; its camera button saves a PNG in the browser, with no server and no network.

    It is never narrower than ``least`` pixels: a phone scrolls it.
    """
    image = {"format": "png", "filename": name, "scale": 2}
    with st.container(key=f"wide-{name}"):
        st.html(WIDE.format(name=name, least=least))
        st.plotly_chart(figure, config={**CAMERA, "toImageButtonOptions": image}, key=f"figure-{name}", alt=alt)


def sheet(name: str, caption: str) -> None:
    """The sheet of pictures ``name`` of the applications, where there is one."""
    path = assets.STUDY / "applications" / f"{name}.png"
    if path.exists():
        st.image(path, caption=caption, width="stretch", alt=caption)


def finish(study: Study, rows: Sequence[Row], name: str) -> None:
    """Downloads of what is shown and of the whole file, then where the numbers come from."""
    left, right, hint = st.columns([1, 1, 3], vertical_alignment="center")
    left.download_button("Table as CSV", results.to_csv(rows), f"{name}.csv", "text/csv", on_click="ignore")
    text = json.dumps(study.document, indent=1)
    right.download_button("Study as JSON", text, study.path.name, "application/json", on_click="ignore")
    hint.caption("The camera on a figure saves it as a PNG. The address bar holds your filters: copy it to share them.")
    st.caption(study.provenance)


def table(rows: Sequence[Row], columns: Sequence[str], first: dict[str, str]) -> None:
    """The rows as a table that sorts by a click; ``first`` maps leading fields to their titles."""
    present = [name for name in columns if any(row.get(name) is not None for row in rows)]
    shown = [
        {title: label(row, field) for field, title in first.items()}
        | {COLUMNS[name].title: row.get(name) for name in present}
        for row in rows
    ]
    numbers = {COLUMNS[name].title: st.column_config.NumberColumn(format=form(name)) for name in present}
    st.dataframe(shown, hide_index=True, column_config=numbers)


def label(row: Row, field: str) -> Any:  # noqa: ANN401 - a field of a row
    """The row's title, its solver's, text without underscores, anything else as it is."""
    if field == "model":
        return title_of(row)
    value = row.get(field)
    if field == "solver":
        return solver_title(value) if value else ""
    return value.replace("_", " ") if isinstance(value, str) else value


def form(column: str) -> str:
    """The number format of ``column`` in printf style, which is what tables take."""
    written = COLUMNS[column].form.replace(",", "")
    if written.endswith("%"):
        return "percent"
    return f"%{written}" if written != "d" else "localized"
