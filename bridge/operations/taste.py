"""What one may ask about a person's taste: the room `taste`.

A taste follows from all that somebody said, see `bridge.feedback.tastes`. What computes is imported
where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bridge.errors import FileFormatError, OutputExistsError, RequestError
from bridge.operations.feedback import who_of
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.rating import CHARACTER, FILM, MUSIC, Wanted, Who

if TYPE_CHECKING:
    from bridge.feedback.tastes import Tastes
    from bridge.film.learning.taste_learning import FilmTaste
    from bridge.preference.opinions import Opinion
    from bridge.preference.taste import Taste

Domain = Literal["music", "film", "character"]
"""What a taste is about: melodies, cuts, or people who are made up."""

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
    domain: Domain = MUSIC
    """In what: `music`, `film` or `character`."""


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """What somebody thinks of one feature of music, of cuts, or of characters."""

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
    """Where it is best, in standard deviations from what is typical; None: not in the middle."""


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
    domain: Domain = MUSIC
    """What it is about."""
    habits: tuple[str, ...] = ()
    """Of cuts: how they cut, each habit a line."""


@dataclass(frozen=True, slots=True)
class ForgetTasteRequest:
    """Ask that somebody's taste begin anew."""

    person: str | None = None
    """Whose; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""
    and_ratings: bool = False
    """Delete their ratings too; else they are kept, and no longer count."""
    domain: Domain = MUSIC
    """In what: `music`, `film` or `character`."""


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
    domain: Domain = MUSIC
    """In what: `music`, `film` or `character`."""


@dataclass(frozen=True, slots=True)
class TasteText:
    """A taste as text."""

    answers: int
    """Ratings and preferences that it was learned from."""
    text: str
    """JSON; it names every answer, by features, and holds nothing that was judged."""


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
    domain: Domain = MUSIC
    """In what: `music`, `film` or `character`."""


@operation("taste.show")
def show_taste(request: ShowTasteRequest, studio: Studio) -> TasteReport:
    """Say what somebody likes, what they dislike, and what is not known yet."""
    return _report(who_of(request, studio), request.domain, studio)


@operation("taste.forget")
def forget_taste(request: ForgetTasteRequest, studio: Studio) -> TasteForgotten:
    """Begin somebody's taste anew: nothing that they said until now counts any more."""
    who = who_of(request, studio)
    answers = _known(who, request.domain, studio)[0].count
    deleted = 0
    if request.and_ratings:
        deleted = studio.feedback.delete(who, request.domain)
    elif request.domain == FILM:
        studio.film_tastes.forget(who)
    else:
        _tastes(request.domain, studio).forget(who)
    return TasteForgotten(who.person, who.project, answers, deleted)


@operation("taste.export")
def export_taste(request: ExportTasteRequest, studio: Studio) -> TasteText:
    """Give somebody's taste as text; it names answers by features, and holds nothing judged."""
    from bridge.preference.memory import taste_to_dict

    taste, cuts = _known(who_of(request, studio), request.domain, studio)
    plain: dict[str, Any] = {
        "kind": KIND,
        "domain": request.domain,
        "features": _features(request.domain).version(studio),
        "taste": taste_to_dict(taste),
    }
    if cuts is not None:
        plain["habits"] = to_plain(cuts.habits_so_far)
    return TasteText(taste.count, json.dumps(plain, allow_nan=False) + "\n")


@operation("taste.import")
def import_taste(request: ImportTasteRequest, studio: Studio) -> TasteReport:
    """Have somebody's taste be that of a text, from now on."""
    who, domain = who_of(request, studio), request.domain
    plain, taste = _read(request.text, domain)
    has_said = studio.feedback.feedback(Wanted(who.person, who.project, domain), most=1)
    if not request.force and (has_said or _known(who, domain, studio)[0].count):
        raise OutputExistsError(
            f"{who.person} has a taste in {who.project} already; use --force to replace it"
        )
    if domain == FILM:
        studio.film_tastes.bring(who, _with_habits(taste, plain))
    else:
        _tastes(domain, studio).bring(who, taste)
    return _report(who, domain, studio)


@dataclass(frozen=True, slots=True)
class _Features:
    """What tastes of a domain are about."""

    version: Callable[[Studio], str]
    """Names what is measured; for characters that depends on the model that is installed."""
    names: tuple[str, ...]
    words: dict[str, str]


def _features(domain: Domain) -> _Features:
    if domain == CHARACTER:
        from bridge.animation.taste_features import NAMES, WORDS

        return _Features(lambda studio: studio.character_tastes.version, NAMES, dict(WORDS))
    if domain == FILM:
        from bridge.film.learning import taste_features as film
        from bridge.film.learning.taste_learning import features_version as film_version

        words = {feature.name: feature.more for feature in film.FEATURES}
        return _Features(lambda _: film_version(), film.NAMES, words)
    from bridge.music import taste_features as music
    from bridge.music.taste_learning import features_version

    words = {feature.name: feature.more for feature in music.FEATURES}
    return _Features(lambda _: features_version(), music.NAMES, words)


def _tastes(domain: Domain, studio: Studio) -> Tastes[Taste]:
    """Give the tastes of all people in a domain that has no habits."""
    return studio.character_tastes if domain == CHARACTER else studio.tastes


def _read(text: str, domain: Domain) -> tuple[dict[str, Any], Taste]:
    """Read a taste that comes from who knows where."""
    from bridge.feedback.strict import read_object
    from bridge.preference.memory import taste_from_dict

    try:
        plain = read_object(text.encode("utf-8"), most_bytes=MOST_BYTES)
        if plain.get("kind") != KIND or plain.get("domain") != domain:
            raise FileFormatError(f"it says that it is no taste in {domain}")
        taste = taste_from_dict(plain.get("taste"))  # type: ignore[arg-type]
    except (RequestError, FileFormatError, UnicodeEncodeError) as error:
        raise FileFormatError(f"the text is no taste: {error}") from error
    if taste.names != _features(domain).names:
        raise FileFormatError("the taste was learned of other features; import the ratings instead")
    return plain, taste


def _with_habits(taste: Taste, plain: dict[str, Any]) -> FilmTaste:
    """Give a taste in cuts with the habits that a text tells."""
    from bridge.film.learning.habits import HabitsSoFar
    from bridge.film.learning.taste_learning import FilmTaste

    try:
        return FilmTaste(taste, from_plain(HabitsSoFar, plain.get("habits")))
    except RequestError as error:
        raise FileFormatError(f"the text is no taste: {error}") from error


def _known(who: Who, domain: Domain, studio: Studio) -> tuple[Taste, FilmTaste | None]:
    """Give somebody's taste, of cuts with their habits; of very much, tell how much is learned."""
    if domain == FILM:
        cuts = studio.film_tastes.know(who, progress=studio.progress)
        return cuts.taste, cuts
    return _tastes(domain, studio).know(who, progress=studio.progress), None


def _report(who: Who, domain: Domain, studio: Studio) -> TasteReport:
    """Say what is known of a taste."""
    from bridge.preference.opinions import opinions

    taste, cuts = _known(who, domain, studio)
    lines = tuple(_line(opinion) for opinion in opinions(taste, _features(domain).words))
    habits: tuple[str, ...] = ()
    if cuts is not None:
        from bridge.film.learning.words import habit_words

        habits = habit_words(cuts.habits)
    words = _in_words(lines)
    return TasteReport(who.person, who.project, taste.count, words, lines, domain, habits)


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
