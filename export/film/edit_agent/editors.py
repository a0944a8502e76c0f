"""Simulated editors, each with a hidden style; every seed of a kind is another person.

They see a cut that was proposed and the footage, and change what is not to their liking, by rules
of their own: not one of them knows the rewards that cuts are planned with, nor the numbers that
habits are. What they hand back is a timeline of their program, as any editor's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.schema.cutting import Cut, CutPiece, Joint
from bridge.schema.footage import WatchedFilm
from bridge.schema.shots import Shot

NEAR: Final = ("ECU", "CU", "MCU")
"""Scales that a lover of close-ups loves."""
CHANGE: Final = 5
"""After so many projects those change their style who do."""
_SLACK: Final = 1.5
"""A piece that is so many times as long as wished, or less, is long enough as it is."""
_SPEAKS: Final = 0.3
_LISTENS: Final = 0.1
_SHORTEST_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Footage:
    """What an editor has to work with."""

    films: Mapping[str, WatchedFilm]
    """By their paths."""

    @classmethod
    def of(cls, films: Sequence[WatchedFilm]) -> Footage:
        """Lay films out."""
        return cls({str(film.path): film for film in films})

    def shot(self, piece: CutPiece) -> Shot:
        """Give the shot that a piece shows."""
        return self.films[piece.film].analysis.shots[piece.shot - 1]

    def unused(self, pieces: Sequence[CutPiece]) -> list[tuple[str, Shot]]:
        """Give the shots that a cut does not show, with the paths of their films."""
        used = {(piece.film, piece.shot) for piece in pieces}
        return [
            (path, shot)
            for path, film in self.films.items()
            for shot in film.analysis.shots
            if (path, shot.number) not in used
        ]


Edit = Callable[[list[CutPiece], Footage, float, np.random.Generator], list[CutPiece]]
"""Changes the pieces of a cut of so many frames a second; the source of chance is the project's."""


@dataclass(frozen=True)
class Kind:
    """A kind of editor."""

    name: str
    """As the table and the plot have it."""
    edits: Callable[[np.random.Generator], tuple[Edit, ...]]
    """What they do, one after the other; the source of chance says who it is."""
    measure: Callable[[Cut, Footage], float]
    """What their style is about, measured on a cut: a share, or seconds."""
    measured: str
    """What that is, in words."""
    shoot: str = "mixed"
    """What kind of footage they get."""
    later: Callable[[np.random.Generator], tuple[Edit, ...]] | None = None
    """What they do after they changed their style; None: they never do."""
    whims: float = 0.0
    """Share of pieces that they change for no reason at all."""


@dataclass(frozen=True)
class Editor:
    """One person."""

    kind: Kind
    """Of which they are."""
    first: tuple[Edit, ...]
    """What they do."""
    later: tuple[Edit, ...]
    """What they do after they changed."""

    def edited(self, cut: Cut, footage: Footage, *, project: int, rng: np.random.Generator) -> Cut:
        """Give what they make of a cut, whims and all.

        Args:
            cut: that was proposed.
            footage: that it is of.
            project: number of the project, from 0.
            rng: source of chance.
        """
        wished = self.wished(cut, footage, project=project)
        pieces = [_whim(piece, cut.frame_rate, rng) if rng.random() < self.kind.whims else piece
                  for piece in wished.pieces]  # fmt: skip
        return replace(wished, pieces=tuple(pieces))

    def wished(self, cut: Cut, footage: Footage, *, project: int) -> Cut:
        """Give the cut as their style would have it."""
        pieces = list(cut.pieces)
        chance = np.random.default_rng(project)
        for edit in self.first if project < CHANGE else self.later:
            pieces = edit(pieces, footage, cut.frame_rate, chance)
        return replace(cut, pieces=tuple(pieces), alternates=())


def editor(kind: Kind, seed: int) -> Editor:
    """Draw a person of a kind."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    first = kind.edits(rng)
    return Editor(kind, first, kind.later(rng) if kind.later else first)


def kept_share(proposed: Cut, wished: Cut) -> float:
    """Say which share of the proposed pieces a style leaves just as they were, in their order."""
    left = list(wished.pieces)
    kept = 0
    for piece in proposed.pieces:
        same = next((place for place, one in enumerate(left) if _is_same(one, piece)), None)
        if same is not None:
            kept += 1
            del left[: same + 1]
    return kept / len(proposed.pieces)


def _is_same(one: CutPiece, other: CutPiece) -> bool:
    return (one.film, one.source, one.frames, one.joint) == (
        other.film, other.source, other.frames, other.joint,
    )  # fmt: skip


# --- what they do


def _paced(near: float, middle: float, wide: float) -> Callable[..., tuple[Edit, ...]]:
    """Like lengths by how much there is to see: so many seconds for near, middle and wide shots."""

    def edits(rng: np.random.Generator) -> tuple[Edit, ...]:
        own = float(np.exp(rng.normal(0.0, 0.12)))

        def edit(
            pieces: list[CutPiece], footage: Footage, rate: float, chance: np.random.Generator
        ) -> list[CutPiece]:
            del chance
            return [_lasting(piece, wish(footage.shot(piece)), footage, rate) for piece in pieces]

        def wish(shot: Shot) -> float:
            scale = near if shot.scale in NEAR else middle if shot.scale == "MS" else wide
            return own * scale

        return (edit,)

    return edits


def _lasting(piece: CutPiece, seconds: float, footage: Footage, rate: float) -> CutPiece:
    """Let a piece last as long as wished, if it is far from that and its shot is long enough."""
    now = piece.frames / rate
    if 1 / _SLACK <= now / seconds <= _SLACK:
        return piece
    shot = footage.shot(piece)
    media = footage.films[piece.film].analysis.media
    start, time_rate = piece.source.start_time, media.time_rate
    room = (shot.span.end_time_exclusive() - start).to_seconds()
    frames = int(min(seconds, room) * rate)
    if frames <= 1 or abs(frames - piece.frames) <= 1:
        return piece
    length = RationalTime(round(frames / rate * time_rate), time_rate)
    joint_frames = min(piece.joint_frames, frames // 3)
    return replace(piece, source=TimeRange(start, length), frames=frames, joint_frames=joint_frames)


def _joined(joint: Joint, share: float, seconds: float) -> Callable[..., tuple[Edit, ...]]:
    """Want a share of pieces to begin in one way; joints that are more than that are left."""

    def edits(rng: np.random.Generator) -> tuple[Edit, ...]:
        own = float(np.clip(share + rng.normal(0.0, 0.05), 0.0, 1.0))

        def edit(
            pieces: list[CutPiece], footage: Footage, rate: float, chance: np.random.Generator
        ) -> list[CutPiece]:
            del footage
            others = [n for n, one in enumerate(pieces) if n and one.joint != joint]
            lacking = round(own * (len(pieces) - 1)) - (len(pieces) - 1 - len(others))
            for number in chance.permutation(others)[: max(0, lacking)]:
                short = min(pieces[number - 1].frames, pieces[number].frames)
                frames = min(round(seconds * rate), short // 3)
                if frames >= 2:
                    pieces[number] = replace(pieces[number], joint=joint, joint_frames=frames)
            return pieces

        return (edit,)

    return edits


def _nearer(share: float) -> Callable[..., tuple[Edit, ...]]:
    """Want a share of near shots, and put such in place of others while there are any left."""

    def edits(rng: np.random.Generator) -> tuple[Edit, ...]:
        own = float(np.clip(share + rng.normal(0.0, 0.05), 0.0, 1.0))

        def edit(
            pieces: list[CutPiece], footage: Footage, rate: float, chance: np.random.Generator
        ) -> list[CutPiece]:
            far = [n for n, one in enumerate(pieces) if footage.shot(one).scale not in NEAR]
            spare = [one for one in footage.unused(pieces) if one[1].scale in NEAR]
            lacking = max(0, round(own * len(pieces)) - (len(pieces) - len(far)))
            chosen = chance.permutation(far)[: min(lacking, len(spare))]
            for number, (path, shot) in zip(chosen, spare, strict=False):
                pieces[number] = _showing(pieces[number], path, shot, footage, rate)
            return pieces

        return (edit,)

    return edits


def _showing(piece: CutPiece, path: str, shot: Shot, footage: Footage, rate: float) -> CutPiece:
    """Let a piece show another shot, from its middle."""
    time_rate = footage.films[path].analysis.media.time_rate
    seconds = min(piece.frames / rate, shot.span.duration.to_seconds())
    spare = shot.span.duration.to_seconds() - seconds
    start = shot.span.start_time.value + int(spare / 2 * time_rate)
    frames = max(1, int(seconds * rate))
    source = TimeRange(
        RationalTime(start, time_rate), RationalTime(round(frames / rate * time_rate), time_rate)
    )
    return replace(piece, film=path, shot=shot.number, source=source, frames=frames)


def _reacting(rng: np.random.Generator) -> tuple[Edit, ...]:
    """Want who listens right after who speaks: the next listener comes forward, or a new one."""
    seconds = float(rng.uniform(1.2, 2.2))

    def edit(
        pieces: list[CutPiece], footage: Footage, rate: float, chance: np.random.Generator
    ) -> list[CutPiece]:
        del chance
        spare = [one for one in footage.unused(pieces) if _listens(one[1])]
        made: list[CutPiece] = []
        waiting = list(pieces)
        while waiting:
            made.append(waiting.pop(0))
            if not _speaks(footage.shot(made[-1])):
                continue
            if not waiting or _listens(footage.shot(waiting[0])):
                continue
            if spare:
                like = replace(made[-1], frames=round(seconds * rate), joint="cut", joint_frames=0)
                waiting[0] = _showing(like, *spare.pop(0), footage, rate)
        return made

    return (edit,)


def _speaks(shot: Shot) -> bool:
    return shot.sound is not None and shot.sound.speech > _SPEAKS


def _listens(shot: Shot) -> bool:
    return shot.people.count > 0 and (shot.sound is None or shot.sound.speech < _LISTENS)


def _whim(piece: CutPiece, rate: float, rng: np.random.Generator) -> CutPiece:
    """Take some of a piece away, for no reason."""
    frames = max(round(_SHORTEST_SECONDS * rate), round(piece.frames * rng.uniform(0.5, 1.0)))
    if frames >= piece.frames:
        return piece
    length = piece.source.duration
    shorter = RationalTime(round(length.value * frames / piece.frames), length.rate)
    return replace(
        piece,
        source=TimeRange(piece.source.start_time, shorter),
        frames=frames,
        joint_frames=min(piece.joint_frames, frames // 3),
    )


# --- what their styles are about


def _median_seconds(cut: Cut, footage: Footage) -> float:
    del footage
    return float(np.median([piece.frames / cut.frame_rate for piece in cut.pieces]))


def _dissolves(cut: Cut, footage: Footage) -> float:
    del footage
    return float(np.mean([piece.joint == "dissolve" for piece in cut.pieces[1:]] or [False]))


def _near_share(cut: Cut, footage: Footage) -> float:
    return float(np.mean([footage.shot(piece).scale in NEAR for piece in cut.pieces]))


def _reactions(cut: Cut, footage: Footage) -> float:
    """Give the share of speakers who are followed by a listener."""
    shots = [footage.shot(piece) for piece in cut.pieces]
    after = [_listens(shots[n + 1]) for n, shot in enumerate(shots[:-1]) if _speaks(shot)]
    return float(np.mean(after)) if after else 0.0


def _both(*kinds: Callable[..., tuple[Edit, ...]]) -> Callable[..., tuple[Edit, ...]]:
    return lambda rng: tuple(edit for kind in kinds for edit in kind(rng))


_FAST: Final = _paced(1.0, 1.3, 1.8)
_SLOW: Final = _paced(7.0, 9.0, 12.0)

KINDS: Final = (
    Kind("fast cutter", _FAST, _median_seconds, "median seconds"),
    Kind("slow cutter", _SLOW, _median_seconds, "median seconds", shoot="talk"),
    Kind("dissolve lover", _joined("dissolve", 0.6, 0.8), _dissolves, "dissolves"),
    Kind("close-up lover", _nearer(0.6), _near_share, "near shots"),
    Kind("reaction first", _reacting, _reactions, "speakers answered by a listener", shoot="talk"),
    Kind(
        "noisy", _both(_FAST, _joined("dissolve", 0.4, 0.6)), _median_seconds, "median seconds",
        whims=0.2,
    ),
    Kind("changing", _FAST, _median_seconds, "median seconds", shoot="talk", later=_SLOW),
)  # fmt: skip
"""All kinds; the last changes from fast to slow."""
