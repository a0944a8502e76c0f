"""What markers say of a cut."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from bridge.files.timelines.cut_joints import Meeting
from bridge.schema.cutting import Alternate, ArcPart, CutPiece
from bridge.schema.shot_words import short_name
from bridge.schema.shots import Shot

_MOST_NAMES: Final = 4
COLOURS: Final[dict[ArcPart, str]] = {
    "setup": "GREEN",
    "rise": "YELLOW",
    "climax": "RED",
    "release": "BLUE",
}
"""Of markers, by where in its story a piece stands."""


def piece_name(number: int, piece: CutPiece, shot: Shot) -> str:
    """Name a piece: `3 rise, shot 12 CU pan left`.

    Args:
        number: of the piece, from 1.
        piece: where it stands.
        shot: what it shows.
    """
    return f"{number} {piece.part}, shot {short_name(shot)}"


def piece_note(piece: CutPiece, meeting: Meeting, shot: Shot, rate: Fraction) -> str:
    """Say why a piece is there, and how it begins."""
    words = [piece.reason]
    if joint := joint_words(meeting, rate):
        words.append(joint)
    if shot.reason not in piece.reason:
        words.append(shot.reason)
    return "; ".join(words)


def joint_words(meeting: Meeting, rate: Fraction) -> str:
    """Say how a piece begins: `dissolve of 0.80 s`; nothing of a plain cut."""
    seconds = float(meeting.frames / rate)
    match meeting.joint:
        case "dissolve":
            return f"dissolve of {seconds:.2f} s"
        case "dip":
            return f"dips to black for {seconds:.2f} s"
        case "j_cut":
            return f"its sound begins {seconds:.2f} s earlier"
        case "l_cut":
            return f"the sound before lasts {seconds:.2f} s longer"
    return ""


def alternate_note(alternate: Alternate, shot: Shot) -> str:
    """Say what stands by: `or shot 12 CU pan left: a better take`."""
    return f"or shot {short_name(shot)}: {alternate.reason}"


def listed(names: Iterable[str]) -> str:
    """Name some things, each once, and count the rest: `a, b and 7 more`."""
    known = list(dict.fromkeys(names))
    if len(known) <= _MOST_NAMES:
        return ", ".join(known)
    return f"{', '.join(known[: _MOST_NAMES - 1])} and {len(known) - _MOST_NAMES + 1} more"
