"""Where load results go: the screen, a JSON file with a row for each command, and a table in a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.section import cell
from fieldlib.acceleration import provenance
from fieldlib.errors import InputError
from fieldlib.files import write_json
from train_scripts.documents import table, write_section

COLUMNS = {
    "command": ("command", "s"),
    "runs": ("runs", "d"),
    "first_p50": ("first frame p50, s", ".2f"),
    "first_p95": ("p95", ".2f"),
    "last_p50": ("last frame p50, s", ".2f"),
    "last_p95": ("p95", ".2f"),
    "slowest_over_median": ("slowest / median", ".2f"),
    "runs_per_second": ("runs/s", ".2f"),
    "busy": ("busy", "d"),
    "errors": ("errors", "d"),
    "memory": ("MB before, after", "s"),
    "machine": ("machine, its load before", "s"),
}


def write(row: dict[str, Any], file: Path | None, docs: Path | None) -> None:
    """Print ``row``; put it into ``file`` in place of the one of the same command and machine; show all in ``docs``.

    Raises:
        InputError: a document without the two marks, or one without a file.
    """
    for name, value in row.items():
        print(f"{name:>20}: {value}")
    if docs is not None and file is None:
        raise InputError("--docs shows the rows of a file: give --json as well")
    if file is None:
        return
    kept = json.loads(file.read_text())["rows"] if file.exists() else []
    same = key(row), row["machine"]
    rows = [*(old for old in kept if (key(old), old["machine"]) != same), row]
    document = {"made_by": "make load soak", **provenance(), "rows": rows}
    write_json(file, document)
    if docs is not None:
        write_section("load", shown(rows), docs)


def key(row: dict[str, Any]) -> str:
    """The command without where its results go."""
    words = row["command"].split(" --json ")[0].split(" --docs ")[0]
    return str(words)


def shown(rows: list[dict[str, Any]]) -> str:
    """``rows`` as a table."""
    body = []
    for row in rows:
        where = f"{row['machine']}, {row['load_before']:.1f}"
        told = {**row, "command": f"`{key(row)}`", "memory": memory(row), "machine": where}
        body.append([cell(told[name], form) for name, (_, form) in COLUMNS.items()])
    return table([title for title, _ in COLUMNS.values()], body)


def memory(row: dict[str, Any]) -> str:
    """Megabytes before and after, with the growth of a soak's second half."""
    before, after = row["memory_mb"]
    growth = row.get("memory_mb_per_minute")
    return f"{before}, {after}" + ("" if growth is None else f" ({growth:+.1f} a minute in the second half)")
