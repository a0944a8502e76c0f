"""Feedback as a file: one JSON object a line, to keep a copy of or to take to another machine.

    {"kind": "segue-feedback", "form": 1}
    {"kind": "result", "id": .., "domain": "music", "subject": "music.vary", "made_at": ..,
     "take_number": null, "request": {..}, "noun": {..}}
    {"kind": "rating", "id": .., "said_at": .., "person": .., "project": .., "door": ..,
     "result": RESULT-ID, "scale": "thumb", "score": 1}
    {"kind": "preference", "id": .., .., "better": RESULT-ID, "worse": RESULT-ID, "origin": ..}
    {"kind": "end", "feedback": 2}

A result stands before what is said about it, once. The last line tells that nothing is missing.
Whoever reads such a file believes nothing in it: see `read_lines`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from bridge.errors import FileFormatError, RequestError
from bridge.feedback.strict import read_object
from bridge.schema.character import Character
from bridge.schema.codec import from_plain
from bridge.schema.film_lessons import CutSketch
from bridge.schema.notes import NoteSequence
from bridge.schema.rating import (
    CHARACTER,
    FILM,
    MUSIC,
    Feedback,
    Origin,
    Preference,
    Rating,
    Result,
    Scale,
    Who,
    check_name,
)

FORM: Final = 1
"""Number of the form of the file; one of another form is refused."""
KIND: Final = "segue-feedback"
"""What the first line says."""
MOST_BYTES: Final = 256 * 2**20
"""A larger file is refused: 40 000 ratings of 16 bars have less."""
MOST_LINE_BYTES: Final = 8 * 2**20
"""A longer line is refused: no clip has 100 000 notes."""
MOST_LINES: Final = 500_000
"""A file of more lines is refused."""
NOUNS: Final[Mapping[str, type]] = {
    MUSIC: NoteSequence,
    FILM: CutSketch,
    CHARACTER: Character,
}
"""What the results of each domain are."""

_MOST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class _End:
    """The last line."""

    feedback: int
    """How many ratings and preferences there are."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line."""

    form: int
    """See FORM."""


@dataclass(frozen=True, slots=True)
class _SaidLine:
    """What the lines of ratings and preferences have in common."""

    id: str
    said_at: str
    person: str
    project: str
    door: str

    def common(self) -> dict[str, Any]:
        """Give it as the fields of a rating or a preference."""
        _check_time(self.said_at)
        if not self.id:
            raise RequestError("id must not be empty")
        who = Who(self.person, self.project)
        return {"id": self.id, "said_at": self.said_at, "who": who, "door": self.door}


@dataclass(frozen=True, slots=True)
class _RatingLine(_SaidLine):
    """A rating; its result is named by its id."""

    result: str
    scale: Scale
    score: int


@dataclass(frozen=True, slots=True)
class _PreferenceLine(_SaidLine):
    """A preference; its results are named by their ids."""

    better: str
    worse: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class _ResultLine:
    """A result; its noun and its request are objects, read apart."""

    id: str
    domain: str
    subject: str
    made_at: str
    take_number: int | None


def write_lines(said: Iterable[Feedback]) -> Iterator[str]:
    """Give feedback as lines, each with its line feed.

    Args:
        said: as the store gives it, with ids.
    """
    yield _line("segue-feedback", form=FORM)
    written: set[str] = set()
    count = 0
    for one in said:
        for result in _results(one):
            if result.id not in written:
                written.add(result.id)
                yield _result_line(result)
        yield _said_line(one)
        count += 1
    yield _line("end", feedback=count)


def read_lines(content: bytes) -> tuple[Feedback, ...]:
    """Read feedback from the bytes of a file, all of it or nothing.

    Every value is checked as if somebody wanted to do harm with it: sizes, types, depth, ranges,
    NaN, keys that come twice, hashes that do not fit, results that are not there, the same twice,
    an end that is missing. A noun must be one of its domain.

    Raises:
        FileFormatError: something is wrong; the message begins with the number of the line.
    """
    if len(content) > MOST_BYTES:
        raise FileFormatError(f"it has over {MOST_BYTES} bytes; export less at once, by --person")
    lines = content.split(b"\n")
    if lines[-1] != b"":
        raise FileFormatError(f"line {len(lines)}: it ends within a line; it was cut off")
    if len(lines) - 1 > MOST_LINES:
        raise FileFormatError(f"it has over {MOST_LINES} lines; export less at once, by --person")
    reader = _Reader()
    for number, line in enumerate(lines[:-1], start=1):
        try:
            reader.take(read_object(line, most_bytes=MOST_LINE_BYTES))
        except (RequestError, FileFormatError) as error:
            raise FileFormatError(f"line {number}: {error}") from error
    return reader.feedback()


class _Reader:
    """Takes line after line, and gives what they say."""

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}
        self._said: dict[str, Feedback] = {}
        self._has_begun = False
        self._has_ended = False

    def take(self, plain: dict[str, Any]) -> None:
        """Take the object of a line."""
        kind = plain.pop("kind", None)
        if self._has_ended:
            raise FileFormatError("there is more after the end")
        if self._has_begun is (kind == KIND):
            raise FileFormatError(f'the first line, and no other, must be of kind "{KIND}"')
        takers: dict[object, Callable[[dict[str, Any]], None]] = {
            KIND: self._take_head,
            "result": self._take_result,
            "rating": self._take_rating,
            "preference": self._take_preference,
            "end": self._take_end,
        }
        if not isinstance(kind, str) or kind not in takers:
            raise FileFormatError(f"kind must be one of {', '.join(map(str, takers))}")
        takers[kind](plain)

    def feedback(self) -> tuple[Feedback, ...]:
        """Give what was read."""
        if not self._has_ended:
            raise FileFormatError("its last line is missing; it was cut off")
        return tuple(self._said.values())

    def _take_head(self, plain: dict[str, Any]) -> None:
        head = from_plain(_Head, plain)
        if head.form != FORM:
            raise FileFormatError(f"form {head.form} was written by another version of Segue")
        self._has_begun = True

    def _take_end(self, plain: dict[str, Any]) -> None:
        end = from_plain(_End, plain)
        if end.feedback != len(self._said):
            raise FileFormatError(f"{end.feedback} were written, but {len(self._said)} are here")
        self._has_ended = True

    def _take_result(self, plain: dict[str, Any]) -> None:
        request, noun = plain.pop("request", None), plain.pop("noun", None)
        line = from_plain(_ResultLine, plain)
        _check_time(line.made_at)
        check_name("subject", line.subject)
        if line.domain not in NOUNS:
            raise FileFormatError(f"domain must be one of {', '.join(NOUNS)}")
        if not isinstance(request, dict):
            raise FileFormatError("request must be an object")
        from_plain(NOUNS[line.domain], noun)
        result = Result(
            subject=line.subject,
            noun_json=json.dumps(noun),
            made_at=line.made_at,
            request_json=json.dumps(request),
            take_number=line.take_number,
            domain=line.domain,
        )
        if result.id != line.id:
            raise FileFormatError("its id is not the hash of what it holds; it was changed")
        if result.id in self._results:
            raise FileFormatError(f"result {result.id} stands there twice")
        self._results[result.id] = result

    def _take_rating(self, plain: dict[str, Any]) -> None:
        line = from_plain(_RatingLine, plain)
        result = self._result(line.result)
        self._take_said(Rating(result=result, score=line.score, scale=line.scale, **line.common()))

    def _take_preference(self, plain: dict[str, Any]) -> None:
        line = from_plain(_PreferenceLine, plain)
        better, worse = self._result(line.better), self._result(line.worse)
        self._take_said(Preference(better=better, worse=worse, origin=line.origin, **line.common()))

    def _take_said(self, said: Feedback) -> None:
        if said.id in self._said:
            raise FileFormatError(f"feedback {said.id} stands there twice")
        self._said[said.id] = said

    def _result(self, result_id: str) -> Result:
        if result_id not in self._results:
            raise FileFormatError(f"no result {result_id[:_MOST_SHOWN]!r} stands before it")
        return self._results[result_id]


def _check_time(text: str) -> None:
    """Refuse what is no point in time of ISO 8601."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise FileFormatError(f"no ISO 8601 time: {text[:_MOST_SHOWN]!r}") from error


def _results(said: Feedback) -> tuple[Result, ...]:
    return (said.result,) if isinstance(said, Rating) else (said.better, said.worse)


def _result_line(result: Result) -> str:
    named = {field.name: getattr(result, field.name, None) for field in fields(_ResultLine)}
    request, noun = json.loads(result.request_json), json.loads(result.noun_json)
    return _line("result", **named, request=request, noun=noun)


def _said_line(said: Feedback) -> str:
    common = {
        "id": said.id,
        "said_at": said.said_at,
        "person": said.who.person,
        "project": said.who.project,
        "door": said.door,
    }
    if isinstance(said, Rating):
        about = {"result": said.result.id, "scale": said.scale.value, "score": said.score}
        return _line("rating", **common, **about)
    pair = {"better": said.better.id, "worse": said.worse.id, "origin": said.origin.value}
    return _line("preference", **common, **pair)


def _line(kind: str, **values: object) -> str:
    return json.dumps({"kind": kind, **values}, allow_nan=False, separators=(",", ":")) + "\n"
