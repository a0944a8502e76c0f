"""What one may say of what Segue made: the room `feedback`.

Everything ends in one store, through whatever door it came; what follows from it is the taste of a
person, see `bridge.operations.taste`. Nothing here computes, so that the hub may do it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeVar

from bridge.errors import NotFoundError, RequestError, check_range
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.character import Character
from bridge.schema.codec import to_plain
from bridge.schema.live import LiveSettings, Take
from bridge.schema.notes import NoteSequence
from bridge.schema.rating import (
    CHARACTER,
    Feedback,
    Origin,
    Preference,
    Rating,
    Result,
    Scale,
    Who,
    check_name,
)

LETTERS: Final = "ABCDEFGH"
"""What the candidates of a choice are called."""
FROM_FILE: Final = "file"
"""The subject of music of which nobody says what made it."""
DRAWN: Final = "character.sample"
"""The subject of characters of whom nobody says what made them."""

_SHORT_HASH: Final = 4

FeedbackT = TypeVar("FeedbackT", bound=Feedback)


@dataclass(frozen=True, slots=True)
class RateResultRequest:
    """Say what you think of a result: give `thumb` or `stars`."""

    notes: NoteSequence | None = None
    """The music; None: that of a take."""
    number: int | None = None
    """Of the take, as `live.takes` numbers them; None, without `notes`: the latest."""
    thumb: int | None = None
    """1 up, -1 down, 0 takes back what was said before."""
    stars: int | None = None
    """1 to 5."""
    character: Character | None = None
    """Somebody who was made up, in place of music."""
    subject: str | None = None
    """What made it: `music.vary`; None: `file`, or `character.sample` where it is a character."""
    person: str | None = None
    """Who says it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        if (self.thumb is None) == (self.stars is None):
            raise RequestError("give either thumb (1, -1, 0) or stars (1 to 5)")
        if self.thumb is not None:
            check_range("thumb", self.thumb, -1, 1)
        if self.stars is not None:
            check_range("stars", self.stars, 1, 5)
        _check_one(self)


@dataclass(frozen=True, slots=True)
class ChooseRequest:
    """Say which of several candidates is best."""

    best: str
    """Its letter: `A` is the first, `H` the eighth."""
    candidates: tuple[NoteSequence, ...] = ()
    """2 to 8 pieces of music; none: those of `takes`."""
    takes: tuple[int, ...] = ()
    """Numbers of 2 to 8 takes, in place of `candidates`."""
    characters: tuple[Character, ...] = ()
    """2 to 8 people who were made up, in place of `candidates`."""
    subject: str | None = None
    """What made them: `music.compose`; None: `file`, or `character.sample` for characters."""
    person: str | None = None
    """Who says it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.candidates, self.takes, self.characters))) != 1:
            raise RequestError("give either candidates or takes or characters")
        count = len(self.candidates or self.takes or self.characters)
        check_range("the number of candidates", count, 2, len(LETTERS))
        if len(self.best) != 1 or self.best.upper() not in LETTERS[:count]:
            raise RequestError(f"best must be a letter A to {LETTERS[count - 1]}")


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """Tell that somebody kept something that Segue made."""

    notes: NoteSequence | None = None
    """The music; None: that of a take."""
    number: int | None = None
    """Of the take; None, without `notes`: the latest."""
    instead_of: tuple[NoteSequence, ...] = ()
    """What was made beside it and not kept, 8 at most; none: nothing is known."""
    character: Character | None = None
    """Somebody who was made up, in place of music."""
    instead_of_characters: tuple[Character, ...] = ()
    """People who were made beside them and not kept, 8 at most."""
    subject: str | None = None
    """What made it: `music.vary`; None: `file`, or `character.sample` where it is a character."""
    person: str | None = None
    """Who kept it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        _check_others(self.character, self.instead_of, self.instead_of_characters)
        _check_one(self)


@dataclass(frozen=True, slots=True)
class DeletedRequest:
    """Tell that somebody deleted something that Segue made."""

    notes: NoteSequence | None = None
    """The music; None: that of a take."""
    number: int | None = None
    """Of the take; None, without `notes`: the latest."""
    in_favour_of: tuple[NoteSequence, ...] = ()
    """What was made beside it and not deleted, 8 at most; none: nothing is known."""
    character: Character | None = None
    """Somebody who was made up, in place of music."""
    in_favour_of_characters: tuple[Character, ...] = ()
    """People who were made beside them and not deleted, 8 at most."""
    subject: str | None = None
    """What made it: `music.vary`; None: `file`, or `character.sample` where it is a character."""
    person: str | None = None
    """Who deleted it; None: as Segue is set up."""
    project: str | None = None
    """For which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        _check_others(self.character, self.in_favour_of, self.in_favour_of_characters)
        _check_one(self)


@dataclass(frozen=True, slots=True)
class Noted:
    """What was understood, and is kept."""

    person: str
    """Who said it."""
    project: str
    """For which project."""
    numbers: tuple[int, ...]
    """Of the ratings and preferences that are kept, as `ratings.list` has them."""
    words: tuple[str, ...]
    """What each of them says: `thumb up: live.call take 3`, `file #3fa2 better than file #07c2`."""


_Judging = RateResultRequest | KeptRequest | DeletedRequest
"""Requests that judge one thing."""


@operation("feedback.rate")
def rate(request: RateResultRequest, studio: Studio) -> Noted:
    """Say what you think of a result, by thumb or stars, so that Segue may learn from it."""
    scale, score = Scale.THUMB, request.thumb
    if score is None:
        scale, score = Scale.STARS, request.stars or 0
    result = _judged(request, studio)
    rating = Rating(result, score, scale, who_of(request, studio), studio.door)
    noted = keep_said(studio, (rating,))
    if result.take_number is not None:
        studio.stage.mark(result.take_number, round(rating.liking))
    return noted


@operation("feedback.choose")
def choose(request: ChooseRequest, studio: Studio) -> Noted:
    """Say which of up to eight candidates, A to H, is best."""
    results = _beside(request.candidates, request.characters, request.subject)
    results += [_from_take(number, studio) for number in request.takes]
    best = results.pop(LETTERS.index(request.best.upper()))
    return _prefer([best], results, Origin.CHOICE, who_of(request, studio), studio)


@operation("feedback.kept")
def kept(request: KeptRequest, studio: Studio) -> Noted:
    """Tell that a take or clip was kept, so that nobody need be asked for a thumb."""
    result, who = _judged(request, studio), who_of(request, studio)
    others = _beside(request.instead_of, request.instead_of_characters, request.subject)
    if not others:
        return keep_said(studio, (Rating(result, 1, Scale.IMPLICIT, who, studio.door),))
    return _prefer([result], others, Origin.KEPT, who, studio)


@operation("feedback.deleted")
def deleted(request: DeletedRequest, studio: Studio) -> Noted:
    """Tell that a take or clip was deleted, so that nobody need be asked for a thumb."""
    result, who = _judged(request, studio), who_of(request, studio)
    others = _beside(request.in_favour_of, request.in_favour_of_characters, request.subject)
    if not others:
        return keep_said(studio, (Rating(result, -1, Scale.IMPLICIT, who, studio.door),))
    return _prefer(others, [result], Origin.DELETED, who, studio)


def take_result(take: Take, settings: LiveSettings) -> Result:
    """Give a take as what somebody may judge.

    Args:
        take: what was played.
        settings: what is set.
    """
    return Result(
        subject=f"live.{take.mode.value}",
        noun_json=json.dumps(to_plain(take.music)),
        made_at=take.made_at,
        request_json=json.dumps(to_plain(settings)),
        take_number=take.number,
    )


def find_take(studio: Studio, number: int | None) -> Take:
    """Give a take by its number; None: the latest.

    Raises:
        NotFoundError: there is none.
    """
    takes = studio.stage.takes()
    if not takes:
        raise NotFoundError("there is no take yet; play something into Segue first")
    for take in takes:
        if number in (None, take.number):
            return take
    raise NotFoundError(f"no take {number}; there are {takes[-1].number} to {takes[0].number}")


def rate_take(studio: Studio, take: Take, thumb: int) -> None:
    """Keep a thumb for a take, and show it there."""
    result = take_result(take, studio.stage.settings())
    studio.feedback.add(Rating(result, thumb, who=studio.who, door=studio.door))
    studio.stage.mark(take.number, thumb)


def who_of(request: object, studio: Studio) -> Who:
    """Give whose a request is that may name a person and a project."""
    person, project = getattr(request, "person", None), getattr(request, "project", None)
    usual = studio.who
    return Who(
        usual.person if person is None else person, usual.project if project is None else project
    )


def keep_said(studio: Studio, said: tuple[FeedbackT, ...]) -> Noted:
    """Keep what was said, one thing or more, and tell how it was understood."""
    kept = studio.feedback.add_all(said)
    return Noted(
        said[0].who.person,
        said[0].who.project,
        tuple(one.number or 0 for one in kept),
        tuple(in_words(one) for one in kept),
    )


def in_words(said: Feedback) -> str:
    """Say in a few words what a rating or a preference says."""
    if isinstance(said, Preference):
        return f"{_called(said.better)} better than {_called(said.worse)}"
    words = {
        Scale.THUMB: {1: "thumb up", -1: "thumb down", 0: "taken back"}.get(said.score, ""),
        Scale.STARS: f"{said.score} star{'s' if said.score != 1 else ''}",
        Scale.IMPLICIT: {1: "kept", -1: "deleted"}.get(said.score, "left alone"),
    }
    return f"{words[said.scale]}: {_called(said.result)}"


def music_result(notes: NoteSequence, subject: str) -> Result:
    """Give music as what somebody may judge; when it was made is when it is judged."""
    return Result(subject, json.dumps(to_plain(notes)), made_at="")


def _called(result: Result) -> str:
    """Name a result so that it is known again: a take by its number, music by its content."""
    if result.take_number is not None:
        return f"{result.subject} take {result.take_number}"
    return f"{result.subject} #{result.content_hash[:_SHORT_HASH]}"


def character_result(character: Character, subject: str | None = None) -> Result:
    """Give somebody who was made up as what somebody may judge; None: they were drawn."""
    made_by = DRAWN if subject is None else subject
    check_name("subject", made_by)
    return Result(made_by, json.dumps(to_plain(character)), made_at="", domain=CHARACTER)


def _check_one(request: _Judging) -> None:
    """Refuse a request that names more than one thing that is judged."""
    if request.character is not None and (request.notes, request.number) != (None, None):
        raise RequestError("give either a character, or notes or the number of a take")
    if request.notes is not None and request.number is not None:
        raise RequestError("give either notes or the number of a take")


def _check_others(
    character: Character | None,
    music: tuple[NoteSequence, ...],
    people: tuple[Character, ...],
) -> None:
    """Refuse too much beside what is judged, and what cannot be compared with it."""
    check_range("how many there were beside it", len(music) + len(people), 0, len(LETTERS))
    if music if character is not None else people:
        raise RequestError("a character is compared with characters, and music with music")


def _judged(request: _Judging, studio: Studio) -> Result:
    """Give what is judged: somebody or music that came with the request, or a take."""
    if request.character is not None:
        return character_result(request.character, request.subject)
    if request.notes is not None:
        return _from_notes(request.notes, request.subject)
    return _from_take(request.number, studio)


def _from_notes(notes: NoteSequence, subject: str | None) -> Result:
    """Give music as what somebody may judge; there must be some."""
    made_by = FROM_FILE if subject is None else subject
    check_name("subject", made_by)
    if not any(part.notes for part in notes.parts):
        raise RequestError("there are no notes in it to judge")
    return music_result(notes, made_by)


def _from_take(number: int | None, studio: Studio) -> Result:
    return take_result(find_take(studio, number), studio.stage.settings())


def _beside(
    music: tuple[NoteSequence, ...], people: tuple[Character, ...], subject: str | None
) -> list[Result]:
    """Give what came with a request as what somebody may judge."""
    found = [_from_notes(notes, subject) for notes in music]
    return found + [character_result(character, subject) for character in people]


def _prefer(
    better: list[Result], worse: list[Result], origin: Origin, who: Who, studio: Studio
) -> Noted:
    """Keep that each of some is liked better than each of others; what is the same says nothing."""
    pairs = tuple(
        Preference(one, other, origin, who, studio.door)
        for one, other in product(better, worse)
        if one.content_hash != other.content_hash
    )
    if not pairs:
        raise RequestError("they are all the same; nothing can be learned from that")
    return keep_said(studio, pairs)
