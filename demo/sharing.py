"""One computation for everybody who asks for the same thing: a class that follows one link computes its run once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Stream(Generic[T]):
    """What ``source`` gives, kept for every reader; whoever needs the next item first computes it."""

    def __init__(self, source: Iterator[T]) -> None:
        self.readers = 0
        self.ended = False
        self._source = source
        self._made: list[T] = []
        self._fault: Exception | None = None
        self._lock = threading.Lock()

    def item(self, place: int) -> list[T]:
        """The item at ``place``, alone in a list; none after the end.

        Raises:
            Exception: what ``source`` raised, for every reader.
        """
        with self._lock:
            while len(self._made) <= place and not self.ended:
                self._advance()
        if self._fault is not None and place >= len(self._made):
            raise self._fault
        return self._made[place : place + 1]

    def whole(self) -> bool:
        """Whether it came to its end without a fault."""
        return self.ended and self._fault is None

    def _advance(self) -> None:
        try:
            self._made.append(next(self._source))
        except StopIteration:
            self.ended = True
        except Exception as error:
            self._fault, self.ended = error, True


class Sharing(Generic[T]):
    """Streams by key. One that is read is shared; one that came to its end is kept, the ``most`` latest of them.

    Nothing runs in the background: a stream that all its readers leave before its end is closed and forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: OrderedDict[Hashable, Stream[T]] = OrderedDict()
        self._lock = threading.RLock()  # the memory's cleaner may end a forgotten reader while this thread enters

    def items(self, key: Hashable, make: Callable[[], Iterator[T]]) -> Generator[T, None, None]:
        """The items of the stream called ``key``, which ``make`` starts when there is none."""
        stream = self._enter(key, make)
        try:
            place = 0
            while found := stream.item(place):
                yield found[0]
                place += 1
        finally:
            self._leave(key, stream)

    def _enter(self, key: Hashable, make: Callable[[], Iterator[T]]) -> Stream[T]:
        with self._lock:
            stream = self._streams.setdefault(key, Stream(make()))
            self._streams.move_to_end(key)
            stream.readers += 1
            return stream

    def _leave(self, key: Hashable, stream: Stream[T]) -> None:
        with self._lock:
            stream.readers -= 1
            if not stream.readers and not stream.whole() and self._streams.get(key) is stream:
                del self._streams[key]
            idle = [name for name, one in list(self._streams.items()) if not one.readers]
            for name in idle[: max(0, len(self._streams) - self._most)]:
                del self._streams[name]
