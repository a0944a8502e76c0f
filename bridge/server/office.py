"""Where every door hands in what it is asked: one place, one order, one list of jobs.

Operations that need what is played live run here, in the hub, and are quick. All others run in the
studio process; it is started again when it dies or hangs. Everything here belongs to the event loop
that `open` was awaited on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bridge.errors import CancelledError, RequestError, SegueError, WorkerError
from bridge.jobs.queue import ENDED, JobQueue
from bridge.operations.studio import Studio
from bridge.operations.table import find_operation
from bridge.schema.job import Job, JobState
from bridge.schema.rating import FeedbackPlace
from bridge.server.forms import Body, Form, read_request, write_result
from bridge.server.studio_link import Starter, StudioLink
from bridge.server.studio_process import (
    LANES,
    Advanced,
    Answer,
    Answered,
    Do,
    Ended,
    Finder,
    GiveUp,
    Loaded,
    News,
    Next,
    Opened,
    Refused,
    Started,
    run_studio,
)
from bridge.server.tickets import Ticket
from bridge.transports.child import Child

HUB_LANE: Final = "hub"
"""The lane of what is done here, at once."""
LOCAL_ROOMS: Final = ("live", "map", "plugins", "feedback")
"""Rooms whose operations run in the hub."""
PATIENT: Final = ("feedback", "live.rate")
"""Those of them, rooms or operations, that wait for the disk: a thread of the hub does them."""
MOST_LOCAL_BYTES: Final = 256_000
"""A larger request to one of them is refused: the hub must not be held up."""
HANG_SECONDS: Final = 30.0
"""A studio process that is busy and says nothing for so long hangs."""
_START_SECONDS: Final = 60.0
"""So long may it take to start, on a slow disk, before that counts."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A result that is kept, as it will be fetched."""

    content: bytes
    """What came out."""
    form: Form
    """How it is written."""


def starter_of(
    models: Path | None, find: Finder = find_operation, *, place: FeedbackPlace | None = None
) -> Starter:
    """Give what starts a real studio process.

    Args:
        models: folder of models; None: those that came with Segue.
        find: gives the operation of a name; a function of a module.
        place: where feedback is kept; None: where the environment says.
    """
    return lambda: Child(run_studio, models, find, place, name="the studio process")


@dataclass(slots=True)
class _Lane:
    """What is asked of one lane of the studio process, in order."""

    waiting: deque[tuple[Ticket, Do | Next]] = field(default_factory=deque)
    busy: Ticket | None = None
    heard_seconds: float = 0.0
    watch: asyncio.TimerHandle | None = None


class Office:
    """Takes what is asked, and has it done."""

    def __init__(
        self,
        *,
        local: Studio | None = None,
        local_rooms: tuple[str, ...] = LOCAL_ROOMS,
        find: Finder = find_operation,
        starter: Starter | None = None,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        """Make an office that is closed: it takes calls, and does them when it is open.

        Args:
            local: what operations of the hub's own rooms work with; None: nothing is played live.
            local_rooms: rooms whose operations run in the hub.
            find: gives the operation of a name; the studio process has one of its own.
            starter: starts the studio process; None: one with the models that came with Segue.
            hang_seconds: a studio process that is busy and silent for so long is started again.
        """
        self.jobs: Final = JobQueue()
        self._local = local or Studio()
        self._local_rooms = local_rooms
        self.patient: tuple[str, ...] = PATIENT
        """Rooms and operations of the hub that wait for the disk."""
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._find = find
        self._hang_seconds = hang_seconds
        self._starter = starter or starter_of(None)
        self._lanes = {name: _Lane() for name in LANES}
        self._tickets: dict[str, tuple[Ticket, str]] = {}
        self._link: StudioLink | None = None
        self._is_open = False
        self._has_started = False
        self._is_loaded = asyncio.Event()
        self.jobs.listen(self._note)

    async def open(self) -> None:
        """Start the studio process; what was asked before is done now."""
        self._is_open = True
        self._start()
        self._pump_all()

    async def loaded(self) -> None:
        """Wait until the models that are loaded ahead are there."""
        await self._is_loaded.wait()

    async def close(self) -> None:
        """End the studio process; whoever still waits is told."""
        self._is_open = False
        for ticket, _ in tuple(self._tickets.values()):
            self._fail(ticket, WorkerError("Segue is shutting down; ask again when it runs"))
        link, self._link = self._link, None
        if link is not None:
            await link.close()
        await asyncio.to_thread(self._behind.shutdown)

    def call(
        self,
        name: str,
        request: object = None,
        *,
        lane: str = "jobs",
        form: Form = Form.NOUN,
        door: str = "",
    ) -> Ticket:
        """Have an operation done; returns at once.

        Args:
            name: `room.verb`.
            request: the operation's request, its plain form, or a `Body`; None: all defaults.
            lane: `live`, which never waits for long jobs, or `jobs`.
            form: how the result, or each item of a stream, is wanted; what is JSON or MIDI can
                also be fetched later, by the job's id.
            door: where it came in: `http`, `osc`; empty: it is our own wish.

        Raises:
            NotFoundError: there is no such operation; the message names those nearby.
            BusyError: too many jobs wait already.
        """
        operation = self._find(name)
        is_local = operation.room in self._local_rooms
        job = self.jobs.submit(operation.name, lane=HUB_LANE if is_local else lane)
        ticket = Ticket(self, job, operation, form)
        self._tickets[job.id] = (ticket, lane)
        request = {} if request is None else request
        if is_local and {operation.room, operation.name} & set(self.patient):
            self._do_behind(ticket, request, door)
        elif is_local:
            self._do_here(ticket, request, door)
        else:
            self._put(ticket, lane, Do(job.id, name, request, form, lane, door))
        return ticket

    def give_up(self, job_id: str) -> Job:
        """Give a job up by its id; one that has ended stays as it is.

        Raises:
            NotFoundError: there is no such job.
        """
        job = self.jobs.job(job_id)
        if job_id in self._tickets:
            self.cancel(self._tickets[job_id][0])
            job = self.jobs.job(job_id)
        return job

    def result(self, job_id: str) -> Written:
        """Give what came out of a job that was asked for in JSON or MIDI.

        Raises:
            NotFoundError: there is no such job, or its result is no longer kept.
            RequestError: it is not done yet, or it has failed.
        """
        kept: Written = self.jobs.result(job_id)
        return kept

    def cancel(self, ticket: Ticket) -> None:
        """Give a job up; its ticket is told at once, the work stops at its next progress."""
        if ticket.job.id in self._tickets:
            if self._link is not None:
                self._link.send(GiveUp(ticket.job.id))
            self._fail(ticket, CancelledError(f"job {ticket.job.id} was cancelled"))

    def ask_next(self, ticket: Ticket) -> None:
        """Have the next item of a stream made."""
        entry = self._tickets.get(ticket.job.id)
        if entry is not None:
            _, lane = entry
            self._put(ticket, lane, Next(ticket.job.id, lane))

    def _do_here(self, ticket: Ticket, request: object, door: str) -> None:
        """Do a quick operation in the hub."""
        self.jobs.begin(ticket.job.id)
        self._settle(ticket, lambda: self._local_result(ticket, request, door))

    def _do_behind(self, ticket: Ticket, request: object, door: str) -> None:
        """Do an operation in a thread of the hub, after those before it: the stage goes on."""
        self.jobs.begin(ticket.job.id)
        loop = asyncio.get_running_loop()
        result = loop.run_in_executor(self._behind, self._local_result, ticket, request, door)
        result.add_done_callback(lambda done: self._take_from_behind(ticket, done))

    def _take_from_behind(self, ticket: Ticket, done: asyncio.Future[Any]) -> None:
        if ticket.job.id in self._tickets:
            self._settle(ticket, done.result)
        elif not done.cancelled():
            done.exception()  # who asked has given up: nobody is told

    def _local_result(self, ticket: Ticket, request: object, door: str) -> Any:
        """Do an operation of the hub's own, and give what comes of it as it is wanted."""
        if isinstance(request, Body) and len(request.content) > MOST_LOCAL_BYTES:
            raise RequestError(f"the request has over {MOST_LOCAL_BYTES} bytes; shorten it")
        studio = self._local.for_job(door=door)
        noun = ticket.operation(read_request(ticket.operation, request), studio)
        return write_result(noun, ticket.form)

    def _settle(self, ticket: Ticket, result: Callable[[], Any]) -> None:
        """End a job of the hub's own: well, or with what went wrong."""
        try:
            self._finish(ticket, result())
        except SegueError as error:
            self._fail(ticket, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one job only
            _log.error("%s failed", ticket.operation.name, exc_info=error)
            self._fail(ticket, SegueError(f"this is a bug: {type(error).__name__}: {error}"))

    def _put(self, ticket: Ticket, lane_name: str, command: Do | Next) -> None:
        """Have the studio process do something after all that was put into that lane before."""
        lane = self._lanes[lane_name]
        lane.waiting.append((ticket, command))
        self._start()
        self._pump(lane)

    def _start(self) -> None:
        """Start the studio process, if it should run and does not."""
        if self._is_open and self._link is None:
            self._has_started = False
            self._is_loaded.clear()
            self._link = StudioLink(self._starter, hear=self._hear, lost=self._on_lost)

    def _pump_all(self) -> None:
        for lane in self._lanes.values():
            self._pump(lane)

    def _pump(self, lane: _Lane) -> None:
        """Send what comes next in a lane, if the lane is free."""
        while self._link is not None and lane.busy is None and lane.waiting:
            ticket, command = lane.waiting.popleft()
            if ticket.job.state in ENDED:
                continue
            lane.busy = ticket
            self._link.send(command)
            self._watch(lane)
            if isinstance(command, Do):
                self.jobs.begin(ticket.job.id)

    def _hear(self, news: News) -> None:
        """Take what the studio process says."""
        self._has_started = True
        match news:
            case Started():
                for lane in self._lanes.values():
                    lane.heard_seconds = asyncio.get_running_loop().time()
            case Loaded():
                self._is_loaded.set()
            case _:
                for lane in self._lanes.values():
                    if lane.busy is not None and lane.busy.job.id == news.job_id:
                        self._hear_of(lane, lane.busy, news)

    def _hear_of(self, lane: _Lane, ticket: Ticket, news: Advanced | Answer) -> None:
        """Take what the studio process says of what a lane does."""
        lane.heard_seconds = asyncio.get_running_loop().time()
        is_wanted = ticket.job.id in self._tickets
        if isinstance(news, Advanced):
            if is_wanted:
                self.jobs.advance(news.job_id, news.done, news.total, news.what)
            return
        self._free(lane)
        if is_wanted:
            self._take(ticket, news)
        self._pump(lane)

    def _take(self, ticket: Ticket, answer: Answer) -> None:
        """Pass an answer on to whoever waits for it."""
        match answer:
            case Answered(result=result) if ticket.is_stream:
                ticket.give(result)
            case Answered(result=result):
                self._finish(ticket, result)
            case Opened():
                pass
            case Ended():
                self._finish(ticket)
            case Refused(error=error, details=details):
                if details:
                    _log.error("%s failed\n%s", ticket.operation.name, details)
                self._fail(ticket, error)

    def _finish(self, ticket: Ticket, result: Any = None) -> None:
        """End a job well; a result that is written is kept."""
        job_id = ticket.job.id
        written = Written(result, ticket.form) if isinstance(result, bytes) else None
        self.jobs.finish(job_id, written, size_bytes=len(result) if written else 0)
        del self._tickets[job_id]
        if not ticket.is_stream:
            ticket.give(result)
        ticket.settle()

    def _fail(self, ticket: Ticket, error: SegueError) -> None:
        """End a job with an error."""
        self.jobs.fail(ticket.job.id, error)
        del self._tickets[ticket.job.id]
        ticket.settle(error)

    def _note(self, job: Job) -> None:
        """Tell a ticket of its job."""
        if job.id in self._tickets:
            self._tickets[job.id][0].note(job)

    def _watch(self, lane: _Lane) -> None:
        """Look after a lane that has begun something, until it is free."""
        loop = asyncio.get_running_loop()
        lane.heard_seconds = loop.time()
        lane.watch = loop.call_later(self._hang_seconds, self._look, lane)

    def _look(self, lane: _Lane) -> None:
        """End the studio process if it hangs in a lane."""
        loop = asyncio.get_running_loop()
        allowed_seconds = self._hang_seconds if self._has_started else _START_SECONDS
        left_seconds = lane.heard_seconds + allowed_seconds - loop.time()
        if left_seconds > 0:
            lane.watch = loop.call_later(left_seconds, self._look, lane)
        elif self._link is not None:
            _log.error("the studio process hangs: it is started again")
            self._link.strike()

    def _free(self, lane: _Lane) -> None:
        lane.busy = None
        if lane.watch is not None:
            lane.watch.cancel()
            lane.watch = None

    def _on_lost(self) -> None:
        """Fail what was begun, and start another process; what waited is done by that one."""
        if self._link is None:
            return
        self._link = None
        for lane in self._lanes.values():
            self._free(lane)
        for ticket, _ in tuple(self._tickets.values()):
            if not self._has_started:
                self._fail(ticket, WorkerError("the studio process cannot be started; see the log"))
            elif ticket.job.state is not JobState.WAITING:
                what = f"the studio process died while it did {ticket.operation.name}"
                self._fail(ticket, WorkerError(f"{what}; it is started again: ask once more"))
        if self._is_loaded.is_set() or self._tickets:
            self._start()
        self._pump_all()
