"""What one may ask of characters: the room `character`.

What computes is imported where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError, check_range
from bridge.operations.feedback import who_of
from bridge.operations.music import MOST_SEEDS
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.character import (
    Amount,
    BoneTurn,
    Change,
    Character,
    CharacterControls,
    Measures,
    Wish,
    check_once,
    check_word,
)

if TYPE_CHECKING:
    import numpy as np

    from bridge.animation.maker import CharacterMaker
    from bridge.preference.taste import Taste
    from bridge.schema.arrays import FloatArray

MOST_PEOPLE: Final = 24
"""No more people are drawn, or stand on the way from one to another."""
_MOST_ASKED: Final = 128
_CANDIDATES: Final = 16
"""So many are drawn for each who is to be to somebody's taste."""


@dataclass(frozen=True, slots=True)
class SamplePeopleRequest:
    """Ask for new people."""

    count: int = 1
    """How many, 1..24."""
    seed: int = 0
    """The same seed gives the same people; 0..2**63 - 1."""
    wishes: tuple[Wish, ...] = ()
    """What they shall come to, such as `height` 182 and `age` 40."""
    stylised: float = 0.0
    """0 as people are .. 1 as cartoons and creatures are."""
    variety: float = 1.0
    """0 all alike .. 1 as different as people are .. 2 more so."""
    symmetric: bool = True
    """Both sides exactly alike."""
    to_taste: bool = False
    """Choose each of several, as the person likes it."""
    around: Character | None = None
    """Only people near this one; None: anybody."""
    reach: float = 0.3
    """With `around`, how far from them: 0 no further .. 1 anybody."""
    locks: tuple[str, ...] = ()
    """With `around`, sliders that stay as they have them, such as `age` and `nose_hump`."""
    person: str | None = None
    """Whose taste; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""

    def __post_init__(self) -> None:
        check_range("count", self.count, 1, MOST_PEOPLE)
        check_range("seed", self.seed, 0, MOST_SEEDS - 1)
        for name, most in (("stylised", 1.0), ("variety", 2.0), ("reach", 1.0)):
            check_range(name, getattr(self, name), 0.0, most)
        _check_names(self.locks, self.wishes)


@dataclass(frozen=True, slots=True)
class BlendRequest:
    """Ask for somebody between two, or for a walk from one to the other."""

    first: Character
    """Who it begins with."""
    second: Character
    """Who it ends with."""
    share: float = 0.5
    """How much of the second: 0 the first, 1 the second; -0.5..1.5 goes beyond them."""
    steps: int | None = None
    """A walk of so many people, both ends included, 2..24; None: one person, at `share`."""

    def __post_init__(self) -> None:
        check_range("share", self.share, -0.5, 1.5)
        if self.steps is not None:
            check_range("steps", self.steps, 2, MOST_PEOPLE)


@dataclass(frozen=True, slots=True)
class EditRequest:
    """Ask for somebody, changed."""

    character: Character
    """Who."""
    changes: tuple[Change, ...] = ()
    """Sliders, as `character.sliders` lists them."""
    wishes: tuple[Wish, ...] = ()
    """What they shall come to after that, such as `waist` 80."""
    expression: tuple[Amount, ...] | None = None
    """Their face; None: as it is."""
    pose: tuple[BoneTurn, ...] | None = None
    """How they stand; None: as they do."""
    locks: tuple[str, ...] = ()
    """Sliders that stay as they are, such as `age` and `nose_hump`."""

    def __post_init__(self) -> None:
        check_range("the length of changes", len(self.changes), 0, _MOST_ASKED)
        check_once("changes", [change.name for change in self.changes])
        _check_names(self.locks, self.wishes)


@dataclass(frozen=True, slots=True)
class CaricatureRequest:
    """Ask for somebody, exaggerated."""

    character: Character
    """Who."""
    strength: float = 1.5
    """0 the mean person .. 1 as they are .. 3."""

    def __post_init__(self) -> None:
        check_range("strength", self.strength, 0.0, 3.0)


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """Ask what somebody measures."""

    character: Character
    """Who."""


@dataclass(frozen=True, slots=True)
class SlidersRequest:
    """Ask what can be changed and wished."""


@operation("character.sample")
def sample(request: SamplePeopleRequest, studio: Studio) -> tuple[Character, ...]:
    """Draw new people, as wished; near somebody, or to somebody's taste, where asked.

    They are adults, unless an age is wished, or what no adult measures. Where nobody is as it is
    wished they come as near as people do; `character.measure` says how near.
    """
    import numpy as np

    from bridge.animation.maker import identity_numbers
    from bridge.animation.people import Drawing, arrived, begun
    from bridge.animation.shaping import goal_of

    maker = maker_of(studio)
    drawing = Drawing(
        goal_of(request.wishes),
        request.stylised,
        request.variety,
        request.symmetric,
        _known(request.around, maker),
        request.reach,
        request.locks,
    )
    taste = _taste(request, studio) if request.to_taste else None
    like = request.around or Character(identity_numbers(np.zeros(maker.latent, np.float32)))
    found = []
    for place in range(request.count):
        studio.progress(place, request.count, "people")
        rng = np.random.default_rng([request.seed, place])
        drawn = begun(maker, drawing, rng, 1 if taste is None else _CANDIDATES)
        best = 0 if taste is None else _favourite(taste, maker, drawn, rng)
        found.append(
            replace(
                like,
                identity=identity_numbers(arrived(maker, drawing, drawn[best])),
                symmetric=request.symmetric,
                name="",
                model_version=maker.version,
                seed=request.seed,
            )
        )
    return tuple(found)


@operation("character.blend")
def blend(request: BlendRequest, studio: Studio) -> tuple[Character, ...]:
    """Blend two people, or walk from one to the other."""
    import numpy as np

    from bridge.animation.people import blend as blended
    from bridge.animation.people import character_of, faces_between

    maker = maker_of(studio)
    first, second = (sure(one, maker) for one in (request.first, request.second))
    shares = [request.share]
    if request.steps is not None:
        shares = [float(share) for share in np.linspace(0.0, 1.0, request.steps)]
    return tuple(
        replace(
            character_of(maker, identity, like=first),
            expression=faces_between(first, second, share),
            symmetric=first.symmetric and second.symmetric,
            name="",
            seed=None,
        )
        for identity, share in zip(blended(first, second, shares), shares, strict=True)
    )


@operation("character.edit")
def edit(request: EditRequest, studio: Studio) -> Character:
    """Change somebody by sliders, by measures, or in their face and pose.

    Where nobody is as it is wished they come as near as people do; `character.measure` says how
    near.
    """
    from bridge.animation.maker import expression_row, identity_of
    from bridge.animation.people import character_of, locked
    from bridge.animation.posing import turns_of
    from bridge.animation.shaping import come_to, goal_of

    maker = maker_of(studio)
    here = sure(request.character, maker)
    identity = identity_of(here)
    goal = locked(maker, identity, goal_of(request.wishes), request.locks)
    if request.changes:
        steps = {change.name: change.by for change in request.changes}
        identity = maker.edited(identity[None], steps)[0]
    if goal.measures or goal.attributes:
        identity = come_to(maker, identity, replace(goal, symmetric=here.symmetric))
    expression = here.expression if request.expression is None else request.expression
    pose = here.pose if request.pose is None else request.pose
    expression_row(expression)
    turns_of(pose)
    return replace(
        character_of(maker, identity, like=here), expression=expression, pose=pose, seed=None
    )


@operation("character.caricature")
def caricature(request: CaricatureRequest, studio: Studio) -> Character:
    """Exaggerate what makes somebody differ from the mean person, or play it down."""
    from bridge.animation.people import caricature as exaggerated
    from bridge.animation.people import character_of

    maker = maker_of(studio)
    here = sure(request.character, maker)
    return replace(character_of(maker, exaggerated(here, request.strength), like=here), seed=None)


@operation("character.measure")
def measure(request: MeasureRequest, studio: Studio) -> Measures:
    """Measure somebody: height, girths, lengths, weight; and guess their age and build."""
    from bridge.animation.people import measures_of

    maker = maker_of(studio)
    return measures_of(maker, sure(request.character, maker))


@operation("character.sliders")
def sliders(request: SlidersRequest, studio: Studio) -> CharacterControls:
    """Say what can be changed, wished and expressed, by name."""
    from bridge.animation.body.statics import shared_body
    from bridge.animation.landmarks import LANDMARKS
    from bridge.animation.shaping import wish_kinds
    from bridge.animation.sliders import sliders_of

    maker, body = maker_of(studio), shared_body()
    return CharacterControls(
        sliders_of(maker),
        wish_kinds(),
        body.actions,
        body.rig("segue").bones,
        tuple(body.rigs),
        LANDMARKS,
        maker.version,
    )


def maker_of(studio: Studio) -> CharacterMaker:
    """Give the model of characters.

    Raises:
        NotFoundError: it is not installed.
    """
    from bridge.animation.maker import MODEL_NAME, maker_for

    return maker_for(studio.model(MODEL_NAME))


def sure(character: Character, maker: CharacterMaker) -> Character:
    """Refuse somebody whom other weights made: with these they would be somebody else.

    Raises:
        RequestError: they are of another version.
    """
    if character.model_version not in ("", maker.version):
        raise RequestError(
            f"this character was made by version {character.model_version} of the model, here is"
            f" {maker.version}; fit its mesh to get it back: segue character fit FILE"
        )
    return character


def _known(character: Character | None, maker: CharacterMaker) -> Character | None:
    return None if character is None else sure(character, maker)


def _check_names(locks: tuple[str, ...], wishes: tuple[Wish, ...]) -> None:
    """Refuse what nobody can mean by locks and wishes."""
    check_range("the length of wishes", len(wishes), 0, _MOST_ASKED)
    check_range("the length of locks", len(locks), 0, _MOST_ASKED)
    check_once("locks", list(locks))
    for name in locks:
        check_word("locks", name)


def _taste(request: SamplePeopleRequest, studio: Studio) -> Taste:
    """Give whose taste counts.

    Raises:
        RequestError: nothing is known of it yet.
    """
    taste = studio.character_tastes.know(who_of(request, studio))
    if not taste.count:
        who = who_of(request, studio)
        raise RequestError(
            f"nothing is known of {who.person}'s taste in characters yet; rate some first:"
            " segue feedback rate up c.glb"
        )
    return taste


def _favourite(
    taste: Taste, maker: CharacterMaker, drawn: FloatArray, rng: np.random.Generator
) -> int:
    """Say whom somebody may like best, exploring as much as little is known."""
    from bridge.animation.taste_features import features
    from bridge.preference.taste import thompson

    return thompson(taste, features(maker, drawn), rng)
