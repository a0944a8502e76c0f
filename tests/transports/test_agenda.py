from hypothesis import given
from hypothesis import strategies as st

from bridge.transports.agenda import Agenda
from bridge.transports.base import MAIN_OUTPUT, TimedMessage, TimedNote
from tests.fakes import Receiver

FOREVER_NS = 1 << 60


@st.composite
def timed_notes(draw):
    """Give notes that crowd each other: few pitches, short times."""
    count = draw(st.integers(0, 30))
    notes = []
    for note_id in range(count):
        on_ns = draw(st.integers(0, 100))
        notes.append(
            TimedNote(
                note_id=note_id,
                channel=draw(st.sampled_from((0, 1, 9))),
                pitch=draw(st.integers(60, 63)),
                velocity=draw(st.integers(1, 127)),
                on_ns=on_ns,
                off_ns=on_ns + draw(st.integers(1, 60)),
            )
        )
    return tuple(notes)


def note(note_id=0, pitch=60, on_ns=0, off_ns=10):
    return TimedNote(note_id, 0, pitch, 80, on_ns, off_ns)


def take(agenda, until_ns, now_ns=0, latest_ns=FOREVER_NS):
    due = agenda.take_due(until_ns, now_ns=now_ns, latest_ns=latest_ns)
    return [payload.hex(" ") for _, _, payload in due]


def test_a_note_goes_out_as_an_on_and_an_off():
    agenda = Agenda()
    agenda.add([note()])
    assert take(agenda, FOREVER_NS) == ["90 3c 50", "80 3c 40"]


def test_nothing_goes_out_before_its_time():
    agenda = Agenda()
    agenda.add([note(on_ns=5)])
    assert take(agenda, 5) == []
    assert take(agenda, 6) == ["90 3c 50"]


def test_at_one_moment_offs_go_first_then_messages_then_ons():
    agenda = Agenda()
    agenda.add([note(0, off_ns=10), note(1, on_ns=10, off_ns=20)])
    agenda.add(messages=[TimedMessage(10, bytes((0xC0, 5)))])
    assert take(agenda, 11) == ["90 3c 50", "80 3c 40", "c0 05", "90 3c 50"]


def test_a_key_that_is_struck_again_is_let_go_first():
    agenda = Agenda()
    agenda.add([note(0, off_ns=10), note(1, on_ns=5, off_ns=20)])
    assert take(agenda, 6) == ["90 3c 50", "80 3c 40", "90 3c 50"]


def test_the_off_of_a_note_that_was_cut_short_does_not_cut_its_successor():
    agenda = Agenda()
    agenda.add([note(0, off_ns=10), note(1, on_ns=5, off_ns=20)])
    take(agenda, 6)
    assert take(agenda, 15) == []
    assert take(agenda, 21) == ["80 3c 40"]


def test_a_note_that_comes_too_late_is_not_sent_and_neither_is_its_off():
    agenda = Agenda()
    agenda.add([note(off_ns=300)])
    assert take(agenda, 200, now_ns=200, latest_ns=100) == []
    assert take(agenda, FOREVER_NS) == []
    assert agenda.dropped == 1


def test_silence_ends_what_sounds_and_puts_the_pedals_up():
    agenda = Agenda()
    agenda.add([note()])
    take(agenda, 5)
    agenda.silence(forget=False)
    assert take(agenda, 5) == ["b0 40 00", "80 3c 40", "b0 7b 00"]


def test_after_a_panic_the_music_goes_on():
    agenda = Agenda()
    agenda.add([note(0), note(1, on_ns=50, off_ns=60)])
    take(agenda, 5)
    agenda.silence(forget=False)
    take(agenda, 5)
    assert take(agenda, FOREVER_NS) == ["90 3c 50", "80 3c 40"]


def test_after_a_stop_nothing_comes():
    agenda = Agenda()
    agenda.add([note(0), note(1, on_ns=50, off_ns=60)])
    take(agenda, 5)
    agenda.silence(forget=True)
    take(agenda, 5)
    assert take(agenda, FOREVER_NS) == []


def test_silence_is_told_when_the_wire_confirms():
    agenda = Agenda()
    written = agenda.silence(forget=True)
    take(agenda, 0)
    assert not written.is_set()
    agenda.confirm()
    assert written.is_set()


def test_ends_are_repeated_only_for_keys_that_are_still_up():
    agenda = Agenda()
    agenda.add([note(0, 60), note(1, 62), note(2, 62, on_ns=20, off_ns=40)])
    take(agenda, 30)
    agenda.repeat_ends()
    assert take(agenda, 30) == ["80 3c 40"]


def test_a_new_wire_begins_with_the_ends_of_what_a_lost_one_left_and_the_programs():
    agenda = Agenda()
    agenda.add([note()], [TimedMessage(0, bytes((0xC0, 33)))])
    take(agenda, 5)
    agenda.owe(agenda.sounding())
    repaid = [payload.hex(" ") for _, payload in agenda.repayment()]
    assert repaid == ["b0 40 00", "80 3c 40", "b0 7b 00", "c0 21"]


def test_who_listens_again_late_hears_the_ends_of_what_a_lost_wire_left():
    agenda = Agenda()
    agenda.add([note(0, 60), note(1, 62)])
    take(agenda, 5)
    agenda.owe(agenda.sounding())
    agenda.repayment()
    take(agenda, 30)
    agenda.add([note(2, 62, on_ns=40, off_ns=50)])
    take(agenda, 60)
    agenda.repeat_debts()
    assert take(agenda, 60) == ["80 3c 40"]


def test_debts_that_were_paid_in_a_silence_are_repeated_to_who_listens_late():
    agenda = Agenda()
    agenda.silence(forget=False, debts=((MAIN_OUTPUT, 0, 60),))
    take(agenda, 5)
    agenda.repeat_debts()
    assert take(agenda, 5) == ["80 3c 40"]


def test_a_wire_that_never_played_owes_nothing():
    assert Agenda().repayment() == []


@given(notes=timed_notes(), stop_ns=st.integers(0, 200), step_ns=st.integers(1, 50))
def test_every_on_has_its_off_whenever_it_is_stopped(notes, stop_ns, step_ns):
    agenda, receiver = Agenda(), Receiver()
    agenda.add(notes)
    for now_ns in range(0, stop_ns, step_ns):
        receiver.hear(p for _, _, p in agenda.take_due(now_ns, now_ns=now_ns, latest_ns=20))
    agenda.silence(forget=True)
    receiver.hear(p for _, _, p in agenda.take_due(stop_ns, now_ns=stop_ns, latest_ns=20))
    assert receiver.down == {}


@given(notes=timed_notes(), panic_ns=st.integers(0, 200))
def test_every_on_has_its_off_after_a_panic(notes, panic_ns):
    agenda, receiver = Agenda(), Receiver()
    agenda.add(notes)
    receiver.hear(p for _, _, p in agenda.take_due(panic_ns, now_ns=0, latest_ns=FOREVER_NS))
    agenda.silence(forget=False)
    receiver.hear(p for _, _, p in agenda.take_due(panic_ns, now_ns=panic_ns, latest_ns=FOREVER_NS))
    assert receiver.down == {}
    receiver.hear(p for _, _, p in agenda.take_due(FOREVER_NS, now_ns=0, latest_ns=FOREVER_NS))
    assert receiver.down == {}


@given(notes=timed_notes())
def test_no_key_is_struck_while_it_is_down(notes):
    agenda = Agenda()
    agenda.add(notes)
    down = set()
    for _, _, payload in agenda.take_due(FOREVER_NS, now_ns=0, latest_ns=FOREVER_NS):
        key = (payload[0] & 0x0F, payload[1])
        if payload[0] & 0xF0 == 0x90:
            assert key not in down
            down.add(key)
        else:
            down.remove(key)


@given(notes=timed_notes())
def test_every_note_is_reported_on_and_off_once(notes):
    agenda = Agenda()
    agenda.add(notes)
    agenda.take_due(FOREVER_NS, now_ns=0, latest_ns=FOREVER_NS)
    reports = agenda.reports()
    assert sorted(r.note_id for r in reports if r.is_on) == [n.note_id for n in notes]
    assert sorted(r.note_id for r in reports if not r.is_on) == [n.note_id for n in notes]


# --- several outputs


def on_port(port, note_id=0, pitch=60, on_ns=0, off_ns=10):
    return TimedNote(note_id, 0, pitch, 80, on_ns, off_ns, port=port)


def sent(agenda, until_ns=FOREVER_NS):
    due = agenda.take_due(until_ns, now_ns=0, latest_ns=FOREVER_NS)
    return [(port, payload.hex(" ")) for _, port, payload in due]


def test_the_same_key_may_sound_at_two_ports_at_once():
    agenda = Agenda(("midi_out", "bass"))
    agenda.add([on_port("midi_out", 0), on_port("bass", 1, on_ns=5, off_ns=20)])
    assert sent(agenda) == [
        ("midi_out", "90 3c 50"),
        ("bass", "90 3c 50"),
        ("midi_out", "80 3c 40"),
        ("bass", "80 3c 40"),
    ]


def test_what_is_meant_for_a_port_that_is_not_there_goes_to_the_first():
    agenda = Agenda(("midi_out", "bass"))
    agenda.add([on_port("tuba")], [TimedMessage(0, b"\xc0\x05", port="tuba")])
    assert {port for port, _ in sent(agenda)} == {"midi_out"}


def test_what_is_sent_at_once_to_a_port_that_is_not_there_is_dropped():
    agenda = Agenda(("midi_out", "control_out"))
    agenda.send("tuba", [b"\xb0\x01\x01"])
    agenda.send("control_out", [b"\xb0\x02\x02"])
    assert sent(agenda) == [("control_out", "b0 02 02")]


def test_a_panic_silences_the_channels_of_every_port_that_was_used():
    agenda = Agenda(("midi_out", "bass", "drums"))
    agenda.add([on_port("midi_out", 0), on_port("bass", 1)])
    sent(agenda, 5)
    agenda.silence(forget=False)
    assert sent(agenda, 5) == [
        ("bass", "b0 40 00"),
        ("midi_out", "b0 40 00"),
        ("midi_out", "80 3c 40"),
        ("bass", "80 3c 40"),
        ("bass", "b0 7b 00"),
        ("midi_out", "b0 7b 00"),
    ]


def test_a_new_wire_ends_notes_where_they_were_left():
    agenda = Agenda(("midi_out", "bass"))
    agenda.add([on_port("bass")])
    sent(agenda, 5)
    agenda.owe(agenda.sounding())
    assert ("bass", bytes((0x80, 60, 64))) in agenda.repayment()


# --- taking back


def test_notes_that_are_taken_back_are_not_played_and_end_if_they_sound():
    agenda = Agenda()
    agenda.add([note(0, 60), note(1, 62), note(2, 64, on_ns=5, off_ns=9), note(3, 65, on_ns=6)])
    take(agenda, 1)
    agenda.forget(frozenset({0, 2}))
    assert take(agenda, 1) == ["80 3c 40"]
    assert take(agenda, FOREVER_NS) == ["90 41 50", "80 3e 40", "80 41 40"]
    assert agenda.forgotten() == (2,)


def test_when_all_is_taken_back_only_what_sounds_is_ended():
    agenda = Agenda()
    agenda.add([note(0, 60), note(1, 62, on_ns=5)], [TimedMessage(7, b"\xb0\x01\x01")])
    take(agenda, 1)
    agenda.forget(None)
    assert take(agenda, FOREVER_NS) == ["80 3c 40"]


def test_a_pedal_that_is_down_goes_up_when_all_is_taken_back():
    agenda = Agenda()
    agenda.add(messages=[TimedMessage(0, b"\xb3\x40\x7f"), TimedMessage(0, b"\xb5\x40\x7f")])
    agenda.add(messages=[TimedMessage(1, b"\xb5\x40\x00")])
    take(agenda, 2)
    agenda.forget(None)
    assert take(agenda, 2) == ["b3 40 00"]


def test_a_note_that_came_too_late_is_told_as_forgotten():
    agenda = Agenda()
    agenda.add([note(5)])
    take(agenda, 200, now_ns=200, latest_ns=100)
    assert agenda.forgotten() == (5,)


def test_mail_is_announced_when_it_is_there():
    agenda, seen = Agenda(), []
    agenda.on_mail = lambda: seen.append(take(agenda, FOREVER_NS))
    agenda.add([note()])
    agenda.silence(forget=False)
    assert seen[0] == ["90 3c 50", "80 3c 40"]
    assert len(seen) == 2


@given(
    notes=timed_notes(),
    deeds=st.lists(
        st.tuples(
            st.integers(0, 60),
            st.one_of(st.frozensets(st.integers(0, 29)), st.sampled_from(("all", "break"))),
        ),
        max_size=5,
    ),
)
def test_every_on_has_its_off_and_every_note_its_end_whatever_is_taken_back(notes, deeds):
    agenda, receiver, now_ns = Agenda(), Receiver(), 0
    agenda.add(notes)
    for pause_ns, deed in deeds:
        now_ns += pause_ns
        receiver.hear(p for _, _, p in agenda.take_due(now_ns, now_ns=now_ns, latest_ns=20))
        if deed == "break":
            agenda.break_off()
        else:
            agenda.forget(None if deed == "all" else deed)
    receiver.hear(p for _, _, p in agenda.take_due(FOREVER_NS, now_ns=now_ns, latest_ns=20))
    assert receiver.down == {}
    ended = [report.note_id for report in agenda.reports() if not report.is_on]
    assert sorted([*ended, *agenda.forgotten()]) == [note.note_id for note in notes]
