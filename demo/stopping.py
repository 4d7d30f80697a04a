"""Stop, and the end of a connection, reach a run between two of its steps, without waiting for the next frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gradio.context import LocalContext


class Stops:
    """The runs of all visitors, each with an event that ends it. A visitor has one run at a time."""

    def __init__(self) -> None:
        self._running: dict[str, threading.Event] = {}

    @contextmanager
    def run(self, visitor: str) -> Iterator[threading.Event]:
        """A run of ``visitor``; yields what is set when it has to end. An older one of theirs ends now."""
        self.stop(visitor)
        told = threading.Event()
        self._running[visitor] = told
        try:
            yield told
        finally:
            if self._running.get(visitor) is told:
                del self._running[visitor]

    def stop(self, visitor: str) -> None:
        """End the run of ``visitor``, if there is one."""
        running = self._running.get(visitor)
        if running is not None:
            running.set()


STOPS = Stops()


def visitor() -> str:
    """Whose event this is: one name for each open page; a name of its own for each thread outside of one."""
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None) or f"thread {threading.get_ident()}"


def abandonment() -> Callable[[], bool] | None:
    """What says, from any thread, that nobody waits for this event any more; None outside of the queue.

    Gradio 6.31 marks an event whose connection ends, and cancels the task of one that is cancelled; the thread that
    computes for them goes on and has to look for itself.
    """
    page, name = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    event = page._queue.event_ids_to_events.get(name) if page and name else None
    if page is None or event is None:
        return None
    tasks = [task for task in list(page._queue._asyncio_tasks) if task.get_name().endswith(event._id)]
    return lambda: not event.alive or any(task.cancelling() for task in tasks)
