"""Keeps what people say by a pad or pedal: the hub goes on while the store waits for the disk.

Whoever asks at a door is answered when it is kept; a pad waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.errors import SegueError
from bridge.operations.feedback import take_result
from bridge.operations.studio import Stage, Studio
from bridge.schema.live import LiveSettings, LiveStatus, LiveVerb, Take
from bridge.schema.rating import Rating

LIVE_DOOR = "live"
"""What a rating bears that came by a control or a verb."""


class StageFromBehind:
    """The stage, for operations that run in a thread beside the event loop.

    Args:
        stage: belongs to the event loop; what may change meanwhile is given as it is now.
        loop: where takes are marked.
    """

    def __init__(self, stage: Stage, loop: asyncio.AbstractEventLoop) -> None:
        self._stage = stage
        self._loop = loop

    def status(self) -> LiveStatus:
        """Say how things stand."""
        return self._stage.status()

    def settings(self) -> LiveSettings:
        """Give what is set."""
        return self._stage.settings()

    def change(self, settings: LiveSettings) -> None:
        """Set everything; only from the event loop."""
        self._stage.change(settings)

    def perform(self, verb: LiveVerb) -> None:
        """Do something at once; only from the event loop."""
        self._stage.perform(verb)

    def takes(self) -> tuple[Take, ...]:
        """Give the last takes, the latest first."""
        return self._stage.takes()

    def mark(self, number: int, rating: int) -> None:
        """Show on a take what somebody thinks of it, a moment later."""
        self._loop.call_soon_threadsafe(self._stage.mark, number, rating)


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
