"""What may come next in a cut, and how long it would be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.schema.cutting import JOINTS

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables
    from bridge.schema.arrays import AnyArray

SHORT_SHARE: Final = 0.35
"""A piece shorter than this share of what is due is a flash.."""
SHORT_SHOT_SHARE: Final = 0.5
"""..unless it is as long as this share of a usual shot."""
HANDLE_SECONDS: Final = 0.2
"""So much of a shot must be left over where sound leads or lasts or a picture dissolves."""


def frames_left(tables: Tables, running: Running) -> int:
    """Say how many frames the cut still lacks."""
    return max(0, tables.total_frames - running.frames)


def flash_frames(tables: Tables, running: Running) -> int:
    """Count the frames under which a piece would be a flash where the cut stands."""
    due = SHORT_SHARE * tables.brief.median_at(running.frames / tables.total_frames)
    seconds = min(due, SHORT_SHOT_SHARE * tables.usual_shot_seconds)
    return max(tables.least_frames, round(seconds * tables.brief.frame_rate))


def lengths(tables: Tables, running: Running) -> AnyArray:
    """Say how long each candidate would be shown next, in frames of the cut, int [candidate].

    It ends where it should, on the beat next to that, or with the cut; as far as its shot, and
    who speaks in it, let it. 0: it does not fit.
    """
    rate, spans = tables.brief.frame_rate, tables.candidates
    least = np.ceil((spans.least_end - spans.start) * rate - 1e-6).astype(int)
    least = np.maximum(least, 1)
    furthest = np.minimum(spans.most_end, running.ceiling)
    most = np.floor((furthest - spans.start) * rate + 1e-6).astype(int)
    frames: AnyArray = np.round((spans.end - spans.start) * rate).astype(int)
    if len(tables.beats):
        frames = _on_beats(tables.beats, running.frames + frames, least, most, running.frames)
    left, short = frames_left(tables, running), flash_frames(tables, running)
    ends = frames > left - short
    frames = np.where(ends & (left <= most) & (left >= least), left, frames)
    frames = np.clip(frames, least, np.maximum(least, most))
    frames[(frames > left) | (most < least)] = 0
    return frames


def _on_beats(
    beats: AnyArray, wished: AnyArray, least: AnyArray, most: AnyArray, now: int
) -> AnyArray:
    """Give lengths that end on the nearest beat within reach; as wished where there is none."""
    place = np.searchsorted(beats, wished)
    before = beats[np.clip(place - 1, 0, len(beats) - 1)]
    after = beats[np.clip(place, 0, len(beats) - 1)]
    first = np.where(wished - before <= after - wished, before, after)
    second = np.where(first == before, after, before)
    frames = wished - now
    for beat in (second, first):
        fits = (beat - now >= least) & (beat - now <= most)
        frames = np.where(fits, beat - now, frames)
    return frames


def allowed(tables: Tables, running: Running, frames: AnyArray) -> AnyArray:
    """Say what may come next, bool [candidate, joint].

    Nothing is shown twice; no cut jumps unless that is asked for; nobody is cut off where speech is
    to be kept; joints other than cuts need frames beyond the piece, or sound. Flashes, shots that
    were seen before, and what came earlier in them than what was seen, are allowed only where there
    is nothing else. Nothing: it ends.

    Args:
        tables: of the shoot.
        running: the cut so far.
        frames: as `lengths` gives them.
    """
    spans, shot = tables.candidates, tables.candidates.shot
    may = running.open & (frames > 0)
    if tables.brief.keep_speech:
        may &= ~spans.cuts_speech.any(axis=1)
    table = np.zeros((len(spans), len(JOINTS)), bool)
    if running.last < 0:
        table[:, 0] = _rather(tables, running, frames, may)
        return table
    before = int(shot[running.last])
    if not tables.brief.jump_cuts:
        may &= ~tables.jumping[before][shot]
    may = _rather(tables, running, frames, may)
    tail = float(tables.shoot.end[before]) - running.last_end
    head = tables.head_room >= HANDLE_SECONDS
    long = frames >= 2 * HANDLE_SECONDS * tables.brief.frame_rate
    table[:, 0] = may
    table[:, 1] = may & head & long & (tail >= HANDLE_SECONDS)
    table[:, 2] = may & long
    table[:, 3] = may & head & tables.film_sounds[shot]
    table[:, 4] = may & (tail >= HANDLE_SECONDS) & bool(tables.film_sounds[before])
    return table


def _rather(tables: Tables, running: Running, frames: AnyArray, may: AnyArray) -> AnyArray:
    """Keep of what may come next what an editor would rather take."""
    rest, short = frames_left(tables, running) - frames, flash_frames(tables, running)
    lasts = frames >= short
    fills = lasts & ((rest == 0) | (rest >= short))
    shot = tables.candidates.shot
    fresh = (running.shown[shot] < tables.turns[shot]) & np.isinf(running.ceiling)
    for better in (fills & fresh, fills, lasts, fresh):
        if (may & better).any():
            return may & better
    return may
