"""JACK output: messages queued ahead, each written at its exact frame by the process callback.

The position of a message inside a cycle is computed, not measured, so it does not matter when in
the cycle the callback runs: the error is half a frame, 10 us at 48 kHz.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import PortError
from bridge.transports.agenda import Agenda
from bridge.transports.base import NANOSECONDS_PER_SECOND, PortWish
from bridge.transports.wire import SILENCE_SECONDS, Wire

if TYPE_CHECKING:
    import jack

_PORT: Final = "midi_out"
LATEST_NS: Final = 1_000_000
"""A note-on is late only when JACK skipped its frame, and the sound of that moment with it. One
that would be later than this is not sent."""
_REPEAT_AFTER_CYCLES: Final = (2, 12)
"""When note-offs are repeated after JACK gave a cycle up: soon, and once it has recovered."""
_LAST_ATTEMPTS: Final = 5
_PATIENCE_SECONDS: Final = 0.25
_FRAMES_MODULUS: Final = 1 << 32
"""JACK counts frames in 32 bits: it wraps after a day at 48 kHz."""


class FrameGrid:
    """Song time as frames of a sample clock."""

    def __init__(self, *, rate_hz: int) -> None:
        """Begin with song time 0 at frame 0.

        Args:
            rate_hz: frames in a second.
        """
        self._rate_hz = rate_hz
        self._origin_frame = 0

    def align(self, *, frame: int, song_ns: int) -> None:
        """Make `frame` the moment `song_ns`."""
        self._origin_frame = frame - self._frames(song_ns)

    def frame_of(self, song_ns: int) -> int:
        """The frame nearest to a song time."""
        return self._origin_frame + self._frames(song_ns)

    def song_ns_of(self, frame: int) -> int:
        """The song time of a frame, rounded down."""
        return (frame - self._origin_frame) * NANOSECONDS_PER_SECOND // self._rate_hz

    def first_ns_at(self, frame: int) -> int:
        """The first song time whose nearest frame is `frame` or a later one."""
        halves = (2 * (frame - self._origin_frame) - 1) * NANOSECONDS_PER_SECOND
        return -(-halves // (2 * self._rate_hz))

    def _frames(self, song_ns: int) -> int:
        """Round to frames, halves up."""
        doubled = 2 * song_ns * self._rate_hz + NANOSECONDS_PER_SECOND
        return doubled // (2 * NANOSECONDS_PER_SECOND)


def unwrapped(frame_32: int, *, near: int) -> int:
    """Give a 32-bit frame count as the full count that lies nearest to a known one."""
    half = _FRAMES_MODULUS // 2
    return near + (frame_32 - near + half) % _FRAMES_MODULUS - half


def cycle(
    agenda: Agenda, grid: FrameGrid, *, first_frame: int, frames: int
) -> list[tuple[int, bytes]]:
    """Take what belongs into one process cycle.

    Args:
        agenda: what is to be sent.
        grid: where song time lies in frames.
        first_frame: of the cycle.
        frames: length of the cycle, >= 1.

    Returns:
        Messages in order, each with its offset 0..frames-1 from `first_frame`.
    """
    due = agenda.take_due(
        grid.first_ns_at(first_frame + frames),
        now_ns=grid.song_ns_of(first_frame),
        latest_ns=LATEST_NS,
    )
    written: list[tuple[int, bytes]] = []
    offset = 0
    for at_ns, payload in due:
        offset = min(max(offset, grid.frame_of(at_ns) - first_frame), frames - 1)
        written.append((offset, payload))
    return written


class JackWire(Wire):
    """A JACK MIDI output port that sends an agenda."""

    def __init__(self, client: jack.Client, wish: PortWish, *, listeners: tuple[str, ...]) -> None:
        """Take an open client over.

        Args:
            client: not yet active; is closed with the wire.
            wish: whom to connect to.
            listeners: full names of the inputs that a lost wire was connected to.
        """
        self._client = client
        self._connect = wish.connect
        self._missing = set(listeners)
        self._port = client.midi_outports.register(_PORT)
        self._grid = FrameGrid(rate_hz=client.samplerate)
        self._agenda = Agenda()
        self._frame = 0
        self._cycles = 0
        self._overruns = 0
        self._repeat_at: deque[int] = deque()
        self._trouble: str | None = None
        self._backlog: deque[bytes] = deque()
        client.set_process_callback(self._process)
        client.set_shutdown_callback(self._shut_down)
        client.set_xrun_callback(self._overrun)

    @property
    def api(self) -> str:
        """It speaks `jack`."""
        return "jack"

    @property
    def name(self) -> str:
        """As others see it: client and port."""
        return str(self._port.name)

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
        self.tend()
        self._backlog.extend(debts)  # only now, when somebody may listen

    def locate(self, *, song_ns: int) -> None:
        """Take this moment as `song_ns` from now on."""
        frame = unwrapped(self._client.frame_time, near=self._frame)
        self._grid.align(frame=frame, song_ns=song_ns)

    def song_ns(self) -> int:
        """Song time of this moment, by JACK's sample clock."""
        return self._grid.song_ns_of(unwrapped(self._client.frame_time, near=self._frame))

    def trouble(self) -> str | None:
        """Say in one line why the wire is lost; None while it works."""
        return self._trouble

    def tend(self) -> tuple[str, ...]:
        """Connect to those we wish for and miss; tell who listens."""
        if self._trouble is not None:
            return ()
        library = _library()
        inputs = {port.name for port in self._client.get_ports(is_midi=True, is_input=True)}
        try:
            for name in sorted(self._wanted(inputs)):
                self._client.connect(self._port, name)
            return tuple(port.name for port in self._client.get_all_connections(self._port))
        except library.JackError:
            return ()  # an input went away while we looked: the next look will tell

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

    def _wanted(self, inputs: set[str]) -> set[str]:
        """Take the inputs to connect to now from those to connect to when they appear."""
        wanted = self._missing & inputs
        self._missing -= wanted
        if self._connect is not None:
            pattern = self._connect.casefold()
            matching = {name for name in inputs if pattern in name.casefold()}
            if matching:
                self._connect = None
            wanted |= matching
        connected = {port.name for port in self._client.get_all_connections(self._port)}
        return wanted - connected

    def _await_cycles(self, count: int) -> None:
        """Wait until JACK has run some cycles, at most `_PATIENCE_SECONDS`."""
        target = self._cycles + count
        for _ in range(round(_PATIENCE_SECONDS / 0.005)):
            if self._cycles >= target or self._trouble is not None:
                return
            time.sleep(0.005)

    # --- called by JACK

    def _process(self, frames: int) -> None:
        """Write one cycle; the only place that sends."""
        expected = self._frame + frames
        self._frame = unwrapped(self._client.last_frame_time, near=self._frame)
        if self._frame != expected:
            self._expect_losses()
        self._repeat_when_due()
        outgoing = cycle(self._agenda, self._grid, first_frame=self._frame, frames=frames)
        port = self._port
        port.clear_buffer()
        if self._backlog:
            outgoing = [(0, payload) for payload in self._take_backlog()] + outgoing
        for written, (offset, payload) in enumerate(outgoing):
            if not self._write(offset, payload):
                self._backlog.extend(payload for _, payload in outgoing[written:])
                return
        self._agenda.confirm()
        self._cycles += 1

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

    def _write(self, offset: int, payload: bytes) -> bool:
        """Write one message; False: the cycle's buffer is full."""
        buffer = self._port.reserve_midi_event(offset, len(payload))
        if len(buffer) == 0:
            return False
        buffer[:] = payload
        return True

    def _take_backlog(self) -> list[bytes]:
        return [self._backlog.popleft() for _ in range(len(self._backlog))]

    def _shut_down(self, status: Any, reason: str) -> None:
        self._trouble = f"JACK closed our port: {reason.strip() or 'no reason given'}"

    def _overrun(self, delayed_us: float) -> None:
        self._overruns += 1
        self._expect_losses()


def open_jack(wish: PortWish, *, listeners: tuple[str, ...] = ()) -> JackWire:
    """Open a port on the JACK server that runs.

    Args:
        wish: name of our client, and whom to connect to.
        listeners: full names of the inputs that a lost wire was connected to.

    Raises:
        PortError: there is no JACK library or no server.
    """
    library = _library()
    try:
        client = library.Client(wish.name, no_start_server=True)
    except library.JackOpenError as error:
        raise PortError("jack: no server is running") from error
    return JackWire(client, wish, listeners=listeners)


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
