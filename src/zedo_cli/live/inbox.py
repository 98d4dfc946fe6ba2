"""What arrives while a frame is lifted: a queue of bounded length, filled by a thread."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

CAPACITY = 64
"""Items that wait at most; the source then waits, or drops the oldest if it cannot (a camera)."""


class Arrived(NamedTuple, Generic[T]):
    """An item, and when it arrived (s, monotonic)."""

    item: T
    seconds: float


class Inbox(Generic[T]):
    """Items of a source in their order, taken from it by a thread of its own.

    Args:
        source: gives the items; its errors appear where the items are taken out.
        newest: keep the newest items and drop the oldest, in place of letting the source wait.
        capacity: items that wait at most.
    """

    def __init__(self, source: Callable[[], Iterator[T]], newest: bool, capacity: int = CAPACITY) -> None:
        self._source, self._newest, self._capacity = source, newest, capacity
        self._items: deque[Arrived[T]] = deque()
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._error: BaseException | None = None
        self.dropped = 0
        """Items that were dropped because the inbox was full."""
        threading.Thread(target=self._fill, daemon=True).start()

    def __iter__(self) -> Iterator[Arrived[T]]:
        while True:
            with self._changed:
                while not self._items and not self._ended:
                    self._changed.wait(0.5)  # wakes for signals on every platform
                if not self._items:
                    if self._error is not None:
                        raise self._error
                    return
                arrived = self._items.popleft()
                self._changed.notify_all()
            yield arrived

    def close(self) -> None:
        """Take no more items."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _fill(self) -> None:
        try:
            for item in self._source():
                with self._changed:
                    while len(self._items) >= self._capacity and not self._newest and not self._closed:
                        self._changed.wait()
                    if self._closed:
                        return
                    if len(self._items) >= self._capacity:
                        self._items.popleft()
                        self.dropped += 1
                    self._items.append(Arrived(item, time.monotonic()))
                    self._changed.notify_all()
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
