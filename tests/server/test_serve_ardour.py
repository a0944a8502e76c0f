"""`segue serve` beside a real Ardour that leads, plays calls and records what it hears."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import JackServer
from tests.daw import CLIPS, CLOCK, RECORDED, Daw, Recorded, opened
from tests.ear import RATE_HZ, Ear, Heard
from tests.plugins.ardour.ardour import PPQ, ArdourSession, Played, RegionOf, new_session
from tests.serving import Served, serving

pytestmark = [pytest.mark.jack, pytest.mark.host]

BPM, LATER_BPM = 100.0, 140.0
CHANGE_BEATS = 8
"""Where the tempo changes in the song that has two."""
AHEAD_MS = 5.625
"""So much earlier than its own grid Ardour records what follows its clock: it sends the clock ahead
of the song by the latency of its output."""
IN_TIME_MS = 0.5
HALF_A_TICK_MS = 0.2
"""Ardour rounds to a 1920th of a beat; so far off is what one believes before one knows that."""
SETTLED_BEATS = 0.5
"""A song that starts is in time from here on: its first note waits for the start to be heard."""
FOLLOWING = ("--sync", "midi-clock")
SHIFTED = ("--offset-ms", str(AHEAD_MS))
PERIOD_MS = 256 / RATE_HZ * 1000.0
"""JACK delays by a period what goes round in a circle, from Ardour to Segue and back."""
TICK, CONTINUE, STOP = b"\xf8", b"\xfb", b"\xfc"
_TAKES = 4
CALL_BEATS = (4, 8, 12, 16)
CALL = (60, 64, 67)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> ArdourSession:
    """One that has calls on its first track."""
    folder = tmp_path_factory.mktemp("ardour") / "song"
    session = new_session(folder, tempo_map=f"map:set_tempo({_tempo(BPM)}, at(0))")
    notes = tuple(
        Played(round((beat + index / len(CALL)) * PPQ), pitch, PPQ // 4)
        for beat in CALL_BEATS
        for index, pitch in enumerate(CALL)
    )
    session.add_regions(RegionOf("Calls", CALL_BEATS[0] * PPQ, 24 * PPQ, notes))
    return session


@pytest.fixture(scope="module")
def song_of_two_tempos(tmp_path_factory: pytest.TempPathFactory) -> ArdourSession:
    first = f"map:set_tempo({_tempo(BPM)}, at(0))"
    later = f"map:set_tempo({_tempo(LATER_BPM)}, at({CHANGE_BEATS * PPQ}))"
    return new_session(tmp_path_factory.mktemp("ardour") / "song", tempo_map=f"{first} {later}")


def _tempo(bpm: float) -> str:
    return f"Temporal.Tempo({bpm}, {bpm}, 4)"


@dataclass(frozen=True)
class Stage:
    """A Segue, an Ardour that records it, and an ear."""

    served: Served
    daw: Daw
    ear: Ear

    def play_as_a_band(self) -> None:
        """Let the melody alone play: its notes lie on twelfths of a beat."""
        muted = [{"part": part, "is_muted": True} for part in ("bass", "drums")]
        self.served.ask(
            "live.set", mode="band", knobs={"humanise": 0.0, "density": 1.0}, routes=muted
        )


Scene = Callable[[Stage], None]


@dataclass(frozen=True)
class Take:
    """What was recorded and heard of a scene."""

    notes: list[Recorded]
    heard: Heard


@dataclass(frozen=True)
class Theatre:
    """Plays scenes, each with a Segue and an Ardour that are new."""

    server: JackServer
    folder: Path

    def play(self, scene: Scene, session: ArdourSession, *options: str) -> Take:
        """Play a scene; once more where JACK itself stood still, which moves Ardour's grid."""
        for number in range(_TAKES):
            folder = self.folder / str(number)
            folder.mkdir()
            take = self._play_once(scene, session.copy(folder / "song"), folder, options)
            if not take.heard.skips:
                return take
        pytest.skip(f"JACK stood still in each of {_TAKES} takes: this machine is too busy")

    def _play_once(
        self, scene: Scene, session: ArdourSession, folder: Path, options: tuple[str, ...]
    ) -> Take:
        with (
            opened(self.server, session) as daw,
            Ear(self.server) as ear,
            serving(folder, *options, jack=self.server) as served,
        ):
            served.next_event("Opened")
            daw.connect("Segue:midi_out", RECORDED)
            daw.connect("Segue:midi_out", "ear:input")
            scene(Stage(served, daw, ear))
            return Take(daw.recorded(), ear.stop())


@pytest.fixture
def theatre(jack_server: JackServer, tmp_path: Path) -> Theatre:
    return Theatre(jack_server, tmp_path)


def band_is_recorded(on: Stage) -> None:
    """Have Ardour lead the band by its clock, and record it."""
    on.daw.connect(CLOCK, "Segue:midi_in")
    on.play_as_a_band()
    on.daw.record()
    on.daw.roll_to(12)
    on.daw.stop()


def off_grid_ms(notes: list[Recorded]) -> list[float]:
    """How far from the nearest twelfth of a beat notes were recorded, with the sign."""
    beats = [note.onset_beats for note in notes if note.onset_beats > SETTLED_BEATS]
    return [(beat - round(beat * 12) / 12) * 60_000.0 / BPM for beat in beats]


def test_notes_are_recorded_at_one_constant_distance_from_ardours_grid(theatre, song):
    take = theatre.play(band_is_recorded, song, *FOLLOWING)
    errors = off_grid_ms(take.notes)
    assert len(errors) >= 4
    assert max(errors) - min(errors) < IN_TIME_MS
    assert statistics.mean(errors) == pytest.approx(-AHEAD_MS, abs=IN_TIME_MS)


def test_with_that_offset_notes_are_recorded_on_ardours_grid(theatre, song):
    take = theatre.play(band_is_recorded, song, *FOLLOWING, *SHIFTED)
    errors = off_grid_ms(take.notes)
    assert len(errors) >= 4
    assert max(map(abs, errors)) < IN_TIME_MS


def test_after_a_locate_to_another_place_of_the_beat_notes_follow_its_ticks(theatre, song):
    # Ardour does not record across a locate: here the ear listens.
    def scene(on: Stage) -> None:
        on.daw.connect(CLOCK, "Segue:midi_in")
        on.daw.connect(CLOCK, "ear:input")
        on.play_as_a_band()
        on.daw.roll_to(3)
        on.daw.locate(16.3)
        on.daw.roll_to(24)
        on.daw.stop()

    heard = theatre.play(scene, song, *FOLLOWING).heard
    (located,) = [frame for frame, data in heard.messages if data == CONTINUE]
    notes = [frame for frame, _ in heard.ons if frame > located + RATE_HZ]
    assert len(notes) >= 2
    assert off_ticks_ms(heard, notes) == pytest.approx([PERIOD_MS] * len(notes), abs=IN_TIME_MS)


def off_ticks_ms(heard: Heard, frames: list[int]) -> list[float]:
    """How far from the tick nearest to a period before, with the sign."""
    ticks = [frame for frame, data in heard.messages if data == TICK]
    period = PERIOD_MS * RATE_HZ / 1000.0
    nearest = [min(ticks, key=lambda tick: abs(tick - frame + period)) for frame in frames]
    return [(frame - tick) * 1000.0 / RATE_HZ for frame, tick in zip(frames, nearest, strict=True)]


def test_nothing_sounds_after_ardour_stopped(theatre, song):
    def scene(on: Stage) -> None:
        on.daw.connect(CLOCK, "Segue:midi_in")
        on.daw.connect(CLOCK, "ear:input")
        on.served.ask("live.set", mode="band")
        on.daw.roll_to(6.2)
        on.daw.stop()

    heard = theatre.play(scene, song, *FOLLOWING).heard
    (stopped,) = [frame for frame, data in heard.messages if data == STOP]
    last = max(frame for frame, data in heard.messages if data[0] < 0xF0)
    assert heard.ons
    assert heard.hanging == set()
    assert last - stopped < RATE_HZ * 0.02


def test_calls_in_ardours_clips_are_answered_on_the_next_beat(theatre, song):
    def scene(on: Stage) -> None:
        on.daw.connect(CLOCK, "Segue:midi_in")
        on.daw.connect(CLIPS, "Segue:midi_in")
        on.daw.record()
        on.daw.roll_to(CALL_BEATS[-1] + 3)
        on.daw.stop()

    notes = theatre.play(scene, song, *FOLLOWING, *SHIFTED).notes
    assert [first_after(call, notes) for call in CALL_BEATS] == pytest.approx(
        [call + 2.0 for call in CALL_BEATS], abs=IN_TIME_MS * BPM / 60_000.0
    )


def first_after(call: int, notes: list[Recorded]) -> float:
    """When the answer to a call began, in beats."""
    return min(note.onset_beats for note in notes if note.onset_beats > call + 0.9)


def test_a_change_of_tempo_is_followed_within_a_period_by_jacks_transport(
    theatre, song_of_two_tempos
):
    # Ardour's MIDI clock keeps the first tempo of a song, and it records nothing of a transport
    # that is JACK's: here the ear listens. To JACK, too, it tells the first tempo for ever, while
    # bars and beats go as they should; so each period begins in time and goes on too slowly.
    def scene(on: Stage) -> None:
        on.daw.follow_jack()
        on.play_as_a_band()
        on.daw.roll_to(CHANGE_BEATS * 3)
        on.daw.stop()

    heard = theatre.play(scene, song_of_two_tempos, "--sync", "jack").heard
    before, after = off_song_ms(heard)
    assert len(before) >= 2 and len(after) >= 4
    assert max(map(abs, before)) < HALF_A_TICK_MS
    assert max(map(abs, after)) < PERIOD_MS * (1.0 - BPM / LATER_BPM) + 0.15


def off_song_ms(heard: Heard) -> tuple[list[float], list[float]]:
    """How far note-ons lie from the nearest twelfth of a beat, before the change and after."""
    change = CHANGE_BEATS * RATE_HZ * 60.0 / BPM
    places = [heard.in_song(frame) for frame, _ in heard.ons]
    settled = [place for place in places if place > SETTLED_BEATS * RATE_HZ * 60.0 / BPM]
    before = [place for place in settled if place < change - 1]
    after = [place - change for place in settled if place >= change - 1]
    return _off_ms(before, BPM), _off_ms(after, LATER_BPM)


def _off_ms(places: list[float], bpm: float) -> list[float]:
    step = RATE_HZ * 5.0 / bpm
    return [((place + step / 2) % step - step / 2) * 1000.0 / RATE_HZ for place in places]
