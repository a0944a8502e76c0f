"""Start a performance and hear its first note, as a DAW would: in another process."""

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.conftest import JackServer

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
"""What has not made a sound by then is given up."""
SETTLING_SECONDS = 5.0
"""Between the first note and the look at memory and CPU."""
LOOK_SECONDS = 10.0
"""For so long the CPU time of a performance is counted."""


@contextlib.contextmanager
def running_jack():
    """Run a JACK server that no other program knows; None where JACK is not installed."""
    if shutil.which("jackd") is None or shutil.which("jack_wait") is None:
        yield None
        return
    server = JackServer(f"segue-bench-{os.getpid()}")
    server.start()
    try:
        yield server
    finally:
        server.stop()


class FirstNote:
    """A JACK input that waits for the first note-on; `tests.ear` hears all of them."""

    def __init__(self, server):
        import jack

        self.heard = threading.Event()
        self.heard_at = 0.0
        self._client = jack.Client("first note", servername=server.name, no_start_server=True)
        self._port = self._client.midi_inports.register("in")
        self._client.set_process_callback(self._listen)
        self._client.activate()
        self.name = self._port.name

    def _listen(self, frames):
        for _, message in self._port.incoming_midi_events():
            if not self.heard.is_set() and bytes(message)[0] & 0xF0 == 0x90:
                self.heard_at = time.perf_counter()
                self.heard.set()

    def close(self):
        self._client.deactivate()
        self._client.close()


@dataclass(frozen=True)
class Performance:
    """A program that plays."""

    process: subprocess.Popen
    first_note_seconds: float
    """From the start of the process to the first note in another."""

    def stop(self):
        stop_tree(self.process)


@dataclass(frozen=True)
class Load:
    """What a program takes while it plays, all its processes together."""

    rss_mb: float
    """Resident memory; what processes share is counted once for each."""
    pss_mb: float | None
    """The same with shared pages counted once; None where the system does not tell."""
    cpu_percent: float
    """Of one core."""


def play_segue(command, *, server, folder):
    """Start `segue music play` and wait for its first note.

    Args:
        command: how to run segue, a list.
        server: a JACK server; None takes the first bar that the clock reports instead.
        folder: where its take goes; it runs there.
    """
    play = [*command, "music", "play", "--seed", "1", "--force", "--save", str(folder / "take.mid")]
    if server is None:
        return _first_bar(play, folder)
    ear = _first_note(server)
    try:
        started = time.perf_counter()
        process = start(
            [*play, "--api", "jack", "--connect", ear.name], folder, **server.environment
        )
        _await(ear.heard, process)
        return Performance(process, ear.heard_at - started)
    finally:
        ear.close()


def _first_note(server):
    """Listen on a server; one that is gone is started again."""
    import jack

    try:
        return FirstNote(server)
    except jack.JackOpenError:
        server.stop()
        server.start()
        return FirstNote(server)


def _await(heard, process):
    """Wait for the first note of a program, as long as it lives."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not heard.wait(0.1):
        if process.poll() is not None or time.perf_counter() > deadline:
            stop_tree(process)
            raise RuntimeError(f"no note came, exit code {process.returncode}: {process.args}")


def _first_bar(play, folder):
    """Start it without JACK, and wait until it says that the first bar sounds."""
    started = time.perf_counter()
    process = start([*play, "--json"], folder, stdout=subprocess.PIPE)
    for line in process.stdout:
        if json.loads(line)["event"] == "BarStarted":
            return Performance(process, time.perf_counter() - started)
    raise RuntimeError(f"{play} ended with {process.wait()} before its first bar")


def start(command, folder, *, stdout=subprocess.DEVNULL, **environ):
    """Start a program that says nothing here."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )


def circumstances():
    """Say in a line what a figure depends on, taken when the measuring begins."""
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    python = platform.python_version()
    return f"{os.cpu_count()} cores, Python {python}, {sys.platform}; load before it began: {busy}"


def checkout_segue():
    """Give how to run the segue of this checkout from any folder."""
    program = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import bridge.cli.main as m"
    return [sys.executable, "-c", f"{program}; sys.argv[0] = 'segue'; m.main()"]


def look_at(process):
    """Give what a program and its children take, after it has settled."""
    time.sleep(SETTLING_SECONDS)
    members = process_tree(process)
    before = cpu_seconds(members)
    started = time.perf_counter()
    time.sleep(LOOK_SECONDS)
    spent = (cpu_seconds(members) - before) / (time.perf_counter() - started)
    memory = [member.memory_full_info() for member in members]
    has_pss = all(hasattr(one, "pss") for one in memory)
    return Load(
        rss_mb=sum(one.rss for one in memory) / 1e6,
        pss_mb=sum(one.pss for one in memory) / 1e6 if has_pss else None,
        cpu_percent=100.0 * spent,
    )


def stop_tree(process):
    """End a program as Ctrl-C would; kill what is left of it."""
    members = process_tree(process)
    process.terminate()
    try:
        process.wait(5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    if process.stdout is not None:
        process.stdout.close()


def process_tree(process):
    """Give a program and what it started, as psutil has them."""
    try:
        root = psutil.Process(process.pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(members):
    """Give the CPU time that they have taken so far, together."""
    return sum(sum(member.cpu_times()[:2]) for member in members)


@contextlib.contextmanager
def empty_folder():
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        yield Path(folder)
