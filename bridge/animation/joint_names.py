"""Which joint of somebody else's skeleton is which of ours, told by names.

Known are those of Mixamo, Rigify, CMU, LAFAN1, Unreal's mannequin, Biped, MakeHuman, Poser's BVH,
KayKit, Mesh2Motion and 0 A.D.; whoever calls theirs otherwise tells them one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bridge.errors import RequestError
from bridge.schema.motion import JOINTS

_PREFIXES: Final = re.compile(r"^(mixamorig\d*:|def[-_]|org[-_]|bip\d*[ _]|neo_|b_|bn_)")
_SIDE_FIRST: Final = re.compile(r"^([lr])(?=[A-Z])")
"""Poser writes rHand."""
_SIDES: Final = re.compile(r"^(left|right)|[._\- ](left|right|l|r)$|^(l|r)[._\- ]|\.(l|r)(?=\.)")
_LIMBS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "UpLeg": (("upleg", "upperleg", "upperleg01", "thigh", "thighbone"), ("hip",)),
    "Leg": (("leg", "lowerleg", "lowerleg01", "shin", "calf", "knee"),),
    "Foot": (("foot", "ankle"),),
    "Toe": (("toe", "toebase", "toes", "ball", "toe0", "toe2-1", "toe1"),),
    "Arm": (("arm", "upperarm", "upperarm01", "uparm", "shldr"), ("shoulder",)),
    "ForeArm": (("forearm", "lowerarm", "lowerarm01", "elbow"),),
    "Hand": (("wrist",), ("hand",)),
    "Shoulder": (("clavicle", "collar", "collarbone"), ("shoulder", "shoulder01")),
}
"""Words for each joint of a limb; words further behind count where there are none of the first."""
_SPINE: Final = re.compile(
    r"^(lower|upper|mid)?(spine|chest|torso|back|abdomen|waist|belly)[\d_.\-]*$|^lowerback$"
)
_HIPS: Final = ("hips", "hip", "pelvis", "cog")
_NECK: Final = re.compile(r"^(lower|upper)?neck[\d_.\-]*$")
_NEEDED: Final = tuple(
    f"{side}{limb}"
    for side in ("Left", "Right")
    for limb in ("UpLeg", "Leg", "Foot", "Arm", "ForeArm")
)


def joint_names(
    joints: Sequence[str], parents: Sequence[int], told: Mapping[str, str] | None = None
) -> dict[str, tuple[int, ...]]:
    """Tell joints by their names.

    Args:
        joints: names of a skeleton.
        parents: of each joint; -1: none.
        told: by our names, theirs; what is left out is guessed.

    Returns:
        By our names, places in `joints`: one each, but for `Spine`, which has all joints from above
        the hips to the chest, upwards. Missing may be: spine, neck, head, toes, shoulders, hands.

    Raises:
        RequestError: hips, a leg or an arm cannot be told, or what was told is not there.
    """
    parts = [_parts(name) for name in joints]
    found: dict[str, tuple[int, ...]] = {}
    for side, letter in (("Left", "l"), ("Right", "r")):
        for limb, place in _limbs(parts, letter).items():
            found[side + limb] = (place,)
    found |= _middle(parts)
    if "Hips" not in found and {"LeftUpLeg", "RightUpLeg"} <= found.keys():
        found["Hips"] = (_common(parents, found["LeftUpLeg"][0], found["RightUpLeg"][0]),)
        found["Spine"] = tuple(set(found.get("Spine", ())) - set(found["Hips"]))
    found |= _told(joints, told or {})
    missing = [name for name in ("Hips", *_NEEDED) if found.get(name, (-1,)) == (-1,)]
    if missing:
        raise RequestError(
            f"no joint can be told to be {', '.join(missing)} among {', '.join(joints[:60])}; say"
            " which is which"
        )
    return found


def _middle(parts: Sequence[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    """Tell the joints that have no side."""
    words = [word if not side else "" for word, side in parts]
    found = {
        "Hips": [place for place, word in enumerate(words) if word in _HIPS][:1],
        "Spine": [place for place, word in enumerate(words) if _SPINE.match(word)],
        "Neck": [place for place, word in enumerate(words) if _NECK.match(word)][:1],
        "Head": [place for place, word in enumerate(words) if word == "head"][:1],
    }
    return {name: tuple(places) for name, places in found.items() if places}


def _parts(name: str) -> tuple[str, str]:
    """Take a name apart: the word, and the side as l, r or nothing."""
    plain = _PREFIXES.sub("", _SIDE_FIRST.sub(r"\1.", name.strip()).lower())
    side = _SIDES.search(plain)
    if side is None:
        return re.sub(r"[_\- ]", "", plain), ""
    letter = next(group for group in side.groups() if group)[0]
    word = plain[: side.start()] + plain[side.end() :]
    return re.sub(r"[_ ]|^\.|\.$", "", word), letter


def _limbs(parts: Sequence[tuple[str, str]], side: str) -> dict[str, int]:
    """Tell the joints of one side."""
    first: dict[str, int] = {}
    for place, (word, letter) in enumerate(parts):
        if letter == side:
            first.setdefault(word, place)
    found: dict[str, int] = {}
    for limb, choices in _LIMBS.items():
        for words in choices:
            places = [first[word] for word in words if word in first]
            places = [place for place in places if place not in found.values()]
            if places and limb not in found:
                found[limb] = places[0]
    return found


def _common(parents: Sequence[int], one: int, other: int) -> int:
    """Give the nearest joint that both hang on; -1: none."""
    above = set()
    while one >= 0:
        one = parents[one]
        above.add(one)
    while other >= 0 and other not in above:
        other = parents[other]
    return other


def _told(joints: Sequence[str], told: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Find joints that somebody has named."""
    for ours, theirs in told.items():
        if ours not in JOINTS:
            raise RequestError(f"{ours!r} is no joint; there are {', '.join(JOINTS)}")
        if theirs not in joints:
            raise RequestError(f"there is no joint {theirs!r} to be {ours}")
    return {ours: (list(joints).index(theirs),) for ours, theirs in told.items()}
