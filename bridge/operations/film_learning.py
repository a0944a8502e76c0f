"""The operations `film.learn` and `film.unlearn`: what an editor made of a cut is the feedback.

Timelines are named by their paths: the server reads them as the user that it runs as. What is kept
are names of files, ranges and what was seen there; no path, no picture, no sound.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import FileFormatError, NotFoundError, RequestError, check_range
from bridge.operations.feedback import who_of
from bridge.operations.film import check_path, local_path
from bridge.operations.film_watching import analyses_of
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.codec import from_plain
from bridge.schema.cutting import Habits
from bridge.schema.film_lessons import CutLesson, CutSketch, LessonTakenBack
from bridge.schema.rating import FILM, Wanted, Who

if TYPE_CHECKING:
    from bridge.files.timelines.reading import Opened
    from bridge.film.learning.changes import Comparison
    from bridge.film.learning.taste_learning import FilmTaste
    from bridge.schema.shots import FilmAnalysis

_FAR: Final = 0.5
"""A feature that differs by so many standard deviations is worth a word."""
_MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class LearnCutRequest:
    """Ask that a lesson be learned from what an editor made of a cut."""

    proposed: str
    """Path of the timeline that Segue proposed, absolute: `/cuts/cut.otio`."""
    final: str
    """Path of what the editor made of it, absolute, from any program: `/cuts/final.edl`."""
    rate: float | None = None
    """Frames a second of an edit list, which doesn't say, 1..1000; None: as proposed."""
    dry: bool = False
    """Only compare; learn nothing."""
    person: str | None = None
    """Who edited it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        check_path("proposed", self.proposed)
        check_path("final", self.final)
        if self.rate is not None:
            check_range("rate", self.rate, 1, 1000)
        if Path(self.proposed) == Path(self.final):
            raise RequestError("final is the proposed timeline itself; name what was made of it")


@dataclass(frozen=True, slots=True)
class UnlearnCutRequest:
    """Ask that the last lesson be taken back."""

    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""


@operation("film.learn")
def learn(request: LearnCutRequest, studio: Studio) -> CutLesson:
    """Learn from what an editor made of a cut, and say what they changed."""
    from bridge.feedback.film_learner import keep_lesson
    from bridge.film.learning.lesson import answers, lesson_of
    from bridge.film.learning.words import habit_words, summary

    who = who_of(request, studio)
    proposed, final = _opened(request, studio)
    studio.progress(1, 3, "steps")
    films = _films(proposed, studio)
    lesson = lesson_of(proposed.layout, final.layout, films, _followed(proposed))
    studio.progress(2, 3, "steps")
    is_new = False
    if not request.dry:
        is_new = keep_lesson(studio.feedback, answers(lesson, who, studio.door))
    counts = {"pieces": len(lesson.was.pieces), "pieces_now": len(lesson.now.pieces)}
    changes = lesson.comparison.changes
    known = film_taste(who, studio)
    studio.progress(3, 3, "steps")
    return CutLesson(
        person=who.person,
        project=who.project,
        is_new=is_new,
        proposed=str(proposed.path),
        final=str(final.path),
        form=final.form,
        frame_rate=float(proposed.layout.rate),
        **counts,
        summary=summary(changes, **counts),
        changes=changes,
        towards=_towards(lesson.was, lesson.now),
        habits=known.habits,
        habit_words=habit_words(known.habits),
        notes=(*_notes(lesson.comparison, films), *final.notes),
    )


@operation("film.unlearn")
def unlearn(request: UnlearnCutRequest, studio: Studio) -> LessonTakenBack:
    """Take the last lesson back: what was learned from that project counts no longer."""
    from bridge.film.learning.lesson import LESSON_DIGITS
    from bridge.film.learning.words import habit_words

    who = who_of(request, studio)
    wanted = Wanted(who.person, who.project, FILM)
    last = studio.feedback.feedback(wanted, most=1, newest=True)
    if not last:
        raise NotFoundError(
            f"{who.person} has learned from no cut in {who.project}; `segue film learn` does"
        )
    deleted = studio.feedback.take_back(who, FILM, last[0].id[:LESSON_DIGITS])
    habits = film_taste(who, studio).habits
    return LessonTakenBack(who.person, who.project, deleted, habits, habit_words(habits))


def film_taste(who: Who, studio: Studio) -> FilmTaste:
    """Give what somebody likes in cuts, and how they cut, by all that they made of cuts until now.

    `film_taste(who, studio).habits` is what a planner follows.

    Raises:
        StorageError: the store cannot be read.
    """
    return studio.film_tastes.know(who, progress=studio.progress)


def _opened(request: LearnCutRequest, studio: Studio) -> tuple[Opened, Opened]:
    """Open both timelines; an edit list counts as the proposed one unless that cannot be."""
    from bridge.files.timelines.reading import open_timeline

    proposed = open_timeline(local_path(request.proposed, studio))
    path = local_path(request.final, studio)
    final = open_timeline(path, rate=request.rate)
    if final.form == "EDL" and request.rate is None and final.layout.rate != proposed.layout.rate:
        try:
            final = open_timeline(path, rate=float(proposed.layout.rate))
        except FileFormatError:  # its frames are of another rate
            return proposed, final
        final.notes = ("the edit list is read at the rate of what was proposed; --rate changes it",)
    return proposed, final


def _films(proposed: Opened, studio: Studio) -> dict[str, FilmAnalysis]:
    """Give what was seen in the films of a timeline, as far as they lie here and were watched."""
    from bridge.files.timelines.media import Shelf

    shelf = Shelf(proposed.path.parent)
    try:
        analyses = analyses_of(studio)
    except NotFoundError:  # what watches isn't installed: then nothing was watched
        return {}
    lanes = proposed.layout.of_kind("Video")
    urls = dict.fromkeys(piece.medium.url for lane in lanes for piece in lane.pieces)
    found: dict[str, FilmAnalysis] = {}
    for url in filter(None, urls):
        path = shelf.find(url)
        analysis = None if path is None else analyses.find(path)
        if analysis is not None:
            found[url] = analysis
    return found


def _followed(proposed: Opened) -> Habits:
    """Give the habits that a proposed cut says it followed; where it does not say: none."""
    from bridge.files.timelines.names import of_ours
    from bridge.film.cutting.proposing import meant_habits

    told = of_ours(proposed.timeline).get("cut")
    plain = told.get("habits") if hasattr(told, "get") else None
    if plain is None:
        return Habits()
    try:
        habits = from_plain(Habits, json.loads(json.dumps(_bare(plain))))
    except (RequestError, TypeError, ValueError) as error:
        raise FileFormatError(
            f"{proposed.path} says wrongly which habits it followed: {error}"
        ) from error
    return meant_habits(habits, str(told.get("label", "")))


def _bare(value: object) -> object:
    """Give metadata of a timeline as plain data."""
    if hasattr(value, "items"):
        return {str(key): _bare(inner) for key, inner in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return [_bare(inner) for inner in value]  # type: ignore[attr-defined]


def _towards(was: CutSketch, now: CutSketch) -> tuple[str, ...]:
    """Say what a cut has more of than what was proposed."""
    from bridge.film.learning.taste_features import FEATURES, features

    change = features(now.pieces) - features(was.pieces)
    order = sorted(range(len(FEATURES)), key=lambda index: -abs(change[index]))
    told = [index for index in order if abs(change[index]) >= _FAR][:_MOST_TOLD]
    return tuple(
        FEATURES[index].more if change[index] > 0 else FEATURES[index].less for index in told
    )


def _notes(found: Comparison, films: dict[str, FilmAnalysis]) -> tuple[str, ...]:
    urls = {clip.medium.url for clip in found.proposed.clips}
    if urls <= set(films):
        return ()
    if not films:
        return (
            "none of its films was watched here: lengths, order and joints are learned, not what"
            " is seen; `segue film analyze` watches them",
        )
    return (f"{len(urls - set(films))} of its films were not watched here, or are gone",)
