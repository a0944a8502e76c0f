"""`segue film cut`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from bridge.cli.door import json_option, open_studio, person_option, project_option, show_json
from bridge.cli.film_options import (
    absolute,
    output_path,
    preview_height_option,
    timeline_options,
)
from bridge.cli.film_remove import KIND_NAMES, take_out
from bridge.cli.knobs import seed_or_new

STYLE_NAMES: Final = ("calm", "documentary", "trailer", "vlog", "interview")
"""Those of `bridge.schema.cutting.CUT_STYLES`, so that help needs no import; a test compares."""
_FOR_PROPOSALS: Final = (
    "seconds", "style", "outline", "music", "keep_speech", "versions", "seed", "storyboard",
    "person", "project",
)  # fmt: skip
"""Options that mean nothing where footage is only rid of something."""
_path = click.Path(path_type=Path)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue film cut footage/ --seconds 60 --style trailer -o cut.otio --for premiere\n"
    "  segue film cut footage/ --style calm --music song.wav --storyboard cut.html\n"
    "  segue film cut footage/ --outline story.txt --keep-speech --preview cut.mp4\n"
    "  segue film cut a.mov b.mov --versions 1 --seed 7 --for fcpx --twins\n"
    "  segue film cut talk.mov --remove silence -o tight.otio --for resolve\n"
    "  segue film cut footage/ --json | jq '.versions[0].cut.pieces[].reason'\n"
    "\n"
    "\b\nAn outline is a step on each line, in words that shots are found by; a step may say how\n"
    "much of the cut it gets:\n"
    "  20% the harbour at dawn, calm\n"
    "  people at work, close-ups\n"
    "  30% night, fireworks\n"
    "\n"
    "\b\nA cut in versions is written as cut-A.otio, cut-B.otio, cut-C.otio. No file is ever\n"
    "replaced: the next cut is cut-2-A.otio. Films are never written to.\n"
)
@click.argument("clips", nargs=-1, required=True, type=_path, metavar="CLIP|FOLDER...")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 4 * 3600),
    default=60.0,
    help="How long the cut should be, in seconds.",
)
@click.option(
    "--style",
    type=click.Choice(STYLE_NAMES),
    default="documentary",
    help="What it should feel like.",
)
@click.option("--outline", type=_path, metavar="STORY.txt", help="The story, a step on each line.")
@click.option(
    "--music", type=_path, metavar="SONG", help="Music to cut to: .wav, .mp3, .flac, .m4a or .mid."
)
@click.option(
    "--keep-speech", is_flag=True, help="Cut nobody off who speaks; under music, let them be heard."
)
@timeline_options
@click.option(
    "--versions",
    type=click.IntRange(1, 3),
    default=3,
    help="Versions that differ on purpose.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, (1 << 63) - 1),
    show_default="a new one, which is told",
    help="The same seed, footage and habits give the same cut.",
)
@click.option(
    "--remove",
    type=click.Choice(KIND_NAMES),
    multiple=True,
    help="Only take this out of the footage, as `segue film remove` does, and propose nothing.",
)
@click.option(
    "--storyboard", type=_path, metavar="FILE.html", help="Write a page that shows all versions."
)
@click.option(
    "--preview", type=_path, metavar="FILE.mp4", help="Write a film of each version to look at."
)
@preview_height_option
@person_option
@project_option
@json_option
def cut(clips: tuple[Path, ...], **asked: Any) -> None:
    """Propose a rough cut of footage: timelines that open in your editor, with reasons.

    Films that nobody has watched yet are watched first. Each piece bears a marker that says why it
    is there, in the colour of its place in the story: green setup, yellow rise, red climax, blue
    release. What could stand in its place lies disabled on the track above. The cut follows your
    habits, as `segue film learn` has seen them.
    """
    from bridge.cli.cut_report import show_proposal
    from bridge.operations.cut_request import CutRequest
    from bridge.operations.cutting import cut as operation

    as_json: bool = asked.pop("as_json")
    if asked["remove"]:
        _remove(clips, asked, as_json=as_json)
        return
    del asked["remove"]
    outline: Path | None = asked.pop("outline")
    request = CutRequest(
        films=tuple(str(clip.absolute()) for clip in clips),
        output=output_path(asked.pop("output"), asked["host"]),
        outline=None if outline is None else _read(outline),
        seed=seed_or_new(asked.pop("seed")),
        **{name: absolute(value) for name, value in asked.items()},
    )
    proposal = operation(request, open_studio())
    if as_json:
        from bridge.schema.codec import to_plain

        show_json(to_plain(proposal))
    else:
        show_proposal(proposal)


def _remove(clips: tuple[Path, ...], asked: dict[str, Any], *, as_json: bool) -> None:
    """Take something out of footage, as `segue film remove` does."""
    context = click.get_current_context()
    for name in _FOR_PROPOSALS:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--remove proposes nothing; leave {option} out", context)
    wanted = {name: value for name, value in asked.items() if name not in _FOR_PROPOSALS}
    take_out(clips, wanted, as_json=as_json)


def _read(outline: Path) -> str:
    from bridge.files.outline import read_outline

    return read_outline(outline)
