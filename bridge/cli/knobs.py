"""The options that steer all that is musical: seed, temperature, density, key, swing, style .."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

SCALE_NAMES: Final = (
    "major", "minor", "harmonic-minor", "dorian", "phrygian", "lydian", "mixolydian",
    "major-pentatonic", "minor-pentatonic", "blues", "chromatic",
)  # fmt: skip
"""Those of `bridge.schema.performance.SCALES`, so that help needs no import; a test compares."""
STYLE_NAMES: Final = ("folk", "standards", "pop", "art-song")
"""Those of `bridge.schema.performance.STYLES`; a test compares."""

_PITCH_CLASSES: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MOST_SEEDS: Final = 1_000_000


class KeyType(click.ParamType[Any]):
    """A key as a musician writes it: `C`, `F#`, `Bb`, `Am`, `C# minor`."""

    name = "key"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, bool]:
        """Give (tonic pitch class 0..11, whether it is minor)."""
        if isinstance(value, tuple):
            return value
        pattern = r"([A-Ga-g])([#b♯♭]?)\s*(m|min|minor|maj|major)?"
        match = re.fullmatch(pattern, value.strip())
        if match is None:
            self.fail(f"{value!r} is no key; write it like C, F#, Bb, Am or 'C# minor'", param, ctx)
        alter = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match[2], 0)
        tonic = (_PITCH_CLASSES[match[1].upper()] + alter) % 12
        return tonic, match[3] in ("m", "min", "minor")


class MetreType(click.ParamType[Any]):
    """A time signature: `4/4`, `3/4`, `6/8`."""

    name = "metre"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Give (numerator, denominator)."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(\d{1,2})/(1|2|4|8|16)", value.strip())
        if match is None or not 1 <= int(match[1]) <= 32:
            self.fail(f"{value!r} is no metre; write it like 4/4, 3/4, 6/8 or 7/8", param, ctx)
        return int(match[1]), int(match[2])


def knob_options(temperature: float = 1.0) -> Callable[[CommandT], CommandT]:
    """Give a command the options of `Knobs`, `--style` and `--seed`.

    Args:
        temperature: the default, 0.1..2.
    """
    options = (
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            show_default="a new one, which is told",
            help="The same seed gives the same notes.",
        ),
        click.option(
            "--temperature",
            type=click.FloatRange(0.1, 2.0),
            default=temperature,
            help="How far from the likeliest, 0.1 to 2.",
        ),
        click.option(
            "--density",
            type=click.FloatRange(0.25, 4.0),
            show_default="left to the model",
            help="Notes a beat, 0.25 to 4.",
        ),
        click.option(
            "--key",
            type=KeyType(),
            show_default="that of the input, or C",
            help="C, F#, Bb, Am ..; notes then keep to its major or minor scale.",
        ),
        click.option(
            "--scale",
            type=click.Choice(SCALE_NAMES),
            help="The scale that notes keep to; chromatic sets them free.",
        ),
        click.option(
            "--bpm",
            type=click.FloatRange(20.0, 400.0),
            show_default="that of the input, or 120",
            help="Tempo in beats a minute, 20 to 400.",
        ),
        click.option(
            "--swing",
            type=click.FloatRange(0.0, 1.0),
            default=0.0,
            help="Off-beat eighths (in 6/8, 7/8 ..: sixteenths) come later: 1 is a full triplet.",
        ),
        click.option(
            "--humanise",
            type=click.FloatRange(0.0, 1.0),
            show_default="drums 1, the others 0",
            help="How far players leave the grid: 0 not at all, 1 as drummers do.",
        ),
        click.option(
            "--register",
            type=click.FloatRange(36.0, 96.0),
            show_default="that of the input, or left to the model",
            help="Mean pitch of the melody as a MIDI number, 36 to 96; 60 is middle C.",
        ),
        click.option(
            "--style",
            type=click.Choice(STYLE_NAMES),
            show_default="left to the model",
            help="Dance tunes, lead sheets, pop songs or Lieder.",
        ),
    )

    def decorate(command: CommandT) -> CommandT:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def turned(options: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of `Knobs` but the tempo, by what click gave; a key is its scale, too."""
    from bridge.schema.notes import Mode

    tonic, minor = options["key"] or (None, False)
    mode = None if tonic is None else Mode.MINOR if minor else Mode.MAJOR
    plain = ("temperature", "density", "swing", "humanise", "register")
    return {name: options[name] for name in plain} | {
        "tonic_pitch_class": tonic,
        "mode": mode,
        "scale": options["scale"] or (mode.value if mode else None),
    }


def make_request(request_type: Callable[..., Any], options: dict[str, Any], **more: Any) -> Any:
    """Make an operation's request of what `knob_options` took.

    Args:
        request_type: a request with `seed`, `knobs` and `style`.
        options: what click gave for `knob_options`.
        more: the request's other fields.
    """
    from bridge.schema.performance import Knobs

    knobs = Knobs(tempo_bpm=options["bpm"], **turned(options))
    return request_type(
        seed=seed_or_new(options["seed"]), knobs=knobs, style=options["style"], **more
    )


def seed_or_new(seed: int | None) -> int:
    """Give the seed that was asked for, or a new one that is short enough to type."""
    return secrets.randbelow(_MOST_SEEDS) if seed is None else seed
