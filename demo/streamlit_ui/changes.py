"""What a change does, in sentences made from paired differences: variants of an ablation, rules of active sampling."""

from __future__ import annotations

from collections.abc import Sequence

from demo.streamlit_ui.words import advantage, not_safe, number
from demo.study_columns import Row, rank, title_of


def effect(rows: Sequence[Row], cells: Sequence[Row], column: str, group: str) -> str:
    """What changing ``group`` does in an ablation: its best and its worst variant, each against its reference."""
    changed = [row for row in rows if row["group"] == group and row.get(column) is not None]
    pairs = [(row, reference) for row in changed if (reference := reference_of(rows, row)) is not None]
    ranked = sorted(pairs, key=lambda pair: rank(pair[0], column), reverse=True)
    ends = {"best": ranked[:1], "worst": ranked[1:][-1:]}
    told = [f"{name} is {against(*pair, cells, column)}" for name, end in ends.items() for pair in end]
    return f"**{group}**: {'; '.join(told)}." if told else ""


def reference_of(rows: Sequence[Row], row: Row) -> Row | None:
    """The row that an ablation's ``row`` names as its reference."""
    against = tuple(row.get("against", ("reference",)))
    return next((one for one in rows if (one["group"], one["variant"])[: len(against)] == against), None)


def against(row: Row, reference: Row, cells: Sequence[Row], column: str) -> str:
    """A variant and its distance from its reference, in dB, with a doubt where there is one."""
    gap = advantage(row, reference, cells, column)
    distance = row[column] - reference[column] if gap is None else gap.value
    return f"{row['variant']}, {distance:+.2f} dB against {reference['variant']}{not_safe(gap)}"


def head_start(rows: Sequence[Row], cells: Sequence[Row], column: str) -> list[str]:
    """For each rule of active sampling, at which share it reaches what random pixels reach in the end."""
    curves: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["context"]):
        curves.setdefault(row["rule"], []).append(row)
    if "random" not in curves:
        return []
    end = curves["random"][-1]
    return [arrival(own, end, cells, column) for own in curves.values()]


def arrival(curve: Sequence[Row], end: Row, cells: Sequence[Row], column: str) -> str:
    """Where the ``curve`` of a rule ends, and where it reaches ``end``, the last row of random pixels."""
    last = curve[-1]
    text = f"**{title_of(last)}**: {number(last, column)} at {last['context']:.0%} known"
    if last["rule"] == end["rule"]:
        return f"{text}."
    reached = next((row for row in curve if rank(row, column) >= rank(end, column)), None)
    if reached is None:
        return f"{text}, worse than random pixels{not_safe(advantage(last, end, cells, column))}."
    doubt = not_safe(advantage(reached, end, cells, column))
    return f"{text}; with {reached['context']:.0%} it is where random pixels end{doubt}."
