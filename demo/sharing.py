"""One computation for everybody who asks for the same thing: a class that follows one link computes its run once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from demo.turns import TURNS

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """What can be read item by item and closed, such as a generator."""

    def __iter__(self) -> Iterator[T_co]:
        """Itself."""
        ...

    def __next__(self) -> T_co:
        """The next item."""
        ...

    def close(self) -> None:
        """End it; again without effect."""
        ...


class Stream(Generic[T]):
    """What ``source`` gives, kept for every reader; whoever needs the next item first computes it."""

    def __init__(self, source: Source[T]) -> None:
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
        if not self._lock.acquire(blocking=False):
            with TURNS.lent():  # another reader computes it: the turn is for who computes
                self._lock.acquire()
        try:
            while len(self._made) <= place and not self.ended:
                self._advance()
        finally:
            self._lock.release()
        if self._fault is not None and place >= len(self._made):
            raise self._fault
        return self._made[place : place + 1]

    def items(self) -> Iterator[T]:
        """All items from the first one on."""
        place = 0
        while found := self.item(place):
            yield found[0]
            place += 1

    def whole(self) -> bool:
        """Whether it came to its end without a fault."""
        return self.ended and self._fault is None

    def close(self) -> None:
        """End it here; what was made stays, and nothing else."""
        self.ended = True
        self._source.close()
        self._source = (item for item in self._made[:0])

    def _advance(self) -> None:
        try:
            self._made.append(next(self._source))
        except StopIteration:
            self.close()
        except Exception as error:
            self._fault = error
            self.close()


class Sharing(Generic[T]):
    """Streams by key. One that is read is shared; one that came to its end is kept, the ``most`` latest of them.

    Nothing runs in the background: a stream that all its readers leave before its end is closed and forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: OrderedDict[Hashable, Stream[T]] = OrderedDict()
        self._lock = threading.RLock()  # the memory's cleaner may end a forgotten reader while this thread enters

    @contextmanager
    def reading(self, key: Hashable, make: Callable[[], Source[T]]) -> Iterator[Iterator[T]]:
        """The items of the stream called ``key``, which ``make`` starts when there is none."""
        stream = self._enter(key, make)
        try:
            yield stream.items()
        finally:
            self._leave(key, stream)

    def _enter(self, key: Hashable, make: Callable[[], Source[T]]) -> Stream[T]:
        with self._lock:
            stream = self._streams.pop(key, None) or Stream(make())
            stream.readers += 1
            self._streams[key] = stream  # the latest
            return stream

    def _leave(self, key: Hashable, stream: Stream[T]) -> None:
        with self._lock:
            stream.readers -= 1
            if not stream.readers and not stream.whole() and self._streams.get(key) is stream:
                del self._streams[key]
                stream.close()
            idle = [name for name, one in list(self._streams.items()) if not one.readers]
            for name in idle[: max(0, len(self._streams) - self._most)]:
                del self._streams[name]
