import pytest

from bridge.errors import NotFoundError, OutputExistsError
from bridge.files.midi import read_midi
from bridge.schema.notes import ControlKind, Note, Part, TempoChange, TimeSignature
from bridge.schema.performance import Bar
from bridge.server.take import Take, TakeFile
from bridge.server.timeline import Timeline
from bridge.transports.base import NoteReport
from tests.fakes import fake_bar

SECOND_NS = 1_000_000_000


class Session:
    """A take into which bars are placed as a player does it."""

    def __init__(self):
        self.timeline = Timeline()
        self.take = Take(self.timeline)

    def place(self, *notes, tempo_bpm=120.0, ticks=1920, chord="", program=0):
        part = Part("Melody", 0, program, notes)
        bar = Bar(0, ticks, tempo_bpm, chord, (part,))
        slot = self.timeline.append(duration_ticks=ticks, tempo_bpm=tempo_bpm)
        self.take.add_bar(bar, slot)
        return part, slot

    def plan(self, note_id, note):
        part = Part("Melody", 0)
        off_ns = self.timeline[0].ns_at(note.end_ticks)
        self.take.plan(note_id, part, note, off_ns=off_ns)
        return off_ns

    @property
    def notes(self):
        return [note for part in self.take.sequence().parts for note in part.notes]


@pytest.fixture
def session():
    session = Session()
    session.place()
    return session


NOTE = Note(60, 480, 960)


def test_a_note_that_was_played_is_in_the_take(session):
    off_ns = session.plan(1, NOTE)
    session.take.report(NoteReport(1, True, SECOND_NS))
    session.take.report(NoteReport(1, False, off_ns))
    assert session.notes == [NOTE]


def test_a_note_that_was_announced_but_not_played_is_not(session):
    session.plan(1, NOTE)
    assert session.notes == []


def test_a_note_that_was_cut_short_is_short_in_the_take(session):
    session.plan(1, NOTE)
    session.take.report(NoteReport(1, True, SECOND_NS // 2))
    session.take.report(NoteReport(1, False, SECOND_NS))
    assert session.notes == [Note(60, 480, 480)]


def test_a_take_is_complete_when_every_note_has_ended(session):
    off_ns = session.plan(1, NOTE)
    assert not session.take.is_complete
    session.take.report(NoteReport(1, True, 0))
    session.take.report(NoteReport(1, False, off_ns))
    assert session.take.is_complete


def test_a_tempo_is_written_where_it_changes():
    session = Session()
    for tempo_bpm in (120.0, 120.0, 90.0):
        session.place(tempo_bpm=tempo_bpm)
    assert session.take.sequence().tempos == (TempoChange(0, 120.0), TempoChange(3840, 90.0))


@pytest.mark.parametrize(
    ("ticks", "metre"), [(1920, (4, 4)), (1440, (3, 4)), (1680, (7, 8)), (1320, (11, 16))]
)
def test_the_metre_is_read_off_the_length_of_a_bar(ticks, metre):
    session = Session()
    session.place(ticks=ticks)
    assert session.take.sequence().time_signatures == (TimeSignature(0, *metre),)


def test_chords_are_markers():
    session = Session()
    session.place(chord="Am")
    session.place(chord="F")
    assert [mark.text for mark in session.take.sequence().markers] == ["Am", "F"]


def test_a_later_program_is_a_control_event():
    session = Session()
    session.place(program=5)
    session.place(program=7)
    part = session.take.sequence().parts[0]
    assert part.program == 5
    assert [(c.kind, c.value, c.onset_ticks) for c in part.controls] == [
        (ControlKind.PROGRAM_CHANGE, 7, 1920)
    ]


def test_a_saved_take_is_a_midi_file_with_names_and_channels(session, tmp_path):
    take_file = TakeFile(tmp_path / "take.mid", force=False)
    timeline = Timeline()
    take = Take(timeline)
    bar = fake_bar(0)
    take.add_bar(bar, timeline.append(duration_ticks=1920, tempo_bpm=120.0))
    take_file.save(take.sequence())
    parts = read_midi(tmp_path / "take.mid").parts
    assert [(p.name, p.channel, p.program) for p in parts] == [
        ("Melody", 0, 0),
        ("Bass", 1, 33),
        ("Drums", 9, 0),
    ]


def test_saving_behind_our_back_tells_what_came_of_it(session, tmp_path):
    take_file = TakeFile(tmp_path / "take.mid", force=False)
    take_file.save_behind(session.take.sequence())
    take_file.save(session.take.sequence())
    assert take_file.outcomes() == [None]


def test_a_take_does_not_replace_a_file(tmp_path):
    (tmp_path / "take.mid").touch()
    with pytest.raises(OutputExistsError, match="--force"):
        TakeFile(tmp_path / "take.mid", force=False)


def test_a_folder_that_is_not_there_is_refused_before_anybody_plays(tmp_path):
    with pytest.raises(NotFoundError, match="no folder"):
        TakeFile(tmp_path / "nowhere" / "take.mid", force=False)
