"""What one may ask about a person's taste: the room `taste`.

A taste follows from all that somebody said, see `bridge.feedback.tastes`. What computes is imported
where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.errors import FileFormatError, OutputExistsError, RequestError
from bridge.operations.feedback import who_of
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.rating import MUSIC, Wanted, Who

if TYPE_CHECKING:
    from bridge.preference.opinions import Opinion
    from bridge.preference.taste import Taste

KIND: Final = "segue-taste"
"""What the text of a taste says that it is."""
MOST_BYTES: Final = 4 * 2**20
"""A longer text is refused: 600 choices, the most that are kept, take less than 1 MiB."""
_MOST_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class ShowTasteRequest:
    """Ask what is known of somebody's taste."""

    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """What somebody thinks of one feature of music."""

    name: str
    """Of the feature: `leaps`."""
    verdict: str
    """`likes`, `dislikes`, `likes some, not too much` or `unsure about`."""
    words: str
    """`likes leaps`."""
    strength: float
    """How much it matters, 0..1."""
    likelihood: float
    """How likely it is that this is so, 0.5..1."""
    ideal: float | None
    """Where it is best, in standard deviations from what melodies are; None: not in the middle."""


@dataclass(frozen=True, slots=True)
class TasteReport:
    """What is known of somebody's taste."""

    person: str
    """Whose."""
    project: str
    """In which project."""
    answers: int
    """Ratings and preferences that it was learned from."""
    words: str
    """In a line: `likes syncopation; dislikes leaps; unsure about density`."""
    opinions: tuple[OpinionLine, ...]
    """One for each feature; what is sure comes first, the strongest first."""


@dataclass(frozen=True, slots=True)
class ForgetTasteRequest:
    """Ask that somebody's taste begin anew."""

    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""
    and_ratings: bool = False
    """Delete their ratings too; else they are kept, and no longer count."""


@dataclass(frozen=True, slots=True)
class TasteForgotten:
    """What was forgotten."""

    person: str
    """Whose taste."""
    project: str
    """In which project."""
    answers: int
    """Ratings and preferences that it was learned from."""
    deleted: int
    """Ratings and preferences that are gone."""


@dataclass(frozen=True, slots=True)
class ExportTasteRequest:
    """Ask for somebody's taste as text, to take it to another machine, person or project."""

    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""


@dataclass(frozen=True, slots=True)
class TasteText:
    """A taste as text."""

    answers: int
    """Ratings and preferences that it was learned from."""
    text: str
    """JSON; it names every answer, by features, and holds no music."""


@dataclass(frozen=True, slots=True)
class ImportTasteRequest:
    """Ask that somebody's taste be that of a text."""

    text: str
    """As `taste.export` gives it."""
    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""
    force: bool = False
    """Replace what is known already; their ratings are kept, and no longer count."""


@operation("taste.show")
def show_taste(request: ShowTasteRequest, studio: Studio) -> TasteReport:
    """Say what somebody likes, what they dislike, and what is not known yet."""
    who = who_of(request, studio)
    return _report(who, _known(who, studio))


@operation("taste.forget")
def forget_taste(request: ForgetTasteRequest, studio: Studio) -> TasteForgotten:
    """Begin somebody's taste anew: nothing that they said until now counts any more."""
    who = who_of(request, studio)
    answers = _known(who, studio).count
    deleted = 0
    if request.and_ratings:
        deleted = studio.feedback.delete(who)
    else:
        studio.tastes.forget(who)
    return TasteForgotten(who.person, who.project, answers, deleted)


@operation("taste.export")
def export_taste(request: ExportTasteRequest, studio: Studio) -> TasteText:
    """Give somebody's taste as text; it names their answers by features, and holds no music."""
    from bridge.music.taste_learning import features_version
    from bridge.preference.memory import taste_to_dict

    taste = _known(who_of(request, studio), studio)
    plain = {
        "kind": KIND,
        "domain": MUSIC,
        "features": features_version(),
        "taste": taste_to_dict(taste),
    }
    return TasteText(taste.count, json.dumps(plain, allow_nan=False) + "\n")


@operation("taste.import")
def import_taste(request: ImportTasteRequest, studio: Studio) -> TasteReport:
    """Have somebody's taste be that of a text, from now on."""
    who = who_of(request, studio)
    taste = _read(request.text)
    has_said = studio.feedback.feedback(Wanted(who.person, who.project, MUSIC), most=1)
    if not request.force and (has_said or _known(who, studio).count):
        raise OutputExistsError(
            f"{who.person} has a taste in {who.project} already; use --force to replace it"
        )
    studio.tastes.bring(who, taste)
    return _report(who, _known(who, studio))


def _read(text: str) -> Taste:
    """Read a taste that comes from who knows where."""
    from bridge.feedback.strict import read_object
    from bridge.music.taste_features import NAMES
    from bridge.preference.memory import taste_from_dict

    try:
        plain = read_object(text.encode("utf-8"), most_bytes=MOST_BYTES)
        if plain.get("kind") != KIND or plain.get("domain") != MUSIC:
            raise FileFormatError("it says that it is no taste in music")
        taste = taste_from_dict(plain.get("taste"))  # type: ignore[arg-type]
    except (RequestError, FileFormatError, UnicodeEncodeError) as error:
        raise FileFormatError(f"the text is no taste: {error}") from error
    if taste.names != NAMES:
        raise FileFormatError("the taste was learned of other features; import the ratings instead")
    return taste


def _known(who: Who, studio: Studio) -> Taste:
    """Give somebody's taste; of very much that was said, tell how much is learned."""
    return studio.tastes.know(who, progress=studio.progress)


def _report(who: Who, taste: Taste) -> TasteReport:
    """Say what is known of a taste."""
    from bridge.music.taste_features import FEATURES
    from bridge.preference.opinions import opinions

    found = opinions(taste, {feature.name: feature.more for feature in FEATURES})
    lines = tuple(_line(opinion) for opinion in found)
    return TasteReport(who.person, who.project, taste.count, _in_words(lines), lines)


def _line(opinion: Opinion) -> OpinionLine:
    return OpinionLine(
        opinion.name,
        opinion.verdict.value,
        opinion.words,
        round(opinion.strength, 4),
        round(opinion.likelihood, 4),
        None if opinion.ideal is None else round(opinion.ideal, 4),
    )


def _in_words(lines: tuple[OpinionLine, ...]) -> str:
    """Say in a line what is known: a group for each verdict, the strongest first in each."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        what = line.words.removeprefix("likes some ").removesuffix(", not too much")
        what = what.removeprefix(f"{line.verdict} ")
        groups.setdefault(line.verdict, []).append(what)
    return "; ".join(_group(verdict, names) for verdict, names in groups.items())


def _group(verdict: str, names: list[str]) -> str:
    start, _, end = verdict.partition(", ")
    more = len(names) - _MOST_NAMED
    named = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{start} {named}" + (f", {end}" if end else "")
