"""The room `segue live`: what a running `segue serve` plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from bridge.cli.door import json_option, show_json, show_table
from bridge.cli.knobs import SCALE_NAMES, STYLE_NAMES, KeyType, MetreType, turned
from bridge.cli.remote import call_server

if TYPE_CHECKING:
    from bridge.schema.live import LiveSettings, LiveStatus, PartRoute

NounT = TypeVar("NounT")

MODES: Final = ("off", "call", "duet", "loop", "band")
ANSWERS: Final = ("continue", "vary", "harmony", "drums")
PHRASE_ENDS: Final = ("rest", "bar", "pedal")
LAUNCHES: Final = ("now", "beat", "bar", "four-bars")
VERBS: Final = (
    "start", "stop", "answer", "again", "vary", "undo", "clear", "thumb-up", "thumb-down", "panic",
)  # fmt: skip
"""Those of `bridge.schema.live`, so that help needs no import; a test compares."""


CHANNELS: Final = tuple(str(number) for number in range(1, 17))
"""As musicians count them."""


class RouteType(click.ParamType[Any]):
    """Where a part goes: `bass=3`, `bass=bass:3`, `drums=off`."""

    name = "route"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PartRoute:
        """Give the route; channels count from 1, as musicians do."""
        from bridge.errors import RequestError
        from bridge.schema.live import DEFAULT_ROUTES, PartRoute

        part, _, where = str(value).partition("=")
        port, _, channel = where.rpartition(":")
        known = {route.part: route for route in DEFAULT_ROUTES}
        if where == "off" and part in known:
            return PartRoute(part, channel=known[part].channel, is_muted=True)
        if channel not in CHANNELS:
            self.fail(f"{value!r} is no route; write bass=3, bass=bass:3 (1 to 16) or drums=off")
        try:
            return PartRoute(part, port or "midi_out", int(channel) - 1)
        except RequestError as error:
            self.fail(f"{value!r} is no route: {error}")


@click.group(
    epilog="\b\nExamples:\n"
    "  segue serve                                   in another terminal, first\n"
    "  segue live status\n"
    "  segue live set --mode duet --answer harmony --key Am\n"
    "  segue live perform panic"
)
def live() -> None:
    """Steer what a running `segue serve` plays."""


@live.command(epilog="\b\nExamples:\n  segue live status\n  segue live status --json | jq .host")
@json_option
def status(as_json: bool) -> None:
    """Say how things stand: the song, the ports, what is set."""
    from bridge.operations.live import StatusRequest
    from bridge.schema.live import LiveStatus

    found = _ask("live.status", StatusRequest(), LiveStatus)
    if as_json:
        show_json(found)
    else:
        _show_status(found)


@live.command(
    "set",
    epilog="\b\nExamples:\n"
    "  segue live set --mode call --answer vary --amount 0.3\n"
    "  segue live set --temperature 0.8 --swing 0.6 --key 'C# minor'\n"
    "  segue live set --mode band --route bass=3 --route drums=off\n"
    "  segue live set --reset knobs.density --reset style",
)
@click.option("--mode", type=click.Choice(MODES), help="How Segue plays along.")
@click.option("--answer", type=click.Choice(ANSWERS), help="What an answer makes of a call.")
@click.option("--phrase-end", type=click.Choice(PHRASE_ENDS), help="What ends a call.")
@click.option("--launch", type=click.Choice(LAUNCHES), help="Where things begin.")
@click.option("--answer-bars", type=click.IntRange(1, 16), help="Bars of an answer.")
@click.option("--loop-bars", type=click.IntRange(1, 16), help="Bars of the loop.")
@click.option("--count-in", type=click.IntRange(0, 4), help="Bars of clicks before the song.")
@click.option("--amount", type=click.FloatRange(0.0, 1.0), help="How far a variation goes, 0 to 1.")
@click.option("--bpm", type=click.FloatRange(20.0, 400.0), help="Tempo where no host leads.")
@click.option("--metre", type=MetreType(), help="Metre where no host tells: 4/4, 6/8 ..")
@click.option("--style", type=click.Choice(STYLE_NAMES), help="Of everything that is made.")
@click.option("--temperature", type=click.FloatRange(0.1, 2.0), help="How far from the likeliest.")
@click.option("--density", type=click.FloatRange(0.25, 4.0), help="Notes a beat.")
@click.option("--key", type=KeyType(), help="C, F#, Bb, Am ..; --reset it to follow what is heard.")
@click.option("--scale", type=click.Choice(SCALE_NAMES), help="The scale that notes keep to.")
@click.option("--swing", type=click.FloatRange(0.0, 1.0), help="0 straight, 1 triplets.")
@click.option("--humanise", type=click.FloatRange(0.0, 1.0), help="How far notes leave the grid.")
@click.option("--register", type=click.FloatRange(36.0, 96.0), help="Mean MIDI pitch, 60 is C4.")
@click.option(
    "--route",
    "routes",
    type=RouteType(),
    multiple=True,
    metavar="PART=[PORT:]CHANNEL",
    help="Where a part goes; PART=off mutes it.",
)
@click.option("--reset", multiple=True, metavar="NAME", help="Put a setting back: knobs.density ..")
@json_option
def set_live(as_json: bool, **options: Any) -> None:
    """Set how Segue plays along, from now on; what is not named stays."""
    from bridge.schema.live import LiveSettings

    found = _ask("live.set", _set_request(options), LiveSettings)
    if as_json:
        show_json(found)
    else:
        _show_settings(found)


@live.command(
    epilog="\b\nExamples:\n"
    "  segue live perform start\n"
    "  segue live perform again          more like the last answer\n"
    "  segue live perform panic          end every note"
)
@click.argument("verb", type=click.Choice(VERBS))
@json_option
def perform(verb: str, as_json: bool) -> None:
    """Do something at once."""
    from bridge.operations.live import PerformRequest
    from bridge.schema.live import LiveStatus, LiveVerb

    found = _ask("live.perform", PerformRequest(LiveVerb(verb)), LiveStatus)
    if as_json:
        show_json(found)
    else:
        click.echo(found.doing, err=True)


@live.command(epilog="\b\nExamples:\n  segue live takes --count 20\n  segue live takes --json")
@click.option("--count", type=click.IntRange(1, 64), default=8, help="So many at most.")
@json_option
def takes(count: int, as_json: bool) -> None:
    """List the last takes, the latest first."""
    from bridge.operations.live import TakesRequest
    from bridge.schema.live import Take

    found = _ask("live.takes", TakesRequest(count), tuple[Take, ...])
    if as_json:
        show_json(found)
        return
    words = {1: "up", -1: "down", 0: ""}
    rows = [
        (
            str(take.number),
            take.made_at,
            take.mode.value,
            " + ".join(f"{part.name} {len(part.notes)}" for part in take.music.parts),
            words[take.rating],
        )
        for take in found
    ]
    show_table(("take", "made at", "mode", "parts and notes", "thumb"), rows)


@live.command(
    epilog="\b\nExamples:\n  segue live take -o idea.mid\n  segue live take 12 -o idea.mid --force"
)
@click.argument("number", type=click.IntRange(1), required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.mid",
    show_default="take-NUMBER.mid, here",
    help="Where the MIDI file goes.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@json_option
def take(number: int | None, output: Path | None, force: bool, as_json: bool) -> None:
    """Save the music of a take, the latest if none is named, as a MIDI file."""
    from bridge.files.midi import write_midi
    from bridge.operations.live import TakeRequest
    from bridge.schema.notes import NoteSequence

    music = _ask("live.take", TakeRequest(number), NoteSequence)
    if as_json:
        show_json(music)
        return
    path = output or Path(f"take-{number}.mid" if number else "take.mid")
    write_midi(music, path, force=force)
    click.echo(path)


@live.command(epilog="\b\nExamples:\n  segue live rate up\n  segue live rate down --number 12")
@click.argument("thumb", type=click.Choice(("up", "down", "none")))
@click.option("--number", type=click.IntRange(1), show_default="the latest", help="Of the take.")
@json_option
def rate(thumb: str, number: int | None, as_json: bool) -> None:
    """Say what you think of a take, so that Segue may learn from it."""
    from bridge.operations.live import RateRequest
    from bridge.schema.live import Take

    rating = {"up": 1, "down": -1, "none": 0}[thumb]
    found = _ask("live.rate", RateRequest(rating, number), Take)
    if as_json:
        show_json(found)
    else:
        click.echo(f"take {found.number}: thumb {thumb}", err=True)


def _ask(operation: str, request: object, noun: type[NounT]) -> NounT:
    from bridge.schema.codec import from_plain

    return from_plain(noun, call_server(operation, request))


def _set_request(options: dict[str, Any]) -> Any:
    """Make the request of what click gave."""
    from bridge.operations.live import KnobChanges, SetRequest
    from bridge.schema.codec import from_plain
    from bridge.schema.notes import TimeSignature

    named = (
        "mode",
        "answer",
        "phrase_end",
        "launch",
        "answer_bars",
        "loop_bars",
        "amount",
        "style",
    )
    request = from_plain(SetRequest, {name: options[name] for name in named})
    return replace(
        request,
        count_in_bars=options["count_in"],
        tempo_bpm=options["bpm"],
        metre=TimeSignature(0, *options["metre"]) if options["metre"] else None,
        knobs=KnobChanges(**turned(options)),
        routes=options["routes"],
        reset=options["reset"],
    )


def _show_status(status: LiveStatus) -> None:
    """Write how things stand, for a person to read."""
    host = status.host
    bars, ticks = divmod(max(0.0, host.position_ticks), host.metre.bar_ticks())
    rows = [
        ("doing", status.doing),
        ("song", f"{'runs' if host.is_rolling else 'stands'}, led by {host.source.value}"),
        ("bar", f"{int(bars) + 1}, beat {ticks / 480 + 1:.2f}"),
        ("tempo", f"{host.tempo_bpm:.2f} BPM in {host.metre.numerator}/{host.metre.denominator}"),
        ("ports", ", ".join(status.ports) or "none"),
        ("listeners", ", ".join(status.listeners) or "none"),
        ("answered", f"{status.calls} calls"),
    ]
    if status.trouble:
        rows.append(("trouble", status.trouble))
    show_table(("now", ""), rows)
    click.echo()
    _show_settings(status.settings)


def _show_settings(settings: LiveSettings) -> None:
    """Write what is set, for a person to read, by the names that `--reset` and `segue map` take."""
    from dataclasses import fields

    rows: list[tuple[str, str]] = []
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name == "knobs":
            rows += [(f"knobs.{f.name}", _word(getattr(value, f.name))) for f in fields(value)]
        elif field.name == "metre":
            rows.append(("metre", f"{value.numerator}/{value.denominator}"))
        elif field.name != "routes":
            rows.append((field.name, _word(value)))
    for route in settings.routes:
        where = "muted" if route.is_muted else f"{route.port}, channel {route.channel + 1}"
        rows.append((f"route {route.part}", where))
    show_table(("set", ""), rows)


def _word(value: object) -> str:
    return "as heard" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
