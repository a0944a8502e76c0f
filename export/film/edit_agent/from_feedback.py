"""Learn overnight from an editor's changes: what `segue train edit-agent --from-feedback` runs.

    python -m export.film.edit_agent.from_feedback --models MODELS --own FOLDER \
        --ratings ratings.sqlite --analyses FOLDER --person me --project default --minutes 30

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

from bridge.errors import FileFormatError, NotFoundError, RequestError, SegueError
from bridge.feedback.store import FeedbackStore
from bridge.files.analyses import read_analysis
from bridge.files.model_versions import ModelVersions
from bridge.film.cutting.policy import MODEL_NAME
from bridge.preference.beliefs import RealArray
from bridge.runtime.card import Card, Training
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from bridge.schema.rating import Who
from bridge.schema.training import Figure, TrainingReport
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.edits import Lessons, foretold, lessons_of
from export.film.edit_agent.graphs import graph_sources
from export.film.edit_agent.network import EditorNetwork
from export.film.edit_agent.night import (
    Night,
    NightSettings,
    Standing,
    courses_of,
    learned,
    standing_of,
)
from export.film.edit_agent.weights import network_of
from export.ship import overnight

LEAST: Final = 5
"""Cuts without which nobody could tell a taste from luck."""
LEAST_SHOTS: Final = 20
"""Shots that must have been analyzed here, to practise on."""
MOST_SCORE_LOST: Final = 0.02
"""Of all that counts for a cut, 0..1."""


@dataclass(frozen=True)
class Wanted:
    """What is to be learned, and where things lie."""

    models: Path
    """Folder of the models that came with Segue."""
    own: Path
    """Folder of the models that were trained here."""
    ratings: Path
    """The store of feedback."""
    analyses: Path
    """Folder of the analyses of films that were made here."""
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
    descriptors: Sequence[Descriptor]
    predicted: float
    luck: float


def learn(
    wanted: Wanted, progress: overnight.Progress = lambda done, total, what: None
) -> TrainingReport:
    """Learn from an editor's changes, and put what comes of it in use if it is better.

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
    tastes = study.parts[0].taste(), study.parts[1].taste()
    rng = np.random.default_rng((wanted.night.seed, 2))
    courses = courses_of(study.descriptors, tastes[0], rng, wanted.night.judged, wanted.night)
    night = learned(parent, study.descriptors, tastes[0], wanted.night, progress)
    was = standing_of(_in_use(wanted, parent), parent, courses, tastes)
    now = standing_of(night.network, parent, courses, tastes)
    figures, reason = figures_of(was, now), why_not(was, now, wanted.night.kl_bound)
    done = replace(
        _report(study, reason=reason),
        figures=figures,
        updates=night.updates,
        seconds=round(night.seconds, 1),
    )
    if reason:
        return done
    new = _card(study, night, figures)
    number = overnight.kept(wanted.own, new, graph_sources(night.network))
    return replace(done, own_number=number)


def why_not(was: Standing, now: Standing, kl_bound: float) -> str:
    """Say why what was trained is not to be used; empty: it is better.

    Args:
        was: what is in use.
        now: what was trained.
        kl_bound: nats a choice by which it may differ from what shipped.
    """
    gain, error = _gain(now.liked - was.liked)
    apart, doubt = _gain(now.foreign - was.foreign)
    if gain <= 2.0 * error:
        return "what it cuts is not liked more than before, beyond doubt"
    if apart < -2.0 * doubt:
        return "what it cuts is liked less by what was kept apart"
    if now.nats > kl_bound:
        return f"it moved {now.nats:.3f} nats a choice, {kl_bound:g} are allowed"
    if float((now.score - was.score).mean()) < -MOST_SCORE_LOST:
        return "what it cuts is worse by all else that counts"
    return ""


def figures_of(was: Standing, now: Standing) -> tuple[Figure, ...]:
    """Give what was measured before and after."""
    fresh = f"{len(now.score)} shoots of shots that were analyzed here, drawn anew"

    def both(name: str, measure: Callable[[Standing], float], how: str) -> Figure:
        return Figure(name, round(measure(was), 4), round(measure(now), 4), how)

    return (
        both("liked", lambda s: float(s.liked.mean()),
             f"mean log odds by the taste that it learned from, {fresh}"),
        both("liked, by what was kept apart", lambda s: float(s.foreign.mean()),
             f"mean log odds by a taste of what was kept apart alone, {fresh}"),
        both("score", lambda s: float(s.score.mean()),
             f"mean of all that counts for a cut, 0..1, {fresh}"),
        both("nats a choice", lambda s: s.nats,
             f"by which it differs from the model that came with Segue, {fresh}"),
    )  # fmt: skip


def _gain(values: RealArray) -> tuple[float, float]:
    return float(values.mean()), float(values.std() / np.sqrt(len(values)))


def _studied(wanted: Wanted) -> _Study:
    """Look at what there is to learn from, and whether it is more than luck."""
    registry = Registry(wanted.models)
    if MODEL_NAME not in registry.names():
        raise NotFoundError(
            f"learning begins with the model {MODEL_NAME}, and it is not in {wanted.models};"
            " reinstall Segue, or name a folder that has it with --models"
        )
    lessons = _lessons(wanted)
    if len(lessons.said) < LEAST:
        raise RequestError(_too_few(len(lessons.said), wanted.who))
    descriptors = own_descriptors(wanted.analyses)
    if len(descriptors) < LEAST_SHOTS:
        raise RequestError(
            f"{len(descriptors)} shots were analyzed here, and it takes {LEAST_SHOTS} to practise"
            " on; `segue film analyze` watches your footage"
        )
    predicted, luck = foretold(lessons)
    parent = registry.model(MODEL_NAME)
    return _Study(wanted, parent, lessons, lessons.split(), descriptors, predicted, luck)


def own_descriptors(analyses: Path) -> list[Descriptor]:
    """Give the shots of all films that were analyzed here."""
    found = []
    for path in sorted(analyses.glob("*/*.json")):
        try:
            film = read_analysis(path)
        except FileFormatError:  # of another version
            continue
        rate = film.media.frame_rate
        found += [
            Descriptor(film.media.name, "train", shot.frame_count / rate, shot)
            for shot in film.shots
        ]
    return found


def _lessons(wanted: Wanted) -> Lessons:
    if not wanted.ratings.is_file():
        return Lessons(())
    store = FeedbackStore(wanted.ratings)
    try:
        return lessons_of(store, wanted.who)
    finally:
        store.close()


def _in_use(wanted: Wanted, parent: EditorNetwork) -> EditorNetwork:
    """Give what is in use now: a version of an earlier night, if it is sound, or the parent."""
    registry = Registry(wanted.models, ModelVersions(wanted.own))
    try:
        if registry.standing(MODEL_NAME).own_number is None:
            return parent
        return network_of(registry.model(MODEL_NAME))
    except SegueError:
        return parent


def _too_few(count: int, who: Who) -> str:
    return (
        f"{who.person} sent back too few cuts of {who.project} to learn from: {count}, "
        f"{LEAST - count} more are needed; `segue film learn cut.otio final.otio` takes one"
    )


def _too_like_luck(study: _Study) -> str:
    return (
        f"what was changed cannot be told from chance yet: a taste foretells {study.predicted:.0%} "
        f"of what other cuts say, as luck would in {study.luck:.0%} of cases; send more cuts back"
    )


def _card(study: _Study, night: Night, figures: Sequence[Figure]) -> Card:
    """Say what the new version is."""
    wanted, lessons = study.wanted, study.lessons
    title = f"{study.parent.card.title.removesuffix(', trained here')}, trained here"
    how = overnight.Night(
        training=Training(
            command="segue train edit-agent --from-feedback "
            f"--minutes {wanted.night.minutes:g} --seed {wanted.night.seed}",
            seed=wanted.night.seed,
            steps=night.updates,
        ),
        said=f"{lessons.answers} answers of {len(lessons.said)} cuts, and "
        f"{len(study.descriptors)} shots that were analyzed here",
        limits=(
            "It was moved towards one person's taste, as far as their changes tell it; for others "
            "it may be worse than the model that it began with.",
            f"It was held within {wanted.night.kl_bound:g} nats a choice of that model.",
        ),
        figures=figures,
    )
    return overnight.trained_here(study.parent, MODEL_NAME, title, how)


def _report(study: _Study, *, reason: str) -> TrainingReport:
    who, card = study.wanted.who, study.parent.card
    return TrainingReport(
        model=MODEL_NAME,
        person=who.person,
        project=who.project,
        answers=study.lessons.answers,
        comparisons=len(study.lessons.said),
        held_out=len(study.parts[1].said),
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
        __doc__, ("models", "own", "ratings", "analyses"), minutes=usual.minutes, seed=usual.seed
    )
    asked = parser.parse_args(arguments)

    def learned_from(progress: overnight.Progress) -> TrainingReport:
        wanted = Wanted(
            models=asked.models,
            own=asked.own,
            ratings=asked.ratings,
            analyses=asked.analyses,
            who=Who(asked.person, asked.project),
            dry_run=asked.dry_run,
            night=NightSettings(minutes=asked.minutes, seed=asked.seed),
        )
        return learn(wanted, progress)

    return overnight.told(learned_from)


if __name__ == "__main__":
    sys.exit(main())
