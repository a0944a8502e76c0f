"""A Live with Segue's control surface in it, and Segue's door."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.ableton import fake_live
from tests.plugins.ableton.fake_live import Host, MidiNoteSpecification, Song
from tests.plugins.http_door import http_door

SCRIPT = Path(__file__).resolve().parents[3] / "plugins/ableton/Segue"
_MOST_TICKS = 2000


@pytest.fixture
def segue_package():
    """The script as Live has it after importing it."""
    yield fake_live.installed(SCRIPT)
    fake_live.uninstalled()


@pytest.fixture(scope="module")
def open_door(served):
    """The door of `segue serve`, with a note of all that goes through it."""
    with http_door(served["url"]) as door:
        yield door


@pytest.fixture
def door(open_door):
    """The door, as if nobody had come through it yet."""
    open_door.asked.clear()
    return open_door


@dataclass
class Session:
    """Live with a set that is open and the control surface chosen."""

    song: Song
    host: Host
    surface: object

    def clip(self, notes, *, length=8.0, name="Riff", track=0, slot=0):
        """Put a clip into a slot, and show it."""
        place = self.song.tracks[track].clip_slots[slot]
        place.create_clip(length)
        place.clip.name = name
        place.clip.add_new_notes(tuple(notes))
        return self.show(place.clip)

    def show(self, clip):
        """Click on a clip."""
        self.song.view.detail_clip = clip
        self.host.tick()
        return clip

    def until(self, happened):
        """Let Live's clock tick until something has happened.

        Live's ticks are a tenth of a second; here they follow as fast as the door answers.
        """
        for _ in range(_MOST_TICKS):
            self.host.tick()
            if happened():
                return
            time.sleep(0.002)
        raise AssertionError(f"nothing happened; Live showed {self.host.shown}")

    def ask(self, clip, command):
        """Rename a clip to a command, and wait until Segue has said what came of it."""
        said = len(self.host.shown)
        clip.name = command
        self.host.tick()
        self.until(lambda: self.host.shown[said:] and not self.host.shown[-1].endswith(" ..."))
        return self.host.shown[-1]

    def made(self, track=0):
        """Give the clips below the first slot."""
        return [slot.clip for slot in self.song.tracks[track].clip_slots[1:] if slot.has_clip]


@pytest.fixture
def opened(segue_package, door, monkeypatch):
    """Open a song in Live, with the surface chosen."""
    monkeypatch.setenv("SEGUE_HTTP_PORT", door.url.rstrip("/").rpartition(":")[2])

    def opened(song=None):
        host = Host(song or Song())
        return Session(host.song(), host, segue_package.create_instance(host))

    return opened


@pytest.fixture
def live(opened):
    """Live with a song of four scenes."""
    session = opened()
    yield session
    session.surface.disconnect()


def melody(*pitches, beats=0.5):
    """Give notes one after the other."""
    return [
        MidiNoteSpecification(pitch, place * beats, beats * 0.9, 80.0 + place)
        for place, pitch in enumerate(pitches)
    ]


TUNE = melody(60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 67, 62, 60)
