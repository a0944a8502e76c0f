"""What of each shot may be shown: from which meaningful frame to which.

A piece begins and ends where something does: at the edge of a shot, in a pause of speech, around
the frame that shows the shot best. Where somebody speaks, a piece begins and ends in a pause, if
there is one near; else it cuts speech, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.shoot import SHORTEST_SECONDS
from bridge.film.cutting.talk import Talk, is_pause, spoken_share, talk_in

if TYPE_CHECKING:
    from bridge.film.cutting.brief import Brief
    from bridge.film.cutting.shoot import Shoot
    from bridge.schema.arrays import AnyArray

PAD_SECONDS: Final = 0.12
"""Kept before and after speech: no first or last sound of a word is clipped."""
_MOST_OF_SHOT: Final = 8
_MOST_OF_LONG_SHOT: Final = 32
_MOST: Final = 4000
_PER_SECONDS: Final = 3.0
_HANDLE_SECONDS: Final = 1.0
_LONGEST_TALK: Final = 4.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans of shots that may be shown; seconds of their films."""

    shot: AnyArray
    """int [candidate]."""
    start: AnyArray
    """float [candidate]: where it begins."""
    end: AnyArray
    """float [candidate]: where it should end."""
    least_end: AnyArray
    """float [candidate]: it may end as early as that."""
    most_end: AnyArray
    """float [candidate]: it may end as late as that."""
    cuts_speech: AnyArray
    """bool [candidate, 2]: somebody is cut off at its beginning, at its end."""
    speech: AnyArray
    """float [candidate]: share of it in which somebody speaks."""

    def __len__(self) -> int:
        """Count them."""
        return len(self.shot)


@dataclass(frozen=True, slots=True)
class _Span:
    start: float
    end: float
    least_end: float
    most_end: float
    cuts_in: bool = False
    cuts_out: bool = False


def candidates_of(shoot: Shoot, brief: Brief) -> Candidates:
    """Say what of each shot may be shown, at most 4000 spans in all, at least one of each shot."""
    usable = np.flatnonzero(shoot.usable)
    share = max(1, _MOST // max(1, len(usable)))
    rows: list[tuple[int, _Span]] = []
    for shot in usable.tolist():
        most = _MOST_OF_SHOT
        if shoot.seconds[shot] > _MOST_OF_SHOT * _PER_SECONDS:
            most = min(_MOST_OF_LONG_SHOT, int(shoot.seconds[shot] / _PER_SECONDS))
        spans = list(_spans(shoot, brief, shot))
        rows += [(shot, span) for span in _spread(spans, min(most, share))]
    spans = [span for _, span in rows]
    return Candidates(
        shot=np.array([shot for shot, _ in rows]),
        start=np.array([span.start for span in spans]),
        end=np.array([span.end for span in spans]),
        least_end=np.array([span.least_end for span in spans]),
        most_end=np.array([span.most_end for span in spans]),
        cuts_speech=np.array([(span.cuts_in, span.cuts_out) for span in spans]),
        speech=np.array([_spoken(shoot, *row) for row in rows]),
    )


def _spans(shoot: Shoot, brief: Brief, shot: int) -> Iterator[_Span]:
    """Give spans of one shot, the most meaningful first; none twice."""
    low, high = float(shoot.start[shot]), float(shoot.end[shot])
    talk = talk_in(shoot, shot)
    seen: set[tuple[float, float]] = set()
    for start, end in _wishes(shoot, brief, shot):
        span = _in_pauses(start, end, (low, high), talk, brief)
        if span is None:
            continue
        key = (round(span.start, 1), round(span.end, 1))
        if key not in seen:
            seen.add(key)
            yield span
    if not seen:
        cut = [not is_pause(edge, talk) for edge in (low, high)]
        yield _Span(low, high, min(high, low + SHORTEST_SECONDS), high, cut[0], cut[1])


def _wishes(shoot: Shoot, brief: Brief, shot: int) -> Iterator[tuple[float, float]]:
    """Give where pieces of a shot would begin and end, were it not for speech."""
    low, high = float(shoot.start[shot]), float(shoot.end[shot])
    room = high - low
    handle = min(_HANDLE_SECONDS, room / 4)
    key = float(np.clip(shoot.shots[shot].key_frame.to_seconds(), low, high))
    for begin, stop in talk_in(shoot, shot):
        if stop - begin >= SHORTEST_SECONDS:
            yield begin - PAD_SECONDS, stop + PAD_SECONDS
    shortest, longest = float(brief.lengths.min()), float(brief.lengths.max())
    for seconds in np.geomspace(shortest * 0.6, longest * 1.4, 4).tolist():
        length = min(seconds, room)
        last = max(low, high - length)
        for begin in (float(np.clip(key - length / 2, low, last)), min(low + handle, last)):
            yield begin, begin + length
    length = min(float(np.median(brief.lengths)), room)
    for begin in np.arange(low + handle, high - length, max(length, _PER_SECONDS)).tolist():
        yield begin, begin + length


def _in_pauses(
    start: float,
    end: float,
    room: tuple[float, float],
    talk: Talk,
    brief: Brief,
) -> _Span | None:
    """Move a span into pauses of speech; None: nothing worth showing is left."""
    start = _moved(max(start, room[0]), room, talk, earlier=True, far=brief.keep_speech)
    end = _moved(min(end, room[1]), room, talk, earlier=False, far=brief.keep_speech)
    if end - start < min(SHORTEST_SECONDS, room[1] - room[0]):
        return None
    cuts = [not is_pause(start, talk), not is_pause(end, talk)]
    pause = (room[0], room[1]) if cuts[1] else _pause_at(end, room, talk)
    least = max(pause[0], start + SHORTEST_SECONDS)
    return _Span(start, end, min(least, end), max(end, pause[1]), cuts[0], cuts[1])


def _moved(
    at: float,
    room: tuple[float, float],
    talk: Talk,
    *,
    earlier: bool,
    far: bool,
) -> float:
    """Move an edge of a span out of speech, to the pause on the side where nobody is cut off."""
    for begin, stop in talk:
        if not begin < at < stop:
            continue
        outside = begin - PAD_SECONDS if earlier else stop + PAD_SECONDS
        inside = stop + PAD_SECONDS if earlier else begin - PAD_SECONDS
        ways = [way for way in (outside, inside) if room[0] <= way <= room[1]]
        reach = np.inf if far else _LONGEST_TALK
        near = [way for way in ways if abs(way - at) <= reach and is_pause(way, talk)]
        if near:
            return min(near, key=lambda way: abs(way - at))
    return at


def _pause_at(at: float, room: tuple[float, float], talk: Talk) -> tuple[float, float]:
    """Give the pause that a time is in, as far as the shot reaches."""
    before = [stop for _, stop in talk if stop <= at + 1e-6]
    after = [begin for begin, _ in talk if begin >= at - 1e-6]
    low = max(room[0], max(before) + PAD_SECONDS / 2) if before else room[0]
    high = min(room[1], min(after) - PAD_SECONDS / 2) if after else room[1]
    return min(low, at), max(high, at)


def _spread(spans: Sequence[_Span], most: int) -> list[_Span]:
    """Keep so many of some spans, the first among them, the others from all over the shot."""
    if len(spans) <= most:
        return list(spans)
    places = np.unique(np.linspace(0, len(spans) - 1, most).round().astype(int))
    return [spans[place] for place in places]


def _spoken(shoot: Shoot, shot: int, span: _Span) -> float:
    return spoken_share(talk_in(shoot, shot), span.start, span.end)
