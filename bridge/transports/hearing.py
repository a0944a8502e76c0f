"""What is played to us: sorted into music and a host's clock, and queued for the parent."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable
from typing import Final

from bridge.transports.base import HeardMessage

_LENGTHS: Final = {0x80: 3, 0x90: 3, 0xA0: 3, 0xB0: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3}
"""Bytes of each kind of channel message, by the upper half of its status byte."""
_CLOCK_LENGTHS: Final = {0xF2: 3, 0xF8: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1}
"""The same of a host's clock: song position, tick, start, continue, stop."""
_NOTE_ON: Final = 0x90


class Waker:
    """Wakes a thread that waits for `link`; any thread may call it, and never waits for that."""

    def __init__(self) -> None:
        """Begin asleep."""
        self.link, self._other = socket.socketpair()
        self.link.setblocking(False)
        self._other.setblocking(False)
        self._is_awake = False

    @property
    def signal_descriptor(self) -> int:
        """What `signal.set_wakeup_fd` may write to, so that a signal wakes too."""
        return self._other.fileno()

    def wake(self) -> None:
        """Wake whoever waits; often is as good as once."""
        if not self._is_awake:
            self._is_awake = True
            self._write()

    def doze_off(self) -> None:
        """Say that one is awake and looks now; what comes later wakes again."""
        self._is_awake = False
        try:
            self.link.recv(4096)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give both ends back."""
        self.link.close()
        self._other.close()

    def _write(self) -> None:
        try:
            self._other.send(b"\0")
        except BlockingIOError:
            return  # so much lies there unread that nobody can be asleep


class Hearing:
    """Messages on their way from those who hear them to the parent."""

    def __init__(self, waker: Waker | None = None) -> None:
        """Begin with nothing heard.

        Args:
            waker: wakes the thread that takes the messages; None: it looks by itself.
        """
        self._waker = waker
        self._messages: deque[HeardMessage] = deque()

    def tell(self, messages: Iterable[HeardMessage]) -> None:
        """Queue what was heard; any thread."""
        self._messages.extend(messages)
        self.wake()

    def wake(self) -> None:
        """Have whoever takes the messages look around; any thread."""
        if self._waker is not None:
            self._waker.wake()

    def messages(self) -> tuple[HeardMessage, ...]:
        """Take what was heard since the last time."""
        return tuple(self._messages.popleft() for _ in range(len(self._messages)))


def channel_message(payload: bytes) -> bytes | None:
    """Give a whole channel message in its plain form; None: it is none, or damaged.

    Args:
        payload: any bytes.

    Returns:
        A note-on without velocity as the note-off that it means.
    """
    if not payload or len(payload) != _LENGTHS.get(payload[0] & 0xF0):
        return None
    if max(payload[1:]) > 0x7F:
        return None
    if payload[0] & 0xF0 == _NOTE_ON and payload[2] == 0:
        return bytes((0x80 | payload[0] & 0x0F, payload[1], 64))
    return payload


def is_clock_message(payload: bytes) -> bool:
    """Say whether it is a whole message of a host's clock: tick, start, song position .."""
    if not payload or len(payload) != _CLOCK_LENGTHS.get(payload[0]):
        return False
    return all(byte < 0x80 for byte in payload[1:])
