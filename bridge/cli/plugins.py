"""The room `segue plugins`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table

if TYPE_CHECKING:
    from bridge.schema.plugin import PluginLine


@click.group(
    epilog="\b\nExamples:\n"
    "  segue plugins list\n"
    "  segue plugins install ableton\n"
    "  segue plugins remove ableton"
)
def plugins() -> None:
    """Put plugins into your DAW, and take them out."""


@plugins.command(
    "list",
    epilog="\b\nExamples:\n  segue plugins list\n  segue plugins list --json | jq '.[].name'",
)
@json_option
def list_plugins(as_json: bool) -> None:
    """List the plugins, and where each is installed.

    A plugin is `current`, `outdated` (install it again) or `changed` (by somebody else).
    """
    from bridge.operations.plugins import ListPluginsRequest
    from bridge.operations.plugins import list_plugins as operation

    lines = operation(ListPluginsRequest(), open_studio())
    if as_json:
        show_json(lines)
    else:
        rows = [(line.name, line.hosts, where) for line in lines for where in _where(line)]
        show_table(("plugin", "for", "installed"), rows)


@plugins.command(
    "install",
    epilog="\b\nExamples:\n"
    "  segue plugins install ableton\n"
    "  segue plugins install ableton --to '/Volumes/Music/User Library/Remote Scripts'",
)
@click.argument("name")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    show_default="where the host usually keeps it",
    help="The host's folder that the files go into.",
)
@click.option("--force", is_flag=True, help="Replace also files that are not Segue's.")
@json_option
def install_plugin(name: str, folder: Path | None, force: bool, as_json: bool) -> None:
    """Put a plugin into its host's folder.

    NAME is as `segue plugins list` has it. A plugin that is there already is brought up to date.
    """
    from bridge.operations.plugins import InstallPluginRequest
    from bridge.operations.plugins import install_plugin as operation

    request = InstallPluginRequest(name, None if folder is None else str(folder), force)
    done = operation(request, open_studio())
    if as_json:
        show_json(done)
        return
    for file in done.installation.files:
        click.echo(str(Path(done.installation.folder) / file.path))
    for number, step in enumerate(done.next_steps, start=1):
        click.echo(f"{number}. {step}", err=True)


@plugins.command(
    "remove",
    epilog="\b\nExamples:\n"
    "  segue plugins remove ableton\n"
    "  segue plugins remove ableton --from '/Volumes/Music/User Library/Remote Scripts'",
)
@click.argument("name")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    show_default="every folder it was put into",
    help="The host's folder to take it from.",
)
@click.option("--force", is_flag=True, help="Delete also files that were changed since.")
@json_option
def remove_plugin(name: str, folder: Path | None, force: bool, as_json: bool) -> None:
    """Take away exactly what was installed.

    NAME is as `segue plugins list` has it. A file that was changed since is kept, and said.
    """
    from bridge.operations.plugins import RemovePluginRequest
    from bridge.operations.plugins import remove_plugin as operation

    request = RemovePluginRequest(name, None if folder is None else str(folder), force)
    removed = operation(request, open_studio())
    if as_json:
        show_json(removed)
        return
    for entry in removed:
        for file in entry.files:
            click.echo(str(Path(entry.folder) / file.path))


def _where(line: PluginLine) -> list[str]:
    """Say where a plugin is, or where it would go."""
    if line.installed:
        return [f"{entry.state} ({entry.version}) in {entry.folder}" for entry in line.installed]
    if line.host_folder is None:
        return [f"no; {line.title} was not found here"]
    return [f"no; it would go to {line.host_folder}"]
