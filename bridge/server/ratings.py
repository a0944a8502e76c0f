"""Keeps what people think of takes, without holding up the hub: the store waits for the disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bridge.errors import SegueError
from bridge.feedback.store import RatingStore
from bridge.schema.codec import to_plain
from bridge.schema.live import LiveSettings, Take
from bridge.schema.rating import Rating


class RatingKeeper:
    """Hands ratings to the store, in a thread; belongs to the event loop.

    Args:
        path: of the store; it is opened with the first rating.
        complain: is told in one line why a rating could not be kept; an empty one when it was.
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain
        self._store: RatingStore | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, take: Take, settings: LiveSettings) -> None:
        """Keep what was said of a take; returns at once."""
        rating = Rating(
            subject=f"live.{take.mode.value}",
            score=take.rating,
            rated_at=datetime.now(UTC).isoformat(timespec="seconds"),
            noun_json=json.dumps(to_plain(take.music)),
            request_json=json.dumps(to_plain(settings)),
            take_number=take.number,
        )
        task = asyncio.ensure_future(self._keep(rating))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Keep what is on its way, and let go of the store."""
        await asyncio.gather(*self._tasks)
        if self._store is not None:
            await asyncio.to_thread(self._store.close)

    async def _keep(self, rating: Rating) -> None:
        async with self._turn:
            try:
                await asyncio.to_thread(self._write, rating)
            except SegueError as error:
                self._complain(f"your rating was not kept: {error}")
            else:
                self._complain("")

    def _write(self, rating: Rating) -> None:
        if self._store is None:
            self._store = RatingStore(self._path)
        self._store.rate(rating)
