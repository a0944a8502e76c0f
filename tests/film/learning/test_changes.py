"""Whatever an editor did to a cut is told as what it was."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.schema.layout import Change, Lane, Layout, Piece
from tests.film.learning.edits import clip, comparison, cut, kinds, medium, shots_of

FOUR = [clip(shot) for shot in range(4)]


def test_a_cut_that_was_left_alone_was_kept():
    found = comparison(cut(*FOUR), cut(*FOUR))
    assert kinds(found) == {number: ["kept"] for number in (1, 2, 3, 4)}


def test_frames_off_both_ends_are_counted():
    final = [*FOUR[:2], clip(2, 104, 86), FOUR[3]]
    (change,) = [one for one in comparison(cut(*FOUR), cut(*final)).changes if one.kind != "kept"]
    assert (change.kind, change.piece, change.head_frames, change.tail_frames) == (
        "trimmed", 3, -4, -10,
    )  # fmt: skip
    assert change.words == "4 frames off its beginning, 10 frames off its end"


def test_another_part_of_the_shot_is_a_slip():
    final = [FOUR[0], clip(1, 112), *FOUR[2:]]
    (change,) = [one for one in comparison(cut(*FOUR), cut(*final)).changes if one.kind != "kept"]
    assert (change.kind, change.words) == ("slipped", "shows its shot 12 frames later")


def test_a_slip_so_far_that_no_frame_is_left_is_still_one():
    final = [FOUR[0], clip(1, 200), *FOUR[2:]]
    assert kinds(comparison(cut(*FOUR), cut(*final)))[2] == ["slipped"]


def test_a_piece_in_the_place_of_another_replaces_it():
    final = [FOUR[0], clip(9), *FOUR[2:]]
    found = comparison(cut(*FOUR), cut(*final))
    assert kinds(found) == {1: ["kept"], 2: ["replaced"], 3: ["kept"], 4: ["kept"]}


def test_an_alternate_that_was_turned_on_replaces_what_lies_under_it():
    offered = clip(9, enabled=False, record=range(100, 200))
    final = cut(*FOUR, above=[replace(offered, enabled=True)])
    found = comparison(cut(*FOUR, above=[offered]), final)
    (change,) = [one for one in found.changes if one.kind == "replaced"]
    assert (change.piece, change.words) == (2, "replaced by an alternate, a.mov")


def test_a_piece_that_stands_elsewhere_was_moved_and_nothing_else():
    final = [FOUR[1], FOUR[2], FOUR[3], FOUR[0]]
    found = kinds(comparison(cut(*FOUR), cut(*final)))
    assert found == {1: ["moved"], 2: ["kept"], 3: ["kept"], 4: ["kept"]}


def test_what_is_gone_was_removed_and_what_is_new_added():
    found = kinds(comparison(cut(*FOUR), cut(FOUR[0], *FOUR[2:], clip(20))))
    assert found == {1: ["kept"], 2: ["removed"], 3: ["kept"], 4: ["kept"], None: ["added"]}


def test_what_was_turned_off_is_told_from_what_is_gone():
    off = cut(FOUR[0], replace(FOUR[1], enabled=False), *FOUR[2:])
    assert kinds(comparison(cut(*FOUR), off))[2] == ["disabled"]


def test_a_piece_that_something_was_laid_over_was_split():
    over = clip(30, record=range(140, 160), frames=20)
    found = kinds(comparison(cut(*FOUR), cut(*FOUR, above=[replace(over, record=range(140, 160))])))
    assert found == {1: ["kept"], 2: ["split"], 3: ["kept"], 4: ["kept"], None: ["added"]}


def test_a_razor_without_more_changes_nothing():
    final = [FOUR[0], clip(1, 100, 40), clip(1, 140, 60), *FOUR[2:]]
    assert kinds(comparison(cut(*FOUR), cut(*final)))[2] == ["kept"]


def test_a_shot_that_is_shown_twice_keeps_its_places():
    twice = [FOUR[0], clip(1), FOUR[2], clip(1), FOUR[3]]
    assert kinds(comparison(cut(*twice), cut(*twice[:1], *twice[2:])))[2] == ["removed"]
    assert kinds(comparison(cut(*twice), cut(*twice[:3], *twice[4:])))[4] == ["removed"]


def test_a_dissolve_in_place_of_a_cut_is_another_transition():
    found = comparison(cut(*FOUR), cut(*FOUR, joints={2: 10}))
    (change,) = [one for one in found.changes if one.kind != "kept"]
    assert (change.kind, change.piece) == ("transition", 3)
    assert change.words == "a cut became a dissolve of 0.40 s"


def test_a_dissolve_that_begins_at_the_cut_as_in_edit_lists_is_the_same_dissolve():
    centred = cut(*FOUR, joints={2: 10})
    lane = centred.lanes[0]
    before, after = lane.pieces[1], lane.pieces[2]
    begun = (
        lane.pieces[0],
        replace(before, record=range(100, 195)),
        replace(after, record=range(195, 300), source_start=after.source_start - 5),
        lane.pieces[3],
    )
    listed = Layout("cut", centred.rate, (Lane("Video", "V", begun, (Change(195, 0, 10),)),))
    assert set(map(tuple, kinds(comparison(centred, listed)).values())) == {("kept",)}


def test_sound_that_leads_is_told():
    def sounds(lead):
        first = clip(0, 100, 100 - lead, record=range(100 - lead))
        second = clip(1, 100 - lead, record=range(100 - lead, 200))
        return [first, second]

    pictures = FOUR[:2]
    found = comparison(cut(*pictures, sounds=sounds(0)), cut(*pictures, sounds=sounds(5)))
    (change,) = [one for one in found.changes if one.kind != "kept"]
    assert (change.kind, change.piece, change.words) == (
        "sound", 2, "its sound begins 0.20 s earlier",
    )  # fmt: skip


def test_sound_that_was_not_handed_back_was_not_changed():
    def sounds(lead):
        first = clip(0, 100, 100 - lead, record=range(100 - lead))
        return [first, clip(1, 100 - lead, record=range(100 - lead, 200))]

    found = comparison(cut(*FOUR[:2], sounds=sounds(5)), cut(*FOUR[:2]))
    assert kinds(found) == {1: ["kept"], 2: ["kept"]}


def test_another_rate_takes_no_frames_away():
    def at(rate, frame):
        return Fraction(round(frame * rate / 24))

    def said(rate, shots):
        film = replace(medium(start=0), count=None if rate != 24 else Fraction(100_000))
        pieces = []
        for shot in shots:
            first, last = at(rate, shot * 311), at(rate, shot * 311 + 97)
            piece = clip(0, of=film)
            piece = replace(
                piece, rate=Fraction(rate), source_start=first, record=range(int(last - first))
            )
            pieces.append(piece)
        return cut(*pieces, rate=Fraction(rate))

    found = comparison(said(24, range(6)), said(30, range(6)), {})
    assert set(map(tuple, kinds(found).values())) == {("kept",)}


def test_another_speed_is_told():
    fast = replace(clip(1, 100, 50), speed=Fraction(2))
    assert "speed" in kinds(comparison(cut(*FOUR), cut(FOUR[0], fast, *FOUR[2:])))[2]


@pytest.mark.parametrize(
    "renamed",
    [
        medium("a.mov", folder="/Volumes/Other"),
        medium("a.mov", start=0),
        medium("A.MXF", folder="C:\\proxies"),
        medium("", folder="", reel="A"),
    ],
    ids=["elsewhere", "counted from zero", "another ending", "a reel"],
)
def test_media_is_known_again(renamed):
    final = [clip(shot, of=renamed) for shot in (0, 1, 3)]
    if not renamed.name:
        final = [replace(one, medium=replace(renamed, url="", count=None)) for one in final]
    found = kinds(comparison(cut(*FOUR), cut(*final)))
    assert found == {1: ["kept"], 2: ["kept"], 3: ["removed"], 4: ["kept"]}


def test_a_reel_of_eight_letters_is_known_again_by_its_timecode():
    first, second = medium("A001C003_0101.mov"), medium("A001C003_0202.mov", start=500_000)
    was = [clip(0, of=first), clip(1, of=second), clip(2, of=first)]
    listed = [
        replace(
            one, name="", medium=replace(one.medium, url="", name="", reel="A001C003", count=None)
        )
        for one in was
    ]
    found = comparison(cut(*was), cut(listed[1], listed[2]), shots_of(first, second))
    assert kinds(found) == {1: ["removed"], 2: ["kept"], 3: ["kept"]}


def test_an_edit_list_that_was_read_at_another_rate_is_known_again():
    def counted(frame, rate):
        seconds, rest = divmod(int(frame), 25)
        return Fraction(seconds * rate + rest)

    final = [
        replace(
            one,
            source_start=counted(one.source_start, 30),
            rate=Fraction(30),
            medium=replace(one.medium, start=Fraction(0), count=None),
        )
        for one in (FOUR[0], FOUR[2], FOUR[3])
    ]
    found = comparison(cut(*FOUR), cut(*final, rate=Fraction(30)))
    assert kinds(found)[2] == ["removed"]
    assert found.match.now == {0: (0,), 2: (1,), 3: (2,)}


def test_timelines_of_other_films_have_nothing_in_common():
    other = [clip(shot, of=medium("b.mov")) for shot in range(3)]
    with pytest.raises(RequestError, match="nothing in common: no clip"):
        comparison(cut(*FOUR), cut(*other))


def test_another_cut_of_the_same_film_has_nothing_in_common():
    other = [clip(shot, 10, 20) for shot in range(40, 43)]
    with pytest.raises(RequestError, match="nothing in common: they show"):
        comparison(cut(FOUR[0]), cut(*other))


def test_an_empty_timeline_is_refused():
    empty = Layout("cut", Fraction(25), (Lane("Video", "V1", ()),))
    with pytest.raises(RequestError, match="final timeline shows nothing"):
        comparison(cut(*FOUR), empty)


EDITS = st.sampled_from(["kept", "trimmed", "slipped", "removed", "replaced", "transition"])
SMALL = st.integers(1, 40)


@st.composite
def edited_cuts(draw):
    """Draw a cut, what was made of it, and what that is called, piece by piece.

    What comes or goes stands between pieces that stay: of two that go side by side and one that
    comes nobody can say which it replaced.
    """
    count = draw(st.integers(2, 12))
    pieces = [clip(shot) for shot in draw(st.permutations(range(count)))]
    final, joints, told = [], {}, {}
    was_quiet = True
    for number, piece in enumerate(pieces):
        edit = draw(EDITS)
        is_loud = edit in ("removed", "replaced")
        if (is_loud and not was_quiet) or (edit == "transition" and not final):
            edit, is_loud = "kept", False
        was_quiet = not is_loud
        told[number + 1] = [edit]
        final += _edited(draw, edit, piece, number, len(final), joints)
    if not final:
        final, told = list(pieces), {number + 1: ["kept"] for number in range(count)}
    return cut(*pieces), cut(*final, joints=joints), told


def _edited(draw, edit, piece: Piece, number, place, joints):
    start, frames = piece.source_start, len(piece.record)
    if edit == "removed":
        return []
    if edit == "replaced":
        return [clip(50 + number)]
    if edit == "slipped":
        by = draw(SMALL) * draw(st.sampled_from([-1, 1]))
        return [replace(piece, source_start=start + by)]
    if edit == "trimmed":
        head, tail = draw(SMALL), draw(st.integers(0, 40))
        kept = frames - head - tail
        return [replace(piece, source_start=start + head, record=range(kept))]
    if edit == "transition":
        joints[place] = draw(st.integers(2, 20))
    return [piece]


@settings(max_examples=150, deadline=None)
@given(edited_cuts())
def test_random_edits_of_a_random_cut_are_told_as_what_they_were(drawn):
    proposed, final, told = drawn
    if all(kind in (["removed"], ["replaced"]) for kind in told.values()):
        return
    assert kinds(comparison(proposed, final)) == told


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(7)))
def test_no_more_pieces_are_called_moved_than_must_move(order):
    pieces = [clip(shot) for shot in range(7)]
    found = comparison(cut(*pieces), cut(*(pieces[place] for place in order)))
    moved = sum("moved" in told for told in kinds(found).values())
    longest = max(sum(1 for _ in run) for run in _rising(list(order)))
    assert moved == 7 - longest
    assert sorted(found.match.now.items()) == [(p, (order.index(p),)) for p in range(7)]


def _rising(order):
    """Give every rising sequence within an order."""
    found = [[]]
    for place in order:
        found += [[*run, place] for run in found if not run or run[-1] < place]
    return found
