"""Timetags: when a message is due, and the table of those that are due later."""

from __future__ import annotations

import heapq
import itertools
from typing import Final, Generic, TypeVar

from bridge.errors import BusyError, RangeError

MOST_AHEAD_SECONDS: Final = 3600.0
"""A timetag further ahead is refused: it is a mistake, or a clock that is set wrong."""
MOST_WAITING: Final = 1024
"""So many messages may wait for their time."""

_UNITS_PER_SECOND: Final = 2**32
_SECONDS_1900_TO_1970: Final = 2_208_988_800

EntryT = TypeVar("EntryT")


def seconds_ahead(timetag: int, *, wall_seconds: float) -> float:
    """Say how far ahead a timetag lies; 0 where it is now, past, or `AT_ONCE`.

    Args:
        timetag: NTP, in units of 2**-32 s since 1900.
        wall_seconds: now, since 1970, as `time.time` gives it.

    Raises:
        RangeError: it lies more than an hour ahead.
    """
    ahead = timetag / _UNITS_PER_SECOND - _SECONDS_1900_TO_1970 - wall_seconds
    if ahead > MOST_AHEAD_SECONDS:
        raise RangeError(
            f"the timetag lies {ahead:.0f} s ahead; at most {MOST_AHEAD_SECONDS:.0f} s: "
            "is the sender's clock right?"
        )
    return max(0.0, ahead)


def timetag_at(wall_seconds: float) -> int:
    """Give the timetag of a moment.

    Args:
        wall_seconds: since 1970, as `time.time` gives it.
    """
    return round((wall_seconds + _SECONDS_1900_TO_1970) * _UNITS_PER_SECOND)


class Timetable(Generic[EntryT]):
    """What is due later: by time, and at one time in the order in which it came."""

    def __init__(self, *, most: int = MOST_WAITING) -> None:
        """Begin empty.

        Args:
            most: so many entries may wait.
        """
        self._most = most
        self._waiting: list[tuple[float, int, EntryT]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def check_room(self, entries: int) -> None:
        """Refuse entries for which there is no room.

        Raises:
            BusyError: there would be too many.
        """
        if len(self._waiting) + entries > self._most:
            raise BusyError(
                f"{len(self._waiting)} messages wait for their time already, at most {self._most}; "
                "send them later"
            )

    def add(self, due_seconds: float, entry: EntryT) -> None:
        """Add an entry.

        Args:
            due_seconds: when it is due, by any clock that never goes back.
            entry: what is due.

        Raises:
            BusyError: too many wait already.
        """
        self.check_room(1)
        heapq.heappush(self._waiting, (due_seconds, next(self._numbers), entry))

    def take_due(self, now_seconds: float) -> list[EntryT]:
        """Take out everything that is due."""
        due = []
        while self._waiting and self._waiting[0][0] <= now_seconds:
            due.append(heapq.heappop(self._waiting)[2])
        return due

    @property
    def next_due_seconds(self) -> float | None:
        """When the next entry is due; None: there is none."""
        return self._waiting[0][0] if self._waiting else None
