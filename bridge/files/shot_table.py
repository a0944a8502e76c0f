"""Shots as a table that a spreadsheet reads: CSV, one row a shot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from bridge.schema.footage import WatchedFilm
from bridge.schema.shot_words import MOVEMENT_NAMES
from bridge.schema.shots import Shot
from bridge.schema.timecode import timecode_of

COLUMNS: Final = (
    "clip", "shot", "start_timecode", "end_timecode", "start_seconds", "duration_seconds",
    "first_frame", "frames", "begins_by", "transition_confidence", "scale", "scale_confidence",
    "movement", "movement_confidence", "people", "faces", "expression", "valence",
    "valence_spread", "arousal", "arousal_spread", "brightness", "sharpness", "exposure",
    "loudness_lufs", "speech", "music", "importance", "key_shot", "reason", "take", "best_take",
    "tags", "palette",
)  # fmt: skip
"""Headings of the table; times are from the first frame, shares and confidences 0..1."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


def shot_table(film: WatchedFilm) -> bytes:
    """Give a film's shots as the bytes of a CSV file, in UTF-8 with the mark that Excel wants."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(film))
    return stream.getvalue().encode("utf-8-sig", "replace")


def _rows(film: WatchedFilm) -> Iterator[list[str]]:
    for shot in film.analysis.shots:
        cells = {**_place(film, shot), **_findings(shot)}
        yield [_cell(cells[column]) for column in COLUMNS]


def _place(film: WatchedFilm, shot: Shot) -> dict[str, object]:
    """Say where a shot is."""
    media, span = film.analysis.media, shot.span
    return {
        "clip": film.path.name,
        "shot": shot.number,
        "start_timecode": timecode_of(span.start_time, media),
        "end_timecode": timecode_of(span.end_time_exclusive(), media),
        "start_seconds": span.start_time.to_seconds(),
        "duration_seconds": span.duration.to_seconds(),
        "first_frame": shot.first_frame,
        "frames": shot.frame_count,
    }


def _findings(shot: Shot) -> dict[str, object]:
    """Say what a shot is."""
    people, mood, sound = shot.people, shot.mood, shot.sound
    return {
        "begins_by": shot.begins.kind.replace("_", " "),
        "transition_confidence": shot.begins.confidence,
        "scale": shot.scale,
        "scale_confidence": shot.scale_confidence,
        "movement": MOVEMENT_NAMES[shot.movement],
        "movement_confidence": shot.movement_confidence,
        "people": people.count,
        "faces": people.faces,
        "expression": people.expression,
        "valence": mood.valence.value,
        "valence_spread": mood.valence.spread,
        "arousal": mood.arousal.value,
        "arousal_spread": mood.arousal.spread,
        "brightness": shot.picture.brightness,
        "sharpness": shot.picture.sharpness,
        "exposure": shot.picture.exposure,
        "loudness_lufs": None if sound is None else sound.loudness_lufs,
        "speech": None if sound is None else sound.speech,
        "music": None if sound is None else sound.music,
        "importance": shot.importance,
        "key_shot": shot.key_shot,
        "reason": shot.reason,
        "take": shot.take,
        "best_take": shot.best_take,
        "tags": ", ".join(shot.tags),
        "palette": " ".join(shot.picture.palette),
    }


def _cell(value: object) -> str:
    """Give a value as text: a name that looks like a formula is made harmless."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULAS) else text
