"""The jobs of a server: who waits, who runs, how far each is, and what came out.

Nothing here runs anything, reads a clock or knows a wire: whoever does the work says how it goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.errors import BusyError, CancelledError, NotFoundError, RequestError, SegueError
from bridge.schema.job import Job, JobError, JobState

MOST_ENDED: Final = 200
"""So many jobs of each lane are remembered after their end."""
MOST_KEPT_BYTES: Final = 8_000_000
"""So large are the results that are kept, together; the latest is kept whatever its size."""
MOST_WAITING: Final = 256
"""So many may wait in one lane; whoever comes then is sent away."""

ENDED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""The states that a job never leaves."""

Listener = Callable[[Job], None]
"""Hears of a job each time that something about it changes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A result that can be fetched."""

    result: Any
    """As whoever did the work gave it."""
    size_bytes: int
    """What it takes, near enough."""


class JobQueue:
    """Every job of a server, in lanes; one lane's jobs are done one after the other."""

    def __init__(
        self,
        *,
        most_ended: int = MOST_ENDED,
        most_kept_bytes: int = MOST_KEPT_BYTES,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        """Begin without jobs.

        Args:
            most_ended: so many of each lane are remembered after their end.
            most_kept_bytes: so large are the results that are kept, together.
            most_waiting: so many may wait in one lane.
        """
        self._most_ended = most_ended
        self._most_kept_bytes = most_kept_bytes
        self._most_waiting = most_waiting
        self._jobs: dict[str, Job] = {}
        self._lanes: dict[str, str] = {}
        self._kept: dict[str, Kept] = {}
        self._listeners: list[Listener] = []
        self._numbers = itertools.count(1)

    def submit(self, operation: str, *, lane: str) -> Job:
        """Take a job; it waits until `begin`.

        Raises:
            BusyError: too many wait in that lane.
        """
        waiting = sum(
            job.state is JobState.WAITING and self._lanes[job.id] == lane
            for job in self._jobs.values()
        )
        if waiting >= self._most_waiting:
            raise BusyError(
                f"{waiting} jobs wait already; cancel some, or ask again when they are done"
            )
        job = Job(id=str(next(self._numbers)), operation=operation, state=JobState.WAITING)
        self._lanes[job.id] = lane
        return self._tell(job)

    def begin(self, job_id: str) -> None:
        """Note that a job is being done."""
        self._change(job_id, state=JobState.RUNNING)

    def advance(self, job_id: str, done: int, total: int, what: str) -> None:
        """Note how far a job is."""
        self._change(job_id, done=done, total=total, what=what)

    def finish(self, job_id: str, result: Any = None, *, size_bytes: int = 0) -> None:
        """Note that a job is done.

        Args:
            job_id: which.
            result: kept for whoever fetches it later; None: there is none to be fetched.
            size_bytes: what the result takes, near enough.
        """
        if result is not None and self.job(job_id).state not in ENDED:
            self._kept[job_id] = Kept(result, size_bytes)
        self._change(job_id, state=JobState.DONE)

    def fail(self, job_id: str, error: SegueError) -> None:
        """Note why a job ended without a result."""
        if isinstance(error, CancelledError):
            self._change(job_id, state=JobState.CANCELLED, error=job_error(error))
        else:
            self._change(job_id, state=JobState.FAILED, error=job_error(error))

    def job(self, job_id: str) -> Job:
        """Give a job as it stands.

        Raises:
            NotFoundError: there is none of that id, or it ended too long ago.
        """
        if job_id not in self._jobs:
            raise NotFoundError(
                f"no job {job_id}; the last {self._most_ended} that ended are remembered"
            )
        return self._jobs[job_id]

    def jobs(self) -> tuple[Job, ...]:
        """Give all jobs that are remembered, the oldest first."""
        return tuple(self._jobs.values())

    def lane(self, job_id: str) -> str:
        """Give the lane of a job that is remembered."""
        return self._lanes[job_id]

    def result(self, job_id: str) -> Any:
        """Give what came out of a job.

        Raises:
            NotFoundError: there is no such job, or its result is no longer kept.
            RequestError: it is not done yet, or it has failed.
        """
        job = self.job(job_id)
        if job_id in self._kept:
            return self._kept[job_id].result
        if job.state is JobState.DONE:
            raise NotFoundError(f"the result of job {job_id} is no longer kept; ask again")
        reason = f" ({job.error.kind}: {job.error.message})" if job.error else ""
        raise RequestError(f"job {job_id} has no result: it is {job.state}{reason}")

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have every change told; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _change(self, job_id: str, **changes: Any) -> None:
        """Change a job, unless it has ended."""
        job = self.job(job_id)
        if job.state in ENDED:
            return
        self._tell(replace(job, **changes))
        if self._jobs[job_id].state in ENDED:
            self._forget_old_ones(self._lanes[job_id])

    def _tell(self, job: Job) -> Job:
        self._jobs[job.id] = job
        for listener in tuple(self._listeners):
            listener(job)
        return job

    def _forget_old_ones(self, lane: str) -> None:
        """Let the oldest results and jobs go where there are too many."""
        while (
            len(self._kept) > 1
            and sum(kept.size_bytes for kept in self._kept.values()) > self._most_kept_bytes
        ):
            del self._kept[next(iter(self._kept))]
        ended = [
            job.id
            for job in self._jobs.values()
            if job.state in ENDED and self._lanes[job.id] == lane
        ]
        for job_id in ended[: max(0, len(ended) - self._most_ended)]:
            del self._jobs[job_id], self._lanes[job_id]
            self._kept.pop(job_id, None)


def job_error(error: SegueError) -> JobError:
    """Give an error as every door tells it."""
    return JobError(
        kind=type(error).__name__,
        message=" ".join(str(error).split()),
        status=error.http_status,
    )
