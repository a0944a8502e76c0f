"""Servers that mean ill, or are none: what they send, and one that sends it. Standard library only.

It runs in Blender's Python, too.
"""

import contextlib
import json
import socket
import threading
import time

BIG = b"x" * (1 << 20)


def http(body, *, head=b"HTTP/1.1 200 OK", length=None):
    """Give an answer as HTTP has it."""
    length = len(body) if length is None else length
    return head + b"\r\nContent-Length: " + str(length).encode() + b"\r\n\r\n" + body


def told(content):
    return http(json.dumps(content).encode())


def pieces(*sent):
    return lambda: iter(sent)


def without_end(piece, pause_seconds=0.0):
    """Send again and again, until the other side hangs up."""

    def sending():
        while True:
            yield piece
            time.sleep(pause_seconds)

    return sending


ANSWERS = {
    "nothing": pieces(),
    "junk": pieces(b"\x00\xff\x13\x37" * 50),
    "another protocol": pieces(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a head without end": lambda: iter([b"HTTP/1.1 200 OK\r\n", *[b"X: " + BIG[:8000]] * 20]),
    "a head that is cut off": pieces(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "a body that is cut off": pieces(http(b'{"a": 1', length=100)),
    "2 GB": pieces(http(b"{", length=2 << 30)),
    "a length of 400 digits": pieces(http(b"{", length=int("9" * 400))),
    "a length below zero": pieces(http(b"{}", length=-5)),
    "a body without end": lambda: iter([b"HTTP/1.1 200 OK\r\n\r\n", *[BIG] * 70]),
    "chunks": pieces(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    "no JSON": pieces(http(b"<html>hello</html>")),
    "no UTF-8": pieces(http(b'"\xff\xfe"')),
    "a deep nest": pieces(http(b"[" * 200_000)),
    "NaN": pieces(http(b'{"sliders": NaN}')),
    "another form": pieces(told([1, 2, 3])),
    "an empty object": pieces(told({})),
    "a job without a state": pieces(
        b"HTTP/1.1 202 OK\r\nLocation: /jobs/a\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "a job elsewhere": pieces(
        b"HTTP/1.1 202 OK\r\nLocation: http://example.org/\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "a refusal in strange words": pieces(http(b'{"message": [1]}', head=b"HTTP/1.1 500 No")),
    "a status of four digits": pieces(b"HTTP/1.1 2000 OK\r\n\r\n{}"),
}
SLOW = {
    "silence": without_end(b"", 0.05),
    "a drop now and then": without_end(b"H", 0.05),
}


@contextlib.contextmanager
def sending(answer):
    """Send an answer to whoever comes; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_send, args=(listening, answer), daemon=True).start()
        yield listening.getsockname()[1]


def _send(listening, answer):
    with contextlib.suppress(OSError):
        while True:
            guest, _ = listening.accept()
            threading.Thread(target=_greet, args=(guest, answer), daemon=True).start()


def _greet(guest, answer):
    with guest, contextlib.suppress(OSError):
        guest.recv(1 << 16)
        for piece in answer():
            guest.sendall(piece)
