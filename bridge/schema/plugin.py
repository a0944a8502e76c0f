"""Nouns of what is put into a host: its plugin, where that goes, and what lies there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from bridge.errors import RequestError

_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")


class System(StrEnum):
    """Name a family of operating systems."""

    LINUX = "linux"
    """Linux and other free systems."""
    MACOS = "macos"
    """macOS."""
    WINDOWS = "windows"
    """Windows."""


@dataclass(frozen=True, slots=True)
class HostFolder:
    """One place where a host may keep what a plugin brings."""

    system: System
    """Where this holds."""
    host: str
    """A folder whose being there says that the host is: `~` is the home, `${NAME}` a variable of
    the environment (without it, this place does not count), `*` any letters; the last in order of
    version numbers counts."""
    folder: str = ""
    """Where the plugin goes below it: `Remote Scripts`; made where it is missing."""

    def __post_init__(self) -> None:
        if self.folder:
            _check_below("folder", self.folder)


@dataclass(frozen=True, slots=True)
class Plugin:
    """What Segue brings for one host: the `plugin.toml` of its folder."""

    name: str
    """As its folder: `ardour`."""
    title: str
    """As the host is called: `Ardour`."""
    hosts: str
    """The versions it is made for: `Ardour 7 and 8`."""
    files: tuple[str, ...]
    """Paths below the plugin's folder, with `/`; each lies under the same path in the host's."""
    folders: tuple[HostFolder, ...]
    """Where it may go; the first that is there is taken."""
    next_steps: tuple[str, ...]
    """What a person does in the host afterwards, one sentence each."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise RequestError(f"name must be small letters, digits and -, not {self.name!r}")
        if not self.files or not self.folders:
            raise RequestError(f"{self.name} must name its files and its folders")
        for path in self.files:
            _check_below("files", path)


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """One file that Segue put into a host's folder."""

    path: str
    """Below the host's folder, with `/`."""
    sha256: str
    """Of what was put there, as 64 hexadecimal digits."""

    def __post_init__(self) -> None:
        _check_below("path", self.path)


@dataclass(frozen=True, slots=True)
class Installation:
    """A plugin in a host's folder."""

    plugin: str
    """Its name."""
    folder: str
    """Full path of the host's folder that it lies in."""
    version: str
    """Of the Segue that put it there."""
    files: tuple[InstalledFile, ...]
    """What was put there."""
    made_folders: tuple[str, ...] = ()
    """Folders that had to be made, below `folder` or `.` itself, the outermost first."""


class PluginState(StrEnum):
    """Say how an installed plugin stands."""

    CURRENT = "current"
    """It is the one that this Segue brings."""
    OUTDATED = "outdated"
    """Another Segue put it there; installing it again brings it up to date."""
    CHANGED = "changed"
    """Somebody edited, replaced or deleted a file of it."""


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """Where a plugin is installed, and how it stands there."""

    folder: str
    """Full path of the host's folder."""
    version: str
    """Of the Segue that put it there."""
    state: PluginState
    """How it stands."""


@dataclass(frozen=True, slots=True)
class PluginLine:
    """One plugin in a list."""

    name: str
    """As `segue plugins install` takes it."""
    title: str
    """As the host is called."""
    hosts: str
    """The versions it is made for."""
    host_folder: str | None
    """Where it would go here; None: the host was not found."""
    installed: tuple[InstalledPlugin, ...]
    """Where it is installed; none: nowhere."""


def _check_below(field: str, path: str) -> None:
    """Refuse a path that leads out of the folder it is meant for."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path or not path:
        raise RequestError(f"{field} must be a path below its folder, with /, not {path!r}")
