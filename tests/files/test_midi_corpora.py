"""Real files, where a corpus lies beside the repository: nothing is lost on the way."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bridge.files.midi import format_midi, parse_midi, read_midi
from tests.files.test_midi import heard_by_mido, heard_by_us

CORPORA = Path(__file__).parents[3] / "shared" / "data"
FILES_PER_CORPUS = 13


def sampled_files() -> list[Path]:
    """Choose the same few files of every corpus each time."""
    chosen: list[Path] = []
    for corpus in ("groove", "pop909", "freedoom_midi"):
        files = sorted((CORPORA / corpus).rglob("*.mid"))
        chosen += random.Random(0).sample(files, min(FILES_PER_CORPUS, len(files)))
    return chosen


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository")
@pytest.mark.parametrize("path", sampled_files(), ids=lambda path: path.name)
def test_a_real_file_survives_being_written_and_read_again(path):
    sequence = read_midi(path)
    content = format_midi(sequence)
    assert sum(len(part.notes) for part in sequence.parts) > 0
    assert parse_midi(content, name="a copy") == sequence
    assert heard_by_mido(content) == heard_by_us(sequence)
