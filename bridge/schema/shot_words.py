"""Shots in words: for markers, tables and pages."""

from __future__ import annotations

from typing import Final

from bridge.schema.shots import CameraMovement, Shot, ShotScale

SCALE_NAMES: Final[dict[ShotScale, str]] = {
    "ECU": "extreme close-up",
    "CU": "close-up",
    "MCU": "medium close-up",
    "MS": "medium shot",
    "FS": "full shot",
    "LS": "long shot",
    "none": "nobody",
}
"""What each scale is called."""
MOVEMENT_NAMES: Final[dict[CameraMovement, str]] = {
    "static": "static",
    "pan_left": "pan left",
    "pan_right": "pan right",
    "tilt_up": "tilt up",
    "tilt_down": "tilt down",
    "push_in": "push in",
    "pull_out": "pull out",
    "roll": "roll",
    "handheld": "handheld",
}
"""What each movement of the camera is called."""


def short_name(shot: Shot) -> str:
    """Give a shot in a few words: `3 CU pan left`."""
    scale = "" if shot.scale == "none" else f" {shot.scale}"
    return f"{shot.number}{scale} {MOVEMENT_NAMES[shot.movement]}"


def transition_words(shot: Shot) -> str:
    """Say how a shot begins: `dissolve of 0.83 s, 93 % sure`."""
    begins = shot.begins
    if begins.kind == "start":
        return "the film begins"
    kind = begins.kind.replace("_", " ")
    seconds = begins.span.duration.to_seconds()
    length = f" of {seconds:.2f} s" if seconds else ""
    return f"{kind}{length}, {begins.confidence:.0%} sure"


def note(shot: Shot) -> str:
    """Say in a line what was seen and heard in a shot, and how it begins."""
    people = shot.people.count
    seen = [
        f"begins by {transition_words(shot)}" if shot.begins.kind != "start" else "begins the film",
        SCALE_NAMES[shot.scale],
        MOVEMENT_NAMES[shot.movement],
        f"{people} {'person' if people == 1 else 'people'}" if people else "",
        mood_words(shot),
        f"importance {shot.importance:.2f}: {shot.reason}",
        "best take" if shot.best_take else f"another take of group {shot.take} is better",
    ]
    return "; ".join(word for word in seen if word)


def mood_words(shot: Shot) -> str:
    """Give a shot's mood with how far off it may be."""
    valence, arousal = shot.mood.valence, shot.mood.arousal
    return (
        f"valence {valence.value:+.1f} ± {valence.spread:.1f},"
        f" arousal {arousal.value:+.1f} ± {arousal.spread:.1f}"
    )
