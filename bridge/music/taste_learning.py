"""How a taste in music is learned: what is measured on what somebody rated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Final

from bridge.music.rewards.measured import FEATURE_NORMS
from bridge.music.taste_features import NAMES, features
from bridge.schema.codec import from_plain
from bridge.schema.live import CALL_PART
from bridge.schema.notes import NoteSequence

_FORM: Final = 1
"""To be raised whenever a feature is measured otherwise under the same name."""


def features_version() -> str:
    """Name the version of the features: another where a name or a norm is another."""
    said = json.dumps([_FORM, NAMES, [FEATURE_NORMS[name] for name in NAMES]])
    return f"{_FORM}-{hashlib.sha256(said.encode('ascii')).hexdigest()[:12]}"


def measure(noun_json: str) -> list[float] | None:
    """Measure the melody of a result.

    Args:
        noun_json: a `NoteSequence` in JSON; of a take, only what Segue played is measured.

    Returns:
        [feature], as `bridge.music.taste_features.NAMES` has them; None: there is no melody.

    Raises:
        RequestError: it is no music.
    """
    music = from_plain(NoteSequence, json.loads(noun_json))
    ours = tuple(part for part in music.parts if part.name != CALL_PART)
    if any(part.notes for part in ours):
        music = replace(music, parts=ours)
    if not any(part.notes and not part.is_drums for part in music.parts):
        return None
    return [float(value) for value in features(music)]
