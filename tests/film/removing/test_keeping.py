"""What stays and what goes of a film are all of it, each frame once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.film.removing.keeping import kept_parts, removed_parts
from bridge.schema.removal import Unwanted

parts = st.lists(
    st.tuples(st.integers(0, 199), st.integers(1, 60)).map(
        lambda part: Unwanted(range(part[0], min(200, part[0] + part[1])), "bad", "black")
    ),
    max_size=8,
)


@given(parts)
def test_every_frame_stays_or_goes(unwanted):
    kept = kept_parts(200, unwanted, shortest=5)
    gone = [frames for frames, _ in removed_parts(200, kept, unwanted)]
    assert sorted(frame for part in (*kept, *gone) for frame in part) == list(range(200))
    wanted = set(range(200)).difference(*(one.frames for one in unwanted))
    assert all(frame in wanted for part in kept for frame in part)
    assert all(len(part) >= 5 for part in kept)


def test_a_film_with_nothing_unwanted_stays_whole():
    assert kept_parts(3, [], shortest=5) == [range(3)]
    assert removed_parts(3, [range(3)], []) == []


def test_parts_that_overlap_go_together_with_both_reasons():
    black, silent = Unwanted(range(10, 30), "bad", "black"), Unwanted(range(20, 40), "silence", "s")
    kept = kept_parts(100, [silent, black], shortest=5)
    assert kept == [range(10), range(40, 100)]
    assert removed_parts(100, kept, [black, silent]) == [(range(10, 40), (black, silent))]
