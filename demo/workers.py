"""Runs computed in processes of their own, one for each processor, away from the one that serves the page.

Threads of one process wait for its interpreter's lock: two runs side by side took half as long again (LOG.md). A worker
keeps the streams that were begun and takes one step of one whenever it is asked, so what nobody reads costs nothing.
"""

from __future__ import annotations

import itertools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import Any, NamedTuple, TypeVar

import torch

from demo import time_limit, zerogpu
from demo.sharing import Source
from demo.turns import TURNS, Turns
from fieldlib import InputError
from fieldlib.acceleration import processors, settled_precision

COUNT = "FIELDLIB_WORKERS"  # environment variable
MOST = 8  # each has some 500 MB, of which libraries are shared
A = TypeVar("A")
T = TypeVar("T")
log = logging.getLogger(__name__)


class Step(NamedTuple):
    """What a worker answers: an ``item`` or a ``fault``, neither at the end, and processor ``seconds`` it took."""

    item: Any
    fault: Exception | None
    ended: bool
    seconds: float


class Worker:
    """A process with its streams. Threads that ask it wait for each other, in the order in which they came.

    Attributes:
        warm: whether it has been ready for work.
    """

    def __init__(self) -> None:
        self.warm = False
        self._lost = False
        self._turns = Turns(1)
        self._numbers = itertools.count()
        self._open: set[int] = set()
        self._left: deque[int] = deque()
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "demo.workers", str(theirs.fileno())],
                env={**os.environ, **settled_precision(), "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the app, which lets runs come to their end
            )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return not self._lost and self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it runs and has imported and read what it needs."""
        with suppress(EOFError, OSError):
            if not self.warm and self._connection.poll():
                self.warm = bool(self._connection.recv())
        return self.warm and self.alive

    @property
    def streams(self) -> int:
        """How many have begun and go on."""
        return len(self._open)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def stream(self, function: Callable[[A], Iterator[T]], argument: Callable[[], A]) -> Generator[T, None, None]:
        """The items of ``function(argument())``; their processor time counts as this thread's."""
        number = next(self._numbers)
        self._open.add(number)
        try:
            step = self._ask(number, lambda: (function, argument()))
            while True:
                time_limit.charge(step.seconds)
                if step.fault is not None:
                    raise step.fault
                if step.ended:
                    return
                yield step.item
                step = self._ask(number)
        finally:
            # Told with the next question: the memory's cleaner may end a stream in a thread that asks just now.
            self._left.append(number)
            self._open.discard(number)

    def _ask(self, number: int, job: Callable[[], object] = lambda: None) -> Step:
        with TURNS.lent(), self._turns.one():
            left = [self._left.popleft() for _ in range(len(self._left))]
            try:
                self._connection.send((number, job(), left))
                return self._connection.recv()
            except (EOFError, OSError) as error:
                self._lost = True
                raise RuntimeError("the process that computed this run has ended") from error

    def end(self) -> None:
        """Let the process end."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)


class Workers:
    """As many workers as were started. A stream goes to the one that has the fewest; one that died is replaced."""

    def __init__(self) -> None:
        self._workers: list[Worker] = []
        self._lock = threading.Lock()

    def start(self, count: int) -> None:
        """Have at least ``count`` workers, which takes them some seconds; without, streams are computed here."""
        with self._lock:
            for _ in range(count - len(self._workers)):
                self._add()

    def stop(self) -> None:
        """End all of them."""
        with self._lock:
            while self._workers:
                self._workers.pop().end()

    def stream(self, function: Callable[[A], Generator[T, None, None]], argument: Callable[[], A]) -> Source[T]:
        """The items of ``function(argument())``: both must be known to a worker by their modules' names.

        The argument is asked for when a processor is free for it.
        """
        with self._lock:
            self._replace_dead()
            ready = [worker for worker in self._workers if worker.ready]
            if not ready:
                return function(argument())
        return min(ready, key=lambda worker: worker.streams).stream(function, argument)

    def _replace_dead(self) -> None:
        """A worker that died at work gets a successor; one that never came to work does not."""
        for worker in [worker for worker in self._workers if not worker.alive]:
            log.warning("a worker has ended")
            self._workers.remove(worker)
            if worker.warm:
                self._add()

    def _add(self) -> None:
        """One worker more; none where the system allows no further process."""
        try:
            self._workers.append(Worker())
        except OSError as error:
            log.warning("no further worker: %s", error)

    def ready(self) -> int:
        """How many run and have imported and read what they need."""
        with self._lock:
            return sum(worker.ready for worker in self._workers)

    def pids(self) -> list[int]:
        """Numbers of the processes."""
        with self._lock:
            return [worker.pid for worker in self._workers]


WORKERS = Workers()


def wanted() -> int:
    """How many workers to start: FIELDLIB_WORKERS, or one for each of two processors and more, 8 at most.

    None on a Space with ZeroGPU hardware, which lends its GPU to the app's own process.

    Raises:
        InputError: the variable is no whole number from 0 upwards.
    """
    text = os.environ.get(COUNT, "")
    if text and not text.isdecimal():
        raise InputError(f"{COUNT} is a number of processes, 0 for none; got {text!r}")
    if text:
        return int(text)
    useful = processors() > 1 and os.name == "posix" and not os.environ.get(zerogpu.HARDWARE)
    return min(processors(), MOST) if useful else 0


def work(connection: Connection, warm_up: Callable[[], None]) -> None:
    """What a worker does until the app that started it is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a service manager tells every process; the app decides
    torch.set_num_threads(1)
    warm_up()
    streams: dict[int, Iterator[Any]] = {}
    with suppress(EOFError, OSError):
        connection.send(True)  # ready
        while True:
            number, job, left = connection.recv()
            for one in left:
                streams.pop(one, None)
            if job is not None:
                function, argument = job
                streams[number] = function(argument)
            _tell(connection, step(streams[number]))


def _tell(connection: Connection, answer: Step) -> None:
    """Send ``answer``, or in its place why it cannot travel."""
    try:
        connection.send(answer)
    except (TypeError, AttributeError, ValueError) as error:
        fault = RuntimeError(f"a worker's answer cannot travel: {error}; it was {answer.fault or answer.item!r}"[:500])
        connection.send(Step(None, fault, False, answer.seconds))


def step(stream: Iterator[Any]) -> Step:
    """The next step of ``stream``."""
    start, end = time.thread_time(), object()
    try:
        item = next(stream, end)
    except Exception as error:
        error.add_note(traceback.format_exc())
        return Step(None, error, False, time.thread_time() - start)
    ended = item is end
    return Step(None if ended else item, None, ended, time.thread_time() - start)


if __name__ == "__main__":
    from demo import studio, workers  # by their own names, as the app knows them

    workers.work(Connection(int(sys.argv[1])), studio.warm_up)
