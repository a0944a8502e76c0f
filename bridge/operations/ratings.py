"""What one may ask about feedback that is kept: the room `ratings`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError, check_range
from bridge.operations.feedback import in_words
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.rating import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.schema.rating import Feedback

MOST_LISTED: Final = 10_000
"""So much may be listed at once."""
MOST_NUMBER: Final = 2**63 - 1
"""No rating has a higher number."""
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ListRatingsRequest:
    """Ask what was said."""

    count: int = 20
    """So many at most, 1..10000: the latest, or with `after` the next."""
    after: int | None = None
    """Only what has a higher number, 0 or more, from there on; None: the latest."""
    person: str | None = None
    """Only what that person said; None: all."""
    project: str | None = None
    """Only what was said for that project; None: all."""
    subject: str | None = None
    """Only of what was made so: `music.vary`; None: all."""

    def __post_init__(self) -> None:
        check_range("count", self.count, 1, MOST_LISTED)
        check_range("after", self.after or 0, 0, MOST_NUMBER)


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One rating or preference in a list."""

    number: int
    """Tells the order, from 1."""
    id: str
    """The same in every store, 32 hexadecimal digits."""
    said_at: str
    """ISO 8601, UTC."""
    person: str
    """Who said it."""
    project: str
    """For which project."""
    door: str
    """Where it came in: `cli`, `http`, `osc`, `live`; empty: nobody knows."""
    words: str
    """What it says: `thumb up: live.call take 3`."""


@dataclass(frozen=True, slots=True)
class ExportRatingsRequest:
    """Ask for feedback as text, to keep a copy or to take it to another machine."""

    person: str | None = None
    """Only what that person said; None: all."""
    project: str | None = None
    """Only what was said for that project; None: all."""


@dataclass(frozen=True, slots=True)
class RatingsText:
    """Feedback as text."""

    count: int
    """Ratings and preferences in it."""
    text: str
    """JSON, one object a line; see `bridge/feedback/exchange.py`."""


@dataclass(frozen=True, slots=True)
class ImportRatingsRequest:
    """Ask that feedback from another store be kept here too."""

    text: str
    """As `ratings.export` gives it."""


@dataclass(frozen=True, slots=True)
class RatingsImported:
    """What came of an import."""

    read: int
    """Ratings and preferences that the text has."""
    added: int
    """How many of them were not kept here yet."""


@operation("ratings.list")
def list_ratings(request: ListRatingsRequest, studio: Studio) -> tuple[RatingLine, ...]:
    """List ratings and preferences, the latest last."""
    found = studio.feedback.feedback(
        Wanted(request.person, request.project, subject=request.subject),
        after=request.after or 0,
        most=request.count,
        newest=request.after is None,
    )
    return tuple(
        RatingLine(
            said.number or 0,
            said.id,
            said.said_at,
            said.who.person,
            said.who.project,
            said.door,
            in_words(said),
        )
        for said in found
    )


@operation("ratings.export")
def export_ratings(request: ExportRatingsRequest, studio: Studio) -> RatingsText:
    """Give ratings and preferences as text, one JSON object a line."""
    from bridge.feedback.exchange import write_lines

    said = list(_all(request, studio))
    return RatingsText(len(said), "".join(write_lines(said)))


@operation("ratings.import")
def import_ratings(request: ImportRatingsRequest, studio: Studio) -> RatingsImported:
    """Keep ratings and preferences of another store too: all of them, or nothing."""
    from bridge.feedback.exchange import read_lines

    try:
        content = request.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RequestError("text holds half a character (a lone surrogate)") from error
    said = read_lines(content)
    return RatingsImported(len(said), studio.feedback.add_new(said))


def _all(request: ExportRatingsRequest, studio: Studio) -> Iterator[Feedback]:
    """Give everything that is asked for, some at a time."""
    after = 0
    wanted = Wanted(request.person, request.project)
    while found := studio.feedback.feedback(wanted, after=after, most=_BATCH):
        yield from found
        after = found[-1].number or 0
