"""Rough cuts in several versions that differ on purpose, each piece with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from bridge.errors import RequestError, check_range
from bridge.film.cutting.alternates import alternates_of
from bridge.film.cutting.candidates import candidates_of
from bridge.film.cutting.handles import start_with_handles
from bridge.film.cutting.planning.beam import beam
from bridge.film.cutting.planning.revising import revised
from bridge.film.cutting.reasons import reason_of
from bridge.film.cutting.scoring import score_parts
from bridge.film.cutting.sources import source_of
from bridge.film.cutting.tables import JOINT_SECONDS, Running, Tables, tables_of
from bridge.schema.cutting import JOINTS, Cut, CutPiece, Habits

if TYPE_CHECKING:
    from bridge.film.cutting.brief import Brief
    from bridge.film.cutting.shoot import Shoot

MOST_VERSIONS: Final = 3
"""More versions of a cut are not made."""
_WIDEST: Final = 8
_WORK: Final = 600
"""Pieces that a beam plans for each version, over all its cuts; half as many are tried after."""
_JOINT_SHARE: Final = 0.4
_LEAD_LIMIT: Final = (0.1, 1.5)


class Planner(Protocol):
    """Finds a good cut: a trained agent, or a search."""

    def plan(self, tables: Tables, *, seed: int) -> Running:
        """Give a cut; the same seed gives the same one."""


class Search:
    """Plans by beam search over the rules, where no agent is at hand."""

    def plan(self, tables: Tables, *, seed: int) -> Running:
        """Give the cut that a beam finds, narrow for a long cut, revised; chance plays no part."""
        del seed
        pieces = tables.brief.seconds / float(np.median(tables.brief.lengths))
        found = beam(tables, width=int(np.clip(_WORK / pieces, 1, _WIDEST)))
        return revised(tables, found, ways=4, steps=_WORK // 2)


@dataclass(frozen=True, slots=True)
class _Intent:
    """What sets a version apart."""

    label: str
    words: str
    pace: float = 1.0
    tension: float = 0.0
    nearness: float = 0.0
    dissolves: float = 1.0


_INTENTS: Final = (
    _Intent("A", "as asked"),
    _Intent("B", "faster and nearer: shorter pieces, more close-ups", 0.65, 0.12, 0.5, 0.4),
    _Intent("C", "calmer and wider: longer pieces, more room to look", 1.5, -0.12, -0.5, 1.8),
)


def propose(
    shoot: Shoot,
    brief: Brief,
    agent: Planner | None = None,
    *,
    versions: int = MOST_VERSIONS,
    seed: int = 0,
) -> tuple[Cut, ...]:
    """Propose rough cuts.

    Args:
        shoot: the footage.
        brief: what is asked for.
        agent: who plans; None: a beam search.
        versions: how many, 1..3: as asked, faster, calmer.
        seed: of what chance decides.

    Raises:
        RangeError: `versions` is none of 1..3.
        RequestError: nothing of the footage may be shown so.
    """
    check_range("versions", versions, 1, MOST_VERSIONS)
    planner = agent or Search()
    cuts = []
    for intent in _INTENTS[:versions]:
        wanted = _meant(brief, intent)
        tables = tables_of(shoot, wanted, candidates_of(shoot, wanted))
        cuts.append(cut_of(tables, planner.plan(tables, seed=seed), intent.label, intent.words))
    return tuple(cuts)


def meant_habits(habits: Habits, label: str) -> Habits:
    """Say which habits a version looks like that follows some, and is faster or calmer on purpose.

    Args:
        habits: that it follows.
        label: of the version; another than those that are made: as asked.
    """
    intent = next((one for one in _INTENTS if one.label == label), _INTENTS[0])
    place = JOINTS.index("dissolve")
    joints = np.array(habits.joints)
    joints[place] += np.log(intent.dissolves)
    pace = float(np.clip(habits.pace * intent.pace, 0.25, 4.0))
    return replace(habits, pace=pace, joints=tuple(joints.tolist()))


def cut_of(tables: Tables, planned: Running, label: str, intent: str) -> Cut:
    """Give a cut that was planned, with reasons and alternates.

    Raises:
        RequestError: it has no piece.
    """
    if not planned.chosen:
        raise RequestError(
            "no shot may be shown as this cut asks; make it longer, or leave --keep-speech out"
        )
    pieces = tuple(_pieces(tables, planned))
    unmet = "".join(f"; nothing fits `{words}`" for words in tables.brief.unmet)
    return Cut(
        label=label,
        intent=intent + unmet,
        frame_rate=tables.brief.frame_rate,
        pieces=pieces,
        alternates=alternates_of(tables, planned),
        score=score_parts(tables, planned),
        habits_used=tables.brief.habits_used,
    )


def _meant(brief: Brief, intent: _Intent) -> Brief:
    """Bend a brief towards what a version is meant to be."""
    near = np.array([1.0, 1.0, 0.5, 0.0, -0.5, -1.0, -0.5])
    joints = brief.joints * np.array([1.0, intent.dissolves, 1.0, 1.0, 1.0])
    return replace(
        brief,
        lengths=np.clip(brief.lengths * intent.pace, 0.4, 60.0),
        tension=np.clip(brief.tension + intent.tension, 0.0, 1.0),
        scales=np.clip(brief.scales + 0.4 * intent.nearness * near, 0.0, 1.0),
        joints=joints / joints.sum(),
    )


def _pieces(tables: Tables, planned: Running) -> Iterator[CutPiece]:
    shots = [int(tables.candidates.shot[candidate]) for candidate, _, _ in planned.chosen]
    starts = [start_with_handles(tables, planned, place) for place in range(planned.count)]
    rate, at = tables.brief.frame_rate, 0
    tail = 0.0
    for place, (_, joint, frames) in enumerate(planned.chosen):
        shot, start = shots[place], starts[place]
        most = 0.0
        if place:
            most = _JOINT_SHARE * min(frames, planned.chosen[place - 1][2]) / rate
        head = start - float(tables.shoot.start[shot])
        yield CutPiece(
            film=str(tables.shoot.films[int(tables.shoot.film[shot])].path),
            shot=tables.shoot.shots[shot].number,
            source=source_of(tables, shot, start, frames),
            frames=frames,
            joint=JOINTS[joint],
            joint_frames=round(rate * min(most, _joint_seconds(tables, joint, tail, head))),
            part=tables.brief.part_name(at / tables.total_frames),
            reason=reason_of(tables, planned, place),
        )
        tail = float(tables.shoot.end[shot]) - start - frames / rate
        at += frames


def _joint_seconds(tables: Tables, joint: int, tail: float, head: float) -> float:
    """Say how long a joint lasts: as usual, and no more than the shots on both sides reach.

    Args:
        tables: of the cut.
        joint: index in `JOINTS`.
        tail: seconds of the shot before that are left over.
        head: seconds of its own shot that were left out.
    """
    name, seconds = JOINTS[joint], JOINT_SECONDS[joint]
    if name in ("j_cut", "l_cut") and tables.brief.lead_seconds:
        seconds = float(np.clip(tables.brief.lead_seconds, *_LEAD_LIMIT))
    room = {"dissolve": head + tail, "j_cut": head, "l_cut": tail}.get(name, seconds)
    return max(0.0, min(seconds, room))
