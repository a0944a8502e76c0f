"""What materials look like in a file: plain colours, whatever the renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.errors import check_range

_NAIL: Final = (0.96, 0.82, 0.80)
_NAIL_SHARE: Final = 0.4
_OTHERS: Final = {
    "mouth": ((0.55, 0.20, 0.20), 0.45),
    "eyes": ((0.93, 0.92, 0.90), 0.25),
    "irises": ((0.30, 0.22, 0.14), 0.15),
    "pupils": ((0.02, 0.02, 0.02), 0.10),
}
"""Colour in sRGB, and roughness, by material."""
_PLAIN: Final = ((0.8, 0.8, 0.8), 0.6)
_SKIN_ROUGHNESS: Final = 0.55


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in sRGB."""

    red: float
    """0..1."""
    green: float
    """0..1."""
    blue: float
    """0..1."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            check_range(name, getattr(self, name), 0.0, 1.0)

    def linear(self) -> tuple[float, float, float]:
        """Give it as light, as renderers reckon."""
        return _light(self.red), _light(self.green), _light(self.blue)

    def mixed(self, other: Colour, share: float) -> Colour:
        """Go so far of the way to another colour, 0..1."""
        ours, theirs = (self.red, self.green, self.blue), (other.red, other.green, other.blue)
        return Colour(*(a + (b - a) * share for a, b in zip(ours, theirs, strict=True)))


SKIN: Final = Colour(0.78, 0.58, 0.46)
"""Skin when nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a material takes light; nothing of a body is metal."""

    colour: Colour
    roughness: float
    """0: a mirror, 1: chalk."""


def look_of(material: str, skin: Colour) -> Look:
    """Say what a material looks like on somebody of that skin."""
    if material == "skin":
        return Look(skin, _SKIN_ROUGHNESS)
    if material == "nails":
        return Look(skin.mixed(Colour(*_NAIL), _NAIL_SHARE), _SKIN_ROUGHNESS / 2)
    colour, roughness = _OTHERS.get(material, _PLAIN)
    return Look(Colour(*colour), roughness)


def _light(value: float) -> float:
    """Undo the curve of sRGB."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
