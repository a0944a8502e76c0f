"""What was seen in a film is found again by its bytes, and nothing damaged is believed."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.analyses import Analyses, format_plain, read_analysis
from tests.watched import SHA256, film_of, media

FOUND = film_of(media(), 0, 30).analysis


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "clip.mov"
    path.write_bytes(b"a film")
    return path


@pytest.fixture
def analyses(tmp_path):
    return Analyses(tmp_path / "kept", ("film/a 1.0.0",))


def test_what_was_kept_is_found_by_the_film(analyses, film):
    analyses.keep_hash(film, SHA256)
    analyses.put(FOUND)
    assert analyses.find(film) == FOUND


def test_a_film_that_was_renamed_is_found_under_its_new_name(analyses):
    analyses.put(FOUND)
    assert analyses.get(SHA256, name="b.mov") == replace(
        FOUND, media=replace(FOUND.media, name="b.mov")
    )


def test_a_film_that_nobody_watched_is_not_found(analyses, film):
    assert analyses.find(film) is None
    analyses.keep_hash(film, SHA256)
    assert analyses.find(film) is None


def test_a_film_that_has_changed_is_not_found(analyses, film):
    analyses.keep_hash(film, SHA256)
    analyses.put(FOUND)
    film.write_bytes(b"another")
    assert analyses.find(film) is None


def test_a_film_that_was_touched_is_looked_at_again(analyses, film):
    analyses.keep_hash(film, SHA256)
    os.utime(film, ns=(1, 1))
    assert analyses.known_hash(film) is None


def test_another_model_has_watched_nothing_yet(analyses, tmp_path):
    analyses.put(FOUND)
    assert Analyses(tmp_path / "kept", ("film/a 1.0.1",)).get(SHA256, name="x") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"media": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_damaged_is_set_aside_and_not_believed(analyses, damage):
    analyses.put(FOUND)
    file = analyses.file_of(SHA256)
    file.write_bytes(damage)
    assert analyses.get(SHA256, name="clip.mov") is None
    assert not file.exists()
    assert file.with_name(f"{file.name}.damaged-1").read_bytes() == damage


def test_a_damaged_note_of_a_path_is_not_believed(analyses, film):
    analyses.keep_hash(film, SHA256)
    (note,) = (analyses.folder / "known").rglob("*.json")
    note.write_bytes(b"{}")
    assert analyses.known_hash(film) is None


def test_a_film_that_is_gone_is_named(analyses, tmp_path):
    with pytest.raises(NotFoundError, match="no film at"):
        analyses.find(tmp_path / "gone.mov")


def test_an_analysis_survives_a_trip_through_a_file(tmp_path):
    (tmp_path / "clip.json").write_bytes(format_plain(FOUND, indent=2))
    assert read_analysis(tmp_path / "clip.json") == FOUND


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"schema": "segue.film.analysis/9"}', "its form is segue"), (b"{}", "media is missing")],
)
def test_a_file_of_another_form_is_refused(tmp_path, content, said):
    (tmp_path / "clip.json").write_bytes(content)
    with pytest.raises(FileFormatError, match=said):
        read_analysis(tmp_path / "clip.json")
