"""Who trains on what: footage is split by what it shows, so models are judged on other people."""

from __future__ import annotations

import zlib
from typing import Final, Literal

Split = Literal["train", "validation", "test"]
"""What a piece of footage is for; a person, place or photograph is only in one of them."""

_VALIDATION_SHOTS: Final = frozenset(
    {
        *("asl_eat", "asl_night", "asl_sister"),  # the signer in the patterned jumper
        *("sam2_03_blocks", "mdn_flower", "intelgif_worker-zone-detection", "androidx_hdr10"),
    }
)
_TEST_SHOTS: Final = frozenset(
    {
        *("asl_book", "asl_learn", "asl_school", "asl_walk"),  # the signer in yellow
        *("asl_hungry", "asl_want"),  # the signer in stripes
        *("androidx_selfie", "carnd_highway2", "flutter_bee", "mdn_friday"),
        *("intel_car_2", "intel_car_15", "intelgif_store-aisle-detection"),
        *("intelgif_face-demographics-walking", "intelgif_face-demographics-walking-and-pause"),
        *("intelgif_head-pose-face-detection-male", "intelgif_head-pose-face-detection-female"),
        "intelgif_head-pose-face-detection-female-and-male",
        *("nasa_13013_a", "nasa_13013_b", "nasa_13013_c"),
        *("sam2_04_coffee", "sam2_05_default_juggle"),
    }
)
_RENDERED: Final = "_shot_"
"""In the name of every shot that we rendered, after the name of its scene."""


def shot_split(name: str) -> Split:
    """Say what a moving shot is for.

    Args:
        name: of its file, without folder and ending.
    """
    if _RENDERED in name:
        return still_split(shot_family(name))
    if name in _TEST_SHOTS:
        return "test"
    return "validation" if name in _VALIDATION_SHOTS else "train"


def shot_family(name: str) -> str:
    """Say what a moving shot has in common with others of the same place.

    Args:
        name: of its file, without folder and ending.
    """
    scene, rendered, _ = name.partition(_RENDERED)
    return scene if rendered else name.partition("_")[0]


def still_split(name: str) -> Split:
    """Say what a photograph, or a scene that was rendered, is for: 1 of 10 validates, 2 test.

    Args:
        name: of its file, without folder and ending; of the scene, where several shots show it.
            The four views of one panorama (`pano_city_2`) go together.
    """
    place = name[:-2] if name.startswith("pano_") else name
    lot = zlib.crc32(place.encode()) % 10
    if lot < 2:
        return "test"
    return "validation" if lot == 2 else "train"
