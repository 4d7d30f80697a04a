"""How long one call may compute: a longer one ends between two steps, with advice; one that nobody awaits, without."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from demo import strings
from fieldlib import InputError

SECONDS = "FIELDLIB_RUN_SECONDS"  # environment variable
DEFAULT = 60.0


class Abandoned(Exception):
    """Nobody waits for this call any more."""


class Allowance:
    """The processor time that one call may use, whichever threads its parts run in; waiting costs nothing.

    It ends early when ``abandoned`` says that nobody waits for the call any more.
    """

    def __init__(self, seconds: float, abandoned: Callable[[], bool] | None = None) -> None:
        self._seconds = seconds
        self._abandoned = abandoned
        self._used = 0.0
        self._since = 0.0

    @contextmanager
    def used(self) -> Iterator[None]:
        """Count the time of this thread meanwhile; :func:`check` looks at it."""
        self._since = time.thread_time()
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)
            self._used += time.thread_time() - self._since

    def charge(self, seconds: float) -> None:
        """Count time that another process spent on this call."""
        self._used += seconds

    def check(self) -> None:
        """Return while there is time left.

        Raises:
            InputError: there is none.
            Abandoned: nobody waits.
        """
        if self._abandoned is not None and self._abandoned():
            raise Abandoned
        if self._used + time.thread_time() - self._since > self._seconds:
            raise InputError(strings.TOO_LONG.format(seconds=self._seconds))


_CURRENT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def check() -> None:
    """To be called between steps: ends the call that this thread works for when its time is used up.

    Raises:
        InputError: it is.
        Abandoned: nobody waits for the call any more.
    """
    allowance = _CURRENT.get()
    if allowance is not None:
        allowance.check()


def charge(seconds: float) -> None:
    """Count processor time that another process spent on the call that this thread works for."""
    allowance = _CURRENT.get()
    if allowance is not None:
        allowance.charge(seconds)


def allowed() -> float:
    """Seconds of processor time that a call may use: the environment variable FIELDLIB_RUN_SECONDS, 60 without it.

    Raises:
        InputError: the variable is no positive number.
    """
    text = os.environ.get(SECONDS, "")
    try:
        seconds = float(text) if text else DEFAULT
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise InputError(f"{SECONDS} is a positive number of seconds; got {text!r}")
    return seconds
