"""JACK: messages queued ahead, each written at its exact frame by the process callback.

The position of a message inside a cycle is computed, not measured, so it does not matter when in
the cycle the callback runs: the error is half a frame, 10 us at 48 kHz. What comes in is stamped in
the same way, and a leader is asked once a cycle for the line of song time at its first frame.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import PortError
from bridge.transports.agenda import Agenda
from bridge.transports.base import (
    CLOCK_OUTPUT,
    HeardMessage,
    Link,
    PortWish,
)
from bridge.transports.frames import FrameGrid, cycle, unwrapped
from bridge.transports.hearing import Hearing, channel_message, is_clock_message
from bridge.transports.jack_links import JackLinks
from bridge.transports.jack_outputs import JackOutputs, Written
from bridge.transports.jack_time import JackTime
from bridge.transports.sync.base import Line
from bridge.transports.wire import SILENCE_SECONDS, Leader, Wire

if TYPE_CHECKING:
    import jack

LATEST_NS: Final = 1_000_000
"""A note-on is late only when JACK skipped its frame, and the sound of that moment with it. One
that would be later than this is not sent."""
LATEST_LIVE_NS: Final = 10_000_000
"""The same while we play live, where a note may have been thought of only just now."""
_LONGEST_MESSAGE: Final = 3
_QUIET_CYCLES: Final = 4
"""While nothing is to be sent, the leader is looked at once in so many cycles."""
_REPEAT_AFTER_CYCLES: Final = (2, 12)
"""When note-offs are repeated after JACK gave a cycle up: soon, and once it has recovered."""
_LAST_ATTEMPTS: Final = 5
_PATIENCE_SECONDS: Final = 0.25
_STANDSTILL_NS: Final = 2_000_000_000
"""A server that has not called us for so long is lost, whatever it says."""


class JackWire(Wire):
    """JACK MIDI ports that send an agenda and hear."""

    def __init__(
        self, client: jack.Client, wish: PortWish, *, links: tuple[Link, ...], hearing: Hearing
    ) -> None:
        """Take an open client over.

        Args:
            client: not yet active; is closed with the wire.
            wish: which ports, and whom to connect to.
            links: connections of a lost wire.
            hearing: takes what is played to us.
        """
        self._client = client
        self._outputs = JackOutputs(client, wish.outputs, version=_library().version_string())
        self._inputs = {name: client.midi_inports.register(name) for name in wish.inputs}
        self._clock_input = wish.inputs[0] if wish.inputs else None
        self._links = JackLinks(
            client,
            wish,
            outputs=self._outputs.ports,
            inputs=self._inputs,
            refusal=_library().JackError,
        )
        self._links.miss(links)
        self._hearing = hearing
        self._rate_hz = client.samplerate
        self._grid = FrameGrid(rate_hz=self._rate_hz)
        self._time = JackTime(client)
        self._leader: Leader | None = None
        self._line: Line | None = None
        self._at_ns = 0
        self._heard_clock = False
        self._agenda = Agenda()
        self._frame = 0
        self._cycles = 0
        self._seen = (0, 0)
        self._overruns = 0
        self._repeat_at: deque[int] = deque()
        self._trouble: str | None = None
        self._is_rewired = False
        client.set_process_callback(self._process)
        client.set_shutdown_callback(self._shut_down)
        client.set_xrun_callback(self._overrun)
        client.set_port_connect_callback(self._note_rewiring, only_available=False)
        client.set_port_registration_callback(self._note_rewiring, only_available=False)

    @property
    def api(self) -> str:
        """It speaks `jack`."""
        return "jack"

    @property
    def name(self) -> str:
        """The main output, as others see it: client and port."""
        return str(self._outputs.ports[self._outputs.main].name)

    @property
    def ports(self) -> tuple[str, ...]:
        """Every output and input, as others see them."""
        return tuple(
            str(port.name) for port in (*self._outputs.ports.values(), *self._inputs.values())
        )

    @property
    def host(self) -> object:
        """The `jack.Client`, which knows JACK's transport."""
        return self._client

    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        """Begin to send, taking this moment as `song_ns`."""
        library = _library()
        self._agenda = agenda
        self._frame = self._client.frame_time
        self._grid.align(frame=self._frame, song_ns=song_ns)
        debts = agenda.repayment()
        try:
            self._client.activate()
        except library.JackError as error:
            raise PortError(f"JACK did not let us begin: {error}") from error
        self._seen = (self._cycles, time.perf_counter_ns())
        self.tend()
        self._outputs.put_off(debts)  # only now, when somebody may listen

    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on."""
        frame = unwrapped(self._client.frame_time, near=self._frame)
        self._grid.align(frame=frame, song_ns=song_ns)

    def follow(self, leader: Leader) -> None:
        """Ask a leader for the line once a cycle."""
        self._leader = leader

    def song_ns(self) -> int:
        """Song time of this moment, by JACK's sample clock or by the leader's line."""
        if self._line is not None:
            return self._line.song_ns_at(time.perf_counter_ns())
        return self._grid.song_ns_of(unwrapped(self._client.frame_time, near=self._frame))

    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""
        return self._trouble

    @property
    def is_rewired(self) -> bool:
        """Whether a port came, went or was connected since the last `tend`."""
        return self._is_rewired

    def tend(self) -> tuple[Link, ...]:
        """Connect to those we wish for and miss; tell who is connected."""
        self._is_rewired = False
        self._look_for_a_standstill()
        if self._trouble is not None:
            return ()
        library = _library()
        try:
            return self._links.tend()
        except library.JackError:
            return ()  # a port went away while we looked: the next look will tell

    def silence(self) -> None:
        """End every note, forget what is to come, and wait until that is written."""
        self._agenda.silence(forget=True).wait(SILENCE_SECONDS)

    def close(self) -> None:
        """Leave JACK, after the last messages have been read by those who listen."""
        for _ in range(_LAST_ATTEMPTS):
            overruns = self._overruns
            self._await_cycles(3)
            if self._overruns == overruns:
                break
            self.silence()
        if self._trouble is None:
            self._client.deactivate()
        self._client.close()

    def overruns(self) -> int:
        """How often JACK reported an xrun."""
        return self._overruns

    def _look_for_a_standstill(self) -> None:
        cycles, at_ns = self._seen
        now_ns = time.perf_counter_ns()
        if self._cycles != cycles:
            self._seen = (self._cycles, now_ns)
        elif now_ns - at_ns > _STANDSTILL_NS:
            self._trouble = self._trouble or "JACK stands still"

    def _await_cycles(self, count: int) -> None:
        """Wait until JACK has run some cycles, at most `_PATIENCE_SECONDS`."""
        target = self._cycles + count
        for _ in range(round(_PATIENCE_SECONDS / 0.005)):
            if self._cycles >= target or self._trouble is not None:
                return
            time.sleep(0.005)

    # --- called by JACK

    def _process(self, frames: int) -> None:
        """Hear and write one cycle; the only place that sends."""
        self._find_frame(frames)
        is_quiet = self._is_quiet()
        self._follow_and_hear(is_quiet=is_quiet)
        self._outputs.clear()
        if is_quiet or self._outputs.write(self._outgoing(frames)):
            self._agenda.confirm()
            self._cycles += 1

    def _find_frame(self, frames: int) -> None:
        """Take the number of the cycle's first frame."""
        expected = self._frame + frames
        self._frame = unwrapped(self._client.last_frame_time, near=self._frame)
        if self._frame != expected:
            self._expect_losses()
        if self._repeat_at:
            self._repeat_when_due()

    def _is_quiet(self) -> bool:
        """Whether there is nothing to send, and no need to look at the leader in this cycle."""
        if self._cycles % _QUIET_CYCLES == 0 or self._agenda.is_busy:
            return False
        if self._outputs.has_backlog:
            return False
        return self._leader is None or not self._leader.is_master

    def _follow_and_hear(self, *, is_quiet: bool) -> None:
        """Let the leader draw the line, after it has heard what came in."""
        if self._leader is None and not self._inputs:
            return
        if not is_quiet:
            self._at_ns = self._time.measure(self._frame)
        self._heard_clock = False
        heard = self._hear()
        if self._leader is not None and (heard or self._heard_clock or not is_quiet):
            if is_quiet:
                self._at_ns = self._time.measure(self._frame)
            self._draw_line(self._leader)
        if heard:
            self._pass_on(heard)

    def _outgoing(self, frames: int) -> list[Written]:
        """Take what belongs into this cycle: offsets, short names of outputs, and messages."""
        outgoing = cycle(
            self._agenda,
            self._grid,
            first_frame=self._frame,
            frames=frames,
            latest_ns=LATEST_NS if self._leader is None else LATEST_LIVE_NS,
        )
        if (
            self._leader is not None
            and self._leader.is_master
            and CLOCK_OUTPUT in self._outputs.ports
        ):
            outgoing += self._pulses(self._leader, frames)
        return outgoing

    def _hear(self) -> list[tuple[str, int, bytes]]:
        """Take what came in; a host's clock goes to the leader, music is given back."""
        heard: list[tuple[str, int, bytes]] = []
        for name, port in self._inputs.items():
            for offset, data in port.incoming_midi_events():
                if len(data) <= _LONGEST_MESSAGE:
                    self._sort(heard, name, self._frame + offset, bytes(data))
        return heard

    def _sort(
        self, heard: list[tuple[str, int, bytes]], name: str, frame: int, payload: bytes
    ) -> None:
        message = channel_message(payload)
        if message is not None:
            heard.append((name, frame, message))
        elif self._leader and name == self._clock_input and is_clock_message(payload):
            self._leader.hear(payload, self._time.at_ns(frame))
            self._heard_clock = True

    def _draw_line(self, leader: Leader) -> None:
        line = self._line = leader.line(self._at_ns)
        sent_ns = line.song_ns_at(self._at_ns - leader.offset_ns)
        self._grid.align(frame=self._frame, song_ns=sent_ns, rate=line.rate)

    def _pass_on(self, heard: list[tuple[str, int, bytes]]) -> None:
        messages = []
        for name, frame, payload in heard:
            at_ns = self._time.at_ns(frame)
            line = self._line
            song_ns = line.song_ns_at(at_ns) if line else self._grid.song_ns_of(frame)
            messages.append(HeardMessage(name, at_ns, song_ns, payload))
        self._hearing.tell(messages)

    def _pulses(self, leader: Leader, frames: int) -> list[Written]:
        """Give the MIDI clock of this cycle."""
        first, grid = self._frame, self._grid
        due = leader.pulses(grid.song_ns_of(first), grid.first_ns_at(first + frames))
        return [
            (min(max(grid.frame_of(song_ns) - first, 0), frames - 1), CLOCK_OUTPUT, payload)
            for song_ns, payload in due
        ]

    def _expect_losses(self) -> None:
        """Have the last note-offs repeated: listeners do not get the cycle that JACK gave up."""
        self._repeat_at.extend(self._cycles + pause for pause in _REPEAT_AFTER_CYCLES)

    def _repeat_when_due(self) -> None:
        due = False
        while self._repeat_at and self._repeat_at[0] <= self._cycles:
            self._repeat_at.popleft()
            due = True
        if due:
            self._agenda.repeat_ends()

    def _shut_down(self, status: Any, reason: str) -> None:
        self._trouble = f"JACK closed our port: {reason.strip() or 'no reason given'}"
        self._hearing.wake()

    def _note_rewiring(self, *what: Any) -> None:
        self._is_rewired = True
        self._hearing.wake()

    def _overrun(self, delayed_us: float) -> None:
        self._overruns += 1
        self._expect_losses()


def open_jack(wish: PortWish, *, links: tuple[Link, ...], hearing: Hearing) -> JackWire:
    """Open ports on the JACK server that runs.

    Args:
        wish: name of our client, its ports, and whom to connect to.
        links: connections of a lost wire.
        hearing: takes what is played to us.

    Raises:
        PortError: there is no JACK library or no server.
    """
    library = _library()
    try:
        client = library.Client(wish.name, no_start_server=True)
    except library.JackOpenError as error:
        raise PortError("jack: no server is running") from error
    return JackWire(client, wish, links=links, hearing=hearing)


def jack_is_installed() -> bool:
    """Whether the JACK library is there; a server need not run."""
    return _load() is not None


def _library() -> Any:
    """The `jack` module, silenced: its errors come to us as exceptions.

    Raises:
        PortError: JACK is not installed.
    """
    library = _load()
    if library is None:
        raise PortError("jack: not installed")
    return library


@cache
def _load() -> Any:
    """Load the library once; looking for one that is missing starts other programs."""
    if sys.platform == "win32":
        return None
    try:
        import jack
    except (ImportError, OSError):
        return None
    jack.set_error_function(_ignore)
    jack.set_info_function(_ignore)
    return jack


def _ignore(message: str) -> None:
    """Drop what JACK would print on stderr."""
