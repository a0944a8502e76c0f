"""Keeps what people say by a pad or pedal: the hub goes on while the store waits for the disk.

Whoever asks at a door is answered when it is kept; a pad waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.errors import SegueError
from bridge.operations.feedback import take_result
from bridge.operations.studio import Studio
from bridge.schema.live import LiveSettings, Take
from bridge.schema.rating import Rating

LIVE_DOOR = "live"
"""What a rating bears that came by a control or a verb."""


class RatingKeeper:
    """Hands ratings to the store, in a thread; belongs to the event loop.

    Args:
        studio: has the store, which is opened with the first rating.
        complain: is told in one line why a rating could not be kept; an empty one when it was.
    """

    def __init__(self, studio: Studio, complain: Callable[[str], None]) -> None:
        self._studio = studio
        self._complain = complain
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, take: Take, settings: LiveSettings) -> None:
        """Keep what was said of a take; returns at once."""
        result = take_result(take, settings)
        rating = Rating(result, take.rating, who=self._studio.who, door=LIVE_DOOR)
        task = asyncio.ensure_future(self._keep(rating))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Keep what is on its way, and let go of the store."""
        await asyncio.gather(*self._tasks)
        await asyncio.to_thread(self._studio.close)

    async def _keep(self, rating: Rating) -> None:
        async with self._turn:
            try:
                await asyncio.to_thread(lambda: self._studio.feedback.add(rating))
            except SegueError as error:
                self._complain(f"your rating was not kept: {error}")
            else:
                self._complain("")
