"""Sound from a MIDI file, played by FluidSynth where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import wave
from itertools import pairwise
from pathlib import Path
from typing import Final

from bridge.errors import (
    FileFormatError,
    NotFoundError,
    RequestError,
    StorageError,
    WorkerError,
)
from bridge.files.disk import replacing
from bridge.files.midi import read_midi
from bridge.schema.notes import DEFAULT_TEMPO_BPM, NoteSequence
from bridge.units import ticks_to_seconds

SOUNDFONT_VARIABLE: Final = "SEGUE_SOUNDFONT"
"""Environment variable with the path of the soundfont to play with."""

SAMPLE_RATE_HZ: Final = 44_100
_FRAME_BYTES: Final = 4
MAX_RENDER_SECONDS: Final = 4 * 3600
"""Longer music would not fit into a WAV file."""

_SOUNDFONT_FOLDERS: Final = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "~/.local/share/soundfonts",
    "~/.local/share/sounds/sf2",
    "~/Library/Audio/Sounds/Banks",
    "/Library/Audio/Sounds/Banks",
    "/opt/homebrew/share/soundfonts",
    "/opt/homebrew/opt/fluid-synth/share/fluid-synth/sf2",
    "/usr/local/opt/fluid-synth/share/fluid-synth/sf2",
    "~/soundfonts",
    "C:/soundfonts",
    "C:/ProgramData/soundfonts",
)
_GAIN: Final = "0.7"
"""FluidSynth's own default, 0.2, leaves a trio at a seventh of full scale."""
_SPARE_SECONDS: Final = 60.0
"""How much longer than the music FluidSynth may take; a laptop renders 30 times as fast."""

_SOUNDFONT_ENDINGS: Final = {".sf2", ".sf3"}
_FORMS: Final = {b"sfbk", b"DLS "}

_INSTALL_FLUIDSYNTH: Final = (
    "install it: `apt install fluidsynth` (Debian, Ubuntu), `brew install fluid-synth` (macOS),"
    " `choco install fluidsynth` (Windows)"
)
_INSTALL_SOUNDFONT: Final = (
    "`apt install timgm6mb-soundfont` brings one on Debian and Ubuntu; else put any General MIDI"
    f" .sf2 file into {Path('~') / 'soundfonts'}, or set {SOUNDFONT_VARIABLE} to its path"
)


def render_audio(
    midi_path: Path, wav_path: Path, *, soundfont: Path | None = None, force: bool = False
) -> None:
    """Play a MIDI file into a WAV file: 44.1 kHz, stereo, 16 bits, with about 2 s to fade out.

    Args:
        midi_path: what to play; a file that `read_midi` can read.
        wav_path: where; its folder must be there.
        soundfont: the instruments, an .sf2 or .sf3 file; None takes what `find_soundfont` finds.
        force: replace a file that is already there.

    Raises:
        NotFoundError: the MIDI file, the folder, FluidSynth or a soundfont is not there.
        FileFormatError: the MIDI file or the soundfont is damaged or of another kind.
        OutputExistsError: the WAV file is there and `force` is off.
        RequestError: the music lasts longer than four hours.
        StorageError: the disk is full, or may not be written.
        WorkerError: FluidSynth failed, or came to no end.
    """
    duration_seconds = _duration_seconds(read_midi(midi_path))
    if duration_seconds > MAX_RENDER_SECONDS:
        raise RequestError(
            f"{midi_path} lasts {duration_seconds / 3600:.0f} hours, a WAV file holds"
            f" {MAX_RENDER_SECONDS // 3600}; shorten it"
        )
    synth = find_fluidsynth()
    font = _checked(soundfont if soundfont is not None else find_soundfont())
    with replacing(wav_path, force=force) as draft:
        timeout_seconds = duration_seconds + _SPARE_SECONDS
        _play(synth, font, midi_path.resolve(), draft, timeout_seconds=timeout_seconds)
        _check_rendered(draft, wav_path, duration_seconds=duration_seconds)


def find_soundfont() -> Path:
    """Find a soundfont: the one in SEGUE_SOUNDFONT, or the first in the system's usual folders.

    Raises:
        NotFoundError: there is none, or SEGUE_SOUNDFONT names a file that is not there.
    """
    chosen = os.environ.get(SOUNDFONT_VARIABLE)
    if chosen:
        if not Path(chosen).expanduser().is_file():
            raise NotFoundError(f"{SOUNDFONT_VARIABLE} is {chosen}, and no file is there; set it")
        return Path(chosen).expanduser()
    for folder in (Path(folder).expanduser() for folder in _SOUNDFONT_FOLDERS):
        fonts = _soundfonts_in(folder)
        if fonts:
            return fonts[0]
    raise NotFoundError(f"no soundfont on this machine; {_INSTALL_SOUNDFONT}")


def _soundfonts_in(folder: Path) -> list[Path]:
    """Give the soundfonts in a folder, the system's default first, then by name."""
    if not folder.is_dir():
        return []
    fonts = [path for path in folder.iterdir() if path.suffix.lower() in _SOUNDFONT_ENDINGS]
    return sorted(
        (font for font in fonts if font.is_file()),
        key=lambda font: (not font.name.startswith("default"), font.name),
    )


def _checked(font: Path) -> Path:
    """Refuse what FluidSynth would pass over in silence."""
    try:
        with font.open("rb") as stream:
            beginning = stream.read(12)
    except OSError as error:
        raise NotFoundError(
            f"no soundfont at {font}: {error.strerror}; {_INSTALL_SOUNDFONT}"
        ) from error
    if beginning[:4] != b"RIFF" or beginning[8:] not in _FORMS:
        raise FileFormatError(f"{font} is not a soundfont; {_INSTALL_SOUNDFONT}")
    return font.resolve()


def find_fluidsynth() -> str:
    """Find the FluidSynth command.

    Raises:
        NotFoundError: it is not installed.
    """
    command = shutil.which("fluidsynth")
    if command is None:
        raise NotFoundError(f"FluidSynth, which plays the sound, is missing; {_INSTALL_FLUIDSYNTH}")
    return command


def _play(synth: str, font: Path, midi_path: Path, draft: Path, *, timeout_seconds: float) -> None:
    """Let FluidSynth play as fast as it can into a file."""
    arguments = [synth, "-n", "-i", "-q", "-F", str(draft), "-T", "wav", "-O", "s16"]
    arguments += ["-r", str(SAMPLE_RATE_HZ), "-g", _GAIN, str(font), str(midi_path)]
    try:
        played = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerError(
            f"FluidSynth did not finish {midi_path} in {timeout_seconds:.0f} s; try again, or"
            " with a smaller soundfont"
        ) from error
    except OSError as error:
        raise WorkerError(
            f"{synth} does not start: {error.strerror}; {_INSTALL_FLUIDSYNTH}"
        ) from error
    complaint = played.stderr.decode(errors="replace").strip().splitlines()
    if played.returncode:
        raise WorkerError(
            f"FluidSynth failed on {midi_path} (exit {played.returncode}):"
            f" {complaint[-1] if complaint else 'it does not say why'}; try another soundfont"
        )


def _check_rendered(draft: Path, wav_path: Path, *, duration_seconds: float) -> None:
    """Refuse a file that ends before the music: FluidSynth does not say when the disk is full."""
    try:
        with wave.open(str(draft), "rb") as sound:
            rendered_seconds = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError) as error:
        raise StorageError(
            f"FluidSynth wrote no sound for {wav_path}; is there room on the disk?"
        ) from error
    held_seconds = draft.stat().st_size / _FRAME_BYTES / SAMPLE_RATE_HZ
    if min(rendered_seconds, held_seconds) < duration_seconds - 0.1:
        raise StorageError(
            f"only {rendered_seconds:.1f} of {duration_seconds:.1f} s could be written to"
            f" {wav_path}; free some room on the disk and try again"
        )


def _duration_seconds(sequence: NoteSequence) -> float:
    """Give the length of a sequence with its closing silence, along its tempo map."""
    changes = [(0, DEFAULT_TEMPO_BPM)]
    changes += [(tempo.onset_ticks, tempo.tempo_bpm) for tempo in sequence.tempos]
    changes.append((sequence.span_ticks, DEFAULT_TEMPO_BPM))
    return sum(
        ticks_to_seconds(end_ticks - onset_ticks, tempo_bpm=tempo_bpm, ppq=sequence.ppq)
        for (onset_ticks, tempo_bpm), (end_ticks, _) in pairwise(changes)
    )
