"""What the web door alone has to refuse: strangers, and bodies that it cannot take."""

from __future__ import annotations

from bridge.errors import RequestError


class TokenError(RequestError):
    """Say that a request came without the token that this server asks for."""

    http_status = 401


class ForeignError(RequestError):
    """Say that a request came from a page, or under a name, that is none of ours."""

    http_status = 403


class MethodError(RequestError):
    """Say that there is something here, but not for that method."""

    http_status = 405


class TooLargeError(RequestError):
    """Say that a body is larger than this server takes."""

    http_status = 413


class MediaTypeError(RequestError):
    """Say that a body is neither JSON nor MIDI."""

    http_status = 415
