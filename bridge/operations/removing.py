"""The operation `film.remove`: footage without silence, bad pictures or worse takes, as timelines.

Films are named by their paths: the server reads them as the user that it runs as. They are never
written to, and no file that is there is ever replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError, SegueError, check_range
from bridge.operations.film import check_path, local_path
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.codec import to_plain
from bridge.schema.removal import Removal, RemovedKind, Unwanted
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from bridge.files.film.video import Film
    from bridge.files.timelines.removal import Trimmed
    from bridge.schema.footage import WatchedFilm

_MOST_FILMS: Final = 10_000
_LONGEST_PADDING: Final = 5.0
_SHORTEST_KEPT_SECONDS: Final = 0.2
"""A shorter piece between two that go is no shot."""


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """Ask for footage without what it can do without."""

    films: tuple[str, ...]
    """Films and folders on this machine, absolute: `/footage`."""
    output: str
    """Where the timeline goes, absolute; its ending says the form: `/cuts/cut.otio`. If that is
    taken, the next free name is: `cut-2.otio`."""
    remove: tuple[RemovedKind, ...] = ("silence",)
    """What goes: silence, bad pictures, worse takes."""
    before_seconds: float = 0.1
    """What is left of a silence before somebody speaks, 0..5."""
    after_seconds: float = 0.15
    """What is left of it after, 0..5."""
    shortest_seconds: float = 0.3
    """Silences that are shorter, without what is left of them, stay; 0.05..60."""
    keep_removed: bool = False
    """What was taken out lies disabled on the track above."""
    host: Host = "portable"
    """Who will read it."""
    twins: bool = False
    """Also write the other forms that the host reads, beside it."""
    preview: str | None = None
    """Where a film of it goes, absolute: `/cuts/cut.mp4`."""
    preview_height: int = 360
    """Of that film, in pixels, 16..2160."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.films) <= _MOST_FILMS:
            raise RequestError(f"films must name 1..{_MOST_FILMS} films and folders")
        for place, path in enumerate(self.films):
            check_path(f"films[{place}]", path)
        check_path("output", self.output)
        if self.preview is not None:
            check_path("preview", self.preview)
        if not self.remove:
            raise RequestError("remove must name what goes: silence, bad or repeats")
        check_range("before_seconds", self.before_seconds, 0.0, _LONGEST_PADDING)
        check_range("after_seconds", self.after_seconds, 0.0, _LONGEST_PADDING)
        check_range("shortest_seconds", self.shortest_seconds, 0.05, 60.0)
        check_range("preview_height", self.preview_height, 16, 2160)


@operation("film.remove")
def remove(request: RemoveRequest, studio: Studio) -> Removal:
    """Take silence, bad pictures or worse takes out of footage; all else stays to the frame."""
    from bridge.files.timelines.removal import lay_removal
    from bridge.operations.cut_delivery import write_film, write_timelines
    from bridge.operations.cut_files import wanted_outputs

    outputs = wanted_outputs(request, studio)
    paths, watched, notes = _films(request, studio)
    unwanted: dict[Path, list[Unwanted]] = {path: [] for path in paths}
    if "repeats" in request.remove:
        from bridge.film.removing.repeats import worse_takes

        for path, one in worse_takes(list(watched.values())):
            unwanted[path].append(one)
    trimmed = []
    for done, path in enumerate(paths):
        studio.progress(done, len(paths), "films")
        try:
            trimmed.append(_trimmed(path, unwanted[path], watched.get(path), request, studio))
        except SegueError as error:
            if len(paths) == 1:
                raise
            notes.append(f"left out, as it could not be read: {error}")
    names = outputs.free([""])
    path = names.timelines[0]
    told = to_plain(request)
    laid = lay_removal(
        trimmed, path, request.host, {"request": told}, keep_removed=request.keep_removed
    )
    media = {film.path: film.media for film in trimmed}
    written, losses = write_timelines(laid.opened, media, outputs, path)
    preview = names.previews[0] if names.previews else None
    if preview is not None:
        notes += write_film(laid.opened.layout, preview, request.preview_height, studio)
    layout = laid.opened.layout
    return Removal(
        host=request.host,
        frame_rate=float(layout.rate),
        kept_seconds=float(layout.frame_count / layout.rate),
        removed=laid.removed,
        written=written,
        preview="" if preview is None else str(preview),
        losses=losses,
        notes=tuple(notes),
    )


def _films(
    request: RemoveRequest, studio: Studio
) -> tuple[list[Path], dict[Path, WatchedFilm], list[str]]:
    """Find the films; they are watched only where that is needed."""
    from bridge.files.footage import named_films

    named = [local_path(film, studio) for film in request.films]
    if "bad" in request.remove or "repeats" in request.remove:
        from bridge.operations.film_gathering import gather_films

        gathered = gather_films(named, studio)
        films = {film.path: film for film in gathered.films}
        return list(films), films, list(gathered.notes)
    return list(named_films(named)), {}, []


def _trimmed(
    path: Path,
    unwanted: list[Unwanted],
    watched: WatchedFilm | None,
    request: RemoveRequest,
    studio: Studio,
) -> Trimmed:
    """Find out what stays of a film."""
    from bridge.files.film.video import open_film
    from bridge.files.timelines.media import nominal_count
    from bridge.files.timelines.removal import Trimmed
    from bridge.film.removing.keeping import kept_parts, removed_parts

    with open_film(path, sha256="0" * 64) as film:
        found = list(unwanted)
        if "silence" in request.remove:
            found += _silent(film, request, studio)
        if "bad" in request.remove and watched is not None:
            found += _bad(film, watched, studio)
        count = nominal_count(film.facts)
        shortest = max(1, round(_SHORTEST_KEPT_SECONDS * film.facts.frame_rate))
        kept = kept_parts(count, found, shortest=shortest)
        found.sort(key=lambda one: one.frames.start)
        return Trimmed(path, film.facts, kept, removed_parts(count, kept, found))


def _silent(film: Film, request: RemoveRequest, studio: Studio) -> Iterator[Unwanted]:
    """Find silence, in whole frames that hold nothing else."""
    from math import ceil, floor

    from bridge.film.removing.listening import ROWS, SAMPLE_RATE_HZ, listen
    from bridge.film.removing.silence import SilenceWish, silences
    from bridge.film.sound.speech import SPEECH_MODEL

    if film.facts.sound is None:
        return
    sounding = listen(film.sound(SAMPLE_RATE_HZ), studio.model(SPEECH_MODEL))
    wish = SilenceWish(request.before_seconds, request.after_seconds, request.shortest_seconds)
    rate = film.facts.frame_rate
    for run in silences(sounding, wish):
        frames = range(ceil(run.start * rate / ROWS), floor(run.end * rate / ROWS))
        if run.end >= len(sounding.levels):
            frames = range(
                frames.start, max(frames.stop, round(len(sounding.levels) * rate / ROWS))
            )
        if len(frames):
            yield Unwanted(frames, "silence", f"silence for {len(frames) / rate:.1f} s")


def _bad(film: Film, watched: WatchedFilm, studio: Studio) -> Iterator[Unwanted]:
    from bridge.files.timelines.shots import shot_frames
    from bridge.film.removing.bad import bad_parts
    from bridge.film.removing.looking import LOOK_TAP, Looker
    from bridge.schema.timecode import frame_at

    media = film.facts
    frames = film.frames([LOOK_TAP], progress=studio.progress)
    looks = Looker().see((frame_at(frame.at, media), frame) for frame in frames)
    yield from bad_parts(looks, shot_frames(watched), media.frame_rate)
