"""A stand-in for REAPER with Segue's scripts in it, in a real Lua."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lupa import lua53, lua54

PPQ = 960
"""REAPER's ticks in a beat, unless an item says otherwise."""
_LUA = {6: lua53, 7: lua54}
"""The Lua that each version of REAPER has."""
_HERE = Path(__file__).parent
_PLUGIN = Path("plugins/reaper/Segue")


@dataclass(frozen=True, order=True)
class Played:
    """A note in a source, in its own ticks."""

    first: int
    pitch: int
    last: int
    velocity: int = 90
    channel: int = 0
    is_muted: bool = False


@dataclass(frozen=True, order=True)
class Turned:
    """A message beside the notes, as REAPER gives it."""

    at: int
    message: int
    first: int
    second: int
    channel: int = 0


@dataclass
class Source:
    """What a take plays."""

    notes: list[Played]
    length_qn: float
    controls: list[Turned] = field(default_factory=list)
    ppq: int = PPQ
    scale: dict[str, int] | None = None
    is_pooled: bool = False


@dataclass
class Item:
    """An item with one take."""

    name: str
    first_qn: float
    last_qn: float
    source: Source
    is_looped: bool = False
    is_selected: bool = True
    is_locked: bool = False
    offset: int = 0
    """Ticks of the source that are cut off at the start."""
    rate: float = 1.0


@dataclass
class Project:
    """A song with one track."""

    items: list[Item]
    tempos: list[dict[str, float]] = field(default_factory=lambda: [{"qn": 0.0, "bpm": 120.0}])
    metres: list[dict[str, float]] = field(
        default_factory=lambda: [{"qn": 0.0, "numerator": 4, "denominator": 4}]
    )
    inputs: str | None = None
    """What the musician writes into REAPER's window of knobs; None: cancelled."""
    has_no_curl: bool = False


@dataclass(frozen=True)
class Take:
    """A take as the project has it now."""

    name: str
    notes: list[Played]
    controls: list[Turned]


class Reaper:
    """REAPER with a project open."""

    def __init__(self, project: Project, folder: Path, url: str = "", version: int = 7) -> None:
        self.lua = _LUA[version].LuaRuntime(unpack_returned_tuples=True)
        fake = self.lua.execute((_HERE / "fake_reaper.lua").read_text())
        self.project = self.lua.table_from(_plain_project(project, folder), recursive=True)
        self._asked: list[subprocess.Popen[bytes]] = []
        self.reaper, self.log, self.state = fake.open(self.project, self._run)
        self.lua.globals().reaper = self.reaper
        self.state.ext["Segue/url"] = url
        self.state.ext["Segue/seed"] = "1"

    def act(self, script: str) -> list[str]:
        """Run a script that ships; gives what it told the musician."""
        self.lua.execute((_PLUGIN / script).read_text(encoding="utf-8"))
        assert list(self.log.violations.values()) == []
        assert (self.state.undo_depth, self.state.refresh) == (0, 0)
        return list(self.log.messages.values())

    def open_panel(self, *, with_imgui: bool = False) -> Any:
        """Run the live panel; gives its screen."""
        window = self.lua.execute((_HERE / "fake_window.lua").read_text())
        screen = window.open(self.reaper, with_imgui)
        self.lua.execute((_PLUGIN / "segue_panel.lua").read_text(encoding="utf-8"))
        return screen

    def come_round(self, screen: Any, *, seconds: float = 1.1) -> str:
        """Let what was asked be answered and the panel draw; gives all its texts."""
        screen.tick(seconds)
        self.settle()
        screen.tick(0.03)
        screen.tick(0.03)
        return "\n".join(screen.texts.values())

    def settle(self) -> None:
        """Wait for the programs that REAPER does not wait for."""
        for process in self._asked:
            process.wait(30.0)
        self._asked.clear()

    def _run(self, command: str, timeout_ms: int) -> tuple[int, str]:
        """Run a program as REAPER does; with a timeout below 0, wait for nothing."""
        if timeout_ms < 0:
            quiet = subprocess.DEVNULL
            self._asked.append(subprocess.Popen(_words(command), stdout=quiet, stderr=quiet))
            return 0, ""
        done = subprocess.run(
            _words(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_ms / 1000,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def undo(self) -> list[str]:
        """The titles in the undo history."""
        return list(self.log.undo.values())

    def tracks(self) -> list[str]:
        """The names of the tracks."""
        return [track.name for track in self.project.tracks.values()]

    def items(self, track: int = 1) -> list[Any]:
        """The items of a track, as the project has them now."""
        return list(self.project.tracks[track]["items"].values())

    def told(self) -> str:
        """What the last window said."""
        return str(list(self.log.messages.values())[-1])

    def notes(self, item: int = 0, take: int = -1, track: int = 1) -> Any:
        """The notes of a take as the musician edits them, the latest take where none is named."""
        takes = list(self.items(track)[item].takes.values())
        return takes[take].source.notes

    def delete_take(self, item: int, take: int) -> None:
        """Delete a take of an item, counted from 0; the one before it is the active one then."""
        one = self.items()[item]
        self.lua.globals().table.remove(one.takes, take + 1)
        one.active = max(1, take)

    def delete_item(self, item: int, track: int = 1) -> None:
        """Delete an item, counted from 0."""
        self.lua.globals().table.remove(self.project.tracks[track]["items"], item + 1)

    def takes(self, item: int = 0, track: int = 1) -> list[Take]:
        """The takes of an item, as they are now."""
        return [_take(take) for take in self.items(track)[item].takes.values()]


def _words(command: str) -> list[str]:
    """Give a command's words by their quotes, as REAPER does, which asks no shell."""
    return shlex.split(command.replace("\\", "\\\\"))


def _take(take: Any) -> Take:
    notes = [
        Played(n.first, n.pitch, n.last, n.velocity, n.channel, bool(n.is_muted))
        for n in take.source.notes.values()
    ]
    controls = [
        Turned(c.at, c.message, c.first, c.second, c.channel) for c in take.source.controls.values()
    ]
    return Take(take.name, sorted(notes), sorted(controls))


def _plain_project(project: Project, folder: Path) -> dict[str, Any]:
    items = [_plain_item(item) for item in project.items]
    return {
        "tracks": [{"name": "Keys", "items": items}],
        "tempos": project.tempos,
        "metres": project.metres,
        "folder": str(folder),
        "inputs": project.inputs,
        "has_no_curl": project.has_no_curl,
    }


def _plain_item(item: Item) -> dict[str, Any]:
    source = vars(item.source) | {
        "notes": [vars(note) for note in item.source.notes],
        "controls": [vars(control) for control in item.source.controls],
    }
    take = {"name": item.name, "source": source, "offset": item.offset, "rate": item.rate}
    return vars(item) | {"takes": [take]}
