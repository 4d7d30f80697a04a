"""Reading a study's JSON file, for the commands that go on with it and for the pages that show it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fieldlib.errors import InputError


def read_study(path: Path) -> dict[str, Any]:
    """The study in ``path``.

    Raises:
        InputError: not a JSON object.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no study file ({error}): delete it or name another") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is no study file (it holds no JSON object): delete it or name another")
    return document
