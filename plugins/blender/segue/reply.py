"""One answer of HTTP/1.1, read as it arrives and within limits. Knows no socket."""

import re
from typing import Final

from .trouble import BridgeError, GoneError, strange

HEAD_LIMIT_BYTES: Final = 64 * 1024
BODY_LIMIT_BYTES: Final = 64 * 1024 * 1024
_STATUS: Final = re.compile(r"HTTP/1\.[01] ([2-5]\d\d)(?: |$)")
_HEAD_END: Final = b"\r\n\r\n"


class Reply:
    """An answer that is on its way."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_whole = False
        self._pieces = bytearray()
        self._length_bytes: int | None = None

    @property
    def body(self) -> bytes:
        """What came after the headers."""
        return bytes(self._pieces) if self.status else b""

    def feed(self, piece: bytes) -> None:
        """Take what has arrived.

        Raises:
            BridgeError: it is no HTTP, or larger than allowed.
        """
        self._pieces += piece
        if not self.status:
            self._read_head()
        if self.status:
            self._look_at_length()

    def end(self) -> None:
        """Take that the other side closed.

        Raises:
            GoneError: it closed halfway.
        """
        if not self.status or (self._length_bytes is not None and not self.is_whole):
            raise GoneError("Segue hung up in the middle of its answer; ask again")
        self.is_whole = True

    def _read_head(self) -> None:
        end = self._pieces.find(_HEAD_END, 0, HEAD_LIMIT_BYTES)
        if end < 0:
            if len(self._pieces) >= HEAD_LIMIT_BYTES:
                raise strange("its headers have no end")
            if not b"HTTP/1.".startswith(self._pieces[:7]):
                raise strange("it speaks no HTTP")
            return
        lines = self._pieces[:end].decode("latin-1").split("\r\n")
        del self._pieces[: end + len(_HEAD_END)]
        found = _STATUS.match(lines[0])
        if found is None:
            raise strange("it speaks no HTTP")
        for line in lines[1:]:
            name, _, content = line.partition(":")
            self.headers[name.strip().lower()] = content.strip()
        self._length_bytes = self._told_length()
        self.status = int(found[1])

    def _told_length(self) -> int | None:
        if "transfer-encoding" in self.headers or "content-encoding" in self.headers:
            raise strange("it answers in pieces or packed, which nobody asked for")
        told = self.headers.get("content-length")
        if told is None:
            return None
        if not re.fullmatch(r"\d{1,15}", told, re.ASCII):
            raise strange("its answer has no length")
        if int(told) > BODY_LIMIT_BYTES:
            raise too_large()
        return int(told)

    def _look_at_length(self) -> None:
        if len(self._pieces) > BODY_LIMIT_BYTES:
            raise too_large()
        if self._length_bytes is not None and len(self._pieces) >= self._length_bytes:
            del self._pieces[self._length_bytes :]
            self.is_whole = True


def too_large() -> BridgeError:
    """Say that an answer is larger than allowed."""
    return strange(f"its answer is larger than {BODY_LIMIT_BYTES >> 20} MB")
