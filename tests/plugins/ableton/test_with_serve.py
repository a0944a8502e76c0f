"""The control surface and `segue serve`, each as it is."""

import time

import pytest

from tests.plugins.ableton.conftest import TUNE, Session
from tests.plugins.ableton.fake_live import Host, MidiNoteSpecification, Song


@pytest.fixture
def live(segue_package, served, monkeypatch):
    monkeypatch.setenv("SEGUE_HTTP_PORT", served["url"].rstrip("/").rpartition(":")[2])
    host = Host(Song())
    session = Session(host.song(), host, segue_package.create_instance(host))
    yield session
    session.surface.disconnect()


@pytest.mark.parametrize("command", ["/vary 2 0.5", "/continue 2 2", "/harmony 2", "/drums 2"])
def test_every_command_fills_the_next_slots(live, command):
    clip = live.clip(TUNE)
    assert live.ask(clip, command) == "Segue: 2 clips made of Riff"
    assert all(clip.get_notes_extended(0, 128, 0.0, 1e6) for clip in live.made())


def test_what_the_door_refuses_is_said_in_its_own_words(live):
    clip = live.clip([*TUNE, MidiNoteSpecification(64, 39999.0, 0.5)], length=40000.0)
    assert "at most 8192 are varied" in live.ask(clip, "/vary")


def test_live_ticks_on_while_a_long_clip_is_varied(live):
    notes = [MidiNoteSpecification(60 + n % 12, n / 8, 0.1) for n in range(2048)]
    clip = live.clip(notes, length=256.0)
    clip.name = "/vary"
    ticks = 0
    while not live.host.shown[-1].endswith("made of Riff"):
        live.host.tick()
        ticks += 1
        time.sleep(0.002)
    assert ticks > 3  # each returned before Segue had answered
