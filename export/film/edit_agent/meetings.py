"""Let Segue propose cuts to simulated editors, and learn from what they hand back.

All that `segue film learn` does is done: the proposal is written as a timeline, the editor's cut by
another program's form of file, both are read, matched and compared, the answers go into a store of
feedback, and the next cut follows the habits and the taste that follow from the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import numpy as np

from bridge.feedback.film_learner import FilmLearner, keep_lesson
from bridge.feedback.store import FeedbackStore
from bridge.feedback.tastes import Tastes
from bridge.files.timelines.building import build
from bridge.files.timelines.cutting import Setting, lay_cut
from bridge.files.timelines.names import base_name
from bridge.files.timelines.reading import Opened, open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.film.cutting.brief import CutWish, brief_of
from bridge.film.cutting.planning.beam import beam
from bridge.film.cutting.proposing import propose
from bridge.film.cutting.shoot import gather
from bridge.film.cutting.tables import Running, Tables
from bridge.film.learning.lesson import answers, lesson_of
from bridge.film.learning.taste_learning import FilmTaste, shot_taste
from bridge.schema.cutting import Cut
from bridge.schema.footage import WatchedFilm
from bridge.schema.layout import Layout
from bridge.schema.rating import FILM, Who
from bridge.schema.shots import FilmAnalysis
from bridge.schema.timelines import Host
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.editors import KINDS, Footage, Kind, editor, kept_share
from export.film.edit_agent.shoots import ShootKind, draw_shoot

PROJECTS: Final = 10
"""So many projects each editor works on."""
WHO: Final = Who("editor", "meeting")
"""In the store of one meeting there is nobody else."""
_FORMS: Final[tuple[tuple[str, Host], ...]] = (
    ("otio", "resolve"),
    ("xml", "premiere"),
    ("edl", "avid"),
    ("fcpxml", "fcpx"),
)
"""What editors hand back, one after the other."""
_SHOTS: Final = 60
_SECONDS: Final = 45.0
_WIDTH: Final = 3
_WAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """How well a proposal suits an editor, after some projects."""

    kept: float
    """Share of its pieces that their style leaves as they are."""
    style: float
    """What their style is about, as the proposal has it."""
    wished: float
    """The same, as they would have it."""


class NarrowSearch:
    """Plans by a narrow beam, as many cuts are planned here."""

    def plan(self, tables: Tables, *, seed: int) -> Running:
        """Give the cut that a narrow beam finds; chance has no part in it."""
        del seed
        return beam(tables, width=_WIDTH, ways=_WAYS)


def meeting(
    kind: Kind, seed: int, descriptors: Sequence[Descriptor], folder: Path, *, learns: bool
) -> list[Moment]:
    """Let one editor get proposals, and hand cuts back.

    Args:
        kind: of the editor.
        seed: says who it is, and what the footage is.
        descriptors: real shots that footage is made up of.
        folder: for timelines and the store; made for this meeting.
        learns: Segue learns from what is handed back; else every proposal is the first.

    Returns:
        How well the proposals suit, after 0, 1, .. `PROJECTS` projects.
    """
    person = editor(kind, seed)
    store = FeedbackStore(folder / "ratings.sqlite")
    tastes = Tastes(store, FilmLearner(), FILM)
    moments = []
    for project in range(PROJECTS + 1):
        rng = np.random.default_rng([KINDS.index(kind), seed, project])
        films = draw_shoot(descriptors, rng, shots=_SHOTS, kind=cast("ShootKind", kind.shoot))
        footage = Footage.of(films)
        known = tastes.know(WHO)
        cut = proposed(films, known)
        wished = person.wished(cut, footage, project=project)
        moments.append(
            Moment(
                kept_share(cut, wished), kind.measure(cut, footage), kind.measure(wished, footage)
            )
        )
        if learns and project < PROJECTS:
            final = person.edited(cut, footage, project=project, rng=rng)
            told = _handed_back(cut, final, films, folder / str(project))
            lesson = lesson_of(told.was, told.now, told.films, known.habits)
            keep_lesson(store, answers(lesson, WHO, "export"))
    store.close()
    return moments


def proposed(films: Sequence[WatchedFilm], known: FilmTaste) -> Cut:
    """Propose a cut that follows what is known of somebody."""
    shoot = gather(films)
    wish = CutWish(_SECONDS, "documentary", habits=known.habits, taste=shot_taste(known))
    brief = brief_of(shoot, wish)
    (cut,) = propose(shoot, brief, NarrowSearch(), versions=1)
    return cut


@dataclass(frozen=True, slots=True)
class _HandedBack:
    """Two timelines, as they were read."""

    was: Layout
    now: Layout
    films: dict[str, FilmAnalysis]


def _handed_back(cut: Cut, final: Cut, films: Sequence[WatchedFilm], folder: Path) -> _HandedBack:
    """Write a cut and what was made of it as timelines, and read them."""
    folder.mkdir()
    form, host = _FORMS[int(folder.name) % len(_FORMS)]
    was = open_timeline(_written(cut, films, folder / "cut.otio", "portable")).layout
    path = _written(final, films, folder / f"final.{form}", host)
    rate = float(was.rate) if form == "edl" else None
    analyses = {film.path.name: film.analysis for film in films}
    urls = {piece.medium.url for lane in was.lanes for piece in lane.pieces}
    seen = {url: analyses[base_name(url)] for url in urls}
    return _HandedBack(was, open_timeline(path, rate=rate).layout, seen)


def _written(cut: Cut, films: Sequence[WatchedFilm], path: Path, host: Host) -> Path:
    """Write a cut as a program would: without what Segue tells itself in it."""
    laid = lay_cut(cut, Setting(name=path.stem, host=host, films=films, told={}))
    layout = _bare(laid.layout)
    opened = Opened(path.parent / "made", "OpenTimelineIO", build(layout), layout)
    write_timeline(opened, Wish(path, host))
    return path


def _bare(layout: Layout) -> Layout:
    """Leave markers and links out, which programs lose."""
    lanes = tuple(
        replace(
            lane,
            pieces=tuple(replace(piece, marks=(), link="", comments=()) for piece in lane.pieces),
        )
        for lane in layout.lanes
    )
    return replace(layout, lanes=lanes, bins=())
