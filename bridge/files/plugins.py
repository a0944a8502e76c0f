"""The plugins that came with Segue: which there are, and where each goes on this machine.

A plugin is a folder with a `plugin.toml`; `plugins/README.md` describes it.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bridge
from bridge.errors import FileFormatError, NotFoundError, RequestError
from bridge.files.disk import read_bytes
from bridge.schema.codec import from_plain
from bridge.schema.plugin import HostFolder, Plugin, System

PLUGIN_FILE: Final = "plugin.toml"
"""What makes a folder a plugin."""

_PACKAGE: Final = Path(bridge.__file__).resolve().parent
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides where a host keeps its things; tests make up their own."""

    system: System
    """Whose folders are looked for."""
    home: Path
    """What `~` means."""
    environ: Mapping[str, str]
    """What `${NAME}` means."""

    @classmethod
    def this(cls) -> Machine:
        """Give the machine that we run on."""
        systems = {"darwin": System.MACOS, "win32": System.WINDOWS}
        return cls(systems.get(sys.platform, System.LINUX), Path.home(), os.environ)


def find_plugins_folder() -> Path:
    """Find the folder of all plugins: inside the installed package, or else in the checkout.

    Raises:
        NotFoundError: there is neither.
    """
    for folder in (_PACKAGE / "_plugins", _PACKAGE.parent / "plugins"):
        if folder.is_dir():
            return folder
    raise NotFoundError("no plugins came with this Segue; reinstall it")


def plugin_names(plugins: Path) -> tuple[str, ...]:
    """Give the names of the plugins in a folder, sorted."""
    return tuple(sorted(path.parent.name for path in plugins.glob(f"*/{PLUGIN_FILE}")))


def read_plugin(plugins: Path, name: str) -> Plugin:
    """Read what a plugin says of itself.

    Args:
        plugins: the folder of all plugins.
        name: as its folder is called.

    Raises:
        NotFoundError: there is no such plugin; the message names those nearby.
        FileFormatError: its `plugin.toml` lacks something or says nonsense.
    """
    names = plugin_names(plugins)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        known = f"near: {near[0]}" if near else f"there are: {', '.join(names)}"
        raise NotFoundError(f"no plugin {name}; {known}")
    path = plugins / name / PLUGIN_FILE
    content = read_bytes(path, kind="plugin")
    try:
        plugin = from_plain(Plugin, tomllib.loads(content.decode("utf-8")))
    except (RequestError, ValueError) as error:
        raise FileFormatError(f"{path}: {error}; reinstall Segue") from error
    if plugin.name != name:
        raise FileFormatError(f"{path}: name must be {name!r}, as its folder, not {plugin.name!r}")
    return plugin


def find_host_folder(plugin: Plugin, machine: Machine) -> Path:
    """Find where a plugin goes on a machine.

    Raises:
        NotFoundError: the host is not there; the message says what was looked for.
    """
    looked_for = []
    for place in plugin.folders:
        if place.system is machine.system:
            looked_for.append(place.host)
            for host in _found(place, machine):
                return host / place.folder
    found_not = (
        f"{plugin.title} was not found here (looked for {', '.join(looked_for)})"
        if looked_for
        else f"nobody knows where {plugin.title} keeps its folder on {machine.system}"
    )
    called = plugin.folders[0].folder.rpartition("/")[2] or "scripts"
    raise NotFoundError(
        f"{found_not}; start it once, or name its folder of {called}:"
        f" `segue plugins install {plugin.name} --to FOLDER`"
    )


def _found(place: HostFolder, machine: Machine) -> Iterator[Path]:
    """Give the folders that are there for a place, the newest version first."""
    if any(not machine.environ.get(name) for name in _VARIABLE.findall(place.host)):
        return
    path = Path(_VARIABLE.sub(lambda found: machine.environ[found[1]], place.host))
    if path.parts[:1] == ("~",):
        path = machine.home.joinpath(*path.parts[1:])
    pattern = path.relative_to(path.anchor).as_posix()
    matches = Path(path.anchor).glob(pattern) if "*" in pattern else (path,)
    yield from sorted(filter(Path.is_dir, matches), key=_version, reverse=True)


def _version(path: Path) -> list[tuple[int, str]]:
    """Give what sorts `ardour10` after `ardour9`."""
    words = re.split(r"(\d+)", path.name)
    return [(int(word), "") if word.isdigit() else (-1, word) for word in words]
