"""A file of sound alone, as music comes: heard in the same way as the sound of a film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import FileFormatError
from bridge.files.film.container import SOUND_FORMATS, Damage, opened, sound_stream
from bridge.files.film.soundtrack import SoundRequest, sound_blocks

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

_TICKS_PER_SECOND: Final = 1_000_000
"""In which FFmpeg counts how long a file is."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that can be heard as often as one likes."""

    path: Path
    """The file."""
    seconds: float
    """How long it is, by what it says."""
    starts_at: Fraction
    """Its first sample, in seconds of the file's own clock."""

    def sound(
        self, sample_rate_hz: int, channels: int | None = None, *, from_seconds: float = 0.0
    ) -> Iterator[FloatArray]:
        """Hear it; as `Film.sound`."""
        wish = SoundRequest(
            starts_at=self.starts_at,
            seconds=self.seconds,
            sample_rate_hz=sample_rate_hz,
            channels=channels,
            has_stamps=True,
            from_seconds=from_seconds,
        )
        return sound_blocks(self.path, wish, Damage())


def open_recording(path: Path) -> Recording:
    """Open a file of sound.

    Raises:
        FileFormatError: it is damaged beyond reading, or nothing is heard in it.
    """
    with opened(path, formats=SOUND_FORMATS) as container:
        stream = sound_stream(container)
        if stream is None:
            raise FileFormatError(f"{path} holds no sound; name a recording")
        base = stream.time_base or Fraction(1, stream.sample_rate or 48_000)
        lasts = 0.0 if container.duration is None else container.duration / _TICKS_PER_SECOND
        if stream.duration:
            lasts = float(stream.duration * base)
        return Recording(path, lasts, (stream.start_time or 0) * base)
