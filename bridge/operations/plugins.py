"""What one may ask about the plugins: which there are, and into which hosts they go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.errors import NotFoundError
from bridge.files.installation import Installer
from bridge.files.places import data_folder
from bridge.files.plugins import (
    Machine,
    find_host_folder,
    find_plugins_folder,
    plugin_names,
    read_plugin,
)
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.plugin import Installation, InstalledPlugin, Plugin, PluginLine


@dataclass(frozen=True, slots=True)
class ListPluginsRequest:
    """Ask which plugins there are, and where they are installed."""


@dataclass(frozen=True, slots=True)
class InstallPluginRequest:
    """Ask for a plugin to be put into its host's folder."""

    name: str
    """As `plugins.list` has it."""
    folder: str | None = None
    """The host's folder; None looks where the host usually keeps it."""
    force: bool = False
    """Replace also files that Segue did not put there, or that were changed since."""


@dataclass(frozen=True, slots=True)
class RemovePluginRequest:
    """Ask for a plugin to be taken away again."""

    name: str
    """As `plugins.list` has it."""
    folder: str | None = None
    """The folder to take it from; None: every folder that it was put into."""
    force: bool = False
    """Delete also files that were changed since."""


@dataclass(frozen=True, slots=True)
class PluginInstalled:
    """A plugin that lies in its host's folder."""

    installation: Installation
    """What was put where."""
    next_steps: tuple[str, ...]
    """What a person does in the host now."""


@operation("plugins.list")
def list_plugins(request: ListPluginsRequest, studio: Studio) -> tuple[PluginLine, ...]:
    """List the plugins for hosts, and where each is installed."""
    plugins = find_plugins_folder()
    installer = _installer()
    return tuple(_line(read_plugin(plugins, name), installer) for name in plugin_names(plugins))


@operation("plugins.install")
def install_plugin(request: InstallPluginRequest, studio: Studio) -> PluginInstalled:
    """Put a plugin into its host's folder."""
    plugin = read_plugin(find_plugins_folder(), request.name)
    if request.folder is None:
        folder = find_host_folder(plugin, Machine.this())
    else:
        folder = _plausible(Path(request.folder).expanduser())
    done = _installer().install(plugin, folder, force=request.force)
    return PluginInstalled(done, plugin.next_steps)


@operation("plugins.remove")
def remove_plugin(request: RemovePluginRequest, studio: Studio) -> tuple[Installation, ...]:
    """Take a plugin out of its host's folder: exactly what was installed."""
    read_plugin(find_plugins_folder(), request.name)
    installer = _installer()
    wanted = None if request.folder is None else Path(request.folder).expanduser().absolute()
    found = [
        entry
        for entry in installer.installations(request.name)
        if wanted is None or Path(entry.folder) == wanted
    ]
    if not found:
        where = "" if wanted is None else f" in {wanted}"
        raise NotFoundError(f"{request.name} is not installed{where}; see `segue plugins list`")
    return tuple(installer.remove(entry, force=request.force) for entry in found)


def _installer() -> Installer:
    """Give the one who installs, with this person's manifests."""
    return Installer(find_plugins_folder(), data_folder())


def _plausible(folder: Path) -> Path:
    """Refuse a folder that neither is there nor has a folder around it: it was mistyped."""
    if not folder.absolute().parent.is_dir():
        raise NotFoundError(
            f"no folder {folder.absolute().parent}; make it first, or check its name"
        )
    return folder


def _line(plugin: Plugin, installer: Installer) -> PluginLine:
    """Say one line about a plugin."""
    try:
        host_folder = str(find_host_folder(plugin, Machine.this()))
    except NotFoundError:
        host_folder = None
    installed = tuple(
        InstalledPlugin(entry.folder, entry.version, installer.state(plugin, entry))
        for entry in installer.installations(plugin.name)
    )
    return PluginLine(plugin.name, plugin.title, plugin.hosts, host_folder, installed)
