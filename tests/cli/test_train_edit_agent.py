"""`segue train edit-agent` learns from cuts that came back, and footage that was watched here."""

from __future__ import annotations

import json

import pytest

from bridge.cli import train
from bridge.cli.main import main
from bridge.schema.codec import to_plain
from tests.cli.test_train import REPORT


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """Put a program in the place of the one that learns; give where it leaves its words."""
    program = tmp_path.joinpath("training", *train.EDIT_AGENT.split(".")).with_suffix(".py")
    program.parent.mkdir(parents=True)
    for folder in (program.parent, *list(program.parents)[1:3]):
        (folder / "__init__.py").touch()
    monkeypatch.setattr(train, "training_home", lambda program: tmp_path / "training")
    for name in ("SEGUE_HOME", "SEGUE_STATE", "SEGUE_CONFIG", "SEGUE_OWN_MODELS"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    words = tmp_path / "words.json"
    program.write_text(
        "import json, pathlib, sys\n"
        f"pathlib.Path({str(words)!r}).write_text(json.dumps(sys.argv[1:]))\n"
        f"print({json.dumps(json.dumps({'report': to_plain(REPORT)}))})\n"
    )
    return words


def segue(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(("train", "edit-agent", *words))
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_what_was_asked_reaches_who_learns_and_where_footage_was_watched(capsys, heard, tmp_path):
    code, out, _ = segue(capsys, "--from-feedback", "--person", "ada", "--minutes", "5", "--json")
    assert (code, json.loads(out)) == (0, to_plain(REPORT))
    words = json.loads(heard.read_text())
    assert {"--person=ada", "--project=default", "--minutes=5.0", "--seed=1"} < set(words)
    films = tmp_path / "segue_state" / "films" / "analyses"
    assert f"--analyses={films.resolve()}" in words


def test_what_to_learn_from_must_be_said(capsys):
    code, _, said = segue(capsys)
    assert (code, "--from-feedback" in said) == (2, True)
