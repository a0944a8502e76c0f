"""A Ray cluster that does many items side by side, each the same kind of work.

It is asked as a crew is, and tells the same events. Each item is a task of its own. One that was
running on a node that died is begun again elsewhere, so a task may run more than once; what it gave
is taken from it once, by whoever asked, and then it never runs again.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import pickle
import platform
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from bridge.errors import NotFoundError, RequestError, SegueError, WorkerError
from bridge.jobs.crew import (
    PATIENCE_SECONDS,
    TURNS,
    Advanced,
    Begun,
    Done,
    Event,
    Failed,
    Waiting,
)
from bridge.jobs.crew_member import Finished, Refused, Task, Told, do_turn

RETRIES: Final = 3
"""A task is begun again so often after its node or its process died."""
_TICK_SECONDS: Final = 0.5
_REACH_SECONDS: Final = 5.0
_TOLD_EVERY_SECONDS: Final = 0.5
_COUNT_EVERY_SECONDS: Final = 5.0
_AHEAD: Final = 2
"""So many items are handed out for each core: the next one waits on its node already."""
_SILENT: Final = {"RAY_DEDUP_LOGS": "1", "RAY_DEDUP_LOGS_SKIP_REGEX": ".*"}
"""Keeps Ray from writing on our stdout what happens to its nodes; it reads this at its import."""
_NO_CLIENT_SERVER: Final = "Starting Ray client server failed"
"""What a cluster says when the server for a client from outside did not start."""
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 2.0
_FORMS: Final = "auto, HOST:PORT or ray://HOST:PORT"


@dataclass(frozen=True, slots=True)
class _Unfit:
    """A node cannot do items of this kind at all."""

    error: SegueError
    """Why."""
    node: str
    """Its host."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """The last that was heard of an item."""

    node: str
    """Ray's id of the node that does it, in hex."""
    told: Told | None
    """How far it is; None: it has begun."""


class _Board:
    """Where nodes write how far they are; what is lost with it is only that."""

    def __init__(self) -> None:
        self._heard: dict[int, _Heard] = {}

    def write(self, number: int, heard: _Heard) -> None:
        """Put up the last that is to be known of an item."""
        self._heard[number] = heard

    def take(self) -> dict[int, _Heard]:
        """Take down what is there."""
        heard, self._heard = self._heard, {}
        return heard


@dataclass(slots=True)
class _InWork:
    """An item that was handed out."""

    number: int
    item: Any
    node: str = ""
    """Ray's id of the node that does it; empty: none has begun."""
    has_begun: bool = False
    """It was told that it has."""
    heard_seconds: float = 0.0


class RayCrew:
    """The nodes of a Ray cluster, which do items of one kind.

    Each needs the same version of this package, and sees files under the same paths as we do.

    Args:
        prepare: a function of a module; called once in each process, it gives what does an item.
        arguments: what it is called with; picklable.
        address: of the cluster: `auto`, `HOST:PORT` of its head, or `ray://HOST:PORT`.
        size: how many items are handed out at once, >= 1; None: two for each core of the cluster,
            counted anew as nodes come and go.
        turns: a process does so many items, and is then replaced.
        patience_seconds: an item of which nothing is heard for so long hangs.
    """

    def __init__(
        self,
        prepare: Callable[..., Task],
        *arguments: object,
        address: str,
        size: int | None = None,
        turns: int = TURNS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        _check_form(address)
        self._begin_with = pickle.dumps((prepare, arguments))
        self._address = address
        self._size = size
        self._turns = turns
        self._patience_seconds = patience_seconds

    def work(self, items: Iterable[Any]) -> Generator[Event, None, None]:
        """Do items, in any order; whoever asks for no more ends those in work at once.

        Args:
            items: picklable; taken one by one, as there is room. It is asked again whenever an
                item has ended, also after it said that there are no more.

        Yields:
            What happens to each, `Done` or `Failed` last, and that once.

        Raises:
            NotFoundError: Ray is not installed here.
            RequestError: the cluster runs another version of Ray or of Python.
            WorkerError: it cannot be reached, or one of its nodes cannot do this work.
        """
        with connected(self._address) as ray:
            shift = _Shift(ray, self._begin_with, self._turns, self._patience_seconds)
            try:
                yield from self._keep_busy(shift, iter(items))
            finally:
                shift.leave()

    def _keep_busy(self, shift: _Shift, waiting: Iterator[Any]) -> Iterator[Event]:
        while True:
            room = (self._size or _AHEAD * shift.core_count()) - len(shift.in_work)
            for item in itertools.islice(waiting, max(0, room)):
                shift.hand_out(item)
            if not shift.in_work:
                return
            ended = shift.next_ended()
            yield from shift.news()
            yield from shift.give_up_who_hangs()
            if ended is None:
                yield Waiting()
            else:
                yield from shift.end(ended)


class _Shift:
    """What is in work on a cluster now."""

    def __init__(
        self, ray: ModuleType, begin_with: bytes, turns: int, patience_seconds: float
    ) -> None:
        self._ray: Any = ray
        self._patience_seconds = patience_seconds
        self._begin_with = ray.put(begin_with)
        self._board = _board_beside_us(ray)
        self._asked: Any = None
        self._task = ray.remote(num_cpus=1, max_retries=RETRIES, max_calls=turns)(_turn)
        self._numbers = itertools.count()
        self._cores = (0, -_COUNT_EVERY_SECONDS)
        self.in_work: dict[Any, _InWork] = {}
        """By Ray's reference to what will come of it."""

    def core_count(self) -> int:
        """Say how many cores the cluster has, as of a moment ago; at least 1."""
        count, counted_seconds = self._cores
        now = time.monotonic()
        if now - counted_seconds >= _COUNT_EVERY_SECONDS:
            count = int(self._ray.cluster_resources().get("CPU", 0))
            self._cores = (count, now)
        return max(1, count)

    def hand_out(self, item: Any) -> None:
        """Have an item done as soon as a core is free."""
        number = next(self._numbers)
        reference = self._task.remote(self._begin_with, item, self._board, number)
        self.in_work[reference] = _InWork(number, item)

    def next_ended(self) -> Any | None:
        """Wait a moment for an item to end; give its reference, or None."""
        ended, _ = self._ray.wait(list(self.in_work), num_returns=1, timeout=_TICK_SECONDS)
        return ended[0] if ended else None

    def news(self) -> Iterator[Event]:
        """Say what was heard of items since the last time."""
        heard = self._taken()
        for one in tuple(self.in_work.values()):
            if one.number in heard:
                yield from self._hear(one, heard[one.number])

    def _taken(self) -> dict[int, _Heard]:
        """Take what is on the board, if it has answered; nobody waits for it."""
        if self._asked is None:
            self._asked = self._board.take.remote()
        answered, _ = self._ray.wait([self._asked], timeout=0)
        if not answered:
            return {}
        self._asked = None
        try:
            heard: dict[int, _Heard] = self._ray.get(answered[0])
        except self._ray.exceptions.RayError:  # it died with its node, and is being restored
            return {}
        return heard

    def _hear(self, one: _InWork, heard: _Heard) -> Iterator[Event]:
        one.node, one.heard_seconds = heard.node, time.monotonic()
        yield from self._begin(one)
        if heard.told is not None:
            yield Advanced(one.item, heard.told.done, heard.told.total, heard.told.what)

    def _begin(self, one: _InWork) -> Iterator[Event]:
        if not one.has_begun:
            one.has_begun = True
            yield Begun(one.item)

    def end(self, reference: Any) -> Iterator[Event]:
        """Take what came of an item; Ray may forget it then."""
        one = self.in_work.pop(reference)
        yield from self._begin(one)
        try:
            message = self._ray.get(reference)
        except self._ray.exceptions.RayError as loss:
            yield Failed(one.item, self._loss(one.item, loss), str(loss))
            return
        match message:
            case Finished(result):
                yield Done(one.item, result)
            case Refused(error, details):
                yield Failed(one.item, error, details)
            case _Unfit(error, node):
                raise WorkerError(f"the node {node} cannot take part: {error}") from error

    def _loss(self, item: Any, error: Exception) -> SegueError:
        """Say why nothing came of an item."""
        exceptions = self._ray.exceptions
        if "No module named 'bridge" in str(error):
            raise WorkerError(
                "a node of the cluster has no Segue; install the same version, with"
                " pip install 'segue[ray]', on every node"
            ) from error
        if isinstance(error, exceptions.OutOfMemoryError):
            return WorkerError(f"the node that did {item} has too little memory; use a larger one")
        if isinstance(error, exceptions.WorkerCrashedError):
            return WorkerError(
                f"the process that did {item} died {RETRIES + 1} times; the file may be damaged:"
                " try a copy that another program has written"
            )
        words = " ".join(str(error).split())[:300]
        return WorkerError(f"{item} was lost with its node {RETRIES + 1} times: {words}")

    def give_up_who_hangs(self) -> Iterator[Event]:
        """End what nothing was heard of for long, unless it waits for another node."""
        now = time.monotonic()
        silent = [
            reference
            for reference, one in self.in_work.items()
            if one.node and now - one.heard_seconds > self._patience_seconds
        ]
        if not silent:
            return
        alive = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
        for reference in silent:
            one = self.in_work[reference]
            if one.node not in alive:
                one.node = ""
                continue
            self._ray.cancel(reference, force=True)
            del self.in_work[reference]
            yield Failed(
                one.item,
                WorkerError(
                    f"nothing was heard of {one.item} for {self._patience_seconds:g} s, so it was"
                    " given up; the file may be damaged: try a copy that another program has"
                    " written"
                ),
            )

    def leave(self) -> None:
        """End what is still in work."""
        with contextlib.suppress(Exception):  # the cluster may be gone
            for reference in self.in_work:
                self._ray.cancel(reference, force=True)
            self._ray.kill(self._board)
        self.in_work.clear()


def _board_beside_us(ray: Any) -> Any:
    """Put up the board on our own node, which lives as long as we do."""
    ours = ray.get_runtime_context().get_node_id()
    place = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(ours, soft=True)
    options = {"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": place}
    return ray.remote(_Board).options(**options).remote()


@contextlib.contextmanager
def connected(address: str) -> Iterator[ModuleType]:
    """Join a cluster for a while.

    Args:
        address: `auto`, `HOST:PORT` of its head, or `ray://HOST:PORT`.

    Yields:
        Ray.

    Raises:
        NotFoundError: Ray is not installed here.
        RequestError: the cluster runs another version of Ray or of Python; or `address` is none.
        WorkerError: it cannot be reached.
    """
    _check_form(address)
    os.environ.update(_SILENT)
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise NotFoundError("Ray is not installed; pip install 'segue[ray]'") from error
    _knock(address)
    _join(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def _join(ray: ModuleType, address: str) -> None:
    """Join; the server that a cluster starts for each client may die as it starts: ask again."""
    for left in reversed(range(_TRIES)):
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, namespace="segue")
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            ray.shutdown()  # what was half joined would end our process when that cluster ends
            if not left or _NO_CLIENT_SERVER not in str(error):
                raise _refusal(address, error) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _check_form(address: str) -> None:
    """Refuse what is no address: Ray would start a cluster of its own."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        raise RequestError(f"{address!r} is no address of a Ray cluster; say {_FORMS}")


def _knock(address: str) -> None:
    """See that somebody is there: Ray itself would wait for minutes, and then end the process."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH_SECONDS).close()
    except OSError as error:
        raise WorkerError(
            f"no Ray cluster answers at {address}: {error.strerror or error}; see that it runs"
            " (ray status), and that no firewall is between"
        ) from error


def _refusal(address: str, error: Exception) -> SegueError:
    """Say why a cluster could not be joined, and what to do."""
    words = " ".join(str(error).split())
    if "ersion mismatch" in words or "versions differ" in words:
        return RequestError(
            f"the cluster at {address} has other versions than we have here: {words[:300]};"
            " install the same Ray and Python on both sides"
        )
    if address == "auto":
        return WorkerError(
            "no Ray cluster runs on this machine; start one with `ray start --head`, or say"
            " where it is: HOST:PORT, or ray://HOST:PORT"
        )
    return WorkerError(
        f"the cluster at {address} cannot be joined: {words[:300]}; from a machine that is none"
        " of its nodes, say ray://HOST:10001"
    )


def _turn(begin_with: bytes, item: Any, board: Any, number: int) -> Finished | Refused | _Unfit:
    """Do one item, on a node."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    board.write.remote(number, _Heard(node, None))
    try:
        task = _prepared(begin_with)
    except SegueError as error:
        return _Unfit(error, platform.node())
    last_seconds = 0.0

    def tell(done: int, total: int, what: str) -> None:
        nonlocal last_seconds
        now = time.monotonic()
        if now - last_seconds >= _TOLD_EVERY_SECONDS:
            last_seconds = now
            board.write.remote(number, _Heard(node, Told(done, total, what)))

    return do_turn(task, item, tell)


@functools.lru_cache(maxsize=1)
def _prepared(begin_with: bytes) -> Task:
    """Prepare a process once for all its items."""
    prepare, arguments = pickle.loads(begin_with)
    task: Task = prepare(*arguments)
    return task
