"""The formulas of the three methods side by side, and which of them is at work.

The targets are the textbooks'; what the bundled networks regress instead is in :mod:`fieldlib.model`.
"""

from __future__ import annotations

from typing import Any

from demo import languages, menus
from fieldlib import METHODS, SOLVERS

ROWS = ("path", "target", "ode", "sde")
# Symbols need no translation. alpha, sigma: see fieldlib.paths; beta: the rate of the VP path.
FORMULAS: dict[str, tuple[str, str, str, str]] = {
    "score_sde": (
        "xₜ = αₜ x₀ + σₜ ε,  αₜ² + σₜ² = 1",
        "s(xₜ, t) ≈ −ε / σₜ",
        "dx = [−½ β x − ½ β s] dt",
        "dx = [−½ β x − β s] dt + √β dw",
    ),
    "denoiser": (
        "xₜ = cos(πt/2) x₀ + sin(πt/2) ε",
        "x̂₀(xₜ, t) ≈ x₀",
        "xₛ = αₛ x̂₀ + σₛ ε̂",
        "xₛ = αₛ x̂₀ + √(σₛ² − η²) ε̂ + η z",
    ),
    "flow_matching": (
        "xₜ = (1 − t) x₀ + t ε",
        "v(xₜ, t) ≈ ε − x₀",
        "dx = v dt",
        "dx = [v + ½ g² (x + (1 − t) v) / t] dt + g dw",
    ),
}


def table(model: str, solver: str) -> dict[str, Any]:
    """Rows and columns for the page: the method of ``model`` and the line of ``solver`` ("" = default) are active."""
    words = languages.text("FORMULAS")
    method = model.partition("/")[0]
    columns = [name for name in FORMULAS if name in METHODS]
    known = method in columns
    step = "" if not known else _line(solver or METHODS[method].default_solver)
    return {
        "heading": words["heading"],
        "note": words["note"],
        "corner": words["method"],
        "columns": [{"title": menus.said(METHODS[name].title), "active": name == method} for name in columns],
        "rows": [
            {
                "title": words[row],
                "cells": [FORMULAS[name][i] for name in columns],
                "active": known and (row == step or i < 2),
            }
            for i, row in enumerate(ROWS)
        ],
    }


def _line(solver: str) -> str:
    return "sde" if solver in SOLVERS and SOLVERS[solver].stochastic else "ode"
