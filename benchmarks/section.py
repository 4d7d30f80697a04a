"""What a part of the benchmark is: a function that measures rows, and how its table reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.effort import Effort
from train_scripts.documents import table

Row = dict[str, Any]  # what was run, and numbers; JSON can hold it


class Section(NamedTuple):
    """One table: ``columns`` maps a row's key to (heading, format); ``note`` says what was run and how to read it."""

    title: str
    note: str
    columns: dict[str, tuple[str, str]]
    measure: Callable[[Effort], list[Row]]


def markdown(section: Section, rows: list[Row]) -> str:
    """Title, note and table of a section."""
    body = [[cell(row.get(key), form) for key, (_, form) in section.columns.items()] for row in rows]
    drawn = table([title for title, _ in section.columns.values()], body)
    return f"### {section.title}\n\n{section.note}\n\n{drawn}"


def cell(value: Any, form: str) -> str:  # noqa: ANN401 - whatever stands in a row
    """One value in its format, a dash where there is none."""
    return "-" if value is None else format(value, form)
