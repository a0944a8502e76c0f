"""One HTTP request and its answer, over a socket that never waits.

Live calls its scripts from the thread that draws its window: whatever waits here, stops Live. So an
exchange does what can be done at once, and goes on when it is polled again, a tenth of a second
later.
"""

import errno
import json
import select
import socket

HOST = "127.0.0.1"
MOST_POLLS = 1200
"""After so many polls (two minutes) an answer no longer comes."""
_PIECE_BYTES = 65536
_MOST_BYTES = 64 * 2**20
_GAP = b"\r\n\r\n"
_UNDER_WAY = (
    0,
    errno.EINPROGRESS,
    errno.EWOULDBLOCK,
    errno.EALREADY,
    getattr(errno, "WSAEWOULDBLOCK", 0),
)


class ExchangeError(Exception):
    """Say why there is no answer, in one line."""


class RefusedError(ExchangeError):
    """Say what Segue finds wrong with the request, in its own words."""


class Exchange:
    """Post one request, and read its answer bit by bit.

    Args:
        port: of Segue's HTTP door on this machine.
        path: `/music/vary`.
        request: what is asked, as JSON has it.
    """

    def __init__(self, port, path, request):
        self._port = port
        self._waiting = _head_and_body(port, path, request)
        self._heard = b""
        self._polls = 0
        self._is_connected = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        if self._socket.connect_ex((HOST, port)) not in _UNDER_WAY:
            self._socket.close()
            raise ExchangeError(self._nobody_there())

    def poll(self):
        """Go on as far as can be gone at once.

        Returns:
            The answer, as JSON has it, in a tuple; None while it is not there.

        Raises:
            RefusedError: the answer says what is wrong with the request.
            ExchangeError: there will be no answer.
        """
        self._polls += 1
        if self._polls > MOST_POLLS:
            self.close()
            raise ExchangeError("no answer from Segue; ask for less, or look at `segue serve`")
        try:
            if self._connected() and self._sent() and self._received():
                self.close()
                return (_answer(self._heard),)
        except OSError as error:
            self.close()
            raise ExchangeError(self._nobody_there()) from error
        except ExchangeError:
            self.close()
            raise
        return None

    def close(self):
        """Give up, or be done."""
        self._socket.close()

    def _connected(self):
        """Say whether somebody took the call."""
        if not self._is_connected:
            _, ready, failed = select.select([], [self._socket], [self._socket], 0)
            if ready or failed:
                reason = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if reason:
                    raise OSError(reason, "not connected")
                self._is_connected = True
        return self._is_connected

    def _sent(self):
        """Send what can be sent; say whether that was all."""
        try:
            while self._waiting:
                self._waiting = self._waiting[self._socket.send(self._waiting[:_PIECE_BYTES]) :]
        except BlockingIOError:
            return False
        return True

    def _received(self):
        """Read what is there; say whether that was the end."""
        try:
            while len(self._heard) < _MOST_BYTES:
                piece = self._socket.recv(_PIECE_BYTES)
                if not piece:
                    return True
                self._heard += piece
        except BlockingIOError:
            return _is_whole(self._heard)
        raise ExchangeError("the answer is too long; ask for less")

    def _nobody_there(self):
        """Say what to do when nobody answers."""
        return f"nobody answers on port {self._port}; start `segue serve`"


def _head_and_body(port, path, request):
    """Give the bytes of a request; HTTP/1.0, so that the answer comes in one piece."""
    body = json.dumps(request, allow_nan=False).encode("utf-8")
    lines = (
        f"POST {path} HTTP/1.0",
        f"Host: {HOST}:{port}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode("ascii") + _GAP + body


def _parts(heard):
    """Give status, headers and body of an answer; None while its head is not whole."""
    head, gap, body = heard.partition(_GAP)
    if not gap:
        return None
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return lines[0].split(), headers, body


def _is_whole(heard):
    """Say whether the answer's own length says that it is all there."""
    parts = _parts(heard)
    if parts is None:
        return False
    length = parts[1].get("content-length", "")
    return length.isdigit() and len(parts[2]) >= int(length)


def _answer(heard):
    """Read the answer.

    Raises:
        RefusedError: it is an error's message.
        ExchangeError: it is no answer of Segue.
    """
    parts = _parts(heard)
    try:
        status = int(parts[0][1])
        answer = json.loads(parts[2].decode("utf-8"))
    except (IndexError, TypeError, ValueError) as error:
        raise ExchangeError("another program answers on the port of Segue") from error
    if status == 200:
        return answer
    message = answer.get("message") if isinstance(answer, dict) else None
    raise RefusedError(message or f"Segue answered with status {status}")
