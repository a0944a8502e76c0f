"""`segue serve` heard through a real synthesizer, FluidSynth on JACK."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.files.audio import find_soundfont
from tests.conftest import JackServer
from tests.serving import serving

pytestmark = pytest.mark.jack

RATE_HZ = 48_000
SILENT_DB, AUDIBLE_DB = -80.0, -40.0
"""Of full scale; a 16-bit sample is no louder than -90 dB where it is one step off zero."""
OPTIONS = ("--sync", "internal", "--connect", "synth")


class Synth:
    """A synthesizer that runs, and a recorder at its outputs."""

    def __init__(self, server: JackServer, folder: Path, commands: str) -> None:
        self._server = server
        self._folder = folder
        self._process = subprocess.Popen(
            [
                *("fluidsynth", "-q", "-a", "jack", "-m", "jack", "-r", str(RATE_HZ)),
                *("-o", "midi.jack.id=synth", "-o", "audio.jack.id=synth"),
                *("-o", "audio.jack.autoconnect=0", "-o", "midi.autoconnect=0"),
                str(find_soundfont()),
            ],
            stdin=subprocess.PIPE,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=server.environment,
        )
        self._await_ports()
        assert self._process.stdin is not None
        self._process.stdin.write(commands)
        self._process.stdin.flush()

    def record(self, seconds: int) -> Recording:
        """Start to record."""
        return Recording(self._server, self._folder / "heard.wav", seconds)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _await_ports(self) -> None:
        deadline = time.monotonic() + 20.0
        while "synth:left" not in (ports := _ports(self._server)) or "synth:midi" not in ports:
            assert time.monotonic() < deadline and self._process.poll() is None
            time.sleep(0.1)


def _ports(server: JackServer) -> str:
    listed = subprocess.run(
        ["jack_lsp"], env=server.environment, check=False, capture_output=True, text=True
    )
    return listed.stdout


class Recording:
    """What is being recorded."""

    def __init__(self, server: JackServer, path: Path, seconds: int) -> None:
        self._path = path
        self._process = subprocess.Popen(
            [
                *("jack_rec", "-f", str(path), "-d", str(seconds), "-b", "16"),
                *("synth:left", "synth:right"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=server.environment,
        )
        self._seconds = seconds

    def levels_db(self) -> list[float]:
        """Wait for the end; gives how loud each tenth of a second was, of full scale."""
        self._process.wait(self._seconds + 20.0)
        with wave.open(str(self._path)) as file:
            frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        tenths = frames[: len(frames) // 9600 * 9600].reshape(-1, 9600) / 32_768.0
        rms = np.sqrt((tenths**2).mean(axis=1))
        return [20.0 * math.log10(max(value, 1e-6)) for value in rms]


@pytest.fixture
def synth(jack_server: JackServer, tmp_path: Path) -> Iterator[Synth]:
    """An organ on every channel: what hangs does not fade away by itself."""
    _require("fluidsynth", "jack_rec")
    organs = "\n".join(f"prog {channel} 19" for channel in range(9))
    opened = Synth(jack_server, tmp_path, organs + "\n")
    yield opened
    opened.close()


def _require(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail("the pipeline needs it: apt install fluidsynth timgm6mb-soundfont jack-tools")
    if missing:
        pytest.skip("needs apt install fluidsynth timgm6mb-soundfont jack-tools")


def test_a_note_that_hangs_would_be_heard(jack_server, tmp_path):
    _require("fluidsynth", "jack_rec")
    synth = Synth(jack_server, tmp_path, "prog 0 19\nnoteon 0 60 100\n")
    levels = synth.record(4).levels_db()
    synth.close()
    assert levels[-1] > AUDIBLE_DB


def test_a_band_sounds_until_it_is_stopped_and_then_there_is_silence(jack_server, synth, tmp_path):
    with serving(tmp_path, *OPTIONS, jack=jack_server) as served:
        served.ask("live.set", mode="band")
        _wait_until(lambda: served.ask("live.status")["listeners"])
        recording = synth.record(9)
        served.ask("live.perform", verb="start")
        time.sleep(4.0)
        served.ask("live.perform", verb="stop")
        levels = recording.levels_db()
    assert max(levels) > AUDIBLE_DB
    assert max(levels[-10:]) < SILENT_DB


def test_when_the_server_is_killed_no_note_hangs(jack_server, synth, tmp_path):
    with serving(tmp_path, *OPTIONS, jack=jack_server) as served:
        served.ask("live.set", mode="band")
        _wait_until(lambda: served.ask("live.status")["listeners"])
        recording = synth.record(9)
        served.ask("live.perform", verb="start")
        time.sleep(4.0)
        served.process.send_signal(signal.SIGKILL)
        levels = recording.levels_db()
    assert max(levels[:45]) > AUDIBLE_DB
    assert max(levels[-10:]) < SILENT_DB


def _wait_until(is_so, *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
