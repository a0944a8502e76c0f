"""A cut that was planned, written down: timelines, a storyboard, films to look at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.operations.cut_request import CutRequest
from bridge.operations.studio import Studio
from bridge.schema.codec import Plain, to_plain
from bridge.schema.cutting import Cut, CutMusic, Habits
from bridge.schema.footage import WatchedFilm
from bridge.schema.proposal import CutVersion, Proposal
from bridge.schema.timecode import rate_words
from bridge.schema.timelines import Loss

if TYPE_CHECKING:
    from bridge.files.timelines.cutting import LaidCut
    from bridge.files.timelines.reading import Opened
    from bridge.operations.cut_files import CutNames, Outputs
    from bridge.schema.layout import Layout
    from bridge.schema.media import MediaFacts

_DIGITS: Final = 4
_BOARD_WIDTH: Final = 320
_MUCH_SHORTER: Final = 0.9


@dataclass(frozen=True, slots=True)
class Made:
    """What was planned, and from what."""

    cuts: Sequence[Cut]
    """`A` first."""
    films: Sequence[WatchedFilm]
    """All that could be chosen from."""
    music: CutMusic | None
    """What it is cut to."""
    habits: Habits
    """Those of the editor, which it follows."""
    planned_by: str
    """Who planned it."""
    notes: Sequence[str]
    """What is to be said of all versions."""


def deliver(made: Made, request: CutRequest, outputs: Outputs, studio: Studio) -> Proposal:
    """Write all versions, under names that are free.

    Raises:
        StorageError: the disk is full, or may not be written.
    """
    from bridge.operations.cut_music import played

    names = outputs.free([cut.label for cut in made.cuts])
    notes = list(made.notes)
    music = None
    if made.music is not None:
        music, said = played(made.music, names.music)
        notes += said
    laid = _lay(made, request, names, music)
    versions = _versions(laid, made, request, (names, outputs), studio)
    return Proposal(
        style=request.style,
        seconds=request.seconds,
        seed=request.seed,
        host=request.host,
        films=tuple(str(film.path) for film in made.films),
        shots=sum(len(film.analysis.shots) for film in made.films),
        planned_by=made.planned_by,
        versions=versions,
        storyboard="" if names.storyboard is None else str(names.storyboard),
        notes=(*notes, *_said_of_all(made, request, outputs)),
    )


def _versions(
    laid: Sequence[LaidCut],
    made: Made,
    request: CutRequest,
    where: tuple[CutNames, Outputs],
    studio: Studio,
) -> tuple[CutVersion, ...]:
    """Write timelines, the storyboard and films, in this order: what takes long comes last."""
    names, outputs = where
    media = {film.path: film.analysis.media for film in made.films}
    written = [
        write_timelines(one.opened(path.parent), media, outputs, path)
        for one, path in zip(laid, names.timelines, strict=True)
    ]
    if names.storyboard is not None:
        _draw(made, request, laid, names)
    hidden = [
        write_film(one.layout, path, request.preview_height, studio)
        for one, path in zip(laid, names.previews, strict=False)
    ]
    return tuple(
        CutVersion(
            cut=cut,
            written=files,
            preview=str(names.previews[place]) if names.previews else "",
            losses=losses,
            notes=(*laid[place].notes, *(hidden[place] if hidden else ())),
        )
        for place, (cut, (files, losses)) in enumerate(zip(made.cuts, written, strict=True))
    )


def _lay(made: Made, request: CutRequest, names: CutNames, music: CutMusic | None) -> list[LaidCut]:
    """Lay every version out as a timeline."""
    from bridge.files.timelines.cutting import Setting, lay_cut

    laid = []
    for cut, path in zip(made.cuts, names.timelines, strict=True):
        told = _told(cut, made, request)
        setting = Setting(
            name=f"{path.stem} {request.style} {_digest(told, path)}",
            host=request.host,
            films=made.films,
            told=told,
            music=music,
            keep_speech=request.keep_speech,
        )
        laid.append(lay_cut(cut, setting))
    return laid


def _told(cut: Cut, made: Made, request: CutRequest) -> dict[str, Plain]:
    """Say what a timeline keeps, so that it is known again when it comes back from an editor."""
    return {
        "label": cut.label,
        "intent": cut.intent,
        "seed": request.seed,
        "planned_by": made.planned_by,
        "habits": to_plain(made.habits),
        "request": to_plain(request),
    }


def _digest(told: dict[str, Plain], path: Path) -> str:
    """Give a few letters by which timelines of the same name in other folders differ."""
    said = json.dumps([told, str(path)], sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def write_timelines(
    opened: Opened, media: Mapping[Path, MediaFacts], outputs: Outputs, path: Path
) -> tuple[tuple[str, ...], tuple[Loss, ...]]:
    """Write a timeline in all forms that are wanted; give the files, and what they cannot hold.

    Args:
        opened: the timeline.
        media: what is known of its films, so that none is looked into again.
        outputs: which forms, and for whom.
        path: of the first.
    """
    from bridge.files.timelines.media import Shelf
    from bridge.files.timelines.writing import Wish, write_timeline

    wish = Wish(path, outputs.host, twins=outputs.with_twins)
    written, losses = write_timeline(opened, wish, Shelf(path.parent, media))
    return tuple(str(file) for file in written), losses


def write_film(layout: Layout, path: Path, height: int, studio: Studio) -> tuple[str, ...]:
    """Write a film of a timeline; give what it could not show."""
    from bridge.files.film.rendering import render

    def tell(done: int, total: int, what: str) -> None:
        studio.progress(done, total, f"{what} of {path.name}")

    return render(layout, path, height=height, progress=tell)


def _draw(made: Made, request: CutRequest, laid: Sequence[LaidCut], names: CutNames) -> None:
    """Write the page that shows all versions."""
    from bridge.files.disk import replacing
    from bridge.files.key_pictures import KeyPictures
    from bridge.files.storyboard.page import Board, BoardVersion, storyboard

    assert names.storyboard is not None
    board = Board(
        title=f"{names.timelines[0].stem.removesuffix('-A')}, {request.style}",
        facts=_facts(made, request),
        versions=[
            BoardVersion(cut, one.places, path.name, one.layout.drop_frame)
            for cut, one, path in zip(made.cuts, laid, names.timelines, strict=True)
        ],
        films={str(film.path): film for film in made.films},
        music=made.music,
    )
    with (
        replacing(names.storyboard) as draft,
        draft.open("wb") as stream,
        KeyPictures(_BOARD_WIDTH) as pictures,
    ):
        for part in storyboard(board, pictures.at):
            stream.write(part)


def _facts(made: Made, request: CutRequest) -> list[tuple[str, str]]:
    shots = sum(len(film.analysis.shots) for film in made.films)
    return [
        (f"{request.seconds:g} s", "asked for"),
        (str(len(made.films)), "film" if len(made.films) == 1 else "films"),
        (str(shots), "shots"),
        (rate_words(made.cuts[0].frame_rate), "frames a second"),
        (str(request.seed), "seed"),
        (made.planned_by, "planned it"),
        *([(Path(made.music.path).name, "under it")] if made.music else []),
    ]


def _said_of_all(made: Made, request: CutRequest, outputs: Outputs) -> list[str]:
    """Say what holds for all versions."""
    notes = []
    longest = max(cut.frames / cut.frame_rate for cut in made.cuts)
    if longest < _MUCH_SHORTER * request.seconds:
        notes.append(
            f"the footage gives {longest:.1f} s of the {request.seconds:g} s that were asked for"
        )
    if made.music is not None and not made.music.beats:
        notes.append(f"{Path(made.music.path).name} has no steady beat; it was cut freely")
    if outputs.with_twins and not outputs.twins:
        notes.append(f"{outputs.host} opens no {outputs.timeline.suffix}; its own forms lie beside")
    return notes
