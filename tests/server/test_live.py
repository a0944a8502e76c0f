"""The stage in the event loop: news come in, notes go out, and faults are lived through."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import replace
from multiprocessing import Pipe

import pytest

from bridge.schema.live import LiveMode, LiveSettings, LiveVerb, SyncSource
from bridge.schema.mapping import Binding, ControlForm, DeviceMap
from bridge.server.controls import Controls
from bridge.server.live import CONTROL_IN, MAIN_INPUT, LiveRoom, StageClock
from bridge.server.stage.stage import LiveStage
from bridge.transports.base import HeardMessage
from bridge.transports.sync.base import BEAT_NS, Lead, Line, SyncWish
from bridge.transports.talk import Heard, Led, Lost, NotOpened, Opened
from tests.server.stage.world import FakeMaker


class FakeRemote:
    """A clock process that says what a test lets it say, and writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.restart()

    def restart(self) -> None:
        self.link, self._say = Pipe(duplex=False)

    def say(self, *news: object) -> None:
        for item in news:
            self._say.send(item)

    def receive(self) -> list[object]:
        news = []
        while self.link.poll():
            news.append(self.link.recv())
        return news

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: self.told.append((name, *arguments))


class Room:
    """A live room with a fake clock, in real time."""

    now_ns = property(lambda self: time.perf_counter_ns())

    def __init__(self, settings: LiveSettings, devices: tuple[DeviceMap, ...] = ()) -> None:
        self.remote = FakeRemote()
        self.maker = FakeMaker(self, delay_ns=0)  # type: ignore[arg-type]
        clock = StageClock(self.remote, SyncWish(SyncSource.JACK))  # type: ignore[arg-type]
        self.stage = LiveStage(settings, (), clock, self.maker)
        self.ports: list[object] = []
        self.live = LiveRoom(
            self.stage,
            self.remote,  # type: ignore[arg-type]
            Controls(devices),
            on_learned=lambda learned: None,
            on_ports=self.ports.append,
        )
        self.begun_ns = time.perf_counter_ns()
        line = Line(self.begun_ns, 0, 4.0)  # 240 BPM
        self.lead = Lead(SyncSource.JACK, True, 240.0, line, 0.0, None, 0)

    def hear(self, *payload: int, port: str = MAIN_INPUT) -> Heard:
        song_ns = (time.perf_counter_ns() - self.begun_ns) * 4
        return Heard((HeardMessage(port, time.perf_counter_ns(), song_ns, bytes(payload)),))

    async def until(self, is_so) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(5.0):
            while not is_so():
                self.maker.tell_due()
                await asyncio.sleep(0.005)

    def planned(self) -> list[tuple[object, ...]]:
        return [told for told in self.remote.told if told[0] == "play"]


@pytest.fixture
def play():
    """Run a scene with a live room."""

    def run(scene, settings=None, devices=()):
        async def evening():
            room = Room(settings or LiveSettings(), devices)
            live = asyncio.create_task(room.live.run())
            try:
                room.remote.say(Led(room.lead, 0))
                await scene(room)
            finally:
                room.live.close()
                live.cancel()
                room.remote.say(None)  # wakes the thread that waits
            return room

        return asyncio.run(evening())

    return run


def test_what_is_heard_is_answered_by_what_is_played(play):
    async def scene(room):
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(room.planned)

    (_, notes, _), *_ = play(scene).planned()
    assert notes[0].on_ns % BEAT_NS == 0


def test_an_answer_is_a_take_as_soon_as_it_has_begun(play):
    async def scene(room):
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(lambda: room.stage.takes())

    play(scene)


def test_a_controller_is_no_music(play):
    async def scene(room):
        room.remote.say(room.hear(0x90, 60, 80, port=CONTROL_IN))
        room.remote.say(NotOpened(("heard after it",)))
        await room.until(lambda: room.ports)
        assert room.stage.status().doing == "listening"

    play(scene)


def test_a_pedal_that_has_nothing_to_do_does_nothing(play):
    devices = (DeviceMap("pedal", bindings=(Binding("do.again", ControlForm.CC, number=64),)),)

    async def scene(room):
        room.remote.say(room.hear(0xB0, 64, 127), NotOpened(()))
        await room.until(lambda: room.ports)
        assert "bug" not in room.stage.trouble

    play(scene, devices=devices)


def test_ports_and_their_trouble_are_shown(play):
    async def scene(room):
        room.remote.say(Opened("jack", "Segue", ("Segue:midi_out",)))
        await room.until(lambda: room.stage.status().ports == ("Segue:midi_out",))
        room.remote.say(Lost("the JACK server is gone"))
        await room.until(lambda: room.stage.status().trouble == "the JACK server is gone")
        room.remote.say(Opened("jack", "Segue", ("Segue:midi_out",)))
        await room.until(lambda: room.stage.status().trouble == "")

    play(scene)


def test_a_line_that_is_broken_takes_the_answer_back(play):
    async def scene(room):
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(room.planned)
        room.remote.say(Led(replace(room.lead, jumps=1), 1), NotOpened(()))
        await room.until(lambda: room.ports)
        await asyncio.sleep(0)
        assert room.stage.seconds_to_next_look() == math.inf

    play(scene)


def test_a_clock_process_that_is_new_has_not_broken_the_line(play):
    async def scene(room):
        broken = []
        room.remote.say(Led(room.lead, 5), NotOpened(()))
        await room.until(lambda: room.ports)
        follow = room.stage.lead
        room.stage.lead = lambda lead, *, is_broken=False: (
            broken.append(is_broken),
            follow(lead, is_broken=is_broken),
        )
        before, news = room.remote.link, [Lost("it died"), Led(room.lead, 0)]

        def revive():
            room.remote.restart()
            room.remote.receive = type(room.remote).receive.__get__(room.remote)
            before.close()
            return news

        room.remote.receive = revive
        await room.until(lambda: broken)
        assert broken == [False]

    play(scene)


def test_a_fault_of_ours_ends_what_is_played_but_not_the_evening(play, caplog):
    async def scene(room):
        room.stage._mode.begin = lambda note: 1 // 0
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(lambda: "ZeroDivisionError" in room.stage.trouble)
        assert room.remote.told[-1] == ("forget", None)
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(room.planned)

    play(scene)
    assert "the stage stumbled" in caplog.text


def test_a_band_needs_no_news_to_go_on(play):
    async def scene(room):
        await room.until(lambda: len(room.planned()) >= 9)  # three bars of three parts

    play(scene, LiveSettings(mode=LiveMode.BAND))


def test_a_verb_of_a_program_is_looked_after_at_once(play):
    async def scene(room):
        room.remote.say(room.hear(0x90, 60, 80))
        await room.until(lambda: room.stage.status().doing == "hearing a call")
        room.stage.perform(LiveVerb.ANSWER)
        await room.until(lambda: room.stage.status().doing == "answering")

    play(scene)
