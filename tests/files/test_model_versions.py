"""Versions of models are kept side by side, and one file says which is in use."""

from __future__ import annotations

import pytest

from bridge.errors import FileFormatError, NotFoundError, RequestError, StorageError
from bridge.files import model_versions
from bridge.files.model_versions import IN_USE_FILE, MOST_VERSIONS, ModelVersions

NAME = "music/toy"


@pytest.fixture
def versions(tmp_path):
    return ModelVersions(tmp_path / "own")


@pytest.fixture
def made(tmp_path):
    """Give a folder as training leaves it."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "card.toml").write_text("first")
    return folder


def used(versions) -> int | None:
    version = versions.in_use(NAME)
    return version.number if version else None


def test_without_a_folder_nothing_is_in_use(versions):
    assert (versions.names(), used(versions)) == ((), None)


def test_what_was_put_last_is_in_use(versions, made):
    versions.put(NAME, made)
    (made / "card.toml").write_text("second")
    version = versions.put(NAME, made)
    assert versions.in_use(NAME) == version
    assert (version.number, (version.folder / "card.toml").read_text()) == (2, "second")
    assert versions.names() == (NAME,)


def test_going_back_leads_through_every_version_to_none(versions, made):
    versions.put(NAME, made)
    versions.put(NAME, made)
    left = [versions.roll_back(NAME).number, versions.roll_back(NAME).number]
    assert (left, used(versions), versions.names()) == ([2, 1], None, ())


def test_what_was_left_is_kept_and_not_gone_back_to(versions, made):
    versions.put(NAME, made)
    versions.put(NAME, made)
    versions.roll_back(NAME)
    assert versions.put(NAME, made).number == 3
    assert versions.numbers(NAME) == (1, 2, 3)
    versions.roll_back(NAME)
    assert used(versions) == 1


def test_there_is_an_end_to_going_back(versions):
    with pytest.raises(NotFoundError, match="no version of music/toy that was trained here"):
        versions.roll_back(NAME)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"numbers": [0]}', '{"numbers": "x"}', "[" * 9999]
)
def test_what_says_which_is_in_use_may_be_damaged(versions, made, text):
    versions.put(NAME, made)
    path = versions.folder / NAME / IN_USE_FILE
    path.write_text(text)
    assert used(versions) is None
    with pytest.raises(FileFormatError, match="is damaged"):
        versions.roll_back(NAME)
    assert versions.put(NAME, made).number == 2
    assert used(versions) == 2
    assert path.with_name(f"{IN_USE_FILE}.damaged-1").read_text() == text


@pytest.mark.parametrize("name", ["", "toy", "../toy", "music/../toy", "/music/toy", "music/Toy"])
def test_only_names_of_models_are_taken(versions, made, name):
    assert versions.in_use(name) is None
    with pytest.raises(RequestError):
        versions.put(name, made)


def test_a_folder_that_is_not_there_cannot_be_put(versions, tmp_path):
    with pytest.raises(NotFoundError, match="no folder of a model"):
        versions.put(NAME, tmp_path / "none")


def test_a_copy_that_fails_leaves_what_was_in_use(versions, made, monkeypatch):
    def fail(source, target):
        target.mkdir()
        raise OSError("disk full")

    versions.put(NAME, made)
    monkeypatch.setattr(model_versions.shutil, "copytree", fail)
    with pytest.raises(StorageError, match="disk full"):
        versions.put(NAME, made)
    assert (used(versions), versions.numbers(NAME)) == (1, (1,))
    assert sorted(path.name for path in (versions.folder / NAME).iterdir()) == ["1", IN_USE_FILE]


def test_old_versions_make_room(versions, made):
    for _ in range(MOST_VERSIONS + 3):
        versions.put(NAME, made)
    assert versions.numbers(NAME) == tuple(range(4, MOST_VERSIONS + 4))
    for _ in range(MOST_VERSIONS):
        versions.roll_back(NAME)
    assert used(versions) is None
