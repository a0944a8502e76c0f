"""What is written and shown of films that were watched."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bridge.cli.door import show_table
from bridge.errors import OutputExistsError, SegueError

if TYPE_CHECKING:
    from bridge.files.contact_sheet.page import Selection
    from bridge.operations.studio import Studio
    from bridge.schema.footage import WatchedFilm
    from bridge.schema.search import Findings
    from bridge.schema.shots import FilmAnalysis
    from bridge.schema.timelines import Host

_COLUMNS: Final = ("film", "length", "rate", "shots", "gradual", "key", "people", "sound")
_FOUND_COLUMNS: Final = ("film", "shot", "timecode", "seconds", "fits", "why")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be written of every film."""

    folder: Path | None
    """The analysis as JSON: a file for one film, else a folder."""
    otio: Path | None
    host: Host
    edl: Path | None
    csv: Path | None
    html: Path | None
    force: bool
    """Replace files that are there."""
    as_json: bool
    """Write analyses to stdout rather than a table."""


def report(films: Sequence[Path], studio: Studio, wanted: Wanted) -> dict[Path, Exception]:
    """Write and show what was seen, film by film.

    Returns:
        What could not be written, by film.
    """
    from bridge.operations.film_watching import analyses_of
    from bridge.schema.footage import WatchedFilm

    analyses = analyses_of(studio)
    names = _names(films)
    rows, failures = [], dict[Path, Exception]()
    for path in films:
        try:
            analysis = analyses.find(path)
            if analysis is None:  # it could not be watched: that was told
                continue
            _write(WatchedFilm(path, analysis), names[path], wanted, alone=len(films) == 1)
        except SegueError as error:
            failures[path] = error
            continue
        if wanted.as_json:
            _show_line(analysis)
        else:
            rows.append(_row(path, analysis))
    if rows:
        show_table(_COLUMNS, rows)
    return failures


def _write(film: WatchedFilm, name: str, wanted: Wanted, *, alone: bool) -> None:
    """Write the files that are wanted of one film."""
    for path, content in _files(film, name, wanted, alone=alone):
        _put(path, content, force=wanted.force)
        click.echo(path, err=True)
    html = wanted.html
    if html is not None:
        from bridge.files.contact_sheet.page import Selection

        path = html if alone else _named_after(html, name)
        write_sheet(film.path.name, [Selection(film)], path, force=wanted.force)


def _files(
    film: WatchedFilm, name: str, wanted: Wanted, *, alone: bool
) -> Iterator[tuple[Path, bytes]]:
    """Give the small files of one film, each with where it goes."""
    from bridge.files.analyses import format_plain
    from bridge.files.shot_table import shot_table
    from bridge.files.timelines.opentimeline import format_otio
    from bridge.files.timelines.shots import shot_edl, shot_timeline, timeline_notes

    if wanted.folder is not None:
        yield _json_path(wanted.folder, name, alone=alone), format_plain(film.analysis, indent=1)
    if wanted.otio is not None:
        path = wanted.otio if alone else _named_after(wanted.otio, name)
        yield path, format_otio(shot_timeline(film, wanted.host))
    if wanted.edl is not None:
        path = wanted.edl if alone else _named_after(wanted.edl, name)
        yield path, shot_edl(film).encode("utf-8", "replace")
    if wanted.csv is not None:
        path = wanted.csv if alone else _named_after(wanted.csv, name)
        yield path, shot_table(film)
    if wanted.otio is not None or wanted.edl is not None:
        for note in timeline_notes(film.analysis.media):
            click.echo(f"segue: {note}", err=True)


def _json_path(chosen: Path, name: str, *, alone: bool) -> Path:
    """Say where an analysis goes, and make the folder that it goes to."""
    from bridge.files.disk import make_folder

    if alone and chosen.suffix.lower() == ".json" and not chosen.is_dir():
        return chosen
    make_folder(chosen)
    return chosen / f"{name}.json"


def _named_after(path: Path, name: str) -> Path:
    """Give a file beside another that bears a film's name."""
    return path.with_name(f"{path.stem}-{name}{path.suffix}")


def _names(films: Sequence[Path]) -> dict[Path, str]:
    """Give every film a name of its own: that of its file, with a number where two share one."""
    taken: set[str] = set()
    names = {}
    for path in films:
        name, number = path.stem, 2
        while name.lower() in taken:
            name, number = f"{path.stem}-{number}", number + 1
        taken.add(name.lower())
        names[path] = name
    return names


def _put(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file; one that says the same already is as good as written."""
    from bridge.files.disk import write_bytes

    try:
        write_bytes(path, content, force=force)
    except OutputExistsError:
        if not path.is_file() or path.read_bytes() != content:
            raise


def write_sheet(title: str, selections: Sequence[Selection], path: Path, *, force: bool) -> None:
    """Write a contact sheet, piece by piece.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        StorageError: the disk is full, or may not be written.
    """
    from bridge.files.contact_sheet.page import contact_sheet
    from bridge.files.disk import replacing
    from bridge.files.key_pictures import KeyPictures

    with replacing(path, force=force) as draft, draft.open("wb") as stream, KeyPictures() as show:
        for piece in contact_sheet(title, selections, show):
            stream.write(piece)
    click.echo(path, err=True)


def write_found(found: Findings, studio: Studio, *, title: str, path: Path, force: bool) -> None:
    """Write a contact sheet of shots that were found."""
    from bridge.files.contact_sheet.page import Selection
    from bridge.operations.film_watching import analyses_of
    from bridge.schema.footage import WatchedFilm

    analyses = analyses_of(studio)
    reasons: dict[str, dict[int, str]] = {}
    for shot in found.shots:
        reasons.setdefault(shot.path, {})[shot.number] = f"{shot.score:.0%}: {shot.why}"
    selections = [
        Selection(WatchedFilm(Path(name), analysis), why)
        for name, why in reasons.items()
        if (analysis := analyses.find(Path(name))) is not None
    ]
    write_sheet(title, selections, path, force=force)


def show_findings(found: Findings, show: Callable[..., None], *, folder: Path) -> None:
    """Show which shots were found, where nobody has looked yet, and what else one may do."""
    rows = [
        (
            _near(shot.path, folder),
            str(shot.number),
            shot.timecode,
            f"{shot.span.duration.to_seconds():.1f}",
            f"{shot.score:.0%}",
            shot.why,
        )
        for shot in found.shots
    ]
    if rows:
        show(_FOUND_COLUMNS, rows)
    elif found.shots_seen:
        click.echo(f"none of {found.shots_seen} shots fits")
    if found.missing:
        count = len(found.missing)
        films = "1 film was" if count == 1 else f"{count} films were"
        click.echo(
            f"segue: {films} not watched yet; `segue film analyze {folder}` does, or --analyze",
            err=True,
        )
    if found.compared_by == "tags":
        click.echo(
            "segue: words are compared as they are; `pip install 'segue[search]'` compares their"
            " meanings",
            err=True,
        )


def _near(path: str, folder: Path) -> str:
    """Name a film as seen from the folder that was searched."""
    try:
        near = Path(path).relative_to(folder.absolute())
    except ValueError:
        return path
    return Path(path).name if near == Path() else str(near)


def _show_line(noun: Any) -> None:
    """Write a noun as one line of JSON."""
    from bridge.schema.codec import to_plain

    sys.stdout.write(json.dumps(to_plain(noun), allow_nan=False) + "\n")
    sys.stdout.flush()


def _row(path: Path, analysis: FilmAnalysis) -> tuple[str, ...]:
    """Say in a row what is in a film."""
    from bridge.schema.timecode import rate_words

    media, shots, sound = analysis.media, analysis.shots, analysis.sound
    seconds = media.duration.to_seconds()
    rate = rate_words(media.frame_rate)
    gradual = sum(shot.begins.kind not in ("start", "cut", "jump_cut") for shot in shots)
    heard = "silent" if sound is None else "digital silence"
    if sound is not None and sound.loudness_lufs is not None:
        heard = f"{sound.loudness_lufs:.1f} LUFS"
    return (
        path.name,
        f"{int(seconds // 60)}:{seconds % 60:04.1f}",
        f"{rate} variable" if media.variable_rate else rate,
        str(len(shots)),
        str(gradual),
        str(sum(shot.key_shot for shot in shots)),
        str(max(shot.people.count for shot in shots)),
        heard,
    )
