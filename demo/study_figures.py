"""Plotly figures of the study: pure functions from rows of a study's JSON to a figure, for every user interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from demo.study_columns import COLUMNS, Row, rank, title_of

CLEAR = "rgba(0,0,0,0)"  # the page's own background shows: readable in light and dark
GREY = "#8a8f98"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a6761d", "#7570b3", GREY)  # Okabe & Ito
DARK_BLUES = ((0.0, "#101b3f"), (1.0, "#2f6fd6"))  # white numbers can be read on all of them
POINTING = {-1: "triangle-left", 0: "circle", 1: "triangle-right"}
LETTERS = 26  # in a line of a title beside an axis
MARKERS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star", "hexagon")


def bars(rows: Sequence[Row], column: str) -> go.Figure:
    """One value per model with its interval, best first; a dot plot, because PSNR has no natural zero."""
    rows = sorted((row for row in rows if row.get(column) is not None), key=lambda row: -rank(row, column))
    names = [in_lines(title_of(row)) for row in rows]
    colours = [colour_of_kind(row["model"]) for row in rows]
    figure = go.Figure(
        go.Scatter(
            x=[row[column] for row in rows],
            y=names,
            mode="markers",
            marker={"size": 13, "color": colours},
            error_x=errors(rows, column),
            hovertemplate=f"%{{y}}: %{{x:{COLUMNS[column].form}}}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(title=in_lines(COLUMNS[column].title))
    return dress(figure, height=110 + 37 * max(len(rows), 3))


def curves(rows: Sequence[Row], x: str, column: str, x_title: str, *, percent: bool = False) -> go.Figure:
    """``column`` over ``x``, one line per model, with intervals."""
    figure = go.Figure()
    for name, own in by_model(rows, column).items():
        own = sorted(own, key=lambda row: row[x])
        figure.add_scatter(
            x=[row[x] for row in own],
            y=[row[column] for row in own],
            error_y=errors(own, column),
            name=name,
            mode="lines+markers",
            **style(name, rows),
        )
    figure.update_yaxes(title=in_lines(COLUMNS[column].title))
    figure.update_xaxes(title=x_title, type="log", tickformat=".0%" if percent else None)
    ticks = sorted({row[x] for row in rows})
    figure.update_xaxes(tickvals=ticks)
    return dress(figure, height=height_of(rows))


def frontier(rows: Sequence[Row], x: str, column: str, labels: Callable[[Row], str]) -> go.Figure:
    """``column`` against cost ``x`` (calls or milliseconds), with the Pareto front as a line."""
    rows = [row for row in rows if row.get(column) is not None and row.get(x) is not None]
    figure = go.Figure()
    front = pareto(rows, x, column)
    figure.add_scatter(
        x=[row[x] for row in front],
        y=[row[column] for row in front],
        mode="lines",
        line={"shape": "hv", "dash": "dot", "color": GREY},
        name="Pareto front",
        hoverinfo="skip",
    )
    for name, own in by_model(rows, column).items():
        figure.add_scatter(
            x=[row[x] for row in own],
            y=[row[column] for row in own],
            text=[labels(row) for row in own],
            error_y=errors(own, column),
            name=name,
            mode="markers",
            hovertemplate=f"%{{text}}<br>%{{x:.3g}}, %{{y:{COLUMNS[column].form}}}<extra>{name}</extra>",
            **style(name, rows),
        )
    figure.update_yaxes(title=in_lines(COLUMNS[column].title))
    return dress(figure, height=height_of(rows))


def pareto(rows: Sequence[Row], x: str, column: str) -> list[Row]:
    """The rows that nothing cheaper or equally cheap beats, cheapest first."""
    front: list[Row] = []
    for row in sorted(rows, key=lambda row: (row[x], -rank(row, column))):
        if not front or rank(row, column) > rank(front[-1], column):
            front.append(row)
    return front


def heat(rows: Sequence[Row], x: str, column: str) -> go.Figure:
    """``column`` for every model (down) and value of ``x`` (across), as numbers on colours."""
    names = list(dict.fromkeys(in_lines(title_of(row)) for row in rows))
    across = list(dict.fromkeys(row[x] for row in rows))
    values = {(in_lines(title_of(row)), row[x]): row.get(column) for row in rows}
    table = [[values.get((name, place)) for place in across] for name in names]
    figure = go.Figure(
        go.Heatmap(
            z=table,
            x=[str(place).replace("_", " ") for place in across],
            y=names,
            colorscale=DARK_BLUES,
            textfont={"color": "white"},
            reversescale=COLUMNS[column].better < 0,
            texttemplate=f"%{{z:{COLUMNS[column].form}}}",
            showscale=False,
            hoverongaps=False,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    return dress(figure, height=130 + 36 * len(names))


def ablation(rows: Sequence[Row], column: str) -> go.Figure:
    """One dot per variant, a colour for what was changed; bars are intervals over the training seeds.

    What lies far out is a triangle with its number at the edge, so that the others can be told apart.
    """
    figure, form = go.Figure(), COLUMNS[column].form
    groups = list(dict.fromkeys(row["group"] for row in rows))
    low, high = fences([row[column] for row in rows])
    for group, colour in zip(groups, COLOURS * len(groups), strict=False):
        own = [row for row in rows if row["group"] == group]
        values = np.array([row[column] for row in own])
        places = values.clip(low, high)
        beyond = np.sign(values - places).astype(int)  # -1 left of the edges, 1 right of them
        figure.add_scatter(
            x=places,
            y=[f"{group}: {row['variant']}" for row in own],
            error_x=errors([{} if far else row for row, far in zip(own, beyond, strict=True)], column),
            mode="markers+text",
            text=[format(value, form) if far else "" for value, far in zip(values, beyond, strict=True)],
            textposition=["middle right" if far < 0 else "middle left" for far in beyond],
            customdata=values,
            hovertemplate=f"%{{y}}: %{{customdata:{form}}}<extra></extra>",
            marker={"size": 12, "color": colour, "symbol": [POINTING[far] for far in beyond]},
            showlegend=False,
        )
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(title=in_lines(COLUMNS[column].title))
    return dress(figure, height=120 + 28 * len(rows))


def fences(values: Sequence[float]) -> tuple[float, float]:
    """The range of ``values`` without those that lie far out: by more than three times the quartiles' distance.

    References: Tukey 1977, Exploratory Data Analysis.
    """
    first, third = np.quantile(values, (0.25, 0.75))
    near = [value for value in values if abs(value - np.clip(value, first, third)) <= 3 * (third - first)]
    return min(near), max(near)


def by_model(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    """The rows that have ``column``, by title, in order of appearance."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.get(column) is not None:
            groups.setdefault(title_of(row), []).append(row)
    return groups


def errors(rows: Sequence[Row], column: str) -> dict[str, Any]:
    """Error bars from the stated intervals; none where there is only one seed."""
    widths = [row.get("interval", {}).get(column, 0.0) for row in rows]
    return {"type": "data", "array": widths, "visible": any(widths), "thickness": 1.5}


def style(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Colour and marker of a title among those of ``rows``; the two never rest on colour alone."""
    names = sorted({title_of(row) for row in rows})
    place = names.index(name)
    colour, symbol = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    return {"marker": {"color": colour, "symbol": symbol, "size": 9}, "line_color": colour}


def colour_of_kind(name: str) -> str:
    """One colour for trained models, another for classical baselines."""
    return COLOURS[0] if "/" in name else COLOURS[1]


def in_lines(title: str) -> str:
    """``title`` in short lines, for axes on a phone."""
    return "<br>".join(wrap(title, LETTERS))


def height_of(rows: Sequence[Row]) -> int:
    """Room for a plot and, on a phone, a line of the legend for each model below it."""
    return 420 + 12 * len({title_of(row) for row in rows})


def dress(figure: go.Figure, height: int) -> go.Figure:
    """What all figures share: transparent, quiet grid, legend below."""
    figure.update_layout(
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 10, "r": 10, "t": 44, "b": 10},  # the buttons stand above the figure
        modebar={"bgcolor": CLEAR, "color": GREY, "activecolor": COLOURS[0]},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},  # clear of the axis title
        hoverlabel={"namelength": -1},
    )
    figure.update_xaxes(gridcolor="rgba(138,143,152,0.25)", zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor="rgba(138,143,152,0.25)", zeroline=False, automargin=True)
    return figure
