"""A table of shots reads back as what was seen, and computes nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bridge.files.shot_table import COLUMNS, shot_table
from tests.watched import film_of, media


def rows(film):
    return list(csv.DictReader(io.StringIO(shot_table(film).decode("utf-8-sig"))))


def test_a_row_says_where_a_shot_is_and_what():
    first, second = rows(film_of(media(25.0, 100, start=90000), 0, 30, key_shot=True))
    assert tuple(first) == COLUMNS
    assert (second["start_timecode"], second["end_timecode"]) == ("01:00:01:05", "01:00:04:00")
    assert (second["first_frame"], second["frames"], second["start_seconds"]) == ("30", "70", "1.2")
    assert (second["scale"], second["movement"], second["key_shot"]) == ("CU", "pan left", "yes")
    assert second["tags"] == "close-up, one person, day"


def test_a_silent_film_leaves_what_is_heard_empty():
    (row,) = rows(film_of(media(with_sound=False), 0))
    assert (row["loudness_lufs"], row["speech"]) == ("", "")


def test_a_name_that_looks_like_a_formula_computes_nothing():
    (row,) = rows(film_of(media(), 0, path=Path("/films/=HYPERLINK(1).mov")))
    assert row["clip"] == "'=HYPERLINK(1).mov"
