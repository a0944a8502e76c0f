"""Bins beside a sequence in XML of Final Cut Pro 7: each clip with its part of the media marked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bridge.files.timelines.fcp7_elements import add, boolean, rate_element
from bridge.schema.layout import Layout, Medium, Piece

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def with_bins(
    sequence: Element, layout: Layout, files: Mapping[tuple[Medium, Fraction], str]
) -> Element:
    """Give a project that holds a sequence and the bins beside it.

    Args:
        sequence: it comes first, as it describes the files.
        layout: of the sequence.
        files: names of the files that it describes; clips of others are left out.
    """
    project = ElementTree.Element("project")
    add(project, "name", layout.name)
    children = add(project, "children")
    children.append(sequence)
    number = 0
    for one in layout.bins:
        folder = add(children, "bin")
        add(folder, "name", one.name)
        inside = add(folder, "children")
        for piece in one.clips:
            if (piece.medium, piece.rate) in files:
                number += 1
                name = files[piece.medium, piece.rate]
                inside.append(_clip(piece, f"masterclip-{number}", name, layout.rate))
    return project


def _clip(piece: Piece, name: str, file: str, rate: Fraction) -> Element:
    """Make a clip of a whole file, with what is meant of it between in and out."""
    clip = ElementTree.Element("clip", id=name)
    first = int(piece.source_start - piece.medium.start)
    add(clip, "name", piece.name)
    add(clip, "duration", ceil(piece.medium.count or 1))
    clip.append(rate_element(piece.rate))
    add(clip, "in", first)
    add(clip, "out", first + max(1, round(piece.source_count(rate))))
    add(clip, "masterclipid", name)
    add(clip, "ismasterclip", boolean(True))
    track = add(add(add(clip, "media"), "video"), "track")
    item = ElementTree.SubElement(track, "clipitem", id=f"{name}-picture")
    add(item, "name", piece.name)
    add(item, "duration", ceil(piece.medium.count or 1))
    item.append(rate_element(piece.rate))
    add(item, "masterclipid", name)
    ElementTree.SubElement(item, "file", id=file)
    return clip
