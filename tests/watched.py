"""Films that were watched, made up for tests: what a file or a page must hold is known exactly."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange

from bridge.schema.footage import WatchedFilm
from bridge.schema.media import MediaFacts, SoundTrackFacts
from bridge.schema.shots import (
    Box,
    FilmAnalysis,
    FilmSound,
    Guess,
    Moment,
    Mood,
    People,
    Picture,
    Shot,
    ShotSound,
    Transition,
)

NTSC_FILM = 24000 / 1001
NTSC = 30000 / 1001
NTSC_DOUBLE = 60000 / 1001
SHA256 = "ab" * 32


def media(
    rate: float = 25.0,
    frames: int = 100,
    *,
    start: int | None = None,
    drop_frame: bool = False,
    ticks: float | None = None,
    with_sound: bool = True,
    name: str = "clip.mov",
) -> MediaFacts:
    """Make up the facts of a film; with `ticks` a second, its frames last differently."""
    time_rate = ticks or rate
    return MediaFacts(
        name=name,
        byte_count=123456,
        sha256=SHA256,
        frame_rate=rate,
        time_rate=time_rate,
        variable_rate=ticks is not None,
        frame_count=frames,
        duration=RationalTime(frames / rate * ticks if ticks else frames, time_rate),
        start_timecode=None if start is None else RationalTime(start, rate),
        drop_frame=drop_frame,
        reel="",
        width=1920,
        height=1080,
        rotation_degrees=0,
        pixel_aspect=1.0,
        field_order="progressive",
        bit_depth=8,
        codec="h264",
        sound=SoundTrackFacts("aac", 48_000, 2, 0.0) if with_sound else None,
        damage=(),
    )


def embedding(place: int) -> tuple[float, ...]:
    """Give a direction of its own."""
    return tuple(1.0 if index == place else 0.0 for index in range(128))


def shot(
    number: int, first: float, last: float, facts: MediaFacts, *, kind: str = "cut", **changes
) -> Shot:
    """Make up a shot from one time of the film to another, in units of its `time_rate`."""
    rate = facts.time_rate
    span = TimeRange(RationalTime(first, rate), RationalTime(last - first, rate))
    made = Shot(
        number=number,
        span=span,
        first_frame=round(first * facts.frame_rate / rate),
        frame_count=max(1, round((last - first) * facts.frame_rate / rate)),
        begins=Transition(
            "start" if number == 1 else kind,
            TimeRange(span.start_time, RationalTime(0, rate)),
            1.0 if number == 1 else 0.9,
        ),
        scale="CU",
        scale_confidence=0.8,
        movement="pan_left",
        movement_confidence=0.7,
        people=People(1, 1, "happy", Box(0.3, 0.2, 0.3, 0.6), "still"),
        picture=Picture(0.4, 0.2, 0.3, 0.1, 0.7, 0.9, ("#203040", "#a0b0c0")),
        mood=Mood(Guess(0.3, 0.4), Guess(-0.2, 0.5)),
        sound=ShotSound(-23.0, 0.1, 0.6, 0.0, 0) if facts.sound else None,
        importance=0.6,
        reason="a close-up, somebody speaks",
        key_shot=False,
        key_frame=span.start_time,
        take=number,
        best_take=True,
        tags=("close-up", "one person", "day"),
        embedding=embedding(number % 128),
    )
    return replace(made, **changes)


def film_of(facts: MediaFacts, *starts: float, path: Path | None = None, **changes) -> WatchedFilm:
    """Make up a film that is cut at some times, in units of its `time_rate`."""
    ends = (*starts[1:], facts.duration.value)
    shots = tuple(
        shot(number, start, end, facts, **changes)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )
    seconds = facts.duration.to_seconds()
    sound = FilmSound(
        loudness_lufs=-23.0,
        loudness_range_lu=5.0,
        true_peak_dbtp=-1.0,
        tempo_bpm=120.0,
        tempo_confidence=0.5,
        beats=(RationalTime(500, 1000),),
        onsets=(RationalTime(20, 1000),),
        moments=(
            Moment(
                TimeRange(RationalTime(0, 1000), RationalTime(round(seconds * 500), 1000)),
                "speech",
                0.9,
            ),
        ),
        envelope=tuple(abs(sqrt(place / 400) - 0.5) for place in range(400)),
    )
    analysis = FilmAnalysis(
        media=facts,
        shots=shots,
        sound=sound if facts.sound else None,
        fades_in=None,
        fades_out=None,
        models=("film/shot_boundary 1.0.0",),
    )
    return WatchedFilm(path or Path("/films") / facts.name, analysis)
