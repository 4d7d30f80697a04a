"""Models against each other on the same pictures and masks, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from demo.streamlit_ui.words import grain, leader, number, own, size_of, trained
from demo.study_columns import COLUMNS, Row, rank, title_of
from fieldlib.study import paired_difference


def duels(rows: Sequence[Row], cells: Sequence[Row], column: str) -> list[str]:
    """The networks of each size against the best of them, then the best network against every baseline."""
    lines = []
    networks = [row for row in rows if trained(row)]
    for preset in dict.fromkeys(map(size_of, networks)):
        equals = [row for row in networks if size_of(row) == preset]
        lines.append(against_best(equals, cells, column))
    first = leader(networks, cells, column)
    baselines = [row for row in rows if not trained(row)]
    if first is not None and baselines:
        lines.append(against(first, baselines, cells, column))
    return [line for line in lines if line]


def against_best(rows: Sequence[Row], cells: Sequence[Row], column: str) -> str:
    """The best of ``rows`` and how far the others are from it; empty when there is nobody to compare."""
    first = leader(rows, cells, column)
    others = [row for row in rows if row is not first]
    return against(first, others, cells, column) if first is not None and others else ""


def against(first: Row, others: Sequence[Row], cells: Sequence[Row], column: str) -> str:
    """``first`` and the paired difference of each of the others to it."""
    others = sorted((row for row in others if row.get(column) is not None), key=lambda row: -rank(row, column))
    told = "; ".join(duel(first, other, cells, column) for other in others)
    return f"**{title_of(first)}** {number(first, column)}. Against it: {told}."


def duel(first: Row, other: Row, cells: Sequence[Row], column: str) -> str:
    """The difference of ``other`` to ``first`` on the seeds that both have, and whether it can be trusted."""
    gap = paired_difference(own(other, cells), own(first, cells), column)
    if gap is None:
        return f"{title_of(other)} has no seed in common"
    unit = COLUMNS[column].unit
    if abs(gap.value) < grain(column) / 2:
        return f"{title_of(other)} less than {grain(column):g}{unit} apart"
    form = finer(COLUMNS[column].form)
    said = f"{title_of(other)} {gap.value:+{form}}"
    if gap.half is None:
        return f"{said}{unit} (one seed, no interval)"
    said += f" ± {gap.half:{form}}{unit}"
    if not gap.is_safe:
        return f"{said} (equal within the interval)"
    ahead = rank({**first, column: first[column] + gap.value}, column) > rank(first, column)
    return f"{said} ({'ahead' if ahead else 'behind'})"


def finer(form: str) -> str:
    """A number format with one more digit: differences are smaller than what they are between."""
    digits, kind = form[1:-1], form[-1]
    return f".{int(digits) + 1}{kind}"
