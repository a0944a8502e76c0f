"""The folder door: programs that may not talk to us leave files, and find the answers beside them.

`plugins/FOLDER.md` is the page for those who write one. Only operations on films come in here.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bridge.errors import BusyError, RequestError, SegueError, StorageError
from bridge.files.letterbox import Letter, Letterbox
from bridge.jobs.queue import job_error
from bridge.schema.job import Job
from bridge.server.forms import Body, Form, write_json
from bridge.server.office import Office
from bridge.server.tickets import Ticket

FOLDER_DOOR: Final = "folder"
"""What a rating bears that came in here."""
OPERATIONS: Final = ("film.analyze", "film.check", "film.cut", "film.find", "film.learn")
"""What may be asked; none replaces a file that is there."""
LOOK_SECONDS: Final = 0.25
"""How often it is looked whether something lies there."""
STALE_SECONDS: Final = 600.0
"""What was asked so long ago is no longer done: nobody expects it."""
MOST_OPEN: Final = 16
"""So many letters may be unanswered."""


class FolderDoor:
    """Looks into a folder, hands in what lies there at the office, and leaves the answers.

    Args:
        office: does what is asked.
        folder: where programs leave what they ask.
        complain: is told what keeps the door from working; empty: it works again.
        operations: what may be asked.

    Raises:
        RequestError: somebody else could write there, too.
        StorageError: the folder cannot be made.
    """

    def __init__(
        self,
        office: Office,
        folder: Path,
        complain: Callable[[str], None],
        *,
        operations: tuple[str, ...] = OPERATIONS,
    ) -> None:
        self._office = office
        self._complain = complain
        self._operations = operations
        self._box = Letterbox(folder)
        self._open: dict[str, Ticket] = {}
        self._told: dict[str, Job] = {}
        self._looking: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def folder(self) -> Path:
        """Where it looks."""
        return self._box.folder

    def open(self) -> None:
        """Begin to look."""
        self._looking = asyncio.get_running_loop().create_task(self._look_on())

    async def close(self) -> None:
        """Give up what is not answered; whoever asked is told."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for ticket in tuple(self._open.values()):
            ticket.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _look_on(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self.look(time.time())
            except StorageError as error:
                self._complain(str(error))
            else:
                self._complain("")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, now: float) -> None:
        """Look once: take what was asked and given up, and tell how the rest goes.

        Args:
            now: seconds since 1970.

        Raises:
            StorageError: the folder is gone, or the disk is full.
        """
        letters = await asyncio.to_thread(lambda: tuple(self._box.take(now)))
        for letter in letters:
            await self._take(letter)
        for letter_id in await asyncio.to_thread(self._box.withdrawn):
            if letter_id in self._open:
                self._open[letter_id].cancel()
        for letter_id, ticket in tuple(self._open.items()):
            if self._told.get(letter_id) != ticket.job:
                self._told[letter_id] = ticket.job
                content = write_json(ticket.job)
                await asyncio.to_thread(self._box.tell, letter_id, content)

    async def _take(self, letter: Letter) -> None:
        """Hand in what a letter asks."""
        try:
            name, request = self._read(letter)
            ticket = self._office.call(
                name, Body(json.dumps(request).encode()), form=Form.JSON, door=FOLDER_DOOR
            )
        except SegueError as error:
            await self._leave(letter.id, {"error": json.loads(write_json(job_error(error)))})
            return
        self._open[letter.id] = ticket
        task = asyncio.get_running_loop().create_task(self._answer(letter.id, ticket))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def _read(self, letter: Letter) -> tuple[str, dict[str, Any]]:
        """Give the operation and the request of a letter."""
        if letter.content is None:
            raise RequestError("what you left is no plain file of yours, or longer than 1 MB")
        if letter.age_seconds > STALE_SECONDS:
            raise RequestError("Segue was not there when you asked; ask again")
        if letter.id in self._open or len(self._open) >= MOST_OPEN:
            raise BusyError(f"{len(self._open)} letters wait for their answers; wait for some")
        try:
            plain = json.loads(letter.content)
            name, request = plain["operation"], plain["request"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RequestError(
                'a letter says {"operation": "film.cut", "request": {..}}, in JSON'
            ) from error
        if name not in self._operations or not isinstance(request, dict):
            raise RequestError(
                f"{str(name)[:80]!r} may not be asked here; {', '.join(self._operations)} may"
            )
        return name, request

    async def _answer(self, letter_id: str, ticket: Ticket) -> None:
        """Wait for the result, and leave it."""
        try:
            answer = {"answer": json.loads(await ticket.result())}
        except SegueError as error:
            answer = {"error": json.loads(write_json(job_error(error)))}
        self._open.pop(letter_id, None)
        self._told.pop(letter_id, None)
        await self._leave(letter_id, answer)

    async def _leave(self, letter_id: str, answer: dict[str, Any]) -> None:
        """Leave an answer; where that is not possible, the next look says why."""
        with suppress(StorageError):
            await asyncio.to_thread(self._box.answer, letter_id, json.dumps(answer).encode())
