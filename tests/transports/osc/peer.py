"""A program that asks by OSC and waits for the answer, as a plugin would."""

import json
import socket
import time

from bridge.transports.osc.packets import format_message, parse


class OscPeer:
    """One UDP socket that asks a server of ours.

    Args:
        port: of the server, on this machine.
        patience_seconds: no answer by then is a failure.
    """

    def __init__(self, port, *, patience_seconds=60.0):
        self._port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(patience_seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, address, *arguments):
        self.send_bytes(format_message(address, *arguments))

    def send_bytes(self, packet):
        self._socket.sendto(packet, ("127.0.0.1", self._port))

    def next(self):
        """Give the next message that comes."""
        return parse(self._socket.recv(65536))[0]

    def ask(self, address, *arguments):
        """Ask, and give what is answered: see `answer`."""
        self.send(address, *arguments)
        return self.answer()

    def answer(self):
        """Wait for the whole answer.

        Returns:
            What the JSON says; the items of a stream as a list.

        Raises:
            AnsweredError: the answer is an error.
        """
        pieces, items = [], []
        while True:
            message = self.next()
            match message.address, message.arguments:
                case ("/segue/reply", (_, _, text)):
                    return items or json.loads(text)
                case ("/segue/part", (_, _, count, piece)):
                    pieces.append(piece)
                    if len(pieces) == count:
                        return json.loads("".join(pieces))
                case ("/segue/item", (_, _, text)):
                    items.append(json.loads(text))
                case ("/segue/error", (_, _, _, words)):
                    raise AnsweredError(words)

    def ask_many(self, count, address, *arguments, at_once=40):
        """Ask the same many times, so many at once; gives what it took in seconds."""
        started = time.perf_counter()
        sent = 0
        for answered in range(count):
            while sent < min(count, answered + at_once):
                self.send(address, *arguments)
                sent += 1
            self.next()
        return time.perf_counter() - started


class AnsweredError(Exception):
    """The server says that it cannot be done, and why."""
