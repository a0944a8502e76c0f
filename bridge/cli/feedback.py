"""The room `segue feedback`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bridge.cli.door import (
    json_option,
    open_studio,
    person_option,
    project_option,
    show_json,
)

if TYPE_CHECKING:
    from bridge.operations.feedback import Noted
    from bridge.schema.character import Character
    from bridge.schema.notes import NoteSequence

THUMBS: Final = {"up": 1, "down": -1, "none": 0}
STARS: Final = ("1", "2", "3", "4", "5")
LETTERS: Final = tuple("ABCDEFGH")
CHARACTERS: Final = (".glb", ".json")
"""How files end that keep characters; all others are read as MIDI."""

_file = click.Path(path_type=Path)
_subject_option = click.option(
    "--subject",
    metavar="WORD",
    show_default="file, or character.sample",
    help="What made it: file, music.vary, music.compose, character.blend ..",
)
_take_option = click.option(
    "--take", type=click.IntRange(1), show_default="the latest", help="Of `segue live takes`."
)


@click.group(
    epilog="\b\nExamples:\n"
    "  segue feedback rate up a.mid\n"
    "  segue feedback rate 4 --take 12\n"
    "  segue feedback choose B a.mid b.mid c.mid\n"
    "  segue feedback rate up c.glb"
)
def feedback() -> None:
    """Say what you think of a result, so that Segue may learn from it."""


@feedback.command(
    epilog="\b\nExamples:\n"
    "  segue feedback rate up a.mid                  a thumb\n"
    "  segue feedback rate 4 a.mid --person ada      stars\n"
    "  segue feedback rate up c.glb                  somebody whom `segue character` made\n"
    "  segue feedback rate down                      the last take of `segue serve`\n"
    "  segue feedback rate none --take 12            take it back"
)
@click.argument("verdict", type=click.Choice((*THUMBS, *STARS)), metavar="[up|down|none|1|2|3|4|5]")
@click.argument("file", type=_file, metavar="[FILE.mid|FILE.glb]", required=False)
@_take_option
@_subject_option
@person_option
@project_option
@json_option
def rate(verdict: str, file: Path | None, **options: Any) -> None:
    """Rate a MIDI file, a character or a take: a thumb up or down, or 1 to 5 stars."""
    words = {"stars": int(verdict)} if verdict in STARS else {"thumb": THUMBS[verdict]}
    _tell("feedback.rate", _judged(file, options) | words, options)


@feedback.command(
    epilog="\b\nExamples:\n"
    "  segue feedback choose B a.mid b.mid c.mid\n"
    "  segue feedback choose A c-1.glb c-2.glb\n"
    "  segue feedback choose A --takes 12 --takes 13"
)
@click.argument("best", type=click.Choice(LETTERS, case_sensitive=False), metavar="LETTER")
@click.argument("files", type=_file, metavar="[FILE.mid|FILE.glb]...", nargs=-1)
@click.option(
    "--takes", type=click.IntRange(1), multiple=True, help="Numbers of takes, instead of files."
)
@_subject_option
@person_option
@project_option
@json_option
def choose(best: str, files: tuple[Path, ...], takes: tuple[int, ...], **options: Any) -> None:
    """Say which of 2 to 8 candidates is best: A is the first, H the eighth."""
    request = {"best": best, "takes": takes, "subject": options["subject"]}
    _tell("feedback.choose", request | _read(files, "candidates", "characters"), options)


@feedback.command(
    epilog="\b\nExamples:\n"
    "  segue feedback kept a.mid --instead-of b.mid --instead-of c.mid\n"
    "  segue feedback kept --take 12"
)
@click.argument("file", type=_file, metavar="[FILE.mid|FILE.glb]", required=False)
@click.option("--instead-of", type=_file, metavar="FILE", multiple=True, help="What was not kept.")
@_take_option
@_subject_option
@person_option
@project_option
@json_option
def kept(file: Path | None, instead_of: tuple[Path, ...], **options: Any) -> None:
    """Tell that a take, a clip or somebody was kept; it counts half a thumb up."""
    others = _read(instead_of, "instead_of", "instead_of_characters")
    _tell("feedback.kept", _judged(file, options) | others, options)


@feedback.command(
    epilog="\b\nExamples:\n"
    "  segue feedback deleted a.mid --in-favour-of b.mid\n"
    "  segue feedback deleted --take 12"
)
@click.argument("file", type=_file, metavar="[FILE.mid|FILE.glb]", required=False)
@click.option("--in-favour-of", type=_file, metavar="FILE", multiple=True, help="What was kept.")
@_take_option
@_subject_option
@person_option
@project_option
@json_option
def deleted(file: Path | None, in_favour_of: tuple[Path, ...], **options: Any) -> None:
    """Tell that a take, a clip or somebody was deleted; it counts half a thumb down."""
    others = _read(in_favour_of, "in_favour_of", "in_favour_of_characters")
    _tell("feedback.deleted", _judged(file, options) | others, options)


def _judged(file: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    """Give the fields that say what is judged."""
    if file is not None and options["take"] is not None:
        raise click.UsageError("give either a file or --take")
    found = {"number": options["take"], "subject": options["subject"]}
    if file is None:
        return found
    return found | ({"character": _person(file)} if _is_person(file) else {"notes": _music(file)})


def _read(files: tuple[Path, ...], music: str, people: str) -> dict[str, Any]:
    """Give the fields that hold what is in files: music in one, people in the other."""
    return {
        music: tuple(_music(file) for file in files if not _is_person(file)),
        people: tuple(_person(file) for file in files if _is_person(file)),
    }


def _is_person(file: Path) -> bool:
    return file.suffix.lower() in CHARACTERS


def _music(file: Path) -> NoteSequence:
    from bridge.files.midi import read_midi

    return read_midi(file)


def _person(file: Path) -> Character:
    from bridge.files.characters import read_character

    return read_character(file)


def _tell(name: str, request: dict[str, Any], options: dict[str, Any]) -> None:
    """Have feedback kept, and show how it was understood; a running server knows the takes."""
    from bridge.operations.feedback import Noted
    from bridge.operations.table import find_operation
    from bridge.schema.codec import from_plain, to_plain

    request |= {"person": options["person"], "project": options["project"]}
    operation = find_operation(name)
    noted: Noted
    if not any(request.get(field) for field in ("notes", "character", "candidates", "characters")):
        from bridge.cli.remote import call_server

        noted = from_plain(Noted, call_server(name, to_plain(operation.request_type(**request))))
    else:
        noted = operation(operation.request_type(**request), open_studio())
    if options["as_json"]:
        show_json(noted)
    else:
        _show(noted)


def _show(noted: Noted) -> None:
    for number, words in zip(noted.numbers, noted.words, strict=True):
        click.echo(f"{number}: {words} ({noted.person}, {noted.project})", err=True)
