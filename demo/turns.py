"""Who computes when: in this process runs take turns on the processors, in the order in which they ask."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from fieldlib.acceleration import processors


class Turns:
    """At most ``count`` turns at a time; whoever asks first is first, and nobody overtakes.

    A run takes a turn for each view that it sends (at most ``studio.PATIENCE`` seconds for each lane), so that every
    visitor sees a first frame before anyone sees a second one.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn and hold it meanwhile."""
        called = self._queue_up()
        if called is not None:
            called.wait()
        try:
            yield
        finally:
            self._pass_on()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let others have the turn of this thread meanwhile; it then goes on at once, for a moment as one too many.

        A thread without a turn lets one more compute meanwhile.
        """
        self._pass_on()
        try:
            yield
        finally:
            with self._lock:
                self._free -= 1

    def _queue_up(self) -> threading.Event | None:
        """None when a turn is free, else what is set when ours has come."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return None
            called = threading.Event()
            self._line.append(called)
            return called

    def _pass_on(self) -> None:
        with self._lock:
            if self._line and self._free >= 0:
                self._line.popleft().set()
            else:
                self._free += 1


TURNS = Turns(max(2, processors()))
