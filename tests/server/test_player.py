import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RangeError
from bridge.files.midi import read_midi
from bridge.schema.notes import Note, Part
from bridge.schema.performance import Bar
from bridge.server.events import BarStarted, Moved, PortMissing, TakeSaved, WorkerRestarted
from bridge.server.player import Ending, Plan, Player
from bridge.server.take import TakeFile
from bridge.server.worker import BarMade, Finished, Restarted
from bridge.transports.agenda import Agenda
from bridge.transports.talk import NotOpened, Opened, Progress, Stopped
from tests.fakes import Receiver, fake_bar

SECOND_NS = 1_000_000_000
BAR_NS = 2 * SECOND_NS


class FakeClockLink:
    """A clock in this process; song time is moved by the test."""

    link = None
    is_real_time = True

    def __init__(self):
        self.agenda, self.receiver = Agenda(), Receiver()
        self.ns, self.started, self.closed = -SECOND_NS // 10, False, False
        self.news = [Opened("jack", "Segue:midi_out")]
        self.played = []

    def song_ns(self):
        return self.ns

    def start(self):
        self.started = True

    def play(self, notes, messages):
        self.played.append(notes)
        self.agenda.add(notes, messages)

    def go_to(self, song_ns):
        self.ns = song_ns
        due = self.agenda.take_due(song_ns, now_ns=song_ns, latest_ns=BAR_NS)
        self.receiver.hear(payload for _, _, payload in due)
        self.news.append(Progress(song_ns, 0, self.agenda.reports(), 0, 0))

    def panic(self):
        self.agenda.silence(forget=False)

    def stop(self):
        self.agenda.silence(forget=True)
        self.go_to(self.ns)
        self.news.append(Stopped())

    def receive(self):
        news, self.news = self.news, []
        return news

    def close(self, *, timeout_seconds):
        self.closed = True


class FakeSource:
    """A source that makes a bar when the test lets it."""

    link = None

    def __init__(self, *, is_quick=True):
        self.is_quick, self.is_asked, self.made = is_quick, False, 0
        self.news = []

    def ask(self):
        self.is_asked = True
        if self.is_quick:
            self.make()

    def make(self, bar=None):
        self.news.append(BarMade(bar or fake_bar(self.made)))
        self.made += 1
        self.is_asked = False

    def receive(self):
        news, self.news = self.news, []
        return news

    def close(self):
        pass


class PromptTakeFile(TakeFile):
    """A take file that has no thread: what is saved is on the disk at once."""

    def save_behind(self, sequence):
        self._write_and_tell(sequence)


class Stage:
    """A player with a clock and a source that the test moves."""

    def __init__(self, path, *, is_quick=True, **plan):
        self.clock, self.source, self.events = FakeClockLink(), FakeSource(is_quick=is_quick), []
        self.file = PromptTakeFile(path, force=True)
        self.player = Player(
            self.clock, self.source, self.file, plan=Plan(**plan), on_event=self.events.append
        )

    def step(self, count=1):
        for _ in range(count):
            self.player.step()

    def play_to(self, song_ns, *, step_ns=SECOND_NS // 20):
        while self.clock.ns < song_ns and not self.player.is_done:
            self.step()
            self.clock.go_to(min(song_ns, self.clock.ns + step_ns))
        self.step(2)

    def told(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "take.mid"


def test_the_music_starts_when_the_first_bar_is_there(path):
    stage = Stage(path, is_quick=False)
    stage.step(3)
    assert not stage.clock.started
    stage.source.make()
    stage.step()
    assert stage.clock.started


def test_bars_are_asked_for_ahead_of_the_music(path):
    stage = Stage(path, lookahead_bars=3)
    stage.step(10)
    assert stage.source.made == 3


def test_no_more_bars_are_made_than_were_asked_for(path):
    stage = Stage(path, bars=2)
    stage.play_to(3 * BAR_NS)
    assert stage.source.made == 2


def test_it_ends_after_the_last_note_off(path):
    stage = Stage(path, bars=2)
    stage.play_to(3 * BAR_NS)
    assert stage.player.ending is Ending.COMPLETE
    assert stage.clock.receiver.ons == 64
    assert stage.clock.receiver.down == {}


def test_it_ends_when_there_are_no_more_bars(path):
    stage = Stage(path, is_quick=False)
    stage.source.make()
    stage.step()
    stage.source.news.append(Finished())
    stage.play_to(2 * BAR_NS)
    assert stage.player.ending is Ending.COMPLETE


def test_a_bar_sounds_where_its_place_is(path):
    stage = Stage(path, bars=2)
    stage.step(5)
    second = stage.clock.played[1]
    assert min(note.on_ns for note in second) == BAR_NS


def test_a_bar_that_does_not_come_in_time_is_a_rest(path):
    stage = Stage(path, is_quick=False)
    stage.source.make()
    stage.play_to(BAR_NS + SECOND_NS)
    assert [event.bar for event in stage.told(BarStarted)][1] is None
    assert stage.player.tally.rests == 1


def test_a_late_bar_begins_on_the_next_bar_line(path):
    stage = Stage(path, is_quick=False)
    stage.source.make()
    stage.play_to(BAR_NS + SECOND_NS)
    stage.source.make()
    stage.step(2)
    assert min(note.on_ns for note in stage.clock.played[1]) == 2 * BAR_NS


def test_after_a_long_absence_no_bar_is_played_late(path):
    stage = Stage(path, is_quick=False)
    stage.source.make()
    stage.step()
    stage.clock.go_to(50 * BAR_NS + 1)
    stage.source.make()
    stage.step()
    assert min(note.on_ns for note in stage.clock.played[1]) == 51 * BAR_NS


def test_stop_ends_every_note_and_saves_the_take(path):
    stage = Stage(path)
    stage.play_to(SECOND_NS)
    stage.player.stop()
    stage.step(2)
    stage.player.close()
    assert stage.player.ending is Ending.STOPPED
    assert stage.clock.receiver.down == {}
    assert len(read_midi(path).parts) == 3


def test_a_note_that_a_stop_cut_short_is_short_in_the_take(path):
    stage = Stage(path, is_quick=False)
    long_note = Part("Pad", 0, 0, (Note(60, 0, 1920),))
    stage.source.make(Bar(0, 1920, 120.0, "", (long_note,)))
    stage.play_to(SECOND_NS)
    stage.player.stop()
    stage.step(2)
    stage.player.close()
    assert read_midi(path).parts[0].notes[0].duration_ticks == 960


def test_the_take_is_saved_while_it_grows(path):
    stage = Stage(path)
    stage.play_to(17 * BAR_NS)
    assert len(stage.told(TakeSaved)) >= 3


def test_when_the_model_process_starts_again_the_music_goes_on_and_it_is_told(path):
    stage = Stage(path)
    stage.step(3)
    stage.source.news.append(Restarted("the model process died: it is started again"))
    stage.play_to(3 * BAR_NS)
    assert stage.told(WorkerRestarted)[0].reason.startswith("the model process died")
    assert [event.number for event in stage.told(BarStarted)] == [1, 2, 3, 4]


def test_each_program_is_sent_once_and_a_hosts_own_preset_is_left_alone(path):
    stage = Stage(path, bars=3)
    stage.step(5)
    due = stage.clock.agenda.take_due(10 * BAR_NS, now_ns=0, latest_ns=10 * BAR_NS)
    programs = [payload.hex(" ") for _, _, payload in due if payload[0] & 0xF0 == 0xC0]
    assert programs == ["c1 21"]


def test_without_a_port_it_says_how_to_get_one(path):
    stage = Stage(path)
    stage.clock.news = [NotOpened(("jack: no server is running",))]
    stage.step()
    assert "no server is running" in stage.told(PortMissing)[0].words


def test_without_a_port_bars_are_played_at_once_when_nobody_waits(path):
    stage = Stage(path, bars=40, fast_without_port=True)
    stage.clock.news = [NotOpened(("jack: no server is running",))]
    while not stage.player.is_done:
        stage.step()
    stage.player.close()
    assert stage.player.ending is Ending.COMPLETE
    assert sum(len(part.notes) for part in read_midi(path).parts) == 40 * 32


def test_a_performance_at_once_is_the_same_as_one_in_real_time(path):
    slow = Stage(path, bars=5)
    slow.play_to(7 * BAR_NS)
    quick = Stage(path, bars=5, fast_without_port=True)
    quick.clock.news = [NotOpened(())]
    while not quick.player.is_done:
        quick.step()
    assert quick.player.take.sequence() == slow.player.take.sequence()


def test_the_play_head_tells_bar_and_tick(path):
    stage = Stage(path)
    stage.play_to(BAR_NS + SECOND_NS)
    assert stage.told(Moved)[-1] == Moved(2, 960)


def test_no_bars_is_no_performance():
    with pytest.raises(RangeError):
        Plan(bars=0)


@st.composite
def wild_bars(draw):
    """Give bars of any metre and tempo, with crowded notes that ring on."""
    note = st.builds(
        Note,
        pitch=st.integers(60, 63),
        onset_ticks=st.integers(0, 900),
        duration_ticks=st.integers(0, 4000),
    )
    part = st.builds(
        Part,
        name=st.sampled_from(("Melody", "Drums")),
        channel=st.sampled_from((0, 9)),
        notes=st.lists(note, max_size=8).map(tuple),
    )
    return Bar(
        0,
        draw(st.sampled_from((960, 1440, 1920))),
        draw(st.floats(40, 300)),
        "C",
        tuple(draw(st.lists(part, max_size=2))),
    )


@settings(max_examples=60, deadline=None)
@given(
    bars=st.lists(wild_bars(), min_size=1, max_size=5),
    deeds=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(("bar", "panic", "restart"))), max_size=6
    ),
)
def test_whatever_is_played_and_whenever_it_stops_no_key_stays_down(tmp_path_factory, bars, deeds):
    stage = Stage(tmp_path_factory.mktemp("take") / "take.mid", is_quick=False)
    waiting = list(bars)
    stage.source.make(waiting.pop())
    for pause, deed in deeds:
        stage.play_to(stage.clock.ns + pause * SECOND_NS // 10)
        if deed == "bar" and waiting:
            stage.source.make(waiting.pop())
        elif deed == "panic":
            stage.player.panic()
        elif deed == "restart":
            stage.source.news.append(Restarted("died"))
    stage.player.stop()
    stage.step(3)
    stage.player.close()
    assert stage.clock.receiver.down == {}
    assert stage.player.take.is_complete or stage.player.ending is Ending.STOPPED
