"""Runs of one kind that begin at the same moment, computed as one batch: each of them costs less then.

Nobody waits in order to get company: a group takes in others only as long as it waits for a processor itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import closing
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from demo.sharing import Source, Stream

M = TypeVar("M")  # what a member asks for
T = TypeVar("T")  # what it gets at each step
Begin = Callable[[Callable[[], Sequence[M]]], Source[Sequence[T]]]


class Seat(Generic[M, T]):
    """A member's place in a group: its own items, one a step. To be closed, even when nothing was read."""

    def __init__(self, group: Group[M, T], member: M) -> None:
        self.member = member
        self._group = group
        self._step = 0

    def __iter__(self) -> Seat[M, T]:
        """Itself."""
        return self

    def __next__(self) -> T:
        """The next item."""
        found = self._group.steps.item(self._step)
        if not found:
            raise StopIteration
        self._step += 1
        return found[0][self._group.seats.index(self)]

    def close(self) -> None:
        """Leave: the others go on, and with the last one the group ends."""
        self._group.leave(self)


class Group(Generic[M, T]):
    """Those who are computed together: each of the ``steps`` has an item for each of the ``seats``."""

    def __init__(self, begin: Begin[M, T], most: int) -> None:
        self.seats: list[Seat[M, T]] = []
        self.steps: Stream[Sequence[T]] = Stream(self._begun(begin))
        self._most = most
        self._open = True
        self._present: set[Seat[M, T]] = set()
        self._lock = threading.RLock()  # the memory's cleaner may close a forgotten seat while this thread takes one

    def join(self, member: M) -> Seat[M, T] | None:
        """A seat; None when all are taken or the group has begun."""
        with self._lock:
            if not self._open or len(self.seats) == self._most:
                return None
            seat = Seat(self, member)
            self.seats.append(seat)
            self._present.add(seat)
            return seat

    def leave(self, seat: Seat[M, T]) -> None:
        """Go on without ``seat``, or end without anybody."""
        with self._lock:
            self._present.discard(seat)
            if self._open:
                self.seats = [other for other in self.seats if other is not seat]
            elif not self._present:
                self.steps.close()

    def _begun(self, begin: Begin[M, T]) -> Generator[Sequence[T], None, None]:
        with closing(begin(self._members)) as steps:
            yield from steps

    def _members(self) -> Sequence[M]:
        """Who they are, once and for all."""
        with self._lock:
            self._open = False
            return [seat.member for seat in self.seats]


class Together(Generic[M, T]):
    """Groups by kind.

    Args:
        begin: computes the steps of a group; it gets a function that closes the group and tells its members.
    """

    def __init__(self, begin: Begin[M, T]) -> None:
        self._begin = begin
        self._latest: WeakValueDictionary[Hashable, Group[M, T]] = WeakValueDictionary()
        self._lock = threading.RLock()

    def join(self, kind: Hashable, member: M, most: int) -> Seat[M, T]:
        """A seat in the latest group of this ``kind``, or in a new one for ``most`` members."""
        with self._lock:
            group = self._latest.get(kind)
            seat = group.join(member) if group is not None else None
            if seat is None:
                group = self._latest[kind] = Group(self._begin, most)
                seat = group.join(member)
            assert seat is not None, "a new group has room"
            return seat
