"""Every sentence of the studio, one file per language; a new language is one new file with the same names as ``en.py``.

The page is laid out once per language: what is read while :func:`use` is active comes from that language.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

DEFAULT = "en"
P = ParamSpec("P")
R = TypeVar("R")
_CURRENT: ContextVar[str] = ContextVar("language", default=DEFAULT)


@functools.cache  # asked for at every request
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


def keep(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, which speaks the language that is in use now whenever it is called."""
    language = current()

    @functools.wraps(function)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> R:
        with use(language):
            return function(*args, **kwargs)

    return speaking


def text(name: str, language: str | None = None) -> Any:  # noqa: ANN401
    """The text, or table of texts, called ``name``.

    Raises:
        AttributeError: there is none.
    """
    return getattr(importlib.import_module(f"{__name__}.{language or current()}"), name)
