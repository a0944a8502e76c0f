"""The melody prior at run time."""

from __future__ import annotations

from typing import Final

from bridge.music.melody_events import LOUDNESSES, PITCHES

MODEL_NAME: Final = "music/melody_prior"
START_PITCH: Final = PITCHES
"""What stands for the event before the first one."""
START_LENGTH: Final = 0
UNKNOWN_LOUDNESS: Final = LOUDNESSES
"""What stands for the loudness of a printed note, and of none."""
