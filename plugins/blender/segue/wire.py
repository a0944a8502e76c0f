"""One request to `segue serve` on this machine, over a socket that never waits."""

import contextlib
import errno
import json
import select
import socket
import time
from dataclasses import dataclass
from typing import Final

from .reply import Reply
from .trouble import SERVE, BridgeError, GoneError, strange

HOST: Final = "127.0.0.1"
"""Segue asks nobody but this machine."""
PATIENCE_SECONDS: Final = 20.0
"""How long one request may take; what takes longer is a job that is asked for again."""
_PIECE_BYTES: Final = 256 * 1024
_PIECES_A_POLL: Final = 8
_UNDER_WAY: Final = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, 10035)


@dataclass(frozen=True)
class Door:
    """Where Segue listens."""

    port: int = 5757
    """Of the HTTP door."""
    token: str = ""
    """What `segue serve` asks for, if it does."""

    def head(self, method: str, path: str, length_bytes: int) -> bytes:
        """Give the first lines of a request."""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}:{self.port}",
            "Connection: close",
            "Accept: application/json",
            "Prefer: respond-async",
            "Content-Type: application/json",
            f"Content-Length: {length_bytes}",
        ]
        if self.token.isascii() and self.token.isprintable() and self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        return "\r\n".join([*lines, "", ""]).encode("ascii")


class Call:
    """A request on its way; `poll` moves it on and returns at once."""

    def __init__(
        self,
        door: Door,
        method: str,
        path: str,
        request: object = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        body = b"" if request is None else json.dumps(request, allow_nan=False).encode("utf-8")
        self.reply = Reply()
        self._to_send = memoryview(door.head(method, path, len(body)) + body)
        self._deadline_seconds = time.monotonic() + patience_seconds
        self._port = door.port
        self._is_connected = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        if self._socket.connect_ex((HOST, door.port)) not in _UNDER_WAY:
            self.close()
            raise self._nobody()

    def poll(self) -> bool:
        """Move on as far as can be done now; says whether the answer is whole.

        Raises:
            BridgeError: nobody answers, or with nonsense.
        """
        try:
            self._go_on()
        except OSError as error:
            self.close()
            raise self._nobody() from error
        except BridgeError:
            self.close()
            raise
        if self.reply.is_whole:
            self.close()
        elif time.monotonic() > self._deadline_seconds:
            self.close()
            raise GoneError("Segue does not answer in time; ask again, or start it anew")
        return self.reply.is_whole

    def wait(self, seconds: float) -> None:
        """Wait until there is something to do: only for those who may wait."""
        if self._socket.fileno() >= 0:
            sending = [self._socket] if self._to_send else []
            select.select([self._socket], sending, [self._socket], seconds)

    def close(self) -> None:
        """Hang up; Segue gives up what was asked."""
        self._socket.close()

    def _go_on(self) -> None:
        if self.reply.is_whole or not self._connected():
            return
        with contextlib.suppress(BlockingIOError):
            if self._to_send:
                self._to_send = self._to_send[self._socket.send(self._to_send) :]
            else:
                self._receive()

    def _connected(self) -> bool:
        if not self._is_connected:
            _, ready, failed = select.select([], [self._socket], [self._socket], 0.0)
            problem = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if problem or failed:
                raise OSError(problem, "no connection")
            self._is_connected = bool(ready)
        return self._is_connected

    def _receive(self) -> None:
        for _ in range(_PIECES_A_POLL):
            piece = self._socket.recv(_PIECE_BYTES)
            if piece:
                self.reply.feed(piece)
            else:
                self.reply.end()
            if self.reply.is_whole:
                return

    def _nobody(self) -> GoneError:
        return GoneError(f"nobody answers on port {self._port}; {SERVE}")


def read_json(reply: Reply) -> object:
    """Read the JSON of an answer.

    Raises:
        BridgeError: Segue refused, in its own words; or it is no JSON.
    """
    try:
        content = json.loads(reply.body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise strange("it answers no JSON") from error
    if reply.status >= 300:
        raise BridgeError(refusal(content, reply.status))
    return content


def refusal(content: object, status: int) -> str:
    """Give Segue's own words for what is wrong."""
    words = content.get("message") if isinstance(content, dict) else None
    if not isinstance(words, str) or not words:
        return f"another program answers on the port of Segue (status {status}); choose another"
    if status == 401:
        return "Segue asks for its token; copy it into the preferences of this extension"
    return words[:400]


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")
