"""A JACK server of our own, and programs that keep both cores busy."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bridge.files.places import OWN_MODELS_VARIABLE

_START_SECONDS = 10.0
_JACKD = ("jackd", "-R", "-P", "60", "-t", "5000")
_DUMMY = ("-d", "dummy", "-r", "48000", "-p")


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone ten thousand tests, which stay until the end."""
    gc.collect()
    gc.freeze()


class JackServer:
    """A JACK server with the dummy driver, under a name that nobody else uses.

    Args:
        name: of the server.
        period_frames: of a cycle.
        is_synchronous: whether JACK waits for a client that is late, and for a while for one that
            died; else it leaves cycles out, and what is played in them reaches nobody.
    """

    def __init__(
        self, name: str, *, period_frames: int = 256, is_synchronous: bool = False
    ) -> None:
        self.name = name
        self._period_frames = period_frames
        self._mode = ("-S",) if is_synchronous else ()
        self.environment = os.environ | {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it runs; a machine that is busy may need a second try."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            self._process = subprocess.Popen(
                [*_JACKD, *self._mode, "-n", self.name, *_DUMMY, str(self._period_frames)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self.environment,
            )
            if self._waits("-w"):
                return
            self.kill()
        raise RuntimeError(f"no JACK server {self.name} after {_START_SECONDS} s")

    @property
    def is_dead(self) -> bool:
        """Whether it was killed and not started again."""
        return self._process is None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20.0)
            except subprocess.TimeoutExpired:
                self.kill()

    def _waits(self, flag: str) -> bool:
        waited = subprocess.run(
            ["jack_wait", flag, "-t", "3"], env=self.environment, capture_output=True, check=False
        )
        return b"not available" not in waited.stdout and b"timeout" not in waited.stdout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try what plays in real time up to three times: a virtual machine may stand still."""
    for item in items:
        if item.get_closest_marker("jack"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session", autouse=True)
def no_models_of_ones_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep out what whoever runs the tests has trained on this machine."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OWN_MODELS_VARIABLE, str(tmp_path_factory.mktemp("own") / "models"))
        yield


def _require_jack() -> None:
    """Skip where JACK is not installed, but never in the pipeline."""
    if shutil.which("jackd") and shutil.which("jack_wait"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("the pipeline needs jackd: apt install jackd2 jack-tools")
    pytest.skip("needs a JACK server: apt install jackd2 jack-tools")


@pytest.fixture(scope="session")
def jack_server() -> Iterator[JackServer]:
    """A JACK server that lasts as long as the tests."""
    _require_jack()
    server = JackServer(f"segue-test-{os.getpid()}")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mortal_jack_server() -> Iterator[JackServer]:
    """A JACK server that the test may kill."""
    _require_jack()
    server = JackServer(f"segue-mortal-{os.getpid()}")
    server.start()
    yield server
    if server.is_dead:
        server.start()  # JACK counts a server that was killed until one of its name ends well
    server.stop()


@pytest.fixture(scope="session")
def liblo() -> None:
    """Skip where liblo's `oscsend` and `oscdump` are not installed, but never in the pipeline."""
    if shutil.which("oscsend") and shutil.which("oscdump"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("the pipeline needs oscsend and oscdump: apt install liblo-tools")
    pytest.skip("needs oscsend and oscdump: apt install liblo-tools")


@contextlib.contextmanager
def every_core_busy() -> Iterator[None]:
    """Keep every core busy with a program that computes."""
    count = os.cpu_count() or 1
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


@pytest.fixture
def busy_cores() -> Iterator[None]:
    """Keep every core busy as long as the test lasts."""
    with every_core_busy():
        yield
