"""An editor can move both ends of a piece, where its shot has frames to spare."""

from __future__ import annotations

import pytest

from bridge.film.cutting.proposing import propose
from bridge.schema.cutting import Habits
from tests.film.cutting.made_shoots import asked, film, scene


def handles(tables):
    """Give how much of its shot lies before and after each piece, and what could: seconds."""
    cut = propose(tables.shoot, tables.brief, versions=1)[0]
    spans = {shot.number: shot.span for shot in tables.shoot.shots}
    for piece in cut.pieces:
        span, shown = spans[piece.shot], piece.source
        head = (shown.start_time - span.start_time).to_seconds()
        tail = (span.end_time_exclusive() - shown.end_time_exclusive()).to_seconds()
        yield head, tail


@pytest.mark.parametrize("asks", [1.0, 2.0])
def test_a_piece_leaves_as_much_of_its_shot_as_is_asked_for(asks):
    tables = asked(film(*[scene(12.0)] * 6), seconds=18.0, habits=Habits(1, handle_seconds=asks))
    found = list(handles(tables))
    assert found
    assert all(min(pair) >= asks - 0.05 for pair in found if sum(pair) >= 2 * asks)


def test_a_piece_of_a_short_shot_lies_in_its_middle():
    found = handles(asked(film(*[scene(3.0)] * 8), seconds=12.0))
    assert all(min(pair) >= min(1.0, sum(pair) / 2) - 0.05 for pair in found)


def test_who_speaks_at_an_edge_of_a_shot_is_not_cut_off_for_it():
    talking = film(*[scene(6.0)] * 4, talk=tuple((6.0 * n + 0.1, 6.0 * n + 5.9) for n in range(4)))
    tables = asked(talking, seconds=20.0, style="interview", keep_speech=True)
    cut = propose(tables.shoot, tables.brief, versions=1)[0]
    for piece in cut.pieces:
        start, end = (
            time.to_seconds()
            for time in (piece.source.start_time, piece.source.end_time_exclusive())
        )
        assert not any(begin < edge < stop for begin, stop in tables.shoot.talk[0]
                       for edge in (start, end))  # fmt: skip
