"""Every sentence of the studio, one file per language; a new language is one new file with the same names as ``en.py``.

The page is laid out once per language: what is read while :func:`use` is active comes from that language.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

DEFAULT = "en"
_CURRENT: ContextVar[str] = ContextVar("language", default=DEFAULT)


def languages() -> tuple[str, ...]:
    """The languages that there are a file of, the default one first."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


def current() -> str:
    """The language in use."""
    return _CURRENT.get()


@contextmanager
def use(language: str) -> Iterator[None]:
    """Read all texts in ``language`` meanwhile."""
    token = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def text(name: str, language: str | None = None) -> Any:  # noqa: ANN401
    """The text, or table of texts, called ``name``.

    Raises:
        AttributeError: there is none.
    """
    return getattr(importlib.import_module(f"{__name__}.{language or current()}"), name)
