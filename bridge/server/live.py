"""Joins the stage to the clock process: what is heard and led comes in, what is played goes out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import wait
from typing import Any, Final

from bridge.errors import RequestError
from bridge.schema.live import LiveSettings
from bridge.schema.mapping import Learned
from bridge.server.controls import Controls
from bridge.server.stage.stage import LiveStage
from bridge.transports.base import NO_MIDI, HeardMessage, TimedMessage, TimedNote
from bridge.transports.remote import RemoteClock
from bridge.transports.sync.base import SyncWish
from bridge.transports.talk import Heard, Led, Listening, Lost, News, NotOpened, Opened

PortNews = Opened | NotOpened | Lost | Listening
"""What the clock process tells about its ports."""

_log = logging.getLogger(__name__)

_LISTEN_SECONDS: Final = 1.0
"""The clock process is looked after at least this often."""
_LEARN_SECONDS: Final = 60.0
"""A control that is to be learned is waited for no longer."""
MAIN_INPUT: Final = "midi_in"
"""The input for what is played, and for a host's clock."""
CONTROL_IN: Final = "control_in"
"""The input for controllers; what comes in there is never music."""
CONTROL_OUT: Final = "control_out"
"""The output to the lights and motors of controllers."""


class StageClock:
    """The clock process, as the stage sees it."""

    def __init__(self, remote: RemoteClock, wish: SyncWish) -> None:
        """Lead nobody yet.

        Args:
            remote: our end of the clock process.
            wish: whom to follow; tempo and metre come from the settings.
        """
        self._remote = remote
        self._wish = wish

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Have notes and messages sent in time."""
        self._remote.play(notes, messages)

    def forget(self, note_ids: frozenset[int] | None) -> None:
        """Do not play these; end those that sound."""
        self._remote.forget(note_ids)

    def transport(self, is_rolling: bool, position_ticks: float | None) -> None:
        """Start or stop the song, where nobody else leads it."""
        self._remote.transport(is_rolling, position_ticks)

    def panic(self) -> None:
        """End every note that sounds."""
        self._remote.panic()

    def conduct(self, settings: LiveSettings) -> None:
        """Take tempo and metre for where nobody else tells them."""
        wish = replace(self._wish, tempo_bpm=settings.tempo_bpm, metre=settings.metre)
        self._remote.conduct(wish)


class LiveRoom:
    """The stage, the clock process and the controllers, in the event loop.

    Args:
        stage: is told what happens.
        remote: our end of the clock process.
        controls: what knobs and pads do.
        on_learned: is told which control was bound, to write it down.
        on_ports: is told what became of the ports, to say it to people.
    """

    def __init__(
        self,
        stage: LiveStage,
        remote: RemoteClock,
        controls: Controls,
        *,
        on_learned: Callable[[Learned], None],
        on_ports: Callable[[PortNews], None],
    ) -> None:
        self._stage = stage
        self._remote = remote
        self._controls = controls
        stage.watchers.looked = self.set_timer
        controls.on_use = self.show_settings
        controls.on_learn = self._wait_for_a_control
        self._on_learned = on_learned
        self._on_ports = on_ports
        self._breaks = 0
        self._controllers: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._learning: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Listen to the clock process until cancelled.

        Raises:
            PortError: the clock process dies again and again.
        """
        while True:
            await asyncio.to_thread(self._wait)
            link = self._remote.link
            for news in self._remote.receive():
                if self._remote.link is not link:
                    link, self._breaks = self._remote.link, 0  # a new process counts anew
                with self._lived_through():
                    self._take(news)

    def _wait(self) -> None:
        """Wait, in a thread, until the clock process says something."""
        link: Any = self._remote.link
        with contextlib.suppress(OSError):  # it died: `receive` starts it again
            wait([link], _LISTEN_SECONDS)

    def set_timer(self) -> None:
        """Look at the stage when something is due."""
        self.close()
        seconds = self._stage.seconds_to_next_look()
        if math.isfinite(seconds):
            self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def show_settings(self) -> None:
        """Let lights and motors of controllers show what is set."""
        payloads = self._controls.feedback(self._stage.settings())
        if payloads:
            self._remote.send(CONTROL_OUT, payloads)

    def close(self) -> None:
        """Look at nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_for_a_control(self) -> None:
        """Stop learning where nobody moves a control."""
        if self._learning is not None:
            self._learning.cancel()
        loop = asyncio.get_running_loop()
        self._learning = loop.call_later(_LEARN_SECONDS, self._controls.stop_learning)

    def _look(self) -> None:
        with self._lived_through():
            self._stage.look()

    @contextlib.contextmanager
    def _lived_through(self) -> Iterator[None]:
        """Let a fault of ours end what is being played, but not the evening."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the last door before silence
            _log.error("the stage stumbled", exc_info=error)
            self._stage.note_trouble("stage", f"this is a bug: {type(error).__name__}: {error}")
            self._stage.start_over()

    def _take(self, news: News) -> None:
        match news:
            case Heard(messages):
                for message in messages:
                    self._hear(message)
            case Led(lead, breaks):
                self._stage.lead(lead, is_broken=breaks != self._breaks)
                self._breaks = breaks
            case Opened() | NotOpened() | Lost() | Listening():
                self._note_ports(news)
            case _:
                pass

    def _hear(self, message: HeardMessage) -> None:
        """Take what was played: a control does what it is bound to, everything else is music."""
        news = self._controls.hear(message.payload, self._stage.settings())
        if news.learned is not None:
            self._on_learned(news.learned)
        if news.settings is not None:
            self._stage.change(news.settings)
        for verb in news.verbs:
            with contextlib.suppress(RequestError):  # a pedal that has nothing to do does nothing
                self._stage.perform(verb)
        if not news.is_control and message.port != CONTROL_IN:
            self._stage.hear(message)

    def _greet(self, controllers: set[str]) -> None:
        """Let controllers that have come show what is set."""
        if controllers - self._controllers:
            self._controls.forget_lights()
            self.show_settings()
        self._controllers = controllers

    def _note_ports(self, news: PortNews) -> None:
        match news:
            case Opened(api, name, ports):
                self._stage.ports = () if api == NO_MIDI else ports or (name,)
                self._stage.note_trouble("ports", "")
            case NotOpened(reasons):
                self._stage.ports = ()
                self._stage.note_trouble("ports", f"no MIDI port: {'; '.join(reasons)}")
            case Lost(reason):
                self._stage.note_trouble("ports", reason)
            case Listening(names, links):
                self._stage.listeners = names
                self._greet({link.theirs for link in links if link.ours == CONTROL_OUT})
        self._on_ports(news)
