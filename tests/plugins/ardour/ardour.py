"""Sessions of a real Ardour without its window: made, given to a script, and read back."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import mido

from tests.plugins.hosts import find_ardour_lua

PPQ = 1920
"""Ardour's ticks in a beat."""
_TRIES = 4
"""About one start in six of Ardour's engine fails."""
_HERE = Path(__file__).parent
_PLUGIN = Path("plugins/ardour")
_REGION = {
    "muted": "0", "opaque": "1", "locked": "0", "video-locked": "0", "automatic": "0",
    "whole-file": "0", "import": "0", "external": "0", "sync-marked": "0", "left-of-split": "0",
    "right-of-split": "0", "hidden": "0", "position-locked": "0", "valid-transients": "0",
    "sync-position": "b0", "ancestral-start": "b0", "ancestral-length": "b0@b0", "stretch": "1",
    "shift": "1", "layering-index": "0", "tags": "", "contents": "0", "type": "midi",
    "first-edit": "nothing",
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Played:
    """A note in the song, in Ardour's ticks."""

    onset: int
    pitch: int
    duration: int
    velocity: int = 90
    channel: int = 0


@dataclass(frozen=True)
class Turned:
    """A controller in the song, in Ardour's ticks."""

    onset: int
    number: int
    value: int
    channel: int = 0


@dataclass(frozen=True)
class RegionOf:
    """A MIDI region: where it stands, and what is in it, in ticks of the song."""

    name: str
    first: int
    last: int
    notes: tuple[Played, ...]
    controls: tuple[Turned, ...] = ()
    start: int = 0
    """How far into its file it begins."""
    is_muted: bool = False


@dataclass
class ArdourSession:
    """A session with one MIDI track, on disk."""

    folder: Path

    @property
    def file(self) -> Path:
        """The session itself."""
        return self.folder / f"{self.folder.name}.ardour"

    def copy(self, folder: Path) -> ArdourSession:
        """Give another, whose changes this one does not see."""
        shutil.copytree(self.folder, folder)
        return ArdourSession(folder)

    @property
    def midi_files(self) -> Path:
        """Where its MIDI files are."""
        return self.folder / "interchange" / self.folder.name / "midifiles"

    def add_regions(self, *regions: RegionOf) -> None:
        """Put regions on the track, each with a file of its own."""
        tree = ElementTree.parse(self.file)
        playlist = tree.find("Playlists/Playlist")
        sources = tree.find("Sources")
        assert playlist is not None
        assert sources is not None
        self.midi_files.mkdir(parents=True, exist_ok=True)
        before = len(playlist)
        for index, region in enumerate(regions, before):
            file_id = str(9001 + 2 * index)
            _write_midi(self.midi_files / f"{region.name}.mid", region)
            ElementTree.SubElement(sources, "Source", _source(region, file_id))
            ElementTree.SubElement(playlist, "Region", _region(region, file_id))
        counter = int(tree.getroot().get("id-counter", "0"))
        tree.getroot().set("id-counter", str(max(9900, counter)))
        tree.write(self.file, encoding="UTF-8", xml_declaration=True)

    def regions(self) -> dict[str, RegionOf]:
        """Read what is on the track now: the session, and the MIDI files that it names."""
        tree = ElementTree.parse(self.file)
        files = {source.get("id"): source.get("name") for source in tree.iter("Source")}
        found = [
            _read_region(element, self.midi_files / str(files[element.get("source-0")]))
            for element in tree.findall("Playlists/Playlist/Region")
        ]
        return {region.name: region for region in found}

    def transpose(self, name: str, *, pitch: int, semitones: int) -> None:
        """Move all notes of one pitch in a region, as a musician does who edits it."""
        path = self._midi_file_of(name)
        file = mido.MidiFile(path)
        for message in file.tracks[0]:
            if message.type in ("note_on", "note_off") and message.note == pitch:
                message.note += semitones
        file.save(path)

    def change_region(self, name: str, **attributes: str) -> None:
        """Change what the session says of a region."""
        tree = ElementTree.parse(self.file)
        for element in tree.findall("Playlists/Playlist/Region"):
            if element.get("name") == name:
                element.attrib.update(attributes)
        tree.write(self.file, encoding="UTF-8", xml_declaration=True)

    def delete_region(self, name: str) -> None:
        """Take a region off its track; its MIDI file stays."""
        tree = ElementTree.parse(self.file)
        for playlist in tree.findall("Playlists/Playlist"):
            for element in playlist.findall("Region"):
                if element.get("name") == name:
                    playlist.remove(element)
        tree.write(self.file, encoding="UTF-8", xml_declaration=True)

    def _midi_file_of(self, name: str) -> Path:
        tree = ElementTree.parse(self.file)
        files = {source.get("id"): source.get("name") for source in tree.iter("Source")}
        for element in tree.findall("Playlists/Playlist/Region"):
            if element.get("name") == name:
                return self.midi_files / str(files[element.get("source-0")])
        raise AssertionError(f"no region {name}")

    def act(self, script: str, *, select: str = "", url: str = "") -> list[str]:
        """Run a script that ships on the selected regions; gives what it told the musician."""
        environment = os.environ | {
            "DRIVE_SESSION": str(self.folder),
            "DRIVE_NAME": self.folder.name,
            "DRIVE_SCRIPT": str(_PLUGIN / script),
            "DRIVE_SELECT": select,
            "DRIVE_CONFIG": str(self.folder.parent),
            "SEGUE_HTTP_PORT": str(urlsplit(url).port or 1),
        }
        printed = run_lua(_HERE / "drive.lua", environment)
        return [line[5:] for line in printed.splitlines() if line.startswith("TOLD ")]


def run_lua(script: Path, environment: dict[str, str]) -> str:
    """Run a script in Ardour's own Lua, with a new start where its engine fails."""
    for _ in range(_TRIES):
        done = subprocess.run(
            [find_ardour_lua(), str(script)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if "DONE" in done.stdout:
            return done.stdout
        if "HALTED" not in done.stdout + done.stderr:
            break
    raise AssertionError(f"{done.stdout}\n{done.stderr}")


def new_session(folder: Path, *, tempo_map: str = "") -> ArdourSession:
    """Make a session with one MIDI track.

    Args:
        folder: of the session; must not be there.
        tempo_map: Lua that sets up `map`.
    """
    script = folder.with_suffix(".lua")
    script.write_text(_NEW_SESSION.format(folder=folder, name=folder.name, tempo_map=tempo_map))
    run_lua(script, dict(os.environ))
    return ArdourSession(folder)


_NEW_SESSION = """
local session = assert(create_session("{folder}", "{name}", 48000))
local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local audio = ARDOUR.ChanCount(ARDOUR.DataType("audio"), 2)
session:new_midi_track(midi, audio, true, ARDOUR.PluginInfo(), nil, nil, 1, "Keys",
  ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local map = Temporal.TempoMap.fetch_writable()
local function at(ticks) return Temporal.timepos_t.from_ticks(ticks) end
{tempo_map}
Temporal.TempoMap.update(map)
map = nil
session:save_state("")
print("DONE")
close_session()
quit()
"""


def _source(region: RegionOf, file_id: str) -> dict[str, str]:
    return {
        "name": f"{region.name}.mid", "take-id": "", "type": "midi", "flags": "Writable,CanRename",
        "id": file_id, "natural-position": "b0", "origin": "",
    }  # fmt: skip


def _region(region: RegionOf, file_id: str) -> dict[str, str]:
    return _REGION | {
        "name": region.name,
        "start": f"b{region.start}",
        "length": f"b{region.last - region.first}@b{region.first}",
        "id": str(int(file_id) + 1),
        "source-0": file_id,
        "master-source-0": file_id,
    }


def _write_midi(path: Path, region: RegionOf) -> None:
    shift = region.start - region.first
    events: list[tuple[int, int, mido.Message]] = []
    for note in region.notes:
        on, off = note.onset + shift, note.onset + note.duration + shift
        words = {"note": note.pitch, "channel": note.channel}
        events.append((on, 2, mido.Message("note_on", velocity=note.velocity, **words)))
        events.append((off, 0, mido.Message("note_off", velocity=64, **words)))
    for turn in region.controls:
        words = {"control": turn.number, "value": turn.value, "channel": turn.channel}
        events.append((turn.onset + shift, 1, mido.Message("control_change", **words)))
    track = mido.MidiTrack()
    last = 0
    for ticks, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=ticks - last))
        last = ticks
    mido.MidiFile(type=0, ticks_per_beat=PPQ, tracks=[track]).save(path)


def _read_region(element: ElementTree.Element, path: Path) -> RegionOf:
    length, first = (int(text.lstrip("b")) for text in str(element.get("length")).split("@"))
    start = int(str(element.get("start")).lstrip("b"))
    notes, controls = _read_midi(path, first - start)
    return RegionOf(
        name=str(element.get("name")),
        first=first,
        last=first + length,
        notes=tuple(note for note in notes if first <= note.onset < first + length),
        controls=tuple(controls),
        start=start,
        is_muted=element.get("muted") == "1",
    )


def _read_midi(path: Path, shift: int) -> tuple[list[Played], list[Turned]]:
    """Read a MIDI file's notes and controllers; Ardour writes at 19,200 ticks in a beat."""
    file = mido.MidiFile(path)
    ticks, notes, controls = 0, [], []
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for message in file.tracks[0]:
        ticks += message.time
        whole, rest = divmod(ticks * PPQ, file.ticks_per_beat)
        assert rest == 0 or message.is_meta, "off Ardour's own grid"
        at = whole + shift
        if message.type == "note_on" and message.velocity:
            key = (message.channel, message.note)
            sounding.setdefault(key, []).append((at, message.velocity))
        elif message.type in ("note_on", "note_off"):
            onset, velocity = sounding[message.channel, message.note].pop(0)
            notes.append(Played(onset, message.note, at - onset, velocity, message.channel))
        elif message.type == "control_change":
            controls.append(Turned(at, message.control, message.value, message.channel))
    return sorted(notes), controls
