"""Waiting for what happens elsewhere: in a thread of the studio, or after a connection has ended."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether ``condition`` holds, as soon as it does or after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()
