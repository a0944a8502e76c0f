"""Music that a film is cut to: heard, or read from a score and played for the editor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, NotFoundError, SegueError
from bridge.operations.studio import Studio
from bridge.schema.cutting import CutMusic

SCORES: Final = (".mid", ".midi", ".smf")
"""Endings of scores."""


def hear_music(path: Path, studio: Studio) -> CutMusic:
    """Say where beats, bars and sections of music fall.

    Args:
        path: of a recording, or of a score in MIDI.
        studio: hears how far it is.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no music that can be read.
        RequestError: it is a score without notes.
    """
    if not path.is_file():
        raise NotFoundError(f"no music at {path}; check the path")
    if path.suffix.lower() in SCORES:
        from bridge.files.midi import read_midi
        from bridge.film.sound.score_map import map_score

        return map_score(read_midi(path), str(path))
    return _heard(path, studio)


def _heard(path: Path, studio: Studio) -> CutMusic:
    from bridge.files.film.recording import open_recording
    from bridge.film.sound.music_map import SAMPLE_RATE_HZ, MusicListener

    try:
        recording = open_recording(path)
    except FileFormatError as error:
        raise FileFormatError(
            f"{path} is no sound that can be read; name a .wav, .flac, .mp3, .m4a or .mid"
        ) from error
    listener = MusicListener()
    seconds = max(1, round(recording.seconds))
    for done, block in enumerate(recording.sound(SAMPLE_RATE_HZ), 1):
        listener.hear(block)
        if not done % 10:
            studio.progress(min(done, seconds), seconds, "seconds of music")
    return listener.finish(str(path))


def played(music: CutMusic, path: Path) -> tuple[CutMusic | None, tuple[str, ...]]:
    """Give music as a file that editors play: a score is played into one.

    Args:
        music: as it was heard or read.
        path: where a score is played to.

    Returns:
        The same with its file; None: nobody here can play it; and what is to be said of that.
    """
    source = Path(music.path)
    if source.suffix.lower() not in SCORES:
        return music, ()
    from bridge.files.audio import render_audio
    from bridge.files.film.recording import open_recording

    try:
        render_audio(source, path)
    except SegueError as error:
        return None, (f"{source.name} was cut to, but not laid under the cut: {error}",)
    seconds = open_recording(path).seconds
    return replace(music, path=str(path), seconds=seconds), (f"{path.name}: {source.name}, played",)
