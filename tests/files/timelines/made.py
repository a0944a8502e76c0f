"""Timelines made up at random, and how two are compared."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece
from bridge.schema.timecode import frame_number

RATES = {
    "23.976": (Fraction(24000, 1001), False),
    "24": (Fraction(24), False),
    "25": (Fraction(25), False),
    "29.97 DF": (Fraction(30000, 1001), True),
    "29.97 NDF": (Fraction(30000, 1001), False),
    "30": (Fraction(30), False),
    "50": (Fraction(50), False),
    "59.94": (Fraction(60000, 1001), False),
    "59.94 DF": (Fraction(60000, 1001), True),
    "60": (Fraction(60), False),
    "120": (Fraction(120), False),
}
SPEEDS = tuple(Fraction(text) for text in ("1", "1", "1", "2", "1/2", "5/4", "-1", "137/100", "0"))
NAMES = ("clip.mov", "Ämter & <1>.mov", "映画.mxf", "A001_C002_0101AB.mov")


@st.composite
def lanes(draw, rate, kind, number, *, speeds=SPEEDS, with_changes=True):
    pieces, changes, at = [], [], 0
    for place in range(draw(st.integers(1, 6))):
        hole = draw(st.sampled_from((0, 0, 0, 7, 1000)))
        length = draw(st.integers(24, 5000))
        name = draw(st.sampled_from(NAMES))
        first = draw(st.integers(0, 100_000))
        medium = Medium(
            name, f"/films/{place}/{name}", "file", "", Fraction(first), Fraction(40_000)
        )
        speed = draw(st.sampled_from(speeds))
        handle = draw(st.integers(100, 20_000))
        marks = ()
        if kind == "Video" and draw(st.booleans()):
            frame = draw(st.integers(0, length - 1))
            marks = (Mark(frame, 1, "why", "so that", "GREEN"),)
        start = at + hole
        pieces.append(
            Piece(name, range(start, start + length), Fraction(first + handle), rate, medium,
                  speed, marks=marks)
        )  # fmt: skip
        at = start + length
        if with_changes and len(pieces) > 1 and not hole and draw(st.booleans()):
            ends = draw(st.sampled_from(((4, 4), (0, 9), (9, 0), (3, 8))))
            changes.append(Change(start, *ends))
    return Lane(kind, f"{kind} {number}", tuple(pieces), tuple(changes))


@st.composite
def layouts(draw, name, *, videos=1, sounds=1, speeds=SPEEDS, with_changes=True):
    rate, drop_frame = RATES[name]
    start = frame_number(draw(st.sampled_from((0, 1, 10))), float(rate), drop_frame=drop_frame)
    made = [
        draw(lanes(rate, "Video", number, speeds=speeds, with_changes=with_changes))
        for number in range(1, videos + 1)
    ]
    made += [
        draw(lanes(rate, "Audio", number, speeds=(Fraction(1),), with_changes=False))
        for number in range(1, sounds + 1)
    ]
    return Layout("scene 7", rate, tuple(made), start, drop_frame, size=(1920, 1080))


def cuts(layout, *, tracks=None):
    """Give what must be the same, clip by clip."""
    return [
        (lane.kind, [
            (p.name, p.record, p.source_start, p.speed, p.rate, p.enabled,
             tuple((m.frame, m.name, m.comment) for m in p.marks))
            for p in lane.pieces
        ])
        for lane in (layout.lanes if tracks is None else tracks(layout))
    ]  # fmt: skip


def changes(layout):
    return [
        [(change.cut, change.before, change.after) for change in lane.changes]
        for lane in layout.lanes
    ]


def clock(layout):
    return (layout.rate, layout.drop_frame, layout.start)
