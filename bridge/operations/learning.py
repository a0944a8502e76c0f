"""The operation `music.learn`: what somebody made of what Segue wrote tells what they like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError
from bridge.operations.feedback import FROM_FILE, Noted, keep_said, music_result, who_of
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.notes import NoteSequence
from bridge.schema.rating import Origin, Preference, Rating, Scale, check_name

if TYPE_CHECKING:
    from bridge.schema.rating import Feedback

EDITED: Final = "edit"
"""The subject of music that somebody changed."""
_FAR: Final = 0.5
"""A feature that differs by so many standard deviations is worth a word."""
_MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class LearnMusicRequest:
    """Ask that a lesson be learned from an edit."""

    written: NoteSequence
    """What Segue wrote."""
    kept: NoteSequence
    """What the musician kept of it, changed or not; without notes: they threw it away."""
    subject: str = FROM_FILE
    """What made `written`: `music.compose`, `music.vary`, or `file`."""
    person: str | None = None
    """Who kept it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        check_name("subject", self.subject)
        if not _has_notes(self.written):
            raise RequestError("written has no notes; there is nothing to learn from")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned from an edit."""

    noted: Noted
    """What is kept: that the edit is better than what was written, or that it was left as it is."""
    changes: tuple[str, ...]
    """What was changed: `2 notes taken out`; none: it was kept as it was."""
    towards: tuple[str, ...]
    """What it has more of now, the strongest first: `syncopation`, `small intervals`."""


@operation("music.learn")
def learn(request: LearnMusicRequest, studio: Studio) -> Lesson:
    """Learn from what a musician made of what Segue wrote, and say what they changed."""
    from bridge.music.edits import compare, in_words

    changes: tuple[str, ...] = ()
    towards: tuple[str, ...] = ()
    if _has_notes(request.kept):
        changes = in_words(compare(request.written, request.kept))
        towards = _towards(request.written, request.kept) if changes else ()
    said = _said(request, studio, was_changed=bool(changes))
    return Lesson(keep_said(studio, (said,)), changes, towards)


def _said(request: LearnMusicRequest, studio: Studio, *, was_changed: bool) -> Feedback:
    """Give what an edit says about somebody's taste."""
    who = who_of(request, studio)
    written = music_result(request.written, request.subject)
    if was_changed:
        kept = music_result(request.kept, EDITED)
        return Preference(kept, written, Origin.EDIT, who, studio.door)
    score = 1 if _has_notes(request.kept) else -1
    return Rating(written, score, Scale.IMPLICIT, who, studio.door)


def _towards(written: NoteSequence, kept: NoteSequence) -> tuple[str, ...]:
    """Say what an edit has more of than what was written."""
    if not (_has_melody(written) and _has_melody(kept)):
        return ()
    from bridge.music.taste_features import FEATURES, features

    change = features(kept) - features(written)
    order = sorted(range(len(FEATURES)), key=lambda index: -abs(change[index]))
    told = [index for index in order if abs(change[index]) >= _FAR][:_MOST_TOLD]
    return tuple(
        FEATURES[index].more if change[index] > 0 else FEATURES[index].less for index in told
    )


def _has_notes(music: NoteSequence) -> bool:
    return any(part.notes for part in music.parts)


def _has_melody(music: NoteSequence) -> bool:
    return any(part.notes and not part.is_drums for part in music.parts)
