"""Options that commands of `segue character` share, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from bridge.schema.character import Amount, BoneTurn, Character, Wish

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

RIGS: Final = ("segue", "mixamo", "cmu_mb")
"""Those of `bridge.schema.character.Rig`, so that help needs no import; a test compares."""
RESTS: Final = ("a", "t")
"""Those of `bridge.schema.character.RestPose`; a test compares."""
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_NAME: Final = r"[A-Za-z0-9_.:-]{1,64}"

character_path: Final = click.Path(path_type=Path)
"""A file that somebody is in, or goes to."""


class NamedNumber(click.ParamType[Any]):
    """A name and a number: `waist=80`."""

    name = "name=number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Give the name and the number."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(rf"({_NAME})=({_NUMBER})", value.strip())
        if match is None:
            self.fail(f"{value!r} is no name with a number; write it like waist=80", param, ctx)
        return match[1], float(match[2])


class NamedTurn(click.ParamType[Any]):
    """A bone and how it is turned: `upperarm01.L=0,0.4,0`."""

    name = "bone=x,y,z"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float, float, float]:
        """Give the bone and its rotation vector in radians."""
        if isinstance(value, tuple):
            return value
        numbers = rf"({_NUMBER}),({_NUMBER}),({_NUMBER})"
        match = re.fullmatch(rf"({_NAME})={numbers}", value.replace(" ", ""))
        if match is None:
            self.fail(f"{value!r} is no turn; write it like upperarm01.L=0,0.4,0", param, ctx)
        return match[1], float(match[2]), float(match[3]), float(match[4])


_WISHES: Final = (
    ("height", "cm", "How tall they are, in cm."),
    ("weight", "kg", "What they weigh, in kg."),
    ("age", "years", "How old they look, in years."),
    ("gender", "0..1", "From masculine, 0, to feminine, 1."),
)


def wish_options(command: CommandT) -> CommandT:
    """Ask what somebody shall come to."""
    wish = click.option(
        "--wish",
        "wishes",
        type=NamedNumber(),
        multiple=True,
        metavar="NAME=VALUE",
        help="What else they come to: waist=80, leg=90 .., in units of `segue character sliders`.",
    )
    command = wish(command)
    for name, unit, words in reversed(_WISHES):
        option = click.option(
            f"--{name}", type=float, metavar=unit, show_default="left open", help=words
        )
        command = option(command)
    return command


def wishes_of(options: dict[str, Any]) -> tuple[Wish, ...]:
    """Give what was wished, and take it out of what click gave."""
    from bridge.schema.character import Wish

    named = [(name, options.pop(name)) for name, _, _ in _WISHES]
    asked = [(name, value) for name, value in named if value is not None]
    return tuple(Wish(name, value) for name, value in (*asked, *options.pop("wishes")))


lock_option: Final = click.option(
    "--lock",
    "locks",
    multiple=True,
    metavar="NAME",
    help="What stays as it is: age, gender, nose_hump .. any slider.",
)
"""Asks what shall not change."""


def output_option(usual: str) -> Callable[[CommandT], CommandT]:
    """Ask where somebody goes."""
    return click.option(
        "-o",
        "--output",
        type=character_path,
        metavar="FILE.glb",
        show_default=f"{usual}, here",
        help="Where it goes; its end says as what: .glb, .json, .obj or .bvh.",
    )


rig_option: Final = click.option(
    "--rig", type=click.Choice(RIGS), default="segue", help="Whose bones and names."
)
rest_option: Final = click.option(
    "--rest", type=click.Choice(RESTS), default="a", help="Arms down at rest, or out as a T."
)
"""The options of whatever gives a mesh."""


def read_person(path: Path) -> Character:
    """Give who is in a .glb or .json file of ours."""
    from bridge.files.characters import read_character

    return read_character(path)


def amounts_of(pairs: tuple[tuple[str, float], ...]) -> tuple[Amount, ...]:
    """Give facial actions as nouns."""
    from bridge.schema.character import Amount

    return tuple(Amount(action, amount) for action, amount in pairs)


def turns_of(turns: tuple[tuple[str, float, float, float], ...]) -> tuple[BoneTurn, ...]:
    """Give turns of bones as nouns."""
    from bridge.schema.character import BoneTurn

    return tuple(BoneTurn(*turn) for turn in turns)
