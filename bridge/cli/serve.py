"""`segue serve`: one long-running process with a door for every program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from bridge.cli.door import Door, json_option
from bridge.cli.play import API_NAMES

if TYPE_CHECKING:
    from bridge.server.hub import HubEvent

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

SYNC_NAMES: Final = ("auto", "internal", "midi-clock", "link", "jack")
"""Those of `bridge.schema.live.SyncSource`, and what finds one; a test compares."""


@click.command(
    epilog="\b\nExamples:\n"
    "  segue serve                                  play into `Segue In`, hear `Segue`\n"
    "  segue serve --sync midi-clock --offset-ms -8\n"
    "  segue serve --listen-to keystation --connect fluidsynth\n"
    "  segue serve --http-port 0 --osc-port 0 --json | jq .url\n"
    "\n"
    "\b\nEvery option can also stand in the environment (SEGUE_HTTP_PORT=5757) and in segue.toml.\n"
)
@click.option("--http-port", type=int, show_default="5757", help="Port of HTTP and WebSocket.")
@click.option("--osc-port", type=int, show_default="5758", help="UDP port of OSC.")
@click.option(
    "--listen",
    metavar="ADDRESS",
    show_default="127.0.0.1",
    help="Where to listen; other machines need the token.",
)
@click.option("--token", metavar="WORD", help="What programs must know that ask.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also answer what plugins leave in this folder of yours.",
)
@click.option(
    "--sync",
    type=click.Choice(SYNC_NAMES),
    show_default="auto",
    help="Who leads the song; auto follows whoever rolls.",
)
@click.option(
    "--offset-ms",
    type=float,
    show_default="0",
    help="Shift what is played, -1000 to 1000 ms; + is later.",
)
@click.option(
    "--master/--no-master", "is_master", default=None, help="Send MIDI clock for others to follow."
)
@click.option("--port-name", metavar="NAME", show_default="Segue", help="Of our MIDI ports.")
@click.option(
    "--api", type=click.Choice(API_NAMES), show_default="the best here", help="MIDI system to use."
)
@click.option("--connect", metavar="NAME", help="Play to the MIDI input whose name has NAME.")
@click.option(
    "--listen-to",
    metavar="NAME",
    multiple=True,
    help="Hear the MIDI output whose name has NAME; control_in=NAME for a controller.",
)
@click.option(
    "--part-ports/--no-part-ports", default=None, help="Give each part a MIDI port of its own."
)
@click.option(
    "--state", type=click.Path(path_type=Path), metavar="FOLDER", help="Where takes are kept."
)
@click.option(
    "--person", metavar="NAME", show_default="me", help="Who rates, and whose taste counts."
)
@click.option("--project", metavar="NAME", show_default="default", help="What is worked on.")
@click.option("--midi/--no-midi", default=None, help="Open MIDI ports.")
@click.option("--osc/--no-osc", default=None, help="Serve OSC.")
@click.option("--zeroconf/--no-zeroconf", default=None, help="Let programs find us by name.")
@json_option
def serve(as_json: bool, **flags: Any) -> None:
    """Be a member of the band: hear, wait for the beat, answer on it.

    Play into the MIDI port `Segue In` and hear `Segue`. The panel is at http://127.0.0.1:5757,
    OSC at UDP port 5758; `segue live` steers it from another terminal. Ctrl-C ends it.
    """
    import asyncio
    import contextlib

    from bridge.server.hub import Hub
    from bridge.settings import read_settings

    door = click.get_current_context().find_object(Door) or Door()
    settings = read_settings(flags | {"models": door.models})
    say = _say_json if as_json else _say_words

    def tell(event: HubEvent) -> None:
        with contextlib.suppress(OSError):  # whoever read this has left, and the music goes on
            say(event)

    async def run() -> None:
        await Hub(settings, tell).run()

    asyncio.run(run())


def _say_json(event: HubEvent) -> None:
    """Write an event as one JSON object to stdout."""
    from bridge.schema.codec import to_plain

    plain: Any = to_plain(event)
    click.echo(json.dumps({"event": type(event).__name__, **plain}))


def _say_words(event: HubEvent) -> None:
    """Write an event for a person to read, on stderr."""
    click.echo(_in_words(event), err=True)


def _in_words(event: HubEvent) -> str:
    from bridge.server.hub import NotAnnounced, Ready
    from bridge.transports.midi import how_to_get_one
    from bridge.transports.talk import Listening, Lost, NotOpened, Opened

    match event:
        case Ready(url, osc_port):
            osc = f", OSC at UDP port {osc_port}" if osc_port else ""
            return f"ready: {url}{osc}; Ctrl-C ends"
        case NotAnnounced(reason):
            return f"programs that look for us by name do not find us: {reason}"
        case Opened("none"):
            return "no MIDI, as you asked"
        case Opened(api, name, ports):
            return f"MIDI through {api}: {', '.join(ports or (name,))}"
        case NotOpened(reasons):
            return f"no MIDI port ({'; '.join(reasons)}). To get one: {how_to_get_one()}"
        case Lost(reason):
            return f"MIDI port lost: {reason}; it is tried again every second"
        case Listening(names):
            return f"heard by {', '.join(names) or 'nobody'}"
