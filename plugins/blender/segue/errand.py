"""What is asked of Segue, from the first request to the answer, and several things in a row."""

import re
import time
from collections.abc import Generator
from typing import Any, Final, NamedTuple

from .trouble import BridgeError, GoneError, strange
from .wire import PATIENCE_SECONDS, Call, Door, read_json

PAUSE_SECONDS: Final = 0.12
"""Between two looks at a job."""
_JOB: Final = re.compile(r"/jobs/[\w-]{1,80}", re.ASCII)
_STATES: Final = ("waiting", "running", "done", "failed", "cancelled")


class Ask(NamedTuple):
    """One operation, and its request."""

    operation: str
    """`room.verb`."""
    request: dict[str, Any]
    """Its fields."""


class Errand:
    """One operation that Segue was asked for."""

    def __init__(self, door: Door, ask: Ask) -> None:
        self.answer: object = None
        self.words = "asking Segue"
        self.share = 0.0
        self._door = door
        self._job = ""
        self._not_before_seconds = 0.0
        self._take = self._take_first
        self._call: Call | None = self._to("POST", "/" + ask.operation.replace(".", "/"), ask)

    def poll(self) -> bool:
        """Move on; says whether `answer` is there.

        Raises:
            BridgeError: it failed, in words for a person.
        """
        if self._call is None:
            if time.monotonic() < self._not_before_seconds:
                return False
            self._call = self._to("GET", self._job)
        call = self._call
        if not call.poll():
            return False
        self._call = None
        return self._take(call)

    def wait(self, seconds: float) -> None:
        """Wait a little: only for those who may wait."""
        if self._call is not None:
            self._call.wait(seconds)
        else:
            time.sleep(min(seconds, PAUSE_SECONDS))

    def give_up(self) -> Call | None:
        """Hang up; gives the request that ends the job, for whoever polls it."""
        if self._call is not None:
            self._call.close()
        return farewell(self._door, self._job) if self._job else None

    def _to(self, method: str, path: str, ask: Ask | None = None) -> Call:
        return Call(self._door, method, path, ask.request if ask else None, PATIENCE_SECONDS)

    def _take_first(self, call: Call) -> bool:
        content = read_json(call.reply)
        if call.reply.status != 202:
            self.answer = content
            return True
        job = call.reply.headers.get("location", "")
        if not _JOB.fullmatch(job):
            raise strange("a job has no address")
        self._job, self._take = job, self._take_job
        return self._look(content)

    def _take_job(self, call: Call) -> bool:
        if call.reply.status == 404:
            raise GoneError("Segue was started anew and forgot what it did; ask again")
        return self._look(read_json(call.reply))

    def _take_result(self, call: Call) -> bool:
        self.answer = read_json(call.reply)
        return True

    def _look(self, job: object) -> bool:
        """Look how far a job is."""
        if not isinstance(job, dict) or job.get("state") not in _STATES:
            raise strange("a job has no state")
        if job["state"] == "done":
            self._take = self._take_result
            self._call = self._to("GET", self._job + "/result")
        elif job["state"] in ("failed", "cancelled"):
            raise BridgeError(why(job))
        else:
            self._not_before_seconds = time.monotonic() + PAUSE_SECONDS
            self.words, self.share = told(job)
        return False


def farewell(door: Door, job: str) -> Call | None:
    """Begin to end a job; None where nobody is there any more."""
    try:
        return Call(door, "DELETE", job, patience_seconds=2.0)
    except GoneError:
        return None


def why(job: dict[str, Any]) -> str:
    """Say why a job came to nothing."""
    error = job.get("error")
    words = error.get("message") if isinstance(error, dict) else None
    return words[:400] if isinstance(words, str) and words else "Segue gave this up; ask again"


def told(job: dict[str, Any]) -> tuple[str, float]:
    """Say how far a job is: `making: 3 of 6 people`, and as a share."""
    done, total, what = job.get("done"), job.get("total"), job.get("what")
    if job["state"] == "waiting":
        return "waiting for its turn", 0.0
    if not isinstance(what, str) or not what:
        return "working", 0.0
    if not isinstance(done, int) or not isinstance(total, int) or total < 1:
        return f"working: {what[:40]}", 0.0
    return f"{done} of {total} {what[:40]}", min(max(done / total, 0.0), 1.0)


class Pause:
    """A moment in which nothing is asked."""

    def __init__(self, seconds: float, words: str) -> None:
        self.answer: object = None
        self.words, self.share = words, 0.0
        self._until_seconds = time.monotonic() + seconds

    def poll(self) -> bool:
        """Say whether it is over."""
        return time.monotonic() >= self._until_seconds

    def wait(self, seconds: float) -> None:
        """Wait a little: only for those who may wait."""
        time.sleep(seconds)

    def give_up(self) -> None:
        """Leave off: nobody has to be told."""


Steps = Generator[Ask | Pause, Any, str]
"""What is asked one after the other, and in the end what to say to a person."""


class Work:
    """Steps on their way: each gets the answer to what it asked."""

    def __init__(self, steps: Steps, door: Door) -> None:
        self.words, self.share = "asking Segue", 0.0
        self.said = ""
        self._steps, self._door = steps, door
        self._errand: Errand | Pause | None = None
        self._is_begun = False

    def poll(self) -> bool:
        """Move on; says whether all is done, and `said` what came of it.

        Raises:
            BridgeError: it failed, in words for a person.
        """
        if not self._is_begun:
            self._is_begun = True
            return self._next(None)
        errand = self._errand
        if errand is None:
            return True
        try:
            is_done = errand.poll()
        except GoneError as error:  # some steps know what to do about it
            return self._next(error)
        self.words, self.share = errand.words, errand.share
        return is_done and self._next(errand.answer)

    def run(self, timeout_seconds: float) -> str:
        """Do it all, and wait for it.

        Raises:
            BridgeError: it failed, or took longer.
        """
        deadline_seconds = time.monotonic() + timeout_seconds
        while not self.poll():
            if time.monotonic() > deadline_seconds:
                finish(self.give_up())
                raise BridgeError(f"this took longer than {timeout_seconds:g} s; allow it more")
            if self._errand is not None:
                self._errand.wait(0.05)
        return self.said

    def give_up(self) -> Call | None:
        """Leave off; gives the request that ends the job, for whoever polls it."""
        self._steps.close()
        errand, self._errand = self._errand, None
        return errand.give_up() if errand is not None else None

    def _next(self, answer: object) -> bool:
        while True:
            self._errand = None
            try:
                wanted = self._answer(answer)
            except StopIteration as end:
                self.said = end.value
                return True
            try:
                self._errand = wanted if isinstance(wanted, Pause) else Errand(self._door, wanted)
            except GoneError as error:
                answer = error
            else:
                return False

    def _answer(self, answer: object) -> Ask | Pause:
        if isinstance(answer, GoneError):
            return self._steps.throw(answer)
        return self._steps.send(answer)


def finish(call: Call | None) -> None:
    """Wait until a farewell has gone out; that Segue is gone by then changes nothing."""
    try:
        while call is not None and not call.poll():
            call.wait(0.05)
    except BridgeError:
        return
