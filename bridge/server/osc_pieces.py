"""Requests and answers that are too long for one datagram, in pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bridge.errors import BusyError, RequestError, check_range
from bridge.server.osc_arguments import MOST_PARTS
from bridge.transports.osc.packets import Argument

PIECE_BYTES: Final = 8000
"""An answer that is longer goes in pieces of this size."""
MOST_OPEN: Final = 16
"""So many requests may be incomplete; then the oldest is dropped."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""The longest request that may come in pieces."""


@dataclass(slots=True)
class _Open:
    """A request of which pieces have come."""

    count: int
    pieces: dict[int, str] = field(default_factory=dict)


class Pieces:
    """Puts requests together."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int | str], _Open] = {}

    def take(self, host: str, arguments: tuple[Argument, ...]) -> None:
        """Take the arguments of `/segue/part`: ID INDEX COUNT PIECE.

        Args:
            host: who sent it; others may use the same id.
            arguments: as they came.

        Raises:
            RequestError: they are of another form, or the request would be too long.
        """
        match arguments:
            case (int() | str() as name, int() as index, int() as count, str() as piece):
                check_range("COUNT", count, 1, MOST_PARTS)
                check_range("INDEX", index, 0, count - 1)
                self._add(host, name, index, count, piece)
            case _:
                raise RequestError("/segue/part takes ID INDEX COUNT PIECE: i or s, i, i, s")

    def _add(self, host: str, name: int | str, index: int, count: int, piece: str) -> None:
        """Keep a piece; one that comes again, or of another count, begins anew or replaces."""
        found = self._open.pop((host, name), None)
        if found is None or found.count != count:
            found = _Open(count)
        found.pieces[index] = piece
        if sum(map(len, found.pieces.values())) > MOST_BYTES:
            raise BusyError(f"a request in pieces has at most {MOST_BYTES} bytes; use HTTP")
        self._open[host, name] = found
        while len(self._open) > MOST_OPEN:
            del self._open[next(iter(self._open))]

    def join(self, host: str, name: int | str, count: int) -> bytes:
        """Put a request together, and forget its pieces.

        Args:
            host: who sent it.
            name: the id of its pieces.
            count: how many there are.

        Raises:
            RequestError: some have not come.
        """
        found = self._open.get((host, name), _Open(count))
        missing = [index for index in range(count) if index not in found.pieces]
        if missing or found.count != count:
            shown = ", ".join(map(str, missing[:8]))
            raise RequestError(
                f"of {count} parts of id {name!r} some are missing: {shown}; send them, then the "
                "call again"
            )
        del self._open[host, name]
        return "".join(found.pieces[index] for index in range(count)).encode("utf-8", "replace")


def split(text: str) -> tuple[str, ...]:
    """Cut a text that is ASCII into pieces."""
    return tuple(text[at : at + PIECE_BYTES] for at in range(0, len(text), PIECE_BYTES))
