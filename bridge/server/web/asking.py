"""What a request of the web asks for: its body, the form of the answer, and how long it waits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from bridge.operations.table import Operation
from bridge.server.forms import Body, Form, gives_music
from bridge.server.web.answers import JSON_TYPE, MIDI_TYPE
from bridge.server.web.refusals import MediaTypeError, TooLargeError

MOST_BODY_BYTES: Final = 16_000_000
"""A larger body is refused: ten hours of dense music fit into less."""
PATIENCE_SECONDS: Final = 0.1
"""Whoever prefers `respond-async` is told to come back when it takes longer."""
_MOST_PATIENCE_SECONDS: Final = 60.0

_MIDI_TYPES: Final = frozenset({MIDI_TYPE, "audio/x-midi", "audio/mid", "audio/x-mid"})
"""What MIDI files are called."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks for."""

    body: Body
    """The operation's request, unread."""
    form: Form
    """How the answer is wanted."""
    patience_seconds: float | None
    """How long the client waits before it is told to come back; None: as long as it takes."""


async def read_asked(request: Request, operation: Operation[Any, Any]) -> Asked:
    """Read what a request asks for.

    Raises:
        TooLargeError: its body is too large.
        MediaTypeError: its body is neither JSON nor MIDI.
    """
    content = await _read_content(request)
    words = tuple(request.query_params.multi_items())
    body = Body(content, _content_form(request, content), words)
    wants_midi = gives_music(operation) and _prefers_midi(request.headers.getlist("accept"))
    patience_seconds = _patience_seconds(request.headers.getlist("prefer"))
    return Asked(body, Form.MIDI if wants_midi else Form.JSON, patience_seconds)


async def _read_content(request: Request) -> bytes:
    """Read the body, and stop where it gets too large."""
    told = request.headers.get("content-length", "0")
    pieces: list[bytes] = []
    size_bytes = int(told) if told.isdecimal() else 0
    if size_bytes <= MOST_BODY_BYTES:
        size_bytes = 0
        async for piece in request.stream():
            size_bytes += len(piece)
            if size_bytes > MOST_BODY_BYTES:
                break
            pieces.append(piece)
    if size_bytes > MOST_BODY_BYTES:
        raise TooLargeError(f"a body may have {MOST_BODY_BYTES} bytes; send fewer notes at a time")
    return b"".join(pieces)


def _content_form(request: Request, content: bytes) -> Form:
    """Say how the body is written."""
    told = request.headers.get("content-type", JSON_TYPE)
    media_type = told.partition(";")[0].strip().lower()
    if media_type in _MIDI_TYPES:
        return Form.MIDI
    if media_type == JSON_TYPE or not content:
        return Form.JSON
    raise MediaTypeError(f"a body must be {JSON_TYPE} or {MIDI_TYPE}, not {media_type}")


def _prefers_midi(accepted: list[str]) -> bool:
    """Say whether MIDI is named, and liked no less than JSON."""
    likings: dict[str, float] = {}
    for entry in ",".join(accepted).split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        likings[name] = float(quality) if re.fullmatch(r"[01](\.\d{0,3})?", quality) else 1.0
    midi = max((likings.get(name, 0.0) for name in _MIDI_TYPES), default=0.0)
    return midi > 0.0 and midi >= likings.get(JSON_TYPE, 0.0)


def _patience_seconds(preferences: list[str]) -> float | None:
    """Read `Prefer: respond-async, wait=10` (RFC 7240)."""
    wishes: dict[str, str] = {}
    for entry in ",".join(preferences).split(","):
        name, _, value = entry.partition(";")[0].partition("=")
        wishes.setdefault(name.strip().lower(), value.strip().strip('"'))
    if "respond-async" not in wishes:
        return None
    wait = wishes.get("wait", "")
    return min(float(wait), _MOST_PATIENCE_SECONDS) if wait.isdecimal() else PATIENCE_SECONDS
