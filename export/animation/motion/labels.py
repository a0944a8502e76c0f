"""What clips show, and which belong together, told from their names."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

LABELS: Final[dict[str, str]] = {
    "walk": r"walk|strafe",
    "run": r"run|jog|sprint|charge|flee",
    "crouch": r"crouch|crawl|sneak",
    "idle": r"idle|listening|tired",
    "attack": r"attack|punch|slice|chop|stab|kick|shoot|jab|blast|fight|throw|aim|reload|captur",
    "defend": r"block|defend|dodge|^hit|^roll",
    "gather": r"gather|pick|interact|fixing|farm|seeding|slaughter",
    "carry": r"carry|push_",
    "cast": r"cast|spell|levitate|power|meditate|pray|healing",
    "dance": r"dance",
    "gesture": r"greet|bow|cheer|confus|reject|victory|angry|nod|talk|dizzy|shiver|promot|consume",
    "jump": r"jump|backflip",
    "sit": r"sit|driving|kneel",
    "lie": r"lie|sleep|pushup",
    "die": r"death",
    "swim": r"swim|flying",
}
"""By label, what names of clips have; a clip may have several."""
_VARIANTS: Final = frozenset(
    {
        *("rm", "loop", "fwd", "full", "long", "short", "rome", "celt", "thureo", "shield", "1h"),
        *("shieldarm", "shieldsmall", "smallshield", "2h", "enter", "exit", "start", "end", "pose"),
    }
)
"""Words that tell variants of a clip apart."""
_SHARES: Final = (("test", 0.1), ("validation", 0.2))
"""Up to where hashes go, 0..1; all else is trained on."""


def labels_of(name: str) -> tuple[str, ...]:
    """Say what a clip shows; nothing where its name does not tell."""
    plain = _plain(name)
    return tuple(label for label, words in LABELS.items() if re.search(words, plain))


def family_of(name: str, *, words: int) -> str:
    """Name what a clip is a variant of.

    Args:
        name: of the clip.
        words: so many first words of the name tell families apart.
    """
    kept = [
        word
        for word in re.split(r"[_\- /]+", _plain(name))
        if word
        and not word.isdigit()
        and len(word) > 1
        and re.sub(r"\d+$", "", word) not in _VARIANTS
    ]
    return "_".join(re.sub(r"\d+$", "", word) for word in kept[:words]) or _plain(name)


def part_of(family: str) -> str:
    """Say whether a family is for `train`, `validation` or `test`, whatever others there are."""
    share = int.from_bytes(sha256(family.encode()).digest()[:8]) / 2**64
    return next((part for part, end in _SHARES if share < end), "train")


def _plain(name: str) -> str:
    """Write a name small, with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_")
