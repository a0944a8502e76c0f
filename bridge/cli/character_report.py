"""What `segue character` tells of people: measures, sliders, and meshes for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bridge.cli.character_options import character_path, read_person, rest_option, rig_option
from bridge.cli.door import json_option, open_studio, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.operations.studio import Studio
    from bridge.schema.character import (
        Character,
        CharacterControls,
        MeasureLine,
        Measures,
        RestPose,
        Rig,
        Wish,
    )

_VERTEX_BYTES: Final = 12
_NEAR: Final = {"": 0.05, "years": 1.0}
"""So far from a wish is near enough, by unit; of all other units, half a one."""


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character measure c.glb\n"
    "  segue character measure c.glb --json | jq '.lines[] | select(.name == \"waist\")'"
)
@click.argument("file", type=character_path, metavar="FILE.glb")
@json_option
def measure(file: Path, as_json: bool) -> None:
    """Measure somebody: height, girths, lengths, weight; and guess their age and build.

    Measures are taken from the mesh at rest; attributes are what a network thinks that they are.
    The last column says how many of a hundred people have less.
    """
    from bridge.operations.characters import MeasureRequest
    from bridge.operations.characters import measure as operation

    found = operation(MeasureRequest(read_person(file)), open_studio())
    if as_json:
        show_json(found)
    else:
        _show_measures(found)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character sliders\n"
    "  segue character sliders --all                        also facial actions and bones\n"
    "  segue character sliders --json | jq -r '.actions[]'"
)
@click.option(
    "--all", "is_long", is_flag=True, help="Also name facial actions, bones and landmarks."
)
@json_option
def sliders(is_long: bool, as_json: bool) -> None:
    """Say what can be changed, wished and expressed, by name."""
    from bridge.operations.characters import SlidersRequest
    from bridge.operations.characters import sliders as operation

    found = operation(SlidersRequest(), open_studio())
    if as_json:
        show_json(found)
    else:
        _show_controls(found, is_long=is_long)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character mesh c.glb --json > mesh.json\n"
    "  segue character mesh c.glb --rig mixamo --rest t --shape-keys --json"
)
@click.argument("file", type=character_path, metavar="FILE.glb")
@rig_option
@rest_option
@click.option("--shape-keys", is_flag=True, help="With all facial actions, on a neutral face.")
@json_option
def mesh(file: Path, rig: Rig, rest: RestPose, shape_keys: bool, as_json: bool) -> None:
    """Give somebody's mesh and bones as arrays, for a program: base64 of float32, in metres.

    `segue character export` writes files for people.
    """
    from bridge.operations.character_files import MeshRequest
    from bridge.operations.character_files import mesh as operation

    found = operation(MeshRequest(read_person(file), rig, rest, shape_keys), open_studio())
    if as_json:
        show_json(found)
    else:
        count = len(found.vertices) * 3 // 4 // _VERTEX_BYTES
        click.echo(f"{file}: {count} vertices at rest, in metres; --json writes them")


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character body --json > body.json\n"
    "  segue character body --rig mixamo --json | jq .bones"
)
@rig_option
@json_option
def body(rig: Rig, as_json: bool) -> None:
    """Give what the meshes of all people share as arrays, for a program."""
    from bridge.operations.character_files import BodyRequest
    from bridge.operations.character_files import body as operation

    found = operation(BodyRequest(rig), open_studio())
    if as_json:
        show_json(found)
        return
    counts = f"{found.vertex_count} vertices, {len(found.bones)} bones, {len(found.actions)}"
    click.echo(f"{counts} facial actions, materials {', '.join(found.materials)}; --json has all")


def tell_missed(people: Sequence[Character], wishes: Sequence[Wish], studio: Studio) -> None:
    """Say on stderr who did not come to what was wished, and how far they came."""
    from bridge.operations.characters import MeasureRequest
    from bridge.operations.characters import measure as operation

    for number, person in enumerate(people if wishes else (), start=1):
        lines = {line.name: line for line in operation(MeasureRequest(person), studio).lines}
        missed = [
            _missed(wish, lines[wish.name])
            for wish in wishes
            if abs(lines[wish.name].value - wish.value) > _NEAR.get(lines[wish.name].unit, 0.5)
        ]
        if missed:
            who = f"{number} of {len(people)}: " if len(people) > 1 else ""
            click.echo(f"{who}nobody is like that; nearest: {', '.join(missed)}", err=True)


def _missed(wish: Wish, line: MeasureLine) -> str:
    """Say how far somebody came: `waist 143.2 cm for 200`."""
    unit = f" {line.unit}" if line.unit else ""
    return f"{wish.name} {line.value:g}{unit} for {wish.value:g}"


def _show_measures(found: Measures) -> None:
    """Write what was measured, for a person to read."""
    rows = [
        (line.name, f"{line.value:.1f}" if line.unit else f"{line.value:.2f}", line.unit,
         line.kind, f"{line.percentile:.0f}")
        for line in found.lines
    ]  # fmt: skip
    show_table(("name", "value", "unit", "kind", "of 100 have less"), rows)


def _show_controls(found: CharacterControls, *, is_long: bool) -> None:
    """Write what can be changed and wished, for a person to read."""
    groups = dict.fromkeys(slider.group for slider in found.sliders)
    rows = [
        (slider.name, group, slider.words, f"{slider.low:g} .. {slider.high:g}")
        for group in groups
        for slider in found.sliders
        if slider.group == group
    ]
    show_table(("slider", "group", "more is", "steps"), rows)
    click.echo()
    wishes = [
        (kind.name, kind.unit, f"{kind.lowest:g} .. {kind.highest:g}", kind.kind)
        for kind in found.wishes
    ]
    show_table(("wish", "unit", "from .. to", "kind"), wishes)
    if is_long:
        click.echo(f"\nfacial actions: {', '.join(found.actions)}")
        click.echo(f"\nbones: {', '.join(found.bones)}")
        click.echo(f"\nlandmarks: {', '.join(found.landmarks)}")
