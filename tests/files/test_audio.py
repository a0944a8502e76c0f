"""A MIDI file is heard: at the right time, to its end, or it is said why not."""

from __future__ import annotations

import os
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import (
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RequestError,
    StorageError,
    WorkerError,
)
from bridge.files import audio
from bridge.files.audio import find_soundfont, render_audio
from bridge.files.midi import write_midi
from bridge.schema.notes import DRUM_CHANNEL, Note, NoteSequence, Part, TempoChange

CLOSED_HAT = 42


def has_synth() -> bool:
    try:
        find_soundfont()
    except NotFoundError:
        return False
    return shutil.which("fluidsynth") is not None


needs_synth = pytest.mark.skipif(not has_synth(), reason="needs fluidsynth and a soundfont")
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def hats(*onsets_ticks: int, tempo_bpm: float = 120.0, duration_ticks: int = 0) -> NoteSequence:
    """Strike a closed hi-hat, the shortest sound of a drum kit."""
    notes = tuple(Note(CLOSED_HAT, onset, 60, 120) for onset in onsets_ticks)
    return NoteSequence(
        parts=(Part(channel=DRUM_CHANNEL, notes=notes),),
        tempos=(TempoChange(0, tempo_bpm),),
        duration_ticks=duration_ticks,
    )


def heard_onsets_seconds(path: Path) -> list[float]:
    """Find where sound begins after at least 50 ms near silence."""
    with wave.open(str(path), "rb") as sound:
        rate_hz = sound.getframerate()
        frames = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    loudness = np.abs(frames.reshape(-1, 2).astype(np.int32)).max(axis=1)  # [frame]
    loud_frames = np.flatnonzero(loudness > loudness.max() // 4)
    begins = np.diff(loud_frames, prepend=-rate_hz) > rate_hz // 20
    return [float(frame / rate_hz) for frame in loud_frames[begins]]


def length_seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


@needs_synth
@pytest.mark.parametrize(
    ("music", "onsets_seconds"),
    [
        (hats(480, 960, 1920), [0.5, 1.0, 2.0]),
        (hats(480, 1200, 1440, tempo_bpm=60.0), [1.0, 2.5, 3.0]),
    ],
)
def test_notes_are_heard_when_they_are_due(tmp_path, music, onsets_seconds):
    write_midi(music, tmp_path / "hats.mid")
    render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")
    assert heard_onsets_seconds(tmp_path / "hats.wav") == pytest.approx(onsets_seconds, abs=0.02)


@needs_synth
@pytest.mark.parametrize("beats", [8, 12])
def test_the_sound_lasts_as_long_as_the_clip_and_its_fading(tmp_path, beats):
    write_midi(hats(0, duration_ticks=480 * beats), tmp_path / "hats.mid")
    render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")
    assert beats * 0.5 <= length_seconds(tmp_path / "hats.wav") <= beats * 0.5 + 3.0


@needs_synth
def test_sound_is_not_written_over_another_file(tmp_path):
    write_midi(hats(0), tmp_path / "hats.mid")
    (tmp_path / "hats.wav").write_bytes(b"old")
    with pytest.raises(OutputExistsError, match="--force"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")
    assert (tmp_path / "hats.wav").read_bytes() == b"old"
    render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav", force=True)
    assert length_seconds(tmp_path / "hats.wav") > 0.05


@needs_synth
def test_a_file_whose_name_looks_like_an_option_is_played(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_midi(hats(480), Path("-v.mid"))
    render_audio(Path("-v.mid"), Path("-o.wav"))
    assert heard_onsets_seconds(tmp_path / "-o.wav") == pytest.approx([0.5], abs=0.02)


@needs_synth
def test_a_soundfont_that_is_none_is_refused(tmp_path):
    write_midi(hats(0), tmp_path / "hats.mid")
    (tmp_path / "fake.sf2").write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt ")
    with pytest.raises(FileFormatError, match=r"fake\.sf2 is not a soundfont"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav", soundfont=tmp_path / "fake.sf2")
    assert not (tmp_path / "hats.wav").exists()


@needs_synth
def test_a_missing_soundfont_is_named(tmp_path):
    write_midi(hats(0), tmp_path / "hats.mid")
    with pytest.raises(NotFoundError, match=r"no soundfont at .*piano\.sf2"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav", soundfont=tmp_path / "piano.sf2")


def test_a_missing_synth_is_told_how_to_get(tmp_path, monkeypatch):
    write_midi(hats(0), tmp_path / "hats.mid")
    monkeypatch.setattr(audio.shutil, "which", lambda name: None)
    with pytest.raises(NotFoundError, match=r"apt install fluidsynth.*brew.*choco"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")


def test_a_machine_without_soundfonts_is_told_how_to_get_one(monkeypatch):
    monkeypatch.delenv("SEGUE_SOUNDFONT", raising=False)
    monkeypatch.setattr(audio, "_SOUNDFONT_FOLDERS", ())
    with pytest.raises(NotFoundError, match=r"apt install timgm6mb-soundfont.*SEGUE_SOUNDFONT"):
        find_soundfont()


def test_the_environment_chooses_the_soundfont(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_SOUNDFONT", str(tmp_path / "mine.sf2"))
    with pytest.raises(NotFoundError, match=r"SEGUE_SOUNDFONT is .*mine\.sf2, and no file"):
        find_soundfont()
    (tmp_path / "mine.sf2").write_bytes(b"RIFF")
    assert find_soundfont() == tmp_path / "mine.sf2"


def test_the_systems_default_soundfont_comes_first(tmp_path, monkeypatch):
    monkeypatch.delenv("SEGUE_SOUNDFONT", raising=False)
    monkeypatch.setattr(audio, "_SOUNDFONT_FOLDERS", (str(tmp_path / "none"), str(tmp_path)))
    for name in ("Arachno.sf2", "default-GM.sf2", "readme.txt"):
        (tmp_path / name).write_bytes(b"RIFF")
    assert find_soundfont() == tmp_path / "default-GM.sf2"


def test_a_damaged_file_is_not_played(tmp_path):
    (tmp_path / "hats.mid").write_bytes(b"MThd")
    with pytest.raises(FileFormatError, match=r"hats\.mid"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")


def test_music_too_long_for_a_wav_file_is_refused(tmp_path):
    write_midi(hats(0, tempo_bpm=60.0, duration_ticks=480 * 3600 * 5), tmp_path / "hats.mid")
    with pytest.raises(RequestError, match="lasts 5 hours, a WAV file holds 4"):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")


@posix_only
@pytest.mark.parametrize(
    ("script", "error", "message"),
    [
        ("exit 0", StorageError, "wrote no sound"),
        ("echo out of memory >&2; exit 3", WorkerError, r"exit 3.: out of memory; try another"),
        ("exec sleep 60", WorkerError, "did not finish"),
    ],
)
def test_a_synth_that_fails_leaves_no_file(tmp_path, monkeypatch, script, error, message):
    synth = tmp_path / "fluidsynth"
    synth.write_text(f"#!/bin/sh\n{script}\n")
    synth.chmod(0o755)
    font = tmp_path / "font.sf2"
    font.write_bytes(b"RIFF\x00\x00\x00\x00sfbk")
    write_midi(hats(0), tmp_path / "hats.mid")
    monkeypatch.setattr(audio.shutil, "which", lambda name: str(synth))
    if "sleep" in script:
        monkeypatch.setattr(audio, "_SPARE_SECONDS", 0.2)
    with pytest.raises(error, match=message):
        render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav", soundfont=font)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".mid", ".sf2"]


@posix_only
@needs_synth
def test_sound_that_outgrows_the_disk_is_no_file(tmp_path):
    import resource

    write_midi(hats(0, duration_ticks=4800), tmp_path / "hats.mid")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises((StorageError, WorkerError)):
            render_audio(tmp_path / "hats.mid", tmp_path / "hats.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["hats.mid"]
