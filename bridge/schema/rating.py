"""Nouns of what people say about results: ratings, preferences, and whose they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

from bridge.errors import RangeError, RequestError, check_range

DEFAULT_PERSON: Final = "me"
"""Whose taste it is where nobody says."""
DEFAULT_PROJECT: Final = "default"
"""The project where nobody names one."""
MUSIC: Final = "music"
"""The domain of everything that is made of notes."""
FILM: Final = "film"
"""The domain of cuts: what editors make of pictures."""
CHARACTER: Final = "character"
"""The domain of people that were made up."""
LONGEST_NAME: Final = 80
"""Characters of the name of a person, project or door."""
IMPLICIT_STRENGTH: Final = 0.5
"""What keeping or deleting says counts so much of a thumb: people also delete to make room."""


class Scale(StrEnum):
    """Say how somebody judged."""

    THUMB = "thumb"
    """1 up, -1 down, 0 takes back what was said before."""
    STARS = "stars"
    """1 to 5."""
    IMPLICIT = "implicit"
    """Nobody was asked: 1 it was kept, -1 it was deleted."""


class Origin(StrEnum):
    """Say how it became known what somebody prefers."""

    CHOICE = "choice"
    """They chose one of several."""
    EDIT = "edit"
    """They changed what was written: what they kept is better."""
    KEPT = "kept"
    """They kept one, and not the others."""
    DELETED = "deleted"
    """They deleted one in favour of another."""


_SCORES: Final = {Scale.THUMB: (-1, 1), Scale.STARS: (1, 5), Scale.IMPLICIT: (-1, 1)}
_MIDDLE_STARS: Final = 3


@dataclass(frozen=True, slots=True)
class Who:
    """Whose ratings and taste are meant."""

    person: str = DEFAULT_PERSON
    """The name of a person, 1..80 characters."""
    project: str = DEFAULT_PROJECT
    """The name of what they work on, 1..80 characters."""

    def __post_init__(self) -> None:
        check_name("person", self.person)
        check_name("project", self.project)


@dataclass(frozen=True, slots=True)
class FeedbackPlace:
    """Where feedback is kept, and whose it is where nobody says."""

    folder: Path
    """Of what Segue remembers; it may not be there yet."""
    who: Who = field(default_factory=Who)
    """A person and a project."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which feedback is asked for: that of which all holds that is said."""

    person: str | None = None
    """By that person; None: by all."""
    project: str | None = None
    """For that project; None: for all."""
    domain: str | None = None
    """About what is made of that, `music`; None: about all."""
    subject: str | None = None
    """About what was made so, `music.vary`; None: about all."""


EVERYTHING: Final = Wanted()
"""All feedback there is."""


@dataclass(frozen=True)
class Result:
    """Something that was made and that somebody may judge."""

    subject: str
    """What made it: an operation, `music.vary`; a way to play along, `live.call`; or `file`."""
    noun_json: str
    """The result, as `bridge.schema.codec` gives it, in JSON."""
    made_at: str
    """ISO 8601, UTC; empty: the store writes the time at which it is judged first."""
    request_json: str = "{}"
    """What was asked for, likewise; for what was played live, the settings."""
    take_number: int | None = None
    """Of the take that it is, >= 1; None: it is none."""
    domain: str = MUSIC
    """What it is made of: `music`, `film`, `character`."""

    def __post_init__(self) -> None:
        if not self.subject:
            raise RangeError("subject must name what made the result, not be empty")
        if not self.domain:
            raise RangeError("domain must name what the result is made of, not be empty")
        if self.take_number is not None and self.take_number < 1:
            raise RangeError(f"take_number must be >= 1, not {self.take_number}")

    @cached_property
    def id(self) -> str:
        """SHA-256 over all but `made_at`, in hexadecimal: the same thing made the same way."""
        parts = [self.domain, self.subject, canonical(self.request_json), self.take_number]
        return _sha256(json.dumps([*parts, canonical(self.noun_json)]))

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over domain and noun, in hexadecimal: the same music, whoever made it."""
        return _sha256(json.dumps([self.domain, canonical(self.noun_json)]))


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody said about one result."""

    result: Result
    """What it is about."""
    score: int
    """A thumb, or stars: see `Scale`."""
    scale: Scale = Scale.THUMB
    """What the score means."""
    who: Who = field(default_factory=Who)
    """Who said it, and for which project."""
    door: str = ""
    """Where it came in: `cli`, `http`, `osc`, `live`; empty: nobody knows."""
    said_at: str = ""
    """ISO 8601, UTC; empty: the store writes the time at which it is kept."""
    id: str = ""
    """32 hexadecimal digits, unique wherever it is kept; empty: the store draws it."""
    number: int | None = None
    """Counted by the store, from 1; None: it is not kept yet."""

    def __post_init__(self) -> None:
        check_range("score", self.score, *_SCORES[self.scale])
        _check_said(self)

    @property
    def liking(self) -> float:
        """How much it is liked, -1..1; 0 is neither."""
        return liking(self.scale, self.score)

    @property
    def takes_back(self) -> bool:
        """Whether it says that what was said of this result before no longer counts."""
        return self.scale is Scale.THUMB and self.score == 0


@dataclass(frozen=True, slots=True)
class Preference:
    """That somebody likes one result better than another."""

    better: Result
    """What they like better."""
    worse: Result
    """Than this."""
    origin: Origin
    """How that became known."""
    who: Who = field(default_factory=Who)
    """Who said it, and for which project."""
    door: str = ""
    """Where it came in: `cli`, `http`, `osc`, `live`; empty: nobody knows."""
    said_at: str = ""
    """ISO 8601, UTC; empty: the store writes the time at which it is kept."""
    id: str = ""
    """32 hexadecimal digits, unique wherever it is kept; empty: the store draws it."""
    number: int | None = None
    """Counted by the store, together with ratings, from 1; None: it is not kept yet."""

    def __post_init__(self) -> None:
        if self.better.domain != self.worse.domain:
            raise RequestError("only results of one domain can be compared")
        if self.better.content_hash == self.worse.content_hash:
            raise RequestError("better and worse are the same; nothing can be learned from that")
        _check_said(self)


Feedback = Rating | Preference
"""One thing that somebody said."""


def liking(scale: Scale, score: int) -> float:
    """Say how much something is liked, -1..1; 0 is neither."""
    match scale:
        case Scale.STARS:
            return (score - _MIDDLE_STARS) / (5 - _MIDDLE_STARS)
        case Scale.IMPLICIT:
            return IMPLICIT_STRENGTH * score
        case _:
            return float(score)


def canonical(text: str) -> str:
    """Give JSON in the one form that is hashed: sorted keys, no spaces; what is none, as it is."""
    try:
        return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text


def check_name(name: str, value: str) -> None:
    """Refuse the name of a person, project or door that no list could show.

    Args:
        name: of the field, as it appears in the message.
        value: 1..80 characters, all of which can be shown, without a space at its ends.

    Raises:
        RangeError: it is another.
    """
    if not 1 <= len(value) <= LONGEST_NAME:
        raise RangeError(f"{name} must have 1..{LONGEST_NAME} characters, not {len(value)}")
    if not value.isprintable() or value != value.strip():
        raise RangeError(f"{name} must be a name without spaces at its ends, not {value!r}")


def _check_said(said: Feedback) -> None:
    if said.door:
        check_name("door", said.door)
    if said.id and (len(said.id) != 32 or set(said.id) - set("0123456789abcdef")):
        raise RangeError(f"id must be 32 hexadecimal digits, not {said.id[:40]!r}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
