"""Learn overnight from what somebody said: what `segue train melody-agent --from-feedback` runs.

    python -m export.music.melody_agent.from_feedback --models MODELS --own FOLDER \
        --ratings ratings.sqlite --person me --project default --minutes 30

Writes a line of JSON for each piece of news: `{"progress": [done, total, what]}`, and at the end
`{"report": ..}`, or `{"error": .., "kind": ..}` with the name of one of `bridge.errors`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import NotFoundError, RequestError, SegueError
from bridge.feedback.store import FeedbackStore
from bridge.files.model_versions import ModelVersions
from bridge.music.composer import AGENT_NAME
from bridge.music.melody_prior import MODEL_NAME
from bridge.runtime.card import Card, Training
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from bridge.schema.rating import Who
from bridge.schema.training import Figure, TrainingReport
from export.music.melody_agent.lessons import Heard, Lessons, foretold, lessons_of, split
from export.music.melody_agent.night import Night, NightSettings, Standing, learned, standing_of
from export.music.melody_agent.weights import network_of
from export.music.melody_prior.data import Stretches, laid_end_to_end
from export.music.melody_prior.ship import graph_sources
from export.networks.melody_network import MelodyPriorNetwork
from export.ship import overnight

LEAST: Final = 20
"""Independent comparisons without which nobody could tell a taste from luck."""
LEAST_DISTINCT: Final = 0.9
"""Share of the variety before that must be left."""
MOST_REWARD_LOST: Final = 0.03
"""Of all rules together, 0..1."""
_EXAMPLES: Final = 4


@dataclass(frozen=True)
class Wanted:
    """What is to be learned, and where things lie."""

    models: Path
    """Folder of the models that came with Segue."""
    own: Path
    """Folder of the models that were trained here."""
    ratings: Path
    """The store of feedback."""
    who: Who
    """Whose feedback."""
    dry_run: bool = False
    """Only say what there is to learn from."""
    night: NightSettings = field(default_factory=NightSettings)


@dataclass(frozen=True)
class _Study:
    """What was found before any training."""

    wanted: Wanted
    parent: Model
    lessons: Lessons
    parts: tuple[Lessons, Lessons]
    """What is learned from, and what is judged by."""
    predicted: float
    luck: float


def learn(
    wanted: Wanted, progress: overnight.Progress = lambda done, total, what: None
) -> TrainingReport:
    """Learn from somebody's feedback, and put what comes of it in use if it is better.

    Args:
        wanted: what is to be learned; nothing in its folders changes unless it is better.
        progress: is told how far it is.

    Raises:
        RequestError: there is too little to learn from; the message says how much more it takes.
        NotFoundError: no model is there to begin with.
        ModelError: the model that is there cannot be trained.
        StorageError: the feedback cannot be read, or the new version not be written.
    """
    study = _studied(wanted)
    if study.luck > overnight.LUCK:
        return _report(study, reason=_too_like_luck(study))
    if wanted.dry_run:
        return _report(study, reason="there is enough to learn from; nothing was trained")
    parent = network_of(study.parent)
    before = _in_use(wanted, parent)
    night = learned(parent, study.parts, wanted.night, progress)
    seed = wanted.night.seed
    was = standing_of(before, parent, study.parts, seed=seed)
    now = standing_of(night.network, parent, study.parts, seed=seed)
    figures = figures_of(was, now)
    reason = why_not(was, now, wanted.night.kl_bound)
    done = replace(
        _report(study, reason=reason),
        figures=figures,
        updates=night.updates,
        seconds=round(night.seconds, 1),
    )
    if reason:
        return done
    examples = stretches(list(study.lessons.heard.values()))
    sources = graph_sources(night.network, examples)
    number = overnight.kept(wanted.own, _card(study, night, figures), sources)
    return replace(done, own_number=number)


def _studied(wanted: Wanted) -> _Study:
    """Look at what there is to learn from, and whether it is more than luck."""
    parent = _parent(wanted.models)
    if not wanted.ratings.is_file():
        raise RequestError(_too_few(0, wanted.who))
    store = FeedbackStore(wanted.ratings)
    try:
        lessons = lessons_of(store, wanted.who)
    finally:
        store.close()
    if lessons.count < LEAST:
        raise RequestError(_too_few(lessons.count, wanted.who))
    rng = np.random.default_rng(wanted.night.seed)
    predicted, luck = foretold(lessons, rng)
    return _Study(wanted, parent, lessons, split(lessons, rng), predicted, luck)


def _parent(models: Path) -> Model:
    """Give what came with Segue to begin with: the agent, or the prior where there is none."""
    registry = Registry(models)
    for name in (AGENT_NAME, MODEL_NAME):
        if name in registry.names():
            return registry.model(name)
    raise NotFoundError(
        f"learning begins with the model {AGENT_NAME} or {MODEL_NAME}, and neither is in {models};"
        " reinstall Segue, or name a folder that has one with --models"
    )


def _in_use(wanted: Wanted, parent: MelodyPriorNetwork) -> MelodyPriorNetwork:
    """Give what is in use now: a version of an earlier night, if it is sound, or the parent."""
    registry = Registry(wanted.models, ModelVersions(wanted.own))
    if AGENT_NAME not in registry.names():
        return parent
    try:
        if registry.standing(AGENT_NAME).own_number is None:
            return parent
        network = network_of(registry.model(AGENT_NAME))
    except SegueError:
        return parent
    return network if network.settings == parent.settings else parent


def _too_few(count: int, who: Who) -> str:
    more = LEAST - count
    return (
        f"{who.person} said too little for {who.project} to learn from: {count} comparisons that "
        f"are independent, {more} more are needed; choose among candidates, send edited clips back,"
        " or rate: a thumb up and a thumb down on what was asked for alike make one"
    )


def _too_like_luck(study: _Study) -> str:
    return (
        f"what was said cannot be told from chance yet: a taste foretells {study.predicted:.0%} of "
        f"{study.lessons.count} comparisons that it did not learn from, as luck would in "
        f"{study.luck:.0%} of cases; say more, and it may be"
    )


def why_not(was: Standing, now: Standing, kl_bound: float) -> str:
    """Say why what was trained is not to be used; empty: it is better.

    Args:
        was: what is in use.
        now: what was trained.
        kl_bound: nats an event by which it may differ from its parent.
    """
    gain = now.worth.surely - was.worth.surely
    error = float(gain.std() / np.sqrt(len(gain)))
    if now.agreed <= 0.5:
        return "it foretells what was kept apart no better than chance"
    if float(gain.mean()) <= 2.0 * error:
        return "what it writes is not liked more than before, beyond doubt"
    if now.nats > kl_bound:
        return f"it moved {now.nats:.3f} nats an event, {kl_bound:g} are allowed"
    if now.distinct < LEAST_DISTINCT * was.distinct:
        return "what it writes became too much alike"
    if float((now.worth.reward - was.worth.reward).mean()) < -MOST_REWARD_LOST:
        return "what it writes breaks more rules than before"
    return ""


def figures_of(was: Standing, now: Standing) -> tuple[Figure, ...]:
    """Give what was measured before and after."""
    fresh = f"{len(now.worth.reward)} melodies to wishes that nobody learned from"

    def both(name: str, measure: Callable[[Standing], float], how: str) -> Figure:
        return Figure(name, round(measure(was), 4), round(measure(now), 4), how)

    return (
        both("agreement kept apart", lambda s: s.agreed,
             "share of comparisons kept apart whose better melody it finds likelier than the model "
             "it began with does, beside the worse one"),
        both("liked", lambda s: float(s.worth.liked.mean()),
             f"mean log odds by the taste that it learned from, {fresh}"),
        both("liked, cautiously", lambda s: float(s.worth.surely.mean()),
             "the same less one standard deviation each"),
        both("liked, by what was kept apart", lambda s: float(s.foreign.liked.mean()),
             "mean log odds by a taste of what was kept apart alone"),
        both("reward", lambda s: float(s.worth.reward.mean()),
             f"mean of all rules together, 0..1, {fresh}"),
        both("nats an event", lambda s: s.nats,
             f"by which it differs from the model it began with, {fresh}"),
        both("distinct 4-grams", lambda s: s.distinct,
             f"share of different ones among runs of four steps, {fresh}"),
    )  # fmt: skip


def stretches(heard: Sequence[Heard]) -> Stretches:
    """Lay a few melodies end to end, as examples of what goes into the graphs."""
    longest = sorted(heard, key=lambda melody: -len(melody.events))[:_EXAMPLES]
    longest = (longest * _EXAMPLES)[:_EXAMPLES]
    melodies = [(melody.goals, melody.events) for melody in longest]
    return laid_end_to_end(melodies, ["feedback"] * len(longest))


def _card(study: _Study, night: Night, figures: Sequence[Figure]) -> Card:
    """Say what the new version is."""
    wanted, lessons = study.wanted, study.lessons
    how = overnight.Night(
        training=Training(
            command="segue train melody-agent --from-feedback "
            f"--minutes {wanted.night.minutes:g} --seed {wanted.night.seed}",
            seed=wanted.night.seed,
            steps=night.updates,
        ),
        said=f"{len(lessons.said)} answers, {lessons.count} independent comparisons",
        limits=(
            "It was moved towards one person's taste, as far as their answers tell it; for others "
            "it may be worse than the model that it began with.",
            f"It was held within {wanted.night.kl_bound:g} nats an event of that model.",
        ),
        figures=figures,
    )
    return overnight.trained_here(study.parent, AGENT_NAME, "Melody agent, trained here", how)


def _report(study: _Study, *, reason: str) -> TrainingReport:
    who, card = study.wanted.who, study.parent.card
    return TrainingReport(
        model=AGENT_NAME,
        person=who.person,
        project=who.project,
        answers=len(study.lessons.said),
        comparisons=study.lessons.count,
        held_out=study.parts[1].count,
        predicted=round(study.predicted, 4),
        own_number=None,
        reason=reason,
        parent=f"{card.name} {card.version}",
        parent_sha256=overnight.card_sha256(study.parent),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, and say line by line how it goes; exit 1 where it failed."""
    usual = NightSettings()
    parser = overnight.door(
        __doc__, ("models", "own", "ratings"), minutes=usual.minutes, seed=usual.seed
    )
    asked = parser.parse_args(arguments)

    def learned_from(progress: overnight.Progress) -> TrainingReport:
        wanted = Wanted(
            models=asked.models,
            own=asked.own,
            ratings=asked.ratings,
            who=Who(asked.person, asked.project),
            dry_run=asked.dry_run,
            night=NightSettings(minutes=asked.minutes, seed=asked.seed),
        )
        return learn(wanted, progress)

    return overnight.told(learned_from)


if __name__ == "__main__":
    sys.exit(main())
