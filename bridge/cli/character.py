"""The room `segue character`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from bridge.cli.character_delivery import beside, delivery
from bridge.cli.character_files import export, fit, portrait
from bridge.cli.character_options import (
    NamedNumber,
    NamedTurn,
    amounts_of,
    character_path,
    lock_option,
    output_option,
    read_person,
    turns_of,
    wish_options,
    wishes_of,
)
from bridge.cli.character_report import body, measure, mesh, sliders, tell_missed
from bridge.cli.delivery import force_option
from bridge.cli.door import json_option, open_studio, person_option, project_option
from bridge.cli.knobs import seed_or_new

if TYPE_CHECKING:
    from bridge.operations.studio import Studio

_LETTERS = 8


@click.group(
    epilog="\b\nExamples:\n"
    "  segue character sample --seed 4 -o c.glb\n"
    "  segue character sample --count 12 --height 182 --age 40 -o c.glb\n"
    "  segue character edit c-1.glb --slide age=-1 --wish waist=80 -o d.glb\n"
    "  segue character blend c-1.glb d.glb --steps 7\n"
    "  segue character export d.glb -o d.obj\n"
    "  segue character fit scan.obj -o me.glb\n"
    "  segue feedback choose B c-1.glb c-2.glb     .. and then: sample --to-taste"
)
def character() -> None:
    """Make people up, change and measure them, and write them as files with bones."""


@character.command(
    epilog="\b\nExamples:\n"
    "  segue character sample --seed 4 -o c.glb\n"
    "  segue character sample --count 12 -o c.glb            c-1.glb to c-12.glb\n"
    "  segue character sample --height 182 --weight 80 --age 40 --gender 0.2\n"
    "  segue character sample --wish waist=80 --wish leg=90 --stylised 0.6\n"
    "  segue character sample --around c.glb --reach 0.2 --lock age --count 4\n"
    "  segue character sample --to-taste --count 6 --person ada\n"
    "  segue character sample --seed 4 --json | jq '.[0].identity'"
)
@click.option("--count", type=click.IntRange(1, 24), default=1, help="How many, 1 to 24.")
@click.option(
    "--seed",
    type=click.IntRange(0, (1 << 63) - 1),
    show_default="a new one, which is told",
    help="The same seed gives the same people.",
)
@wish_options
@click.option(
    "--stylised",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    help="From as people are, 0, to as cartoons and creatures are, 1.",
)
@click.option(
    "--variety",
    type=click.FloatRange(0.0, 2.0),
    default=1.0,
    help="0 all alike, 1 as different as people are, 2 more so.",
)
@click.option(
    "--symmetric/--asymmetric", default=True, help="Whether both sides are exactly alike."
)
@click.option(
    "--around", type=character_path, metavar="FILE.glb", help="Only people near this one."
)
@click.option(
    "--reach",
    type=click.FloatRange(0.0, 1.0),
    default=0.3,
    help="With --around, how far from them: 0 no further, 1 anybody.",
)
@lock_option
@click.option("--to-taste", is_flag=True, help="Choose whom you like, by what you said of others.")
@person_option
@project_option
@output_option("character-SEED.glb")
@force_option
@json_option
def sample(**options: Any) -> None:
    """Draw new people, as wished; near somebody, or to your taste, where asked.

    They are adults, unless you wish for an age, or for what no adult measures.

    A .glb has bones, skin, expressions and materials, for Blender and engines; it also keeps who
    they are, so that every command here reads it again.
    """
    from bridge.operations.characters import SamplePeopleRequest
    from bridge.operations.characters import sample as operation

    seed, studio = seed_or_new(options.pop("seed")), open_studio()
    where = delivery(options, Path(f"character-{seed}.glb"), count=options["count"])
    around: Path | None = options.pop("around")
    request = SamplePeopleRequest(
        seed=seed,
        wishes=wishes_of(options),
        around=None if around is None else read_person(around),
        **options,
    )
    made = operation(request, studio)
    tell_missed(made, request.wishes, studio)
    if request.to_taste:
        _tell_taste(studio, request.person, request.project)
    where.hand_over(made, studio, note=f"seed {seed}")
    if 2 <= len(where.paths) <= _LETTERS:
        names = " ".join(str(path) for path in where.paths)
        click.echo(f"Tell which is best: segue feedback choose LETTER {names}", err=True)


@character.command(
    epilog="\b\nExamples:\n"
    "  segue character blend a.glb b.glb                    halfway\n"
    "  segue character blend a.glb b.glb --share 0.25 -o c.glb\n"
    "  segue character blend a.glb b.glb --steps 7          blend-1.glb to blend-7.glb\n"
    "  segue character blend a.glb b.glb --json"
)
@click.argument("first", type=character_path, metavar="A.glb")
@click.argument("second", type=character_path, metavar="B.glb")
@click.option(
    "--share",
    type=click.FloatRange(-0.5, 1.5),
    default=0.5,
    help="How much of the second: 0 the first, 1 the second; -0.5 to 1.5 goes beyond them.",
)
@click.option(
    "--steps",
    type=click.IntRange(2, 24),
    show_default="one alone",
    help="Instead, so many from the first to the second, both included.",
)
@output_option("blend.glb")
@force_option
@json_option
def blend(first: Path, second: Path, **options: Any) -> None:
    """Blend two people, or walk from one to the other."""
    from bridge.operations.characters import BlendRequest
    from bridge.operations.characters import blend as operation

    context = click.get_current_context()
    if options["steps"] and context.get_parameter_source("share") is ParameterSource.COMMANDLINE:
        raise click.UsageError("give either --share or --steps", context)
    studio = open_studio()
    where = delivery(options, Path("blend.glb"), count=options["steps"] or 1)
    request = BlendRequest(read_person(first), read_person(second), **options)
    where.hand_over(operation(request, studio), studio)


@character.command(
    epilog="\b\nExamples:\n"
    "  segue character edit c.glb --slide nose_hump=1.5 --slide age=-1 -o d.glb\n"
    "  segue character edit c.glb --wish waist=80 --height 175 --lock muscle\n"
    "  segue character edit c.glb --expression jawOpen=0.4 --expression browInnerUp=1\n"
    "  segue character edit c.glb --pose upperarm01.L=0,0.4,0 --pose head=0,0,0.3\n"
    "  segue character edit c.glb --neutral --at-rest --force -o c.glb"
)
@click.argument("file", type=character_path, metavar="FILE.glb")
@click.option(
    "--slide",
    "slides",
    type=NamedNumber(),
    multiple=True,
    metavar="NAME=STEPS",
    help="Move a slider of `segue character sliders`, in standard deviations, -6 to 6.",
)
@wish_options
@lock_option
@click.option(
    "--expression",
    type=NamedNumber(),
    multiple=True,
    metavar="ACTION=AMOUNT",
    help="Their face from now on, by ARKit's names; 0 is none, 1 all of it.",
)
@click.option("--neutral", is_flag=True, help="Their face says nothing.")
@click.option(
    "--pose",
    type=NamedTurn(),
    multiple=True,
    metavar="BONE=X,Y,Z",
    help="How they stand from now on: rotation vectors in radians, in axes of the world at rest.",
)
@click.option("--at-rest", is_flag=True, help="They stand at rest.")
@output_option("FILE-edited.glb")
@force_option
@json_option
def edit(file: Path, **options: Any) -> None:
    """Change somebody by sliders, by measures, or in their face and pose.

    --expression and --pose take the place of those they had; what is not named is as at rest.
    """
    from bridge.operations.characters import EditRequest
    from bridge.operations.characters import edit as operation
    from bridge.schema.character import Change

    where = delivery(options, beside(file, "edited"))
    faces = _new(options.pop("expression"), options.pop("neutral"), "--expression", "--neutral")
    turns = _new(options.pop("pose"), options.pop("at_rest"), "--pose", "--at-rest")
    studio = open_studio()
    request = EditRequest(
        read_person(file),
        tuple(Change(*slide) for slide in options.pop("slides")),
        wishes_of(options),
        None if faces is None else amounts_of(faces),
        None if turns is None else turns_of(turns),
        **options,
    )
    made = operation(request, studio)
    tell_missed((made,), request.wishes, studio)
    where.hand_over(made, studio)


@character.command(
    epilog="\b\nExamples:\n"
    "  segue character caricature c.glb\n"
    "  segue character caricature c.glb --strength 2.5 -o more.glb\n"
    "  segue character caricature c.glb --strength 0.5 -o less.glb"
)
@click.argument("file", type=character_path, metavar="FILE.glb")
@click.option(
    "--strength",
    type=click.FloatRange(0.0, 3.0),
    default=1.5,
    help="0 the mean person, 1 as they are, 3 three times as far from the mean.",
)
@output_option("FILE-caricature.glb")
@force_option
@json_option
def caricature(file: Path, strength: float, **options: Any) -> None:
    """Exaggerate what makes somebody differ from the mean person, or play it down."""
    from bridge.operations.characters import CaricatureRequest
    from bridge.operations.characters import caricature as operation

    where, studio = delivery(options, beside(file, "caricature")), open_studio()
    made = operation(CaricatureRequest(read_person(file), strength), studio)
    where.hand_over(made, studio)


for _command in (measure, sliders, fit, export, portrait, mesh, body):
    character.add_command(_command)


def _new(named: tuple[Any, ...], nothing: bool, some: str, none: str) -> tuple[Any, ...] | None:
    """Give what takes the place of what was; None: it stays."""
    if named and nothing:
        raise click.UsageError(f"give either {some} or {none}", click.get_current_context())
    return named if named or nothing else None


def _tell_taste(studio: Studio, person: str | None, project: str | None) -> None:
    """Say by whose taste people were chosen, and how much of it is known."""
    from bridge.operations.taste import ShowTasteRequest, show_taste

    known = show_taste(ShowTasteRequest(person, project, "character"), studio)
    answers = "1 answer" if known.answers == 1 else f"{known.answers} answers"
    click.echo(f"to the taste of {known.person}, {known.project}: {answers}", err=True)
