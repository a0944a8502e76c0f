"""Files of people: `segue character fit`, `export` and `portrait`."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

import click

from bridge.cli.character_delivery import delivery, refuse, size_words
from bridge.cli.character_options import (
    character_path,
    output_option,
    read_person,
    rest_option,
    rig_option,
)
from bridge.cli.delivery import force_option
from bridge.cli.door import json_option, open_studio, show_json

VIEWS: Final = ("front", "side", "face")
"""Those of `bridge.operations.character_files.PortraitRequest`; a test compares."""


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character fit scan.obj -o c.glb\n"
    "  segue character fit posed.glb --name Ada             ours in a pose, or another's\n"
    "  segue character fit scan.ply --symmetric --json | jq .mean_mm\n"
    "  segue character fit lying.stl --landmarks points.json\n\n"
    'points.json: {"nose_tip": [0.0, -0.1, 1.5], "left_elbow": [...], ...}, four or more;\n'
    "names: segue character sliders --all"
)
@click.argument("file", type=character_path, metavar="SCAN")
@click.option("--symmetric", is_flag=True, help="Take them for somebody with both sides alike.")
@click.option("--name", default="", metavar="NAME", help="What they are called from then on.")
@click.option(
    "--landmarks",
    type=character_path,
    metavar="POINTS.json",
    help="Where points of them are on the scan, in its own unit and axes.",
)
@output_option("SCAN-fitted.glb")
@force_option
@json_option
def fit(file: Path, symmetric: bool, name: str, landmarks: Path | None, **options: Any) -> None:
    """Find the character nearest to a mesh: ours in any pose, or a scan of somebody.

    SCAN is a .glb, .obj, .ply, .stl or .off file of one person, in any unit and place; landmarks
    help where limbs touch each other or are missing.
    """
    from bridge.files.landmarks import read_landmarks
    from bridge.operations.character_files import FitRequest
    from bridge.operations.character_files import fit as operation

    where, studio = delivery(options, Path(f"{file.stem}-fitted.glb")), open_studio()
    marks = () if landmarks is None else read_landmarks(landmarks)
    found = operation(FitRequest(str(file.absolute()), symmetric, name, marks), studio)
    click.echo(
        f"{found.mean_mm:g} mm from the mesh in the mean, {found.p95_mm:g} mm at most for 95 of"
        f" 100 points; by {found.matched}",
        err=True,
    )
    where.write([found.character], studio)
    if where.as_json:
        show_json(found)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character export c.glb -o c.obj                quads, UVs and materials\n"
    "  segue character export c.glb -o game.glb --rig mixamo --rest t\n"
    "  segue character export c.glb -o rest.bvh --rig cmu_mb    bones at rest, in cm\n"
    "  segue character export c.glb -o c.json               who they are, for programs\n"
    "  segue character export c.glb -o small.glb --no-shape-keys"
)
@click.argument("file", type=character_path, metavar="FILE.glb")
@click.option(
    "-o",
    "--output",
    type=character_path,
    metavar="FILE.glb",
    required=True,
    help="Where it goes; its end says as what: .glb, .obj, .bvh or .json.",
)
@rig_option
@rest_option
@click.option(
    "--shape-keys/--no-shape-keys", default=True, help="Whether a .glb has all facial actions."
)
@force_option
@json_option
def export(file: Path, output: Path, as_json: bool, **options: Any) -> None:
    """Write somebody to a file: .glb, .obj, .bvh or .json."""
    from bridge.operations.character_files import ExportRequest
    from bridge.operations.character_files import export as operation

    refuse((output,), force=options["force"])
    request = ExportRequest(read_person(file), str(output), **options)
    written = operation(request, open_studio())
    if as_json:
        show_json(written)
    else:
        click.echo(f"{written.path}: {size_words(written.bytes)}", err=True)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue character portrait a.glb b.glb -o sheet.png\n"
    "  segue character portrait c.glb --view face --width 512 --height 512\n"
    "  segue character portrait c.glb --quarter 1 -o back.png --force"
)
@click.argument("files", type=character_path, metavar="FILE.glb...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=character_path,
    metavar="SHEET.png",
    show_default="portraits.png, here",
    help="Where the picture goes; several people stand beside one another.",
)
@click.option("--width", type=click.IntRange(16, 2048), default=192, help="Of each, in pixels.")
@click.option("--height", type=click.IntRange(16, 2048), default=256, help="Of each, in pixels.")
@click.option(
    "--view", type=click.Choice(VIEWS), default="front", help="All of them, or their face."
)
@click.option(
    "--quarter",
    type=click.FloatRange(-4.0, 4.0),
    default=0.0,
    help="Turn them further to their right, in quarter turns.",
)
@force_option
@json_option
def portrait(files: tuple[Path, ...], output: Path | None, **options: Any) -> None:
    """Draw people: a picture of 1 to 24 of them."""
    from bridge.files.picture_sheet import refuse_sheet, write_picture_sheet
    from bridge.operations.character_files import PortraitRequest
    from bridge.operations.character_files import portrait as operation

    force, as_json = options.pop("force"), options.pop("as_json")
    path = output if output or as_json else Path("portraits.png")
    if path is not None:
        refuse_sheet(path, force=force)
    request = PortraitRequest(tuple(read_person(file) for file in files), **options)
    found = operation(request, open_studio())
    if path is not None:
        write_picture_sheet([base64.b64decode(image) for image in found.images], path, force=force)
        click.echo(path, err=True)
    if as_json:
        show_json(found)
