"""The smallest parts of XML of Final Cut Pro 7."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def rate_element(rate: Fraction) -> Element:
    """Make `<rate>`: how many frames are counted in a second, and whether it is slowed."""
    element = ElementTree.Element("rate")
    add(element, "timebase", round(rate))
    add(element, "ntsc", boolean(rate.denominator == 1001))
    return element


def add(parent: Element, tag: str, told: object = "") -> Element:
    """Add an element with a text; empty: none."""
    child = ElementTree.SubElement(parent, tag)
    if told != "":
        child.text = _clean(str(told))
    return child


def boolean(told: bool) -> str:
    """Write yes or no as the form does."""
    return "TRUE" if told else "FALSE"


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
