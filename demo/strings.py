"""Every sentence and label of the studio, in the language in use; see :mod:`demo.languages`."""

from __future__ import annotations

from typing import Any

from demo import languages


def __getattr__(name: str) -> Any:  # noqa: ANN401
    return languages.text(name)
