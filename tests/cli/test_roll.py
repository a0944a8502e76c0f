from bridge.cli.roll import ASCII_INK, MELODY_ROWS, Window, draw, pitch_name, window_for
from bridge.schema.notes import Note, Part
from bridge.schema.performance import Bar
from tests.fakes import fake_bar


def bar_of(*notes, channel=0, ticks=1920):
    return Bar(0, ticks, 120.0, "C", (Part("x", channel, 0, notes),))


def row(bars, label, columns=16, window=None):
    rows = draw(bars, columns=columns, window=window or Window(60, 1), ink=ASCII_INK)
    return next(row.cells for row in rows if row.label == label)


def test_a_note_is_drawn_where_it_sounds():
    assert row([bar_of(Note(60, 480, 480))], "C4") == "|   #===.   .   "


def test_a_note_that_rings_on_is_cut_at_the_bar_line():
    assert row([bar_of(Note(60, 1800, 4000))], "C4") == "|   .   .   .  #"


def test_bars_are_drawn_beside_each_other():
    bars = [bar_of(Note(60, 0, 120)), bar_of(Note(60, 120, 120))]
    assert row(bars, "C4") == "#   .   .   .   |#  .   .   .   "


def test_a_bar_that_has_not_come_is_empty():
    assert row([None], "C4") == "|" + " " * 15


def test_drums_are_drawn_in_their_lanes():
    drums = bar_of(Note(36, 0, 60), Note(38, 480, 60), channel=9)
    assert row([drums], "kick") == "#   .   .   .   "
    assert row([drums], "snare") == "|   #   .   .   "


def test_the_bass_is_written_by_name():
    assert row([bar_of(Note(37, 480, 400), channel=1)], "bass") == "|   C#  .   .   "


def test_a_bar_in_three_four_has_three_beats():
    assert row([bar_of(ticks=1440)], "C4", columns=12) == "|   .   .   "


def test_the_window_holds_every_note_of_the_melody():
    bar = bar_of(Note(40, 0, 60), Note(90, 0, 60))
    window = window_for([bar], current=None)
    assert window.holds([40, 90])
    assert window.semitones_per_row == -(-51 // MELODY_ROWS)


def test_the_window_stays_where_it_is_as_long_as_it_can():
    window = window_for([bar_of(Note(60, 0, 60))], current=None)
    assert window_for([bar_of(Note(62, 0, 60))], current=window) is window


def test_every_row_is_as_wide_as_the_bars():
    rows = draw([fake_bar(0), None], columns=32, window=Window(58, 1), ink=ASCII_INK)
    assert {len(row.cells) for row in rows} == {64}


def test_middle_c_is_c4():
    assert pitch_name(60) == "C4"
