"""A cut as it is remembered: small, without paths, with what was seen in each piece."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from bridge.film.learning.changes import Comparison, ShotSpan
from bridge.film.learning.clips import EditClip
from bridge.film.learning.matching import Spot
from bridge.film.learning.same_media import base_of
from bridge.schema.cutting import CutPiece
from bridge.schema.film_lessons import CutSketch, SeenShot, SketchPiece
from bridge.schema.footage import WatchedFilm
from bridge.schema.layout import Medium
from bridge.schema.shots import FilmAnalysis, Shot
from bridge.schema.timecode import source_frame

Films = Mapping[str, FilmAnalysis]
"""What was seen in films, by the URLs of the proposed timeline; films may be missing."""


def shot_spans(films: Films) -> dict[str, tuple[ShotSpan, ...]]:
    """Give where shots lie in films, as timelines count frames: from their timecode on."""
    return {url: tuple(_spans(film)) for url, film in films.items()}


def sketches(comparison: Comparison, films: Films) -> tuple[CutSketch, CutSketch]:
    """Give the proposed cut and the final one as they are remembered."""
    proposed = (
        _sketched(clip, spot, films)
        for clip, spot in zip(comparison.proposed.clips, comparison.pieces, strict=True)
    )
    final = (
        _sketched(clip, spot, films)
        for clip, spot in zip(comparison.final.clips, comparison.clips, strict=True)
    )
    return CutSketch(tuple(proposed), whole=True), CutSketch(tuple(final), whole=True)


def sketch_of_piece(piece: CutPiece, film: WatchedFilm, *, frame_rate: float) -> SketchPiece:
    """Give a piece of a cut that is being made as it would be remembered.

    Args:
        piece: of the cut.
        film: that it shows.
        frame_rate: of the cut, frames a second.
    """
    lasts = piece.joint_frames / frame_rate
    lead = {"j_cut": lasts, "l_cut": -lasts}.get(piece.joint, 0.0)
    return SketchPiece(
        film=film.path.name,
        start_seconds=round(max(0.0, piece.source.start_time.to_seconds()), 3),
        seconds=round(piece.frames / frame_rate, 3),
        joint=piece.joint,
        joint_seconds=0.0 if lead else round(lasts, 3),
        lead_seconds=round(lead, 3),
        seen=seen_in_shot(film.analysis.shots[piece.shot - 1]),
    )


def seen_in_shot(shot: Shot) -> SeenShot:
    """Give what tastes know of a shot."""
    picture, sound = shot.picture, shot.sound
    return SeenShot(
        scale=shot.scale,
        movement=shot.movement,
        people=shot.people.count,
        faces=shot.people.faces,
        brightness=round(picture.brightness, 3),
        contrast=round(picture.contrast, 3),
        saturation=round(picture.saturation, 3),
        warmth=round(picture.warmth, 3),
        sharpness=round(picture.sharpness, 3),
        exposure=round(picture.exposure, 3),
        valence=round(shot.mood.valence.value, 3),
        arousal=round(shot.mood.arousal.value, 3),
        speech=0.0 if sound is None else round(sound.speech, 3),
        music=0.0 if sound is None else round(sound.music, 3),
        silence=1.0 if sound is None else round(sound.silence, 3),
        importance=round(shot.importance, 3),
    )


def shape_of(pieces: Sequence[SketchPiece]) -> str:
    """Give SHA-256, in hexadecimal, of what a cut shows, whatever was seen in it."""
    shape = [
        [one.film, one.start_seconds, one.seconds, one.joint, one.joint_seconds, one.lead_seconds]
        for one in pieces
    ]
    return hashlib.sha256(json.dumps(shape).encode("ascii")).hexdigest()


def _spans(film: FilmAnalysis) -> list[ShotSpan]:
    return [
        ShotSpan(
            shot.number,
            source_frame(shot.span.start_time, film.media),
            source_frame(shot.span.end_time_exclusive(), film.media),
        )
        for shot in film.shots
    ]


def _sketched(clip: EditClip, spot: Spot, films: Films) -> SketchPiece:
    medium = clip.medium if spot.medium is None else spot.medium
    film = films.get(medium.url)
    seen = None
    if film is not None and spot.medium is not None and spot.shot:
        seen = seen_in_shot(film.shots[spot.shot - 1])
    rate = spot.rate if spot.medium is not None else float(clip.rate)
    start = (spot.start - _first_frame(medium, spot)) / rate
    return SketchPiece(
        film=file_name(medium) or clip.name,
        start_seconds=round(max(0.0, start), 3),
        seconds=max(0.001, round(clip.seconds, 3)),
        joint=clip.joint,
        joint_seconds=round(clip.joint_seconds, 3),
        lead_seconds=round(clip.lead_seconds, 3),
        seen=seen,
    )


def _first_frame(medium: Medium, spot: Spot) -> float:
    """Give the first frame of a medium, where its clips count from there."""
    first = float(medium.start)
    return first if spot.start >= first else 0.0


def file_name(medium: Medium) -> str:
    """Give the name of a file, without its folder."""
    return base_of(medium.url) or medium.name or medium.reel
