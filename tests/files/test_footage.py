"""Films are found in folders, each once, in order."""

from __future__ import annotations

import os

import pytest

from bridge.errors import NotFoundError
from bridge.files.footage import find_films


def names(folder, *named):
    return [path.relative_to(folder).as_posix() for path in find_films(named)]


@pytest.fixture
def folder(tmp_path):
    for name in ("b.MOV", "a.mp4", "notes.txt", ".hidden.mp4", "sub/c.mxf", ".cache/d.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_films_below_a_folder_are_found_in_order_and_what_is_hidden_is_not(folder):
    assert names(folder, folder) == ["a.mp4", "b.MOV", "sub/c.mxf"]


def test_a_film_that_is_named_may_end_as_it_likes(folder):
    assert names(folder, folder / "notes.txt") == ["notes.txt"]


def test_a_film_that_is_named_twice_is_given_once(folder):
    assert names(folder, folder / "a.mp4", folder) == ["a.mp4", "b.MOV", "sub/c.mxf"]


def test_paths_are_absolute(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert names(folder, folder / "sub" / ".." / "a.mp4") == ["a.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_folder_that_leads_to_itself_is_walked_once(folder):
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    assert names(folder, folder) == ["a.mp4", "b.MOV", "sub/c.mxf"]


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no film at"):
        list(find_films([tmp_path / "gone"]))
