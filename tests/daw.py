"""Ardour without its window on a JACK server: it leads, plays its clips and records what comes.

A session is made on disk first, by `tests.plugins.ardour.ardour`; here it is opened, a track named
Segue is added and armed, and a test has its hands on the transport.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido

from tests.conftest import JackServer
from tests.plugins.ardour.ardour import PPQ, ArdourSession
from tests.plugins.hosts import find_ardour_lua

CLOCK = "ardour:MIDI Clock out"
CLIPS = "ardour:Keys/midi_out 1"
RECORDED = "ardour:Segue/midi_in 1"
_TRIES = 6
"""About one start in six of Ardour's engine fails."""
_OPEN_SECONDS = 30.0
_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config><Option name="send-midi-clock" value="1"/></Config>
  <TransportMasters current="JACK Transport">
    <TransportMaster type="JACK" name="JACK Transport" removeable="0" sclock_synced="0"
      collect="1" allowed_transport_requests=""/>
  </TransportMasters>
</Ardour>
"""


class EngineHaltedError(Exception):
    """Ardour's engine ended by itself."""


@dataclass(frozen=True, order=True)
class Recorded:
    """A note that Ardour recorded."""

    onset_beats: float
    """From the beginning of the song."""
    pitch: int
    duration_beats: float


class Daw:
    """An Ardour that runs, as a test sees it."""

    def __init__(self, server: JackServer, session: ArdourSession) -> None:
        self._server = server
        self._session = session
        self._process = subprocess.Popen(
            [find_ardour_lua(), str(Path(__file__).with_suffix(".lua"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=server.environment | _environment(session),
        )
        self._wait_for("OPEN")

    def do(self, lua: str) -> str:
        """Run a line of Lua in the session; gives what it returned, as text."""
        assert self._process.stdin is not None
        self._process.stdin.write(lua.replace("\n", " ") + "\n")
        self._process.stdin.flush()
        return self._wait_for("SAID ")

    def connect(self, source: str, target: str) -> None:
        """Connect two ports."""
        subprocess.run(
            ["jack_connect", source, target],
            env=self._server.environment,
            check=True,
            capture_output=True,
        )

    def follow_jack(self) -> None:
        """Let JACK's transport be the song's; Ardour tells everybody bars and beats."""
        self.do("Session:cfg():set_external_sync(true)")
        time.sleep(0.5)
        self.locate(0)  # whoever used the transport before left it elsewhere
        time.sleep(0.5)

    def record(self) -> None:
        """Arm the recorder; it runs with the transport."""
        self.do("Session:maybe_enable_record(false)")

    def roll(self) -> None:
        """Start the transport."""
        self.do("Session:request_roll(By)")

    def roll_to(self, beats: float) -> None:
        """Start the transport, if it stands, and wait for a place in the song."""
        self.roll()
        while self.position_beats < beats:
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the transport, and wait until it stands and everything is written."""
        self.do("Session:request_stop(false, false, By)")
        while self.do("return Session:transport_rolling()") == "true":
            time.sleep(0.05)
        time.sleep(1.0)

    def locate(self, beats: float) -> None:
        """Go to a place in the song; a transport that rolls rolls on."""
        self.do(
            f"Session:request_locate(Temporal.timepos_t.from_ticks({round(beats * PPQ)}):samples(),"
            " false, ARDOUR.LocateTransportDisposition.RollIfAppropriate, By)"
        )

    @property
    def position_beats(self) -> float:
        """Where the transport is."""
        position = "Temporal.timepos_t(Session:transport_sample())"
        return int(self.do(f"return {position}:ticks()")) / PPQ

    def recorded(self) -> list[Recorded]:
        """Save the session, and read what was recorded."""
        self.do("Session:save_state('')")
        return read_recorded(self._session)

    def close(self) -> None:
        """End it."""
        try:
            self._process.communicate(timeout=10.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _wait_for(self, word: str) -> str:
        assert self._process.stdout is not None
        told = []
        for line in self._process.stdout:
            told.append(line)
            if line.startswith("FAILED"):
                raise RuntimeError(line)
            if "HALTED" in line:
                break
            if line.startswith(word):
                return line[len(word) :].strip()
        self._process.kill()
        self.close()
        raise EngineHaltedError("".join(told))


@contextlib.contextmanager
def opened(server: JackServer, session: ArdourSession) -> Iterator[Daw]:
    """Open a session, with a new start where Ardour's engine fails."""
    daw = _open(server, session)
    try:
        yield daw
    finally:
        daw.close()


def _open(server: JackServer, session: ArdourSession) -> Daw:
    for _ in range(_TRIES - 1):
        with contextlib.suppress(EngineHaltedError):
            return Daw(server, session)
    return Daw(server, session)


def _environment(session: ArdourSession) -> dict[str, str]:
    """Give it a configuration of its own, in which it sends MIDI clock."""
    config = session.folder.parent / "config"
    home = config / Path(find_ardour_lua()).name.removesuffix("-lua")
    home.mkdir(parents=True, exist_ok=True)
    (home / "config").write_text(_CONFIG)
    return {
        "XDG_CONFIG_HOME": str(config),
        "DAW_SESSION": str(session.folder),
        "DAW_NAME": session.folder.name,
        "HOME": os.environ.get("HOME", str(config)),
    }


def read_recorded(session: ArdourSession) -> list[Recorded]:
    """Read every note of the track that was recorded, in order."""
    tree = ElementTree.parse(session.file)
    files = {source.get("id"): str(source.get("name")) for source in tree.iter("Source")}
    notes: list[Recorded] = []
    for playlist in tree.findall("Playlists/Playlist"):
        if str(playlist.get("name")).startswith("Segue"):
            for region in playlist.findall("Region"):
                path = session.midi_files / files[region.get("source-0")]
                notes += _read_notes(path, _first_beats(region))
    return sorted(notes)


def _first_beats(region: ElementTree.Element) -> float:
    """Give where in the song a region's file begins."""
    place, start = (str(region.get("length")).split("@")[1], str(region.get("start")))
    assert place.startswith("b") and start.startswith("b"), (place, start)
    return (int(place[1:]) - int(start[1:])) / PPQ


def _read_notes(path: Path, first_beats: float) -> list[Recorded]:
    file = mido.MidiFile(path)
    ticks, notes = 0, []
    down: dict[tuple[int, int], float] = {}
    for message in file.tracks[0]:
        ticks += message.time
        beats = first_beats + ticks / file.ticks_per_beat
        if message.type == "note_on" and message.velocity:
            down[message.channel, message.note] = beats
        elif message.type in ("note_on", "note_off"):
            onset = down.pop((message.channel, message.note))
            notes.append(Recorded(onset, message.note, beats - onset))
    return notes
