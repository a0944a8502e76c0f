"""Make one description of a shot from the rows of its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError
from bridge.film.look.direction import direction, follow
from bridge.film.look.key_frame import best_row
from bridge.film.look.mood import EXPRESSIONS, MoodSigns, mood
from bridge.film.look.palette import palette
from bridge.film.look.scale import SCALES
from bridge.film.look.things import THINGS
from bridge.film.look.words import (
    SCALE_WORDS,
    colour_words,
    light_words,
    mood_words,
    people_word,
    seen_words,
)
from bridge.schema.shots import Box, People, Picture

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange

    from bridge.schema.arrays import AnyArray
    from bridge.schema.shots import Mood, ShotScale

_SEEN_LEAST: Final = 0.35
"""Share of a shot in which somebody is seen, from which the shot has a scale."""
_THING_LEAST: Final = 0.34
"""Share of a shot in which a thing is seen, from which it is a word."""
_EXPRESSION_LEAST: Final = 0.4
"""Mean probability from which an expression is named."""
_FEW: Final = 3
"""Pictures from which it is known how much moves; the first is compared with another shot."""
_ALL_MOVES: Final = 0.12
"""Change of luma from picture to picture at which everything moves."""
_SOFT: Final = 0.2
"""Sharpness below which a shot is called out of focus."""


@dataclass(frozen=True, slots=True)
class ShotLook:
    """What a shot looks like."""

    scale: ShotScale
    """How near the people are."""
    scale_confidence: float
    """0..1."""
    people: People
    """Who is seen."""
    picture: Picture
    """How it looks."""
    mood: Mood
    """What it may feel like."""
    embedding: tuple[float, ...]
    """128 numbers of length 1: nearby means alike."""
    tags: tuple[str, ...]
    """Words to find it by."""
    key_frame: RationalTime
    """The frame that shows it best."""
    outline: int
    """64 bits of the key frame's light and dark; takes of one framing differ in few of them."""
    frontal: float
    """0..1: how much of the time a face looks toward us."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a shot beside its pictures."""

    span: TimeRange
    """Where in the film it is."""
    rate: float
    """Units a second of the film's clock."""
    motion: float | None = None
    """How much moves, 0..1; None: as its pictures differ."""
    loudness_lufs: float | None = None
    """Of its sound."""


def gather(rows: AnyArray, context: Context) -> ShotLook:
    """Describe a shot.

    Args:
        rows: of its pictures, or of the nearest one, as `samples.FIELDS` says.
        context: what else is known.

    Raises:
        RequestError: there are no rows.
    """
    if len(rows) == 0:
        raise RequestError("nothing was seen of this film; show its frames to the watcher first")
    picture = _picture(rows)
    people = _people(rows)
    felt = mood(picture, _signs(rows, context))
    scale, confidence = _scale(rows)
    best = best_row(rows)
    return ShotLook(
        scale=scale,
        scale_confidence=confidence,
        people=people,
        picture=picture,
        mood=felt,
        embedding=_embedding(rows),
        tags=_tags(rows, scale, people, felt),
        key_frame=_key_time(float(rows["at"][best]), context),
        outline=int(rows["outline"][best]),
        frontal=float(rows["frontal"].astype(float).mean()),
    )


def _picture(rows: AnyArray) -> Picture:
    """Average the light and colour; sharpness is that of the sharper half, as motion blurs."""
    import numpy as np

    means = rows["picture"].mean(0, dtype=np.float64)
    sharper = np.sort(rows["picture"][:, 4])[len(rows) // 2 :].mean()
    brightness, contrast, saturation, warmth, _, exposure = means.tolist()
    return Picture(
        brightness=brightness,
        contrast=contrast,
        saturation=saturation,
        warmth=warmth,
        sharpness=float(sharper),
        exposure=exposure,
        palette=palette(rows["colours"].astype(np.float32)),
    )


def _people(rows: AnyArray) -> People:
    """Say who is seen in a usual picture of the shot."""
    import numpy as np

    boxes = rows["people_boxes"].astype(np.float32)
    if not (rows["people_boxes"][:, 0, 3] > 0).any():
        boxes = rows["face_boxes"].astype(np.float32)
    path = follow(boxes)
    subject = None
    if 2 * len(path) >= len(rows):
        across, down, width, height = path[:, 1:].mean(0).tolist()
        subject = Box(max(0.0, across - width / 2), max(0.0, down - height / 2), width, height)
    return People(
        count=int(np.median(rows["people"])),
        faces=int(np.median(rows["faces"])),
        expression=_expression(rows),
        subject=subject,
        direction=direction(path) if subject is not None else "still",
    )


def _expression(rows: AnyArray) -> str:
    """Name the commonest expression of the largest face; empty where none is clear."""
    clear = rows["expressions"][rows["expressed"]]
    if 4 * len(clear) < len(rows) or len(clear) == 0:
        return ""
    shares = clear.astype(float).mean(0)
    best = int(shares.argmax())
    return EXPRESSIONS[best] if shares[best] >= _EXPRESSION_LEAST else ""


def _scale(rows: AnyArray) -> tuple[ShotScale, float]:
    """Let the pictures vote, each as far as it is sure."""
    shares = rows["scale"].astype(float).mean(0)
    seen = shares[:6].sum()
    if seen < _SEEN_LEAST:
        return "none", float(shares[6])
    best = int(shares[:6].argmax())
    return SCALES[best], float(shares[best])


def _embedding(rows: AnyArray) -> tuple[float, ...]:
    """Average the directions of all pictures."""
    import numpy as np

    mean = rows["embedding"].astype(np.float64).mean(0)
    unit = mean / max(1e-9, float(np.linalg.norm(mean)))
    return tuple(unit.tolist())


def _signs(rows: AnyArray, context: Context) -> MoodSigns:
    """Collect what tells of the mood."""
    clear = rows["expressions"][rows["expressed"]].astype(float)
    return MoodSigns(
        expressions=tuple(clear.mean(0).tolist()) if len(clear) else None,
        face_share=len(clear) / len(rows),
        motion=_motion(rows) if context.motion is None else context.motion,
        seconds=context.span.duration.to_seconds(),
        loudness_lufs=context.loudness_lufs,
    )


def _motion(rows: AnyArray) -> float | None:
    """Say how much moves, by how pictures differ; None where there is only one."""
    if len(rows) < _FEW:
        return None
    return min(1.0, float(rows["change"][1:].mean()) / _ALL_MOVES)


def _tags(rows: AnyArray, scale: ShotScale, people: People, felt: Mood) -> tuple[str, ...]:
    """Give words to find the shot by, each once."""
    import numpy as np

    means = rows["picture"].mean(0)
    words = [
        *SCALE_WORDS[scale],
        people_word(people.count),
        *([people.expression] if people.expression else []),
        *_thing_words(rows),
        *seen_words(_mean_classes(rows)),
        *light_words(float(means[0]), float(rows["dark"].mean()), float(rows["sky"].mean())),
        *colour_words(_shot_colours(rows["colours"].astype(np.float32)), float(means[2])),
        *mood_words(felt),
        *(["out of focus"] if means[4] < _SOFT else []),
    ]
    return tuple(dict.fromkeys(words))


def _shot_colours(colours: AnyArray) -> AnyArray:
    """Give the colours of all pictures in shares of the shot."""
    rows: AnyArray = colours.reshape(-1, 4).copy()
    rows[:, 3] /= len(colours)
    return rows


def _thing_words(rows: AnyArray) -> list[str]:
    """Name the things that are seen in a third of the shot, the commonest first."""
    counts: dict[int, int] = {}
    for kinds in rows["thing_kinds"]:
        for kind in {int(kind) for kind in kinds if kind > 0}:
            counts[kind] = counts.get(kind, 0) + 1
    common = [kind for kind, count in counts.items() if count >= _THING_LEAST * len(rows)]
    return [THINGS[kind] for kind in sorted(common, key=lambda kind: -counts[kind])]


def _mean_classes(rows: AnyArray) -> dict[int, float]:
    """Average the probabilities of the classes that were kept."""
    sums: dict[int, float] = {}
    for numbers, shares in zip(rows["class_numbers"], rows["class_shares"], strict=True):
        for number, share in zip(numbers.tolist(), shares.tolist(), strict=True):
            sums[number] = sums.get(number, 0.0) + share
    return {number: total / len(rows) for number, total in sums.items()}


def _key_time(at: float, context: Context) -> RationalTime:
    """Give the key frame's time; the span's first frame where its picture is outside."""
    from opentimelineio.opentime import RationalTime

    found = RationalTime(at, context.rate)
    span = context.span
    inside = span.start_time <= found < span.end_time_exclusive()
    return found if inside else span.start_time
