"""What commands write into documents: tables in Markdown, and the parts of a document between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fieldlib.assets import ASSETS
from fieldlib.errors import InputError
from fieldlib.files import write_atomic

README = ASSETS.parent / "README.md"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def markers(name: str) -> tuple[str, str]:
    """The lines around the part called ``name``."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def read_section(name: str, path: Path = README) -> str:
    """What stands between the markers.

    Raises:
        InputError: a document without them.
    """
    return split(name, path)[1].strip("\n")


def write_section(name: str, text: str, path: Path = README) -> None:
    """Put ``text`` between the markers, atomically.

    Raises:
        InputError: a document without them.
    """
    before, _, after = split(name, path)
    write_atomic(path, f"{before}\n{text}\n{after}".encode())


def split(name: str, path: Path) -> tuple[str, str, str]:
    """The document up to and with the first marker, what is between them, and the rest."""
    text, (begin, end) = path.read_text(encoding="utf-8"), markers(name)
    if text.count(begin) != 1 or text.count(end) != 1:
        raise InputError(f"{path} needs the lines {begin} and {end} once each, for what commands write there")
    before, _, rest = text.partition(begin)
    inside, _, after = rest.partition(end)
    return before + begin, inside, end + after
