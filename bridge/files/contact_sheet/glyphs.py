"""Small signs beside a shot: how near people are, what the camera does, what it feels like."""

from __future__ import annotations

from typing import Final

from bridge.files.contact_sheet.colours import mood_colour
from bridge.schema.shots import CameraMovement, Mood, ShotScale

_FIGURES: Final[dict[ShotScale, tuple[float, float]]] = {
    "ECU": (8.2, 10.5),
    "CU": (4.6, 8.0),
    "MCU": (3.2, 7.0),
    "MS": (2.1, 5.6),
    "FS": (1.05, 4.0),
    "LS": (0.5, 9.6),
}
"""How many units a head's radius is, and how far below the top its middle, in a frame of 18."""
_HORIZON: Final = "M0 12.5H28M4 12.5l5-5 4 4 4-6 7 7"
_MOVEMENTS: Final[dict[CameraMovement, str]] = {
    "static": "M11 6h6v6h-6z",
    "pan_left": "M21 9H7m5-5L7 9l5 5",
    "pan_right": "M7 9h14m-5-5 5 5-5 5",
    "tilt_up": "M14 16V2m-5 5 5-5 5 5",
    "tilt_down": "M14 2v14m-5-5 5 5 5-5",
    "push_in": "M4 2l6 4m0-4v4H6M24 2l-6 4m0-4v4h4M4 16l6-4m0 4v-4H6M24 16l-6-4m0 4v-4h4",
    "pull_out": "M10 7 4 3m0 4V3h4M18 7l6-4m0 4V3h-4M10 11l-6 4m0-4v4h4M18 11l6 4m0-4v4h-4",
    "roll": "M20 9a6 6 0 1 1-2-4.5M18.6 1v4h-4",
    "handheld": "M4 9c2-5 4-5 5 0s3 5 5 0 4-5 5 0 3 5 5 0",
}


def scale_glyph(scale: ShotScale) -> str:
    """Draw how much of a person fits into the picture; an empty landscape: nobody is seen."""
    if scale == "none":
        inside = f'<path class="line" d="{_HORIZON}"/>'
    else:
        size, top = _FIGURES[scale]
        inside = (
            f'<g transform="translate(14 {top}) scale({size})"><circle r="1"/>'
            '<path d="M-.45 1.1h.9l.1.5c1 .1 1.5.5 1.6 1.5l.25 3.2h-.7L1.4 3.9v3.3l.3 5.4H.5L0 8.3'
            'l-.5 4.3h-1.2l.3-5.4V3.9l-.3 2.4h-.7l.25-3.2c.1-1 .6-1.4 1.6-1.5z"/></g>'
        )
    return (
        f'<svg class="glyph scale" viewBox="0 0 28 18"><svg width="28" height="18">{inside}</svg>'
        '<rect class="line" x=".5" y=".5" width="27" height="17" rx="1.5"/></svg>'
    )


def movement_glyph(movement: CameraMovement) -> str:
    """Draw what the camera does."""
    return (
        '<svg class="glyph" viewBox="0 0 28 18">'
        f'<path class="line" d="{_MOVEMENTS[movement]}"/></svg>'
    )


def mood_glyph(mood: Mood) -> str:
    """Draw a mood as a dot: pleasant to the right, exciting above; its halo is the uncertainty."""
    across = 9 + 8 * mood.valence.value
    above = 9 - 8 * mood.arousal.value
    spread = 8 * (mood.valence.spread + mood.arousal.spread) / 2
    colour = mood_colour(mood, lift=0.14)
    return (
        '<svg class="glyph mood" viewBox="0 0 18 18"><path class="line faint" d="M9 0v18M0 9h18"/>'
        f'<circle cx="{across:.1f}" cy="{above:.1f}" r="{max(2.6, spread):.1f}" fill="{colour}"'
        f' opacity=".3"/>'
        f'<circle cx="{across:.1f}" cy="{above:.1f}" r="2.6" fill="{colour}"/></svg>'
    )
