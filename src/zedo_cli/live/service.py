"""A line out for each item in: what is wrong with a frame, that it came too late, or its poses."""

import time
from collections.abc import Callable
from typing import Any

import orjson

from zedo_cli.errors import InputError, Note
from zedo_cli.live.inbox import Arrived
from zedo_cli.live.incoming import LiveFrame
from zedo_cli.live.lines import line_of
from zedo_cli.live.stream import LiveStream


class Service:
    """Answers the items of an inbox.

    Args:
        live: the stream.
        read: `read(item, number) -> LiveFrame`; number of the item, from 1.
        max_latency: milliseconds that an item may have waited; later ones are not lifted.
    """

    def __init__(
        self, live: LiveStream, read: Callable[[Any, int], LiveFrame], max_latency: float | None = None
    ) -> None:
        self._live, self._read, self._limit = live, read, max_latency
        self._noted: set[str] = set()
        self.frames = self.lifted = self.late = self.wrong = 0
        """How many items came, were lifted, came too late, and could not be used."""

    def answer(self, arrived: Arrived[Any]) -> tuple[bytes, list[Note]]:
        """The line for an item, and notes of a kind that was not there before."""
        self.frames += 1
        try:
            frame = self._read(arrived.item, self.frames)
            waited = self._waited(arrived)
            if self._limit is not None and waited > self._limit:
                self.late += 1
                about = {"frame": frame.number, "time": frame.seconds}
                return _line(about | {"people": [], "dropped": True, "latency_ms": waited}), []
            poses = self._live.push(frame)
        except InputError as error:
            self.wrong += 1
            about = {"frame": None, "time": None, "item": self.frames}
            return _line(about | {"people": [], "error": str(error)}), []
        self.lifted += 1
        notes = [note for note in poses.notes if note.code not in self._noted]
        self._noted |= {note.code for note in notes}
        more = {"latency_ms": self._waited(arrived)}
        return line_of(poses, self._live.number, round(self._live.seconds, 6), more), notes

    def summary(self, dropped: int) -> str:
        """One line on what became of the frames. dropped: items that the inbox dropped."""
        text = f"{self.frames + dropped} frames, {self.lifted} lifted"
        for count, what in ((self.late + dropped, "dropped as late"), (self.wrong, "could not be used")):
            text += f", {count} {what}" if count else ""
        return text

    def _waited(self, arrived: Arrived[Any]) -> float:
        return round(1000 * (time.monotonic() - arrived.seconds), 1)


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record) + b"\n"
