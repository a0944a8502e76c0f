"""What the editor's policy is told: of all shots, of the brief, of where a cut stands, and a menu.

Training and cutting both see through this, so that they cannot drift. All numbers are near 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.adding import next_steps
from bridge.film.cutting.brief import target_seconds
from bridge.film.cutting.limits import frames_left
from bridge.film.cutting.styles import PARTS
from bridge.schema.cutting import JOINTS, SHOT_SCALES

if TYPE_CHECKING:
    from bridge.film.cutting.brief import Brief
    from bridge.film.cutting.tables import Running, Tables
    from bridge.schema.arrays import AnyArray, FloatArray

SHOT: Final = len(SHOT_SCALES) + 28
"""Numbers of a shot."""
BRIEF: Final = 43
"""Numbers of a brief."""
STATE: Final = 24
"""Numbers of where a cut stands."""
ITEM: Final = 27
"""Numbers of an entry of the menu."""
GAIN: Final = 0
"""Column of an entry: what it gains beside the best one, in pieces' worth; 0 at most."""
MENU: Final = 64
"""Entries at most."""
USUAL: Final = 0.65
"""What a usual piece gains for each share of the cut that it fills."""
_JOINTS: Final = PARTS.index("joints")
_PER_SHOT: Final = 3
_SPANS: Final = 2


@dataclass(frozen=True, eq=False)
class Observation:
    """Where a cut stands, and what may come next: the best first, in the eyes of the rules."""

    left: AnyArray
    """bool [shot]: something of it may still be used."""
    last: int
    """The shot before; -1: none."""
    state: FloatArray
    """float32 [STATE]."""
    items: FloatArray
    """float32 [item, ITEM], at most MENU; none: the cut is at its end."""
    item_shot: AnyArray
    """int64 [item]."""
    candidate: AnyArray
    """int64 [item]: index of the span."""
    joint: AnyArray
    """int64 [item]: index of the way to begin."""
    gains: FloatArray
    """float32 [item]: by how much each raises the score."""
    rewards: FloatArray
    """float32 [item]: the same in pieces' worth."""
    shares: FloatArray
    """float32 [item]: how much of the cut each fills."""

    @property
    def goes_on(self) -> bool:
        """Say whether anything may follow."""
        return len(self.items) > 0


def shot_rows(tables: Tables) -> FloatArray:
    """Describe every shot: float32 [shot, SHOT]."""
    shoot, brief = tables.shoot, tables.brief
    count = len(shoot)
    takes = np.bincount(shoot.take)[shoot.take]
    fit = brief.steps.max(axis=0) if brief.steps is not None else np.zeros(count)
    follows = tables.flows  # [before, after]
    columns = [
        np.eye(len(SHOT_SCALES))[shoot.scale],
        shoot.move,
        shoot.stir,
        shoot.heading,
        shoot.place,
        np.minimum(shoot.people, 4) / 4,
        shoot.mood,
        shoot.tone,
        shoot.quality,
        shoot.importance,
        shoot.key,
        shoot.best,
        shoot.speech,
        shoot.loud,
        shoot.tension,
        np.log1p(shoot.seconds) / 4,
        shoot.usable,
        np.minimum(takes, 5) / 5,
        brief.scales[shoot.scale],
        fit,
        follows.mean(axis=0),
        follows.mean(axis=1),
        follows.max(axis=0),
        follows.max(axis=1),
    ]
    return np.column_stack(columns).astype(np.float32)


def brief_row(tables: Tables) -> FloatArray:
    """Describe the brief: float32 [BRIEF]."""
    brief, shoot = tables.brief, tables.shoot
    weights = np.array([brief.weights.get(part, 0.0) for part in PARTS])
    columns = [
        weights / max(weights.sum(), 1e-6) * 4,
        np.log(brief.lengths) / 2,
        brief.tension,
        brief.joints,
        brief.scales,
        [brief.speech, brief.reaction, brief.jump_cuts, brief.keep_speech],
        [len(brief.beats) > 0, brief.steps is not None, len(brief.step_ends) / 8],
        [np.log(brief.seconds) / 5, np.log(len(shoot)) / 5, np.log(pieces(brief)) / 4],
        [np.log1p(shoot.seconds[shoot.usable].sum() / brief.seconds) / 3],
        [shoot.key.mean(), min(2.0, shoot.key.sum() / pieces(brief))],
        [len(brief.beats) / max(1.0, brief.seconds)],
    ]
    row: FloatArray = np.concatenate([np.ravel(column) for column in columns]).astype(np.float32)
    return row


def pieces(brief: Brief) -> float:
    """Give how many pieces a cut of this brief usually has, at least 1."""
    return max(1.0, brief.seconds / float(np.median(brief.lengths)))


def observe(tables: Tables, running: Running) -> Observation:
    """Say where a cut stands, and what may come next."""
    steps = next_steps(tables, running)
    frames, may = steps.frames, steps.allowed
    weight = tables.weights
    table = (steps.parts @ weight)[:, None] + steps.joints * weight[_JOINTS]
    share = frames / tables.total_frames
    preferred = np.where(may, table - USUAL * share[:, None], -np.inf)
    candidate, joint = _menu(preferred, tables.candidates.shot)
    shot = tables.candidates.shot[candidate]
    count = pieces(tables.brief)
    gain = table[candidate, joint]
    merit = preferred[candidate, joint]
    best = merit.max() if len(merit) else 0.0
    own = steps.parts[candidate].copy()
    own[:, _JOINTS] = steps.joints[candidate, joint]
    due = target_seconds(tables.brief, running.frames / tables.total_frames, running.count)
    left = max(1, frames_left(tables, running))
    spans = tables.candidates
    columns = [
        count * (merit - best),
        count * gain,
        count * own,
        count * share[candidate],
        np.log(np.maximum(frames[candidate], 1) / tables.brief.frame_rate / due),
        frames[candidate] / left,
        frames[candidate] == left,
        np.minimum(4.0, (left - frames[candidate]) / tables.brief.frame_rate / due) / 4,
        np.eye(len(JOINTS))[joint],
        spans.cuts_speech[candidate],
        spans.speech[candidate],
        ~running.takes[tables.shoot.take[shot]],
        tables.worth[shot] / 2,
        np.arange(len(candidate)) / MENU,
    ]
    items = np.clip(np.column_stack(columns), -8, 8).astype(np.float32)
    open_shots = np.zeros(len(tables.shoot), bool)
    open_shots[spans.shot[running.open]] = True
    return Observation(
        left=open_shots,
        last=-1 if running.last < 0 else int(spans.shot[running.last]),
        state=_state(tables, running, open_shots, may),
        items=items,
        item_shot=shot.astype(np.int64),
        candidate=candidate,
        joint=joint,
        gains=gain.astype(np.float32),
        rewards=(count * gain).astype(np.float32),
        shares=share[candidate].astype(np.float32),
    )


def _menu(preferred: AnyArray, shot_of: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Choose what is on the menu: candidates and joints, the most preferred first.

    Of each candidate the two best ways to begin, of each shot three entries at most.
    """
    flat = preferred.ravel()
    most = min(len(flat), MENU * _PER_SHOT * 4)
    first = np.argpartition(-flat, most - 1)[:most]
    first = first[np.argsort(-flat[first], kind="stable")]
    first = first[np.isfinite(flat[first])]
    candidate, joint = np.divmod(first, preferred.shape[1])
    kept = (_nth(candidate) < _SPANS) & (_nth(shot_of[candidate]) < _PER_SHOT)
    return candidate[kept][:MENU], joint[kept][:MENU]


def _nth(values: AnyArray) -> AnyArray:
    """Say of each value how many equal ones are before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    fresh = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))[: len(values)]
    sizes = np.diff(np.append(fresh, len(values)))
    nth = np.empty(len(values), dtype=np.int64)
    nth[order] = np.arange(len(values)) - np.repeat(fresh, sizes)
    return nth


def _state(tables: Tables, running: Running, left: AnyArray, may: AnyArray) -> FloatArray:
    """Describe where a cut stands: float32 [STATE]."""
    brief, shoot = tables.brief, tables.shoot
    share = running.frames / tables.total_frames
    rest = max(0.0, 1.0 - share)
    count = pieces(brief)
    part = brief.part_at(share)
    joints = running.joints / max(1, running.count) - brief.joints
    usable = left & shoot.usable
    unseen = usable & ~running.takes[shoot.take]
    column = [
        share,
        min(2.0, running.count / count),
        min(2.0, rest * count / 10),
        *np.eye(4)[part],
        brief.tension_at(share),
        brief.tension_at(min(1.0, share + 1.0 / count)),
        np.log(brief.median_at(share)) / 2,
        np.log(target_seconds(brief, share, running.count)) / 2,
        *joints,
        running.covered / tables.most_worth,
        (shoot.key & unseen).sum() / max(1.0, rest * count) / 4,
        unseen.sum() / max(1.0, rest * count) / 8,
        usable.sum() / len(shoot),
        min(1.0, may.sum() / 500),
        float(shoot.speech[running.recent[0]]) if running.recent else 0.0,
        float(shoot.tension[running.recent[0]]) if running.recent else 0.0,
        float(running.sums @ tables.weights) / max(share, 1.0 / count),
    ]
    row: FloatArray = np.clip(np.array(column), -8, 8).astype(np.float32)
    return row
