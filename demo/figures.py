"""The plots: data in, Plotly figure out. Transparent, so that they read in light and in dark.

Only what plotly.js 3.3.1 (Gradio) and 4.2 (Streamlit) both know is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from demo import languages, menus
from demo.moments import Moment
from demo.numbers import Schedule, Spread, Sweep, Trajectories

# At least 3:1 against white and against #0f172a; the first three are those of the lanes in player.css.
COLOURS = ("#c2570c", "#1d6fd1", "#0f7f5c", "#db2777", "#0891b2", "#7c8798")
CLEAR = "rgba(0, 0, 0, 0)"
GREY = "#808a9a"  # text and axes: 3.4:1 on white, 5.2:1 on the dark page
HEIGHT = 410  # of every plot: the style sheet enlarges it on a projector
LETTERS = 72  # of the titles side by side over panels, at the least width of the style sheet
MARKS = ("circle", "square", "diamond", "triangle-up")


def say(name: str) -> str:
    """A text of the plots in the current language."""
    return languages.text("FIGURES")[name]


def metrics_by_step(runs: Sequence[tuple[str, Sequence[Moment]]], cursor: int | None = None) -> go.Figure:
    """PSNR (left axis) of state and estimate of each named run against its step; SSIM below; a line at ``cursor``.

    Colours are the player's: of state and estimate for a single run, else of the lanes. Runs without a known truth are
    left out.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.62, 0.38])
    for lane, (name, moments) in enumerate(runs):
        steps = [moment.step for moment in moments]
        for kind, dash, alone in (("estimate", "solid", 1), ("state", "dot", 0)):
            colour = COLOURS[alone if len(runs) == 1 else lane]
            scores = [getattr(moment, f"{kind}_scores") for moment in moments]
            if None in scores:
                continue
            label = f"{name}, {say(kind)}"
            look: dict[str, Any] = {"mode": "lines", "line": {"color": colour, "dash": dash, "width": 2}, "name": label}
            figure.add_scatter(x=steps, y=[s.psnr for s in scores], row=1, col=1, **look)
            figure.add_scatter(x=steps, y=[s.ssim for s in scores], row=2, col=1, showlegend=False, **look)
    if cursor is not None:
        figure.add_vline(cursor, line={"color": GREY, "width": 1.5}, name="cursor")
    figure.update_yaxes(title_text=say("psnr"), hoverformat=".2f", row=1, col=1)
    figure.update_yaxes(title_text="SSIM", hoverformat=".3f", row=2, col=1)
    figure.update_xaxes(title_text=say("step"), row=2, col=1)
    return _dress(figure)


def quality_by_calls(rows: Sequence[Sweep]) -> go.Figure:
    """PSNR of this picture against network calls, a line per solver; the calls on a logarithmic axis."""
    figure = go.Figure()
    for i, row in enumerate(rows):
        figure.add_scatter(
            x=[max(calls, 1) for calls in row.calls],
            y=row.psnr,
            mode="lines+markers",
            name=menus.solver_title(row.solver) or say("baseline"),
            line={"color": COLOURS[i % len(COLOURS)], "width": 2},
            marker={"symbol": MARKS[i % len(MARKS)], "size": 8},
            customdata=row.milliseconds,
            hovertemplate="%{x}, %{y:.2f} dB, %{customdata:.0f} ms",
        )
    ticks = sorted({max(calls, 1) for row in rows for calls in row.calls})
    figure.update_xaxes(title_text=say("calls"), type="log", tickvals=ticks, ticktext=[str(x) for x in ticks])
    figure.update_yaxes(title_text=say("psnr"))
    return _dress(figure)


def colour_ways(named: Sequence[tuple[str, Trajectories]]) -> go.Figure:
    """The ways of some hidden pixels through the plane of red and blue, one panel per run: from noise to colour."""
    lines = [wrap(name, LETTERS // len(named), break_on_hyphens=False) for name, _ in named]
    bends = [say("bend").format(ways.bend) for _, ways in named]
    titles = ["<br>".join([*own, bend]) for own, bend in zip(lines, bends, strict=True)]
    figure = make_subplots(rows=1, cols=len(named), subplot_titles=titles, shared_yaxes=True)
    for column, (_, ways) in enumerate(named, 1):
        for way, true_colour in zip(np.moveaxis(ways.values, 1, 0), ways.colours, strict=True):
            colour = "rgb({}, {}, {})".format(*true_colour)
            common: dict[str, Any] = {"row": 1, "col": column, "showlegend": False, "hoverinfo": "skip"}
            figure.add_scatter(
                x=way[:, 0], y=way[:, 2], mode="lines", line={"color": GREY, "width": 1.5}, opacity=0.8, **common
            )
            figure.add_scatter(
                x=way[-1:, 0],
                y=way[-1:, 2],
                mode="markers",
                marker={"color": colour, "size": 11, "line": {"color": GREY, "width": 1.5}},
                **common,
            )
    figure.update_xaxes(title_text=say("red"), range=[-3, 3])
    figure.update_yaxes(title_text=say("blue"), range=[-3, 3], row=1, col=1)
    return _dress(figure).update_layout(margin_t=53 + 17 * max(map(len, lines)))


def schedule(paths: Sequence[Schedule], t: float | None = None, lanes: Sequence[str] = ()) -> go.Figure:
    """alpha, sigma (left) and the signal-to-noise ratio (right) of each path over time; a line at the current ``t``.

    The methods of ``lanes`` have the colours of their lanes, the first one's if there are several.
    """
    own = {method: COLOURS[lanes.index(method)] for method in lanes}
    others = cycle(colour for colour in COLOURS if colour not in own.values())
    figure = make_subplots(rows=1, cols=2, subplot_titles=(say("coefficients"), say("snr")), horizontal_spacing=0.12)
    for path in paths:
        line = {"color": own.get(path.method) or next(others), "width": 2}
        figure.add_scatter(x=path.t, y=path.alpha, mode="lines", name=f"{path.title}: α", line=line, row=1, col=1)
        dotted = {**line, "dash": "dot"}
        figure.add_scatter(x=path.t, y=path.sigma, mode="lines", name=f"{path.title}: σ", line=dotted, row=1, col=1)
        figure.add_scatter(x=path.t, y=path.log_snr, mode="lines", showlegend=False, line=line, row=1, col=2)
    if t is not None:
        figure.add_vline(t, line={"color": GREY, "width": 1.5}, row="all", col="all")
    figure.update_xaxes(title_text=say("t"))
    return _legend_below(_dress(figure))


def spread(found: Spread) -> go.Figure:
    """Where K samples disagree, as a heat map, and how often the truth lies within their 50% and 90% intervals.

    Where no truth is known, a sentence says so instead.
    """
    figure = make_subplots(
        rows=1, cols=2, column_widths=[0.55, 0.45], subplot_titles=(say("deviation"), say("coverage"))
    )
    # Under its picture: between the panels its numbers would run into those of the other axis on a phone.
    bar = {
        "orientation": "h", "len": 0.45, "x": 0.25, "y": -0.04, "yanchor": "top", "thickness": 10,
        "tickfont": {"color": GREY},
    }  # fmt: skip
    figure.add_heatmap(
        z=found.deviation, colorscale="Viridis", colorbar=bar, hovertemplate="%{z:.3f}<extra></extra>", row=1, col=1
    )
    square: dict[str, Any] = {"constrain": "domain", "showticklabels": False, "row": 1, "col": 1}
    figure.update_yaxes(autorange="reversed", scaleanchor="x", **square)
    figure.update_xaxes(**square)
    if np.isnan(found.coverage50):
        figure.layout.annotations[1].text = languages.text("NO_TRUTH")
        figure.update_xaxes(visible=False, row=1, col=2)
        figure.update_yaxes(visible=False, row=1, col=2)
        return _dress(figure)
    levels, measured = ["50%", "90%"], [found.coverage50, found.coverage90]
    figure.add_bar(x=levels, y=measured, name=say("measured"), marker={"color": COLOURS[0]}, row=1, col=2)
    figure.add_bar(x=levels, y=[0.5, 0.9], name=say("calibrated"), marker={"color": GREY}, row=1, col=2)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", row=1, col=2)
    return _legend_below(_dress(figure)).update_layout(legend_x=0.55)


def nothing(reason: str) -> go.Figure:
    """No plot, but the ``reason`` why there is none."""
    figure = go.Figure().add_annotation(text=reason, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)
    return _dress(figure.update_xaxes(visible=False).update_yaxes(visible=False))


def _dress(figure: go.Figure) -> go.Figure:
    """No background of its own, quiet axes, text that reads on both pages."""
    axis = {"gridcolor": "rgba(128, 138, 154, 0.25)", "zeroline": False, "linecolor": GREY}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 52, "r": 16, "t": 70, "b": 46},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        modebar={"bgcolor": CLEAR, "color": GREY, "activecolor": COLOURS[0]},
        font={"color": GREY, "family": "system-ui, sans-serif", "size": 12},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"namelength": -1},
        dragmode=False,  # a finger scrolls the plot; zooming is a button
    )
    figure.update_annotations(font={"size": 13})
    return figure


def _legend_below(figure: go.Figure) -> go.Figure:
    """For panels with titles of their own, which stand where the legend would."""
    return figure.update_layout(margin_b=100, legend={"y": -0.22, "yanchor": "top"})
