"""How a taste in characters is learned: what the model tells of those whom somebody rated."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from bridge.animation.maker import CharacterMaker, identity_of
from bridge.animation.taste_features import NAMES, features
from bridge.schema.character import Character
from bridge.schema.codec import from_plain

_FORM: Final = 1
"""To be raised whenever a feature is measured otherwise under the same name."""


def features_version(maker: CharacterMaker) -> str:
    """Name the version of the features: another where a name or the model is another."""
    said = json.dumps([_FORM, NAMES, maker.version])
    return f"character-{_FORM}-{hashlib.sha256(said.encode('utf-8')).hexdigest()[:12]}"


def measure(maker: CharacterMaker, noun_json: str) -> list[float] | None:
    """Measure a character.

    Args:
        maker: the model.
        noun_json: a `Character` in JSON.

    Returns:
        [feature], as `bridge.animation.taste_features.NAMES` has them; None: other weights made
        them, and with these they would be somebody else.

    Raises:
        RequestError: it is no character.
    """
    character = from_plain(Character, json.loads(noun_json))
    if character.model_version not in ("", maker.version):
        return None
    return [float(value) for value in features(maker, identity_of(character)[None])[0]]
