"""`segue models`: which version is in use, and back to the one before."""

from __future__ import annotations

import json

import pytest

from bridge.cli.main import main
from bridge.files.model_versions import ModelVersions
from bridge.files.places import OWN_MODELS_VARIABLE
from tests.toys import write_toy


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give one's own models: `music/toy` was trained once."""
    monkeypatch.setenv(OWN_MODELS_VARIABLE, str(tmp_path / "own"))
    write_toy(tmp_path / "models")
    versions = ModelVersions(tmp_path / "own")
    versions.put("music/toy", write_toy(tmp_path / "made"))
    return versions


@pytest.fixture
def segue(tmp_path, own, capsys):
    """Run `segue models`, and give exit code, stdout and stderr."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["--models", str(tmp_path / "models"), "models", *words])
        return ended.value.code, *capsys.readouterr()

    return run


def test_a_list_shows_what_was_trained_here(segue):
    code, out, err = segue("list")
    assert (code, err) == (0, "")
    assert "trained here, 1" in out


def test_going_back_says_what_is_in_use_now(segue):
    code, out, _ = segue("rollback", "music/toy")
    assert (code, out) == (
        0,
        "music/toy: the one that came with Segue is in use; version 1 is kept\n",
    )
    assert "came with Segue" in segue("list")[1]


def test_going_back_to_a_version_names_it(segue, own, tmp_path):
    own.put("music/toy", tmp_path / "made/music/toy")
    _, out, _ = segue("rollback", "music/toy", "--json")
    assert json.loads(out) == {"name": "music/toy", "left_number": 2, "own_number": 1}


def test_there_is_nothing_to_go_back_from(segue, own):
    own.roll_back("music/toy")
    code, _, err = segue("rollback", "music/toy")
    assert (code, err) == (
        2,
        "segue: no version of music/toy that was trained here is in use; "
        "there is nothing to go back from\n",
    )


def test_a_version_that_is_refused_is_told_on_stderr(segue, own):
    (own.in_use("music/toy").folder / "double.onnx").write_bytes(b"no graph")
    code, out, err = segue("list")
    assert (code, "came with Segue" in out) == (0, True)
    assert "segue: your version 1 of music/toy cannot be used: double.onnx: " in err
    assert segue("verify")[0] == 1
