"""A world for the stage: a hand-driven clock, a keyboard, and a maker that takes its time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import cycle

from bridge.operations.music import AnswerRequest, PlayRequest, VaryRequest
from bridge.schema.live import AnswerKind, LiveSettings, SyncSource
from bridge.schema.notes import DRUM_CHANNEL, Note, NoteSequence, Part, TimeSignature
from bridge.schema.performance import Bar
from bridge.server.stage.song import to_song_ns
from bridge.server.stage.stage import LiveStage
from bridge.transports.base import HeardMessage, TimedMessage, TimedNote
from bridge.transports.sync.base import BEAT_NS, Lead, Line
from bridge.units import PPQ


class FakeClock:
    """A clock process that writes down what it is told."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.planned: dict[int, TimedNote] = {}
        self.ended: dict[int, int] = {}
        """Song time at which a note was taken back, by its id."""
        self.transports: list[tuple[bool, float | None]] = []
        self.panics = 0
        self.conducted: list[LiveSettings] = []

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        self.planned.update((note.note_id, note) for note in notes)

    def forget(self, note_ids: frozenset[int] | None) -> None:
        for note_id in self.planned if note_ids is None else note_ids:
            self.ended.setdefault(note_id, self._world.song_ns)

    def transport(self, is_rolling: bool, position_ticks: float | None) -> None:
        self.transports.append((is_rolling, position_ticks))

    def panic(self) -> None:
        self.panics += 1

    def conduct(self, settings: LiveSettings) -> None:
        self.conducted.append(settings)

    @property
    def sounded(self) -> list[TimedNote]:
        """The notes that began, in order, each as long as it sounded."""
        now_ns = self._world.song_ns
        begun = [
            note
            for note in self.planned.values()
            if note.on_ns <= now_ns and note.on_ns < self.ended.get(note.note_id, math.inf)
        ]
        cut = [replace(n, off_ns=min(n.off_ns, self.ended.get(n.note_id, n.off_ns))) for n in begun]
        return sorted(cut, key=lambda note: (note.on_ns, note.pitch))


@dataclass
class FakeAsking:
    """A question to the fake maker."""

    due_ns: int
    tell: Callable[[], None]
    is_dropped: bool = False

    def drop(self) -> None:
        self.is_dropped = True


class Mood(Enum):
    """How the fake maker takes a question."""

    WELL = "well"
    """It answers."""
    FAILS = "fails"
    """It says that there will be no answer."""
    SILENT = "silent"
    """It says nothing, ever."""


@dataclass
class FakeMaker:
    """Answers every call with a note a beat, a fifth above its first note, after a while."""

    world: World
    delay_ns: int = 20_000_000
    mood: Mood = Mood.WELL
    questions: list[FakeAsking] = field(default_factory=list)
    requests: list[AnswerRequest] = field(default_factory=list)

    def answer(
        self,
        request: AnswerRequest,
        told: Callable[[NoteSequence], None],
        lost: Callable[[], None],
    ) -> FakeAsking:
        self.requests.append(request)
        return self.question(lambda: told(fake_answer(request)), lost)

    def vary(
        self,
        request: VaryRequest,
        told: Callable[[NoteSequence], None],
        lost: Callable[[], None],
    ) -> FakeAsking:
        return self.question(lambda: told(fake_variation(request)), lost)

    def band(self, request: PlayRequest) -> FakeBars:
        return FakeBars(self, fake_band(request))

    def question(self, tell: Callable[[], None], lost: Callable[[], None]) -> FakeAsking:
        answered = tell if self.mood is Mood.WELL else lost
        asking = FakeAsking(self.world.now_ns + self.delay_ns, answered)
        if self.mood is not Mood.SILENT:
            self.questions.append(asking)
        return asking

    def tell_due(self) -> None:
        due = [q for q in self.questions if q.due_ns <= self.world.now_ns]
        self.questions = [q for q in self.questions if q.due_ns > self.world.now_ns]
        for question in due:
            if not question.is_dropped:
                question.tell()


@dataclass
class FakeBars:
    """A band of one note a beat."""

    maker: FakeMaker
    bars: Iterator[Bar]
    asking: FakeAsking | None = None

    def ask(self, told: Callable[[Bar], None], lost: Callable[[], None]) -> None:
        bar = next(self.bars)
        self.asking = self.maker.question(lambda: told(bar), lost)

    def drop(self) -> None:
        if self.asking is not None:
            self.asking.drop()


def fake_answer(request: AnswerRequest) -> NoteSequence:
    """Give a note a beat, as long as the call; the first has velocity 1, the second 2 .."""
    call = request.call.parts[0]
    bar_ticks = request.call.time_signatures[0].bar_ticks()
    length = request.bars * bar_ticks if request.bars else -(-call.end_ticks // PPQ) * PPQ
    pitch = call.notes[0].pitch + 7
    channel = DRUM_CHANNEL if request.kind is AnswerKind.DRUMS else 0
    velocities = cycle(range(1, 128))
    notes = tuple(
        Note(pitch, beat, min(400, length - beat), next(velocities))
        for beat in range(0, length, PPQ)
    )
    return NoteSequence(parts=(Part("Answer", channel, notes=notes),))


def fake_variation(request: VaryRequest) -> NoteSequence:
    """Give the same notes an octave higher."""
    part = request.notes.parts[0]
    notes = tuple(replace(note, pitch=note.pitch + 12) for note in part.notes)
    return replace(request.notes, parts=(replace(part, notes=notes),))


def fake_band(request: PlayRequest) -> Iterator[Bar]:
    """Give bars of four notes for each of three parts."""
    index = 0
    while True:
        notes = tuple(Note(60 + index % 12, beat * PPQ, 240) for beat in range(4))
        parts = tuple(
            Part(name, channel, notes=notes)
            for name, channel in (("Melody", 0), ("Bass", 1), ("Drums", 9))
        )
        yield Bar(index, 4 * PPQ, 120.0, "C", parts)
        index += 1


class World:
    """A stage, and time that stands still until a test lets it go on."""

    def __init__(
        self,
        settings: LiveSettings | None = None,
        *,
        tempo_bpm: float = 120.0,
        source: SyncSource = SyncSource.JACK,
        is_rolling: bool = True,
        metre: TimeSignature | None = None,
        delay_ns: int = 20_000_000,
    ) -> None:
        self.now_ns = 1_000_000_000
        self.clock = FakeClock(self)
        self.maker = FakeMaker(self, delay_ns)
        self.lead = Lead(
            source=source,
            is_rolling=is_rolling,
            tempo_bpm=tempo_bpm,
            line=Line(self.now_ns, 0, tempo_bpm / 60),
            position_ticks=0.0,
            metre=metre,
            jumps=0,
        )
        self.stage = LiveStage(
            settings or LiveSettings(), (), self.clock, self.maker, now_ns=lambda: self.now_ns
        )
        self.stage.lead(self.lead)

    @property
    def song_ns(self) -> int:
        return self.lead.line.song_ns_at(self.now_ns)

    @property
    def beat(self) -> float:
        """Song time in beats."""
        return self.song_ns / BEAT_NS

    def go_to(self, beat: float) -> None:
        """Let time go on to a moment of song time, doing what is due on the way."""
        target_ns = self._moment(beat)
        while True:
            soonest_ns = min([target_ns, *self._due_moments()])
            self.now_ns = max(self.now_ns, soonest_ns)
            self.maker.tell_due()
            self.stage.look()
            if soonest_ns >= target_ns:
                return

    def play(self, pitch: int, beat: float, beats: float, *, velocity: int = 90) -> None:
        """Play a note to the stage; time goes on to its end."""
        self.press(pitch, beat, velocity=velocity)
        self.release(pitch, beat + beats)

    def press(self, pitch: int, beat: float, *, velocity: int = 90, channel: int = 0) -> None:
        self.send(bytes((0x90 | channel, pitch, velocity)), beat)

    def release(self, pitch: int, beat: float, *, channel: int = 0) -> None:
        self.send(bytes((0x80 | channel, pitch, 64)), beat)

    def send(self, payload: bytes, beat: float) -> None:
        """Send a message to the stage at a moment of song time."""
        self.go_to(beat)
        self.stage.hear(HeardMessage("midi_in", self.now_ns, self.song_ns, payload))

    def draw(self, **changes: object) -> None:
        """Change who leads or how; the line goes on from here."""
        tempo_bpm = changes.get("tempo_bpm", self.lead.tempo_bpm)
        rate = changes.pop("rate", tempo_bpm / 60)  # type: ignore[operator]
        song_ns = self.song_ns + round(changes.pop("skip_beats", 0.0) * BEAT_NS)  # type: ignore[operator]
        is_broken = bool(changes.pop("is_broken", False))
        line = Line(self.now_ns, song_ns, rate)  # type: ignore[arg-type]
        position = changes.pop("position_ticks", None)
        if position is None:
            position = self.stage.song.position_of(song_ns * PPQ / BEAT_NS)
        self.lead = replace(self.lead, line=line, position_ticks=position, **changes)  # type: ignore[arg-type]
        if is_broken:
            self.clock.forget(None)
        self.stage.lead(self.lead, is_broken=is_broken)

    @property
    def beats_sounded(self) -> list[float]:
        """When the notes began that were heard, in beats of song time."""
        return [note.on_ns / BEAT_NS for note in self.clock.sounded]

    def _due_moments(self) -> list[int]:
        moments = [question.due_ns for question in self.maker.questions]
        seconds = self.stage.seconds_to_next_look()
        if math.isfinite(seconds):
            moments.append(self.now_ns + max(100_000, math.ceil(seconds * 1e9)))
        return moments

    def _moment(self, beat: float) -> int:
        line = self.lead.line
        if line.rate == 0.0:
            return self.now_ns + 1_000_000_000
        return line.at_ns + math.ceil((to_song_ns(beat * PPQ) - line.song_ns) / line.rate)
