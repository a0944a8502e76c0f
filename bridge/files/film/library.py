"""What reads films here."""

from __future__ import annotations

import av


def library_versions() -> str:
    """Say in a line which PyAV this is, and which FFmpeg it brings."""
    codecs = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"PyAV {av.__version__} with libavcodec {codecs}"
