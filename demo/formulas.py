"""The formulas of the methods side by side, and which of them is at work.

The targets are the textbooks'; what the bundled networks regress instead is in :mod:`fieldlib.model`.
"""

from __future__ import annotations

from typing import Any

from demo import languages, menus
from fieldlib import METHODS, SOLVERS

ROWS = ("path", "target", "ode", "sde")


def table(model: str, solver: str) -> dict[str, Any]:
    """Rows and columns for the page: the method of ``model`` and the line of ``solver`` ("" = default) are active."""
    words = languages.text("FORMULAS")
    method = model.partition("/")[0]
    formulas = {name: METHODS[name].formulas for name in METHODS}
    columns = {name: told for name, told in formulas.items() if told is not None}
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
                "cells": [told[i] for told in columns.values()],
                "active": known and (row == step or i < 2),
            }
            for i, row in enumerate(ROWS)
        ],
    }


def _line(solver: str) -> str:
    return "sde" if solver in SOLVERS and SOLVERS[solver].stochastic else "ode"
