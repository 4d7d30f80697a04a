"""Run a function beside the event loop that playwright keeps in the thread of the tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(function: Callable[..., T], *arguments: object) -> T:
    """What ``function(*arguments)`` returns, from a thread of its own: there ``asyncio.run`` works."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()
