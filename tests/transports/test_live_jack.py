"""The clock process plays live: a real JACK server, a real process, frames counted by others."""

import multiprocessing
import os
import signal
import statistics
import time
from itertools import count, pairwise
from multiprocessing.connection import wait

import pytest

from bridge.schema.live import SyncSource
from bridge.transports.base import PortWish, TimedNote
from bridge.transports.remote import RemoteClock
from bridge.transports.sync.base import BEAT_NS, SyncWish
from bridge.transports.talk import Heard, Led, Listening, Lost, Opened, Progress
from tests.ear import RATE_HZ
from tests.mouth import Mouth

pytestmark = pytest.mark.jack

OUTPUTS = ("midi_out", "clock_out", "control_out", "bass")
MILLISECOND_NS = 1_000_000


class Room:
    """A clock process that plays live, and what it says."""

    def __init__(self, name="Segue", wish=None):
        self._others = set(multiprocessing.active_children())
        self.remote = RemoteClock(
            PortWish(name=name, api="jack", outputs=OUTPUTS, inputs=("midi_in", "control_in"))
        )
        self.news = []
        self.arrivals = []
        self._ids = count()
        self.wait_for(Opened)
        self.remote.conduct(wish or SyncWish(source=SyncSource.INTERNAL))
        self.wait_for(Led)

    def listen(self, seconds):
        """Take news for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.take(left)

    def take(self, seconds):
        wait([self.remote.link], seconds)
        now_ns = time.perf_counter_ns()
        said = self.remote.receive()
        self.news += said
        self.arrivals += [(now_ns, item) for item in said]

    def wait_for(self, kind, seconds=10.0, that=lambda item: True):
        """Take news until one is of a kind, and give it."""
        end = time.monotonic() + seconds
        known = 0
        while True:
            for item in self.news[known:]:
                if isinstance(item, kind) and that(item):
                    return item
            known = len(self.news)
            assert time.monotonic() < end, f"no {kind.__name__} in {seconds} s: {self.news}"
            self.take(0.2)

    def play(self, *beats, port="midi_out", length=0.25, pitch=60):
        """Have notes played so many beats after the next but a quarter."""
        first = ((self.remote.song_ns() + BEAT_NS // 4) // BEAT_NS + 1) * BEAT_NS
        notes = tuple(
            TimedNote(
                note_id=next(self._ids),
                channel=0,
                pitch=pitch,
                velocity=80,
                on_ns=first + round(beat * BEAT_NS),
                off_ns=first + round((beat + length) * BEAT_NS),
                port=port,
            )
            for beat in beats
        )
        self.remote.play(notes, ())
        return tuple(note.note_id for note in notes)

    @property
    def heard(self):
        return [m for item in self.news if isinstance(item, Heard) for m in item.messages]

    @property
    def reports(self):
        return [r for item in self.news if isinstance(item, Progress) for r in item.reports]

    @property
    def pid(self):
        (child,) = set(multiprocessing.active_children()) - self._others
        return child.pid

    def close(self):
        self.remote.stop()
        self.remote.close(timeout_seconds=5.0)


@pytest.fixture
def room(jack_server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    room = Room()
    yield room
    room.close()


@pytest.fixture
def mouth(room, jack_server):
    """Play to us."""
    mouth = Mouth(jack_server)
    mouth.connect("mouth:out", "Segue:midi_in")
    yield mouth
    mouth.close()


@pytest.fixture
def ear(room, jack_server):
    """Listen to us; another client, because JACK delays what goes round in circles."""
    ear = Mouth(jack_server, "ear")
    ear.connect("Segue:midi_out", "ear:in")
    yield ear
    ear.client.transport_stop()
    ear.close()


def ons(ear):
    return [frame for frame, data in ear.heard if data[0] & 0xF0 == 0x90]


def gaps(frames):
    return [later - earlier for earlier, later in pairwise(frames)]


def test_what_is_played_to_us_is_heard_with_its_frame(room, mouth):
    for number in range(24):
        mouth.say(bytes((0x90, 40 + number, 99)), offset=number * 10)
    room.listen(0.7)
    frames = [frame for frame, _, _ in mouth.said]
    times = [message.at_ns for message in room.heard]
    ideal = [round((frame - frames[0]) * 1e9 / RATE_HZ) for frame in frames]
    errors = [at - times[0] - want for at, want in zip(times, ideal, strict=True)]
    middle = statistics.median(errors)
    off = sorted(abs(error - middle) for error in errors)
    # JACK's own clock bends while a busy machine is late: a few may stray, no more than a tenth of
    # a period of 5.3 ms; without its frame within the period, half of them would stray by more
    assert off[len(off) * 3 // 4] < 100_000
    assert off[-1] < 530_000


def test_what_is_played_to_us_is_heard_in_song_time(room, mouth):
    for _ in range(8):
        mouth.say(bytes((0x90, 60, 99)))
    room.listen(0.4)
    line = room.wait_for(Led).lead.line
    errors = [abs(line.song_ns_at(message.at_ns) - message.song_ns) for message in room.heard]
    assert len(errors) == 8
    assert max(errors) <= 1


def test_what_is_played_to_us_is_told_within_a_millisecond_or_two(room, mouth):
    for _ in range(40):
        mouth.say(bytes((0x90, 60, 99)))
        room.listen(0.02)
    room.listen(0.3)
    told = [at for at, item in room.arrivals if isinstance(item, Heard) for _ in item.messages]
    delays = [at - said for at, (_, said, _) in zip(told, mouth.said, strict=True)]
    assert statistics.median(delays) < 2 * MILLISECOND_NS


def test_junk_is_not_heard_and_does_no_harm(room, mouth):
    for junk in (b"\xf0\x7e\x7f\x06\x01\xf7", b"\x90\x3c", b"\xc0\x80", b"\x3c\x40\x00", b"\xff"):
        mouth.say(junk)
    mouth.say(b"\x90\x3c\x00")
    room.wait_for(Heard)
    room.listen(0.2)
    assert [message.payload.hex(" ") for message in room.heard] == ["80 3c 40"]


def test_notes_lie_on_the_beats_of_our_own_tempo(room, ear):
    room.play(0, 0.5, 1, 1.5, 2, 2.5, 3)
    room.listen(2.2)
    assert len(ons(ear)) == 7
    assert gaps(ons(ear)) == pytest.approx([RATE_HZ / 4] * 6, abs=2)


def test_what_is_planned_moves_with_the_tempo(room, ear):
    room.play(*range(8))
    room.wait_for(Progress, that=lambda item: item.reports)
    room.remote.conduct(SyncWish(source=SyncSource.INTERNAL, tempo_bpm=240.0))
    room.listen(2.2)
    assert len(ons(ear)) == 8
    assert gaps(ons(ear)[1:]) == pytest.approx([RATE_HZ / 4] * 6, abs=2)


def test_notes_lie_on_the_beats_of_the_jack_transport_to_the_frame(room, ear):
    room.remote.conduct(SyncWish(source=SyncSource.JACK, tempo_bpm=120.0))
    ear.client.transport_frame = 1_234_567
    ear.client.transport_start()
    room.wait_for(Led, that=lambda item: item.lead.is_rolling)
    room.play(0, 1, 2, 3)
    room.listen(2.6)
    _, song_frame, frame = ear.song
    positions = [on - frame + song_frame for on in ons(ear)]
    assert len(positions) == 4
    assert [(position + 12_000) % 24_000 - 12_000 for position in positions] == [0, 0, 0, 0]


def test_when_the_transport_stops_what_sounds_ends_and_the_plan_is_forgotten(room, ear):
    room.remote.conduct(SyncWish(source=SyncSource.JACK))
    ear.client.transport_start()
    room.wait_for(Led, that=lambda item: item.lead.is_rolling)
    ids = room.play(0, 16, length=60)
    room.wait_for(Progress, that=lambda item: item.reports)
    ear.client.transport_stop()
    forgotten = room.wait_for(Progress, that=lambda item: item.forgotten).forgotten
    room.listen(0.2)
    assert forgotten == ids[1:]
    assert [data.hex(" ") for _, data in ear.heard][:2] == ["90 3c 50", "80 3c 40"]
    assert len(ons(ear)) == 1


def test_an_offset_shifts_what_is_sent(room, ear):
    room.remote.conduct(SyncWish(source=SyncSource.JACK, offset_ms=25.0))
    ear.client.transport_start()
    room.wait_for(Led, that=lambda item: item.lead.is_rolling)
    room.play(0)
    room.listen(1.2)
    _, song_frame, frame = ear.song
    assert (ons(ear)[0] - frame + song_frame) % 24_000 == pytest.approx(1200, abs=5)


def test_each_port_sends_its_own(room, ear, jack_server):
    bass = Mouth(jack_server, "bass-ear")
    try:
        bass.connect("Segue:bass", "bass-ear:in")
        room.play(0, pitch=72)
        room.play(0, pitch=36, port="bass")
        room.play(0.5, pitch=50, port="nobody opened this")
        room.listen(1.5)
    finally:
        bass.close()
    assert [data[1] for _, data in ear.heard] == [72, 72, 50, 50]
    assert [data[1] for _, data in bass.heard] == [36, 36]


def test_what_is_sent_at_once_goes_to_its_port_alone(room, ear):
    ear.connect("Segue:control_out", "ear:in")
    room.remote.send("control_out", (b"\xb0\x10\x7f", b"\xb0\x11\x00"))
    room.remote.send("nobody opened this", (b"\xb0\x12\x00",))
    room.listen(0.2)
    assert [data.hex(" ") for _, data in ear.heard] == ["b0 10 7f", "b0 11 00"]


def test_a_note_that_is_taken_back_ends_and_the_others_play_on(room, ear):
    long = room.play(0, length=60)
    room.play(1, pitch=70)
    room.wait_for(Progress, that=lambda item: item.reports)
    room.remote.forget(frozenset(long))
    room.listen(1.2)
    assert [data.hex(" ") for _, data in ear.heard][:3] == ["90 3c 50", "80 3c 40", "90 46 50"]


def test_our_midi_clock_ticks_to_the_frame(room, ear):
    ear.connect("Segue:clock_out", "ear:in")
    room.remote.conduct(SyncWish(source=SyncSource.INTERNAL, tempo_bpm=120.0, is_master=True))
    room.listen(1.0)
    ticks = [frame for frame, data in ear.heard if data == b"\xf8"]
    assert len(ticks) > 40
    assert all(abs(gap - 1000) <= 1 for gap in gaps(ticks))


def test_who_follows_our_midi_clock_hears_us_start_and_stop(room, ear):
    ear.connect("Segue:clock_out", "ear:in")
    room.remote.conduct(SyncWish(source=SyncSource.INTERNAL, is_master=True))
    room.listen(0.2)
    room.remote.transport(True, 0.0)
    room.listen(0.4)
    room.remote.transport(False)
    room.listen(0.2)
    words = [data.hex() for _, data in ear.heard if data != b"\xf8"]
    assert words[0] == "fa"
    assert words[1] == "fc"


def test_a_midi_clock_at_our_input_leads(room, mouth):
    room.remote.conduct(SyncWish(source=SyncSource.MIDI_CLOCK))
    room.listen(0.1)
    mouth.say(b"\xfa")
    first = mouth.frame + 4800
    for tick in range(150):
        mouth.say_at(first + tick * 800, b"\xf8")
    led = room.wait_for(Led, that=lambda item: item.lead.is_rolling)
    assert led.lead.source is SyncSource.MIDI_CLOCK
    room.wait_for(Led, that=lambda item: abs(item.lead.tempo_bpm - 150.0) < 0.5)


def test_a_clock_process_that_is_killed_goes_on_where_it_was(room, ear, mouth):
    mouth.connect("mouth:out", "Segue:control_in")
    room.remote.transport(True, 0.0)
    room.wait_for(Led, that=lambda item: item.lead.is_rolling)
    room.wait_for(Listening, that=lambda item: len(item.links) == 3)
    room.play(0, length=60)
    room.play(*range(1, 8), pitch=70)
    room.wait_for(Progress, that=lambda item: item.reports)
    song_ns, at_ns = room.remote.song_ns(), time.perf_counter_ns()
    os.kill(room.pid, signal.SIGKILL)
    room.wait_for(Lost)
    room.listen(3.5)
    led = [item.lead for item in room.news if isinstance(item, Led)][-1]
    drift_ns = led.line.song_ns_at(at_ns) - song_ns
    assert led.is_rolling
    assert abs(drift_ns) < MILLISECOND_NS
    assert bytes((0x80, 60, 64)) in [data for _, data in ear.heard]
    onsets = [frame for frame, data in ear.heard if data == bytes((0x90, 70, 80))]
    off_beat = [(gap + 12_000) % 24_000 - 12_000 for gap in gaps(onsets)]
    assert off_beat == pytest.approx([0] * len(off_beat), abs=48)
    assert len(onsets) >= 3
    mouth.say(b"\x90\x3c\x40")
    room.wait_for(Heard)
    assert {message.port for message in room.heard} == {"midi_in", "control_in"}


class Band:
    """A musician who plays to us and an ear that listens, on a server that may be killed."""

    def __init__(self, server):
        self.musician, self.ear = Mouth(server, "musician"), Mouth(server, "ear")

    def connect(self):
        self.musician.connect("musician:out", "Segue:midi_in")
        self.ear.connect("Segue:midi_out", "ear:in")

    def has_heard(self, data, seconds=1.0):
        """Whether the ear hears it: a note is told as sent before the cycle that carries it."""
        deadline = time.monotonic() + seconds
        while data not in [said for _, said in self.ear.heard]:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def close(self):
        self.musician.close()
        self.ear.close()


def has_both(item):
    return len(item.links) == 2


def has_come_in(item):
    """Whether the song runs and has caught up with what it began late."""
    return item.lead.is_rolling and item.lead.line.rate == item.lead.tempo_bpm / 60


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_a_server_that_is_killed_again_and_again_finds_us_playing_in_time(
    mortal_jack_server, monkeypatch, times
):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", mortal_jack_server.name)
    room = Room()
    room.remote.transport(True, 0.0)
    first = room.wait_for(Led, that=has_come_in).lead.line
    band = Band(mortal_jack_server)
    band.connect()
    room.wait_for(Listening, that=has_both)
    for _ in range(times):
        room.news.clear()
        room.play(0, length=1000)
        room.wait_for(Progress, that=lambda item: item.reports)
        mortal_jack_server.kill()
        room.wait_for(Lost)
        band.close()
        mortal_jack_server.start()
        band = Band(mortal_jack_server)
        room.wait_for(Opened)
        room.wait_for(Listening, that=has_both)
        band.musician.say(b"\x90\x48\x40")
        room.wait_for(Heard)
        room.remote.forget(None)
        room.wait_for(Progress, that=lambda item: any(not one.is_on for one in item.reports))
        assert band.has_heard(bytes((0x80, 60, 64)))
    room.listen(1.2)
    line = [item.lead.line for item in room.news if isinstance(item, Led)][-1]
    room.close()
    band.close()
    assert line.rate == first.rate
    assert line.song_ns_at(first.at_ns) == pytest.approx(first.song_ns, abs=MILLISECOND_NS)
