"""Plotly figures of how far samples can be trusted: coverage, ranks, spread against error."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from demo.study_columns import Row, title_of
from demo.study_figures import GREY, dress, style


def calibration(rows: Sequence[Row]) -> go.Figure:
    """Observed against nominal coverage of central intervals; the diagonal is perfect."""
    figure = go.Figure(diagonal())
    for row in rows:
        figure.add_scatter(x=row["levels"], y=row["coverage"], name=title_of(row), **style(title_of(row), rows))
    figure.update_xaxes(title="Nominal level", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title="Share of truths inside", range=[0, 1], tickformat=".0%")
    return dress(figure, height=480)


def ranks(rows: Sequence[Row]) -> go.Figure:
    """How often the truth has each rank among the K samples, relative to the flat line of a perfect ensemble."""
    figure = go.Figure()
    for row in rows:
        count = len(row["ranks"])
        heights = [share * count for share in row["ranks"]]
        figure.add_scatter(
            x=list(range(count)),
            y=heights,
            line_shape="hvh",
            name=title_of(row),
            **style(title_of(row), rows),
        )
    figure.add_hline(y=1, line={"dash": "dot", "color": GREY})
    figure.update_xaxes(title="Rank of the truth among the samples", dtick=1)
    figure.update_yaxes(title="Frequency, 1 = calibrated", rangemode="tozero")
    return dress(figure, height=420)


def spread(rows: Sequence[Row]) -> go.Figure:
    """Root-mean-square error of the mean against the spread of the samples, in bins of equal size."""
    figure = go.Figure(diagonal(max((max(row["spread"]) for row in rows), default=1.0)))
    for row in rows:
        figure.add_scatter(
            x=row["spread"],
            y=row["error"],
            name=title_of(row),
            mode="lines+markers",
            **style(title_of(row), rows),
        )
    figure.update_xaxes(title="Predicted spread (standard deviation, data range 1)", rangemode="tozero")
    figure.update_yaxes(title="Error of the mean (RMS, data range 1)", rangemode="tozero")
    return dress(figure, height=480)


def diagonal(end: float = 1.0) -> go.Scatter:
    """The line on which prediction and truth agree."""
    line = {"dash": "dot", "color": GREY}
    return go.Scatter(x=[0, end], y=[0, end], mode="lines", line=line, name="perfect", hoverinfo="skip")
