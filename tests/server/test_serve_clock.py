"""MIDI clock and `segue serve`: it follows a real sender, and it leads another Segue."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import JackServer
from tests.ear import RATE_HZ, Ear, Heard, undisturbed
from tests.musician import Evening, Musician, Playing
from tests.serving import Served, serving

pytestmark = pytest.mark.jack

BPM = 120.0
TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
TICK_FRAMES = RATE_HZ * 60 / BPM / 24
IN_TIME_MS = 0.5
PERIOD_MS = 256 / RATE_HZ * 1000.0


@pytest.fixture
def midi_clock(jack_server: JackServer) -> Iterator[str]:
    """A program that sends MIDI clock as JACK's transport goes; gives its port."""
    if shutil.which("jack_midi_clock") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the pipeline needs jack_midi_clock: apt install jack-midi-clock")
        pytest.skip("needs jack_midi_clock: apt install jack-midi-clock")
    program = subprocess.Popen(
        ["jack_midi_clock", "-b", str(BPM)],
        env=jack_server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield "jack_midi_clock:mclk_out"
    program.terminate()
    program.wait(5.0)


def connect(server: JackServer, source: str, target: str) -> None:
    deadline = time.monotonic() + 10.0
    while True:
        done = subprocess.run(
            ["jack_connect", source, target],
            env=server.environment,
            check=False,
            capture_output=True,
        )
        if done.returncode == 0:
            return
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.1)


def evening_by_clock(server: JackServer, midi_clock: str, folder: Path) -> Evening:
    """Play calls to a Segue that follows a real MIDI clock."""
    with serving(folder, "--sync", "midi-clock", jack=server) as served:
        served.next_event("Opened")
        connect(server, midi_clock, "Segue:midi_in")
        musician = Musician(server, Playing(BPM, calls=6))
        try:
            musician.connect(their_input="Segue:midi_in", their_output="Segue:midi_out")
            return musician.play()
        finally:
            musician.close()


def test_answers_follow_the_ticks_of_a_real_midi_clock(jack_server, midi_clock, tmp_path):
    for _ in range(4):
        evening = evening_by_clock(jack_server, midi_clock, tmp_path)
        if not evening.standstills:
            break
    else:
        pytest.skip("JACK stood still each of 4 times: this machine is too busy")
    # The sender counts from the moment at which it saw the transport roll, a few periods late.
    period_beats = PERIOD_MS / 60_000.0 * BPM
    # It also continues two seconds after the start, where its song position is half a tick off.
    onsets = [answer[0] for number, answer in evening.judged.items() if number > 1]
    assert onsets
    assert onsets == pytest.approx(
        [onsets[0]] * len(onsets), abs=IN_TIME_MS / PERIOD_MS * period_beats
    )
    assert onsets[0] == pytest.approx(2.0, abs=2 * period_beats)


def lead(server: JackServer, served: Served, ear: Ear, *, seconds: float) -> Heard:
    """Have Segue lead for a while, twice, and hear its clock."""
    connect(server, "Segue:clock_out", "ear:input")
    for _ in range(2):
        served.ask("live.perform", verb="start")
        time.sleep(seconds)
        served.ask("live.perform", verb="stop")
        time.sleep(0.3)
    return ear.stop()


def songs(heard: Heard) -> list[list[int]]:
    """The ticks of each song, from its start to its stop."""
    found: list[list[int]] = []
    is_rolling = False
    for frame, data in heard.messages:
        if data == START:
            found.append([])
        if data in (START, STOP):
            is_rolling = data == START
        if data == TICK and is_rolling:
            found[-1].append(frame)
    return found


def test_who_follows_segue_hears_ticks_to_the_frame_and_when_the_song_starts_and_stops(
    jack_server, tmp_path
):
    def play() -> Heard:
        leading = ("--master", "--sync", "internal")
        with Ear(jack_server) as ear, serving(tmp_path, *leading, jack=jack_server) as served:
            served.next_event("Opened")
            return lead(jack_server, served, ear, seconds=2.0)

    heard = undisturbed(play)
    words = [data for _, data in heard.messages if data in (START, STOP, CONTINUE)]
    assert words == [START, STOP, START, STOP]
    for ticks in songs(heard):
        gaps = [later - earlier for earlier, later in pairwise(ticks)]
        assert len(gaps) > 80
        assert gaps == pytest.approx([TICK_FRAMES] * len(gaps), abs=1)


def test_another_segue_follows_one_that_leads(jack_server, tmp_path):
    following = ("--sync", "midi-clock", "--port-name", "Second")

    def play() -> Heard:
        with (
            Ear(jack_server) as ear,
            serving(tmp_path / "1", "--master", "--sync", "internal", jack=jack_server) as first,
            serving(tmp_path / "2", *following, jack=jack_server) as second,
        ):
            first.next_event("Opened")
            second.next_event("Opened")
            connect(jack_server, "Segue:clock_out", "Second:midi_in")
            connect(jack_server, "Second:midi_out", "ear:input")
            muted = [{"part": part, "is_muted": True} for part in ("bass", "drums")]
            second.ask(
                "live.set", mode="band", knobs={"humanise": 0.0, "density": 1.0}, routes=muted
            )
            return lead(jack_server, first, ear, seconds=5.0)

    heard = undisturbed(play)
    late = [ms for ticks in songs(heard) for ms in late_ms(heard, ticks)]
    assert len(late) >= 4
    assert max(map(abs, late)) < IN_TIME_MS
    assert heard.hanging == set()


def late_ms(heard: Heard, ticks: list[int]) -> list[float]:
    """How far the notes of a song lie from the tick nearest to them, from its first beat on."""
    notes = [frame for frame, _ in heard.ons if ticks[24] <= frame <= ticks[-1]]
    nearest = [min((frame - tick for tick in ticks), key=abs) for frame in notes]
    return [frames * 1000.0 / RATE_HZ for frames in nearest]
