"""Whatever a musician, a host and a busy machine do, the stage keeps its promises."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import (
    PARTS,
    AnswerKind,
    Launch,
    LiveMode,
    LiveSettings,
    LiveStatus,
    LiveVerb,
    PartRoute,
    PhraseEnd,
    SyncSource,
    Take,
)
from bridge.schema.notes import TimeSignature
from bridge.schema.performance import Knobs
from bridge.server.stage.desk import Planned
from bridge.server.state import MOST_TAKES
from bridge.transports.sync.base import BEAT_NS
from bridge.units import PPQ
from tests.server.stage.world import Mood, World

_TICK_NS = BEAT_NS // PPQ + 1
"""What rounding may cost."""
_LOOKS = 200
"""A stage that wants to look more often than this at one moment hangs."""
_MOMENT_NS = 1_000
"""What one look takes at least."""

METRES = st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (2, 2), (1, 8), (12, 8)])
CHANNELS = st.sampled_from([0, 0, 0, 1, 9, 15])
PITCHES = st.integers(60, 63)
VELOCITIES = st.sampled_from([1, 80, 127])

Step = Callable[["Evening"], None]


class Evening:
    """A world in which promises are kept, or a test fails."""

    def __init__(self, settings: LiveSettings) -> None:
        self.world = World(settings)
        self.stage = self.world.stage
        self.parts: dict[int, str] = {}
        self.modes: dict[int, LiveMode] = {}
        self.mode = settings.mode
        self.stage.watchers.played = self._note_played
        self.stage.watchers.taken = self._note_taken
        self._obeyed = 0

    def go_on(self, beats: float) -> None:
        """Let time go on; at each moment, the stage must come to an end."""
        world = self.world
        target = world.beat + beats
        for _ in range(100_000):
            self._come_to_rest()
            due = [question.due_ns for question in world.maker.questions]
            seconds = self.stage.seconds_to_next_look()
            if math.isfinite(seconds):
                due.append(world.now_ns + max(_MOMENT_NS, math.ceil(seconds * 1e9)))
            standing = world.lead.line.rate == 0.0
            end_ns = world.now_ns + 10**9 if standing else world._moment(target)
            world.now_ns = max(world.now_ns, min([end_ns, *due]))
            world.maker.tell_due()
            self.stage.look()
            if world.now_ns >= end_ns:
                return
        raise AssertionError("the stage wants to look without end")

    def send(self, *payload: int) -> None:
        """Play a message to the stage."""
        self.world.send(bytes(payload), self.world.beat)
        self._come_to_rest()

    def perform(self, verb: LiveVerb) -> None:
        """Have something done, if there is anything to do it to."""
        was_planned = set(self.world.clock.planned)
        with contextlib.suppress(RequestError):
            self.stage.perform(verb)
        if verb is LiveVerb.PANIC:
            self._must_be_over(was_planned)
        self.obey()

    def set(self, **changes: Any) -> None:
        """Set something."""
        before, was_planned = self.stage.settings(), set(self.world.clock.planned)
        after = replace(before, **changes)
        self.mode = before.mode  # what ends now was played in it
        self.stage.watchers.changed = lambda settings: None
        self.stage.change(after)
        self.mode = after.mode
        if after.mode is not before.mode:
            self._must_be_over({n for n in was_planned if self.parts[n] != "click"})
        muted = {p for p in PARTS if after.route(p).is_muted and not before.route(p).is_muted}
        self._must_be_over({n for n in was_planned if self.parts[n] in muted})

    def draw(self, **changes: Any) -> None:
        """Have the host do something."""
        was_planned = set(self.world.clock.planned)
        self.world.draw(**changes)
        if changes.get("is_broken"):
            self._must_be_over(was_planned)
        self._come_to_rest()

    def obey(self) -> None:
        """Have the clock do what the stage asked of it, where Segue leads."""
        world = self.world
        asked = world.clock.transports[self._obeyed :]
        self._obeyed = len(world.clock.transports)
        for is_rolling, position in asked:
            if world.lead.source is not SyncSource.INTERNAL or world.lead.line.rate == 0.0:
                continue
            skip = 0.0
            if position is not None:
                skip = (position - world.beat * PPQ) % PPQ / PPQ
            jumps = world.lead.jumps + 1
            self.draw(
                is_rolling=is_rolling,
                position_ticks=position,
                skip_beats=skip,
                jumps=jumps,
                is_broken=True,
            )

    def judge(self) -> None:
        """Hold against the promises all that has happened."""
        for part in ("answer", "duet", "melody", "bass"):
            self._must_be_alone(part)
        takes = self.stage.takes()
        assert len(takes) <= MOST_TAKES
        numbers = [take.number for take in takes]
        assert numbers == list(range(numbers[0], numbers[0] - len(takes), -1)) if takes else True
        for take in takes:
            assert take.mode is self.modes[take.number]
        status = self.stage.status()
        assert from_plain(LiveStatus, to_plain(status)) == status
        assert from_plain(tuple[Take, ...], to_plain(takes)) == takes

    def _come_to_rest(self) -> None:
        for _ in range(_LOOKS):
            if self.stage.seconds_to_next_look() > 0.0:
                return
            self.world.now_ns += _MOMENT_NS
            self.stage.look()
        raise AssertionError("the stage wants to look at once, again and again")

    def _must_be_over(self, note_ids: set[int]) -> None:
        clock, song_ns = self.world.clock, self.world.song_ns
        left = {n for n in note_ids if clock.planned[n].off_ns > song_ns and n not in clock.ended}
        assert not left, f"planned before and not ended: {left}"

    def _must_be_alone(self, part: str) -> None:
        """See that nothing sounds twice: what the fake maker makes has one note at a time."""
        clock = self.world.clock
        mine = [note for note in clock.planned.values() if self.parts[note.note_id] == part]
        onsets = [n.on_ns for n in mine if n.on_ns < clock.ended.get(n.note_id, math.inf)]
        assert len(onsets) == len(set(onsets)), f"{part} sounds twice"

    def _note_played(self, planned: Planned) -> None:
        self.parts[planned.note_id] = planned.part
        onset_ns = round(planned.note.onset_ticks * BEAT_NS / PPQ)
        assert onset_ns >= self.world.song_ns - _TICK_NS, "planned for a moment that has passed"
        assert planned.note.duration_ticks > 0
        assert not self.stage.settings().route(planned.part).is_muted

    def _note_taken(self, take: Take) -> None:
        self.modes[take.number] = self.mode


# --- what may happen


@dataclass(frozen=True)
class Do:
    """A step of an evening, with a name for the report of a test that fails."""

    what: str
    arguments: tuple[Any, ...]

    def __call__(self, evening: Evening) -> None:
        STEPS[self.what](evening, *self.arguments)


def _play(evening: Evening, pitches: tuple[int, ...], beats: float) -> None:
    for pitch in pitches:
        evening.send(0x90, pitch, 80)
        evening.go_on(beats)
        evening.send(0x80, pitch, 64)


def _host_stops(evening: Evening, is_internal: bool) -> None:
    rate = {} if is_internal else {"rate": 0.0}
    source = SyncSource.INTERNAL if is_internal else SyncSource.JACK
    evening.draw(is_rolling=False, is_broken=True, source=source, **rate)


def _host_starts(evening: Evening, beat: float, bars_on: int) -> None:
    world = evening.world
    skip = (beat - world.beat) % 1.0
    jumps = world.lead.jumps + 1
    position = (beat + 4 * bars_on) * PPQ
    evening.draw(
        is_rolling=True,
        position_ticks=position,
        skip_beats=skip,
        jumps=jumps,
        is_broken=True,
        source=SyncSource.JACK,
    )


def _host_wraps(evening: Evening, beats: int) -> None:
    world = evening.world
    position = evening.stage.song.position_of(world.beat * PPQ) - beats * PPQ
    evening.draw(position_ticks=position, jumps=world.lead.jumps + 1)


def _host_moves(evening: Evening, beats: float) -> None:
    world = evening.world
    position = evening.stage.song.position_of(world.beat * PPQ) + beats * PPQ
    jumps = world.lead.jumps + 1
    evening.draw(position_ticks=position, skip_beats=beats % 1.0, jumps=jumps, is_broken=True)


def _host_counts(evening: Evening, metre: tuple[int, int] | None) -> None:
    evening.draw(metre=None if metre is None else TimeSignature(0, *metre))


def _maker_is(evening: Evening, mood: Mood, delay_ns: int) -> None:
    evening.world.maker.mood, evening.world.maker.delay_ns = mood, delay_ns


def _machine_sleeps(evening: Evening, seconds: int) -> None:
    evening.world.now_ns += seconds * 10**9
    evening.world.maker.tell_due()
    evening.stage.look()


STEPS: dict[str, Callable[..., None]] = {
    "wait": Evening.go_on,
    "send": Evening.send,
    "play": _play,
    "perform": Evening.perform,
    "set": lambda evening, name, value: evening.set(**{name: value}),
    "tempo": lambda evening, bpm: evening.draw(tempo_bpm=bpm),
    "stop": _host_stops,
    "start": _host_starts,
    "wrap": _host_wraps,
    "move": _host_moves,
    "count": _host_counts,
    "maker": _maker_is,
    "sleep": _machine_sleeps,
}


def do(what: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Do]:
    return st.builds(lambda *given: Do(what, given), *arguments)


def press(channel: int, pitch: int, velocity: int) -> Do:
    return Do("send", (0x90 | channel, pitch, velocity))


def release(channel: int, pitch: int) -> Do:
    return Do("send", (0x80 | channel, pitch, 64))


def setting(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Do]:
    return do("set", st.just(name), values)


ROUTES = st.builds(
    PartRoute,
    st.sampled_from(PARTS),
    st.sampled_from(["midi_out", "bass"]),
    st.integers(0, 15),
    st.booleans(),
)
KNOBS = st.builds(Knobs, temperature=st.floats(0.1, 2.0), swing=st.floats(0.0, 1.0))
SETTINGS = st.one_of(
    setting("mode", st.sampled_from(LiveMode)),
    setting("mode", st.sampled_from(LiveMode)),
    setting("answer", st.sampled_from(AnswerKind)),
    setting("phrase_end", st.sampled_from(PhraseEnd)),
    setting("launch", st.sampled_from(Launch)),
    setting("answer_bars", st.none() | st.integers(1, 16)),
    setting("loop_bars", st.integers(1, 4)),
    setting("count_in_bars", st.integers(0, 2)),
    setting("tempo_bpm", st.sampled_from([20.0, 120.0, 400.0])),
    setting("metre", METRES.map(lambda metre: TimeSignature(0, *metre))),
    setting("knobs", KNOBS),
    setting("style", st.sampled_from([None, "folk", "pop"])),
    setting("routes", st.lists(ROUTES, max_size=3).map(tuple)),
)
PLAYING = st.one_of(
    st.builds(press, CHANNELS, PITCHES, VELOCITIES),
    st.builds(press, CHANNELS, PITCHES, VELOCITIES),
    st.builds(release, CHANNELS, PITCHES),
    st.builds(release, CHANNELS, PITCHES),
    do("send", st.sampled_from([0xB0, 0xB1]), st.just(64), st.sampled_from([0, 127])),
    do("send", st.sampled_from([0xB0, 0xBF]), st.integers(0, 127), st.integers(0, 127)),
    do("send", st.sampled_from([0xA0, 0xE3]), st.integers(0, 127), st.integers(0, 127)),
    do("send", st.sampled_from([0xC0, 0xD1]), st.integers(0, 127)),
)
PHRASE = do(
    "play",
    st.lists(PITCHES, min_size=1, max_size=4).map(tuple),
    st.sampled_from([0.02, 0.25, 0.9, 5.0]),
)
HOST = st.one_of(
    do("tempo", st.sampled_from([20.0, 90.0, 120.0, 133.7, 400.0])),
    do("stop", st.booleans()),
    do("start", st.sampled_from([0.0, 0.5, 3.0]), st.integers(0, 5)),
    do("wrap", st.integers(1, 9)),
    do("move", st.floats(0.0, 9.0)),
    do("count", st.none() | METRES),
    do("sleep", st.sampled_from([1, 60, 3600])),
)
MAKER = do(
    "maker", st.sampled_from(Mood), st.sampled_from([0, 20_000_000, 900_000_000, 5_000_000_000])
)
WAITING = do("wait", st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 4.0, 9.0]))
VERBS = do("perform", st.sampled_from(LiveVerb))
WEIGHTS = {PHRASE: 6, WAITING: 5, PLAYING: 4, VERBS: 2, SETTINGS: 2, HOST: 2, MAKER: 1}
KINDS = [kind for kind, weight in WEIGHTS.items() for _ in range(weight)]
ANYTHING = st.sampled_from(KINDS).flatmap(lambda kind: kind)


@settings(max_examples=200, deadline=None)
@given(mode=st.sampled_from(LiveMode), steps=st.lists(ANYTHING, min_size=10, max_size=50))
def test_the_stage_keeps_its_promises_whatever_happens(mode, steps):
    evening = Evening(LiveSettings(mode=mode))
    for step in steps:
        step(evening)
    evening.go_on(9.0)
    evening.judge()


@settings(max_examples=200, deadline=None)
@given(
    metre=METRES,
    tempo_bpm=st.floats(40.0, 240.0),
    launch=st.sampled_from([Launch.BEAT, Launch.BAR, Launch.FOUR_BARS]),
    steps=st.lists(st.one_of(PHRASE, WAITING), min_size=2, max_size=12),
)
def test_every_answer_begins_where_it_may(metre, tempo_bpm, launch, steps):
    evening = Evening(LiveSettings(metre=TimeSignature(0, *metre), launch=launch))
    evening.draw(tempo_bpm=tempo_bpm)
    for step in steps:
        step(evening)
    evening.go_on(40.0)
    song = evening.stage.song
    starts = [n.on_ns for n in evening.world.clock.sounded if n.velocity == 1]  # the first notes
    for start_ns in starts:
        ticks = start_ns * PPQ / BEAT_NS
        assert song.launch_from(ticks - 1, launch) == round(ticks)
