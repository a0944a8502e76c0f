"""`segue train` has a process of its own learn, shows what it came to, and says what is missing."""

import json
from pathlib import Path

import pytest

from bridge.cli import train
from bridge.cli.main import main
from bridge.errors import NotFoundError, WorkerError
from bridge.schema.codec import to_plain
from bridge.schema.training import Figure, TrainingReport

REPORT = TrainingReport(
    model="music/melody_agent",
    person="ada",
    project="album",
    answers=61,
    comparisons=30,
    held_out=8,
    predicted=0.9,
    own_number=2,
    reason="",
    parent="music/melody_agent 1.0.0",
    parent_sha256="0" * 64,
    figures=(Figure("liked", -0.25, 1.5, "by the taste"),),
    updates=12,
    seconds=28.5,
)


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """Put a program in the place of the one that learns; give what writes it."""
    home = tmp_path / "training"
    program = home / "export" / "music" / "melody_agent" / "from_feedback.py"
    program.parent.mkdir(parents=True)
    for folder in (program.parent, *program.parents[1:3]):
        (folder / "__init__.py").touch()
    monkeypatch.setattr(train, "training_home", lambda: home)
    for name in ("SEGUE_HOME", "SEGUE_STATE", "SEGUE_CONFIG", "SEGUE_OWN_MODELS"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))

    def write(*news, code="", exit_code=0):
        lines = "".join(f"print({json.dumps(json.dumps(one))})\n" for one in news)
        program.write_text(f"import sys\n{code}\n{lines}sys.exit({exit_code})\n")

    return write


def segue(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(("train", "melody-agent", *words))
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_without_the_extra_it_says_what_to_install():
    said = r"training needs torch, onnx; install it: pip install 'segue\[train\]'"
    with pytest.raises(NotFoundError, match=said):
        train.training_home(find=lambda name: None if name in ("torch", "onnx") else name)


def test_without_its_code_it_says_so():
    with pytest.raises(NotFoundError, match="came without its training code"):
        train.training_home(places=(Path("/nowhere"),), find=lambda name: name)


def test_in_a_checkout_its_code_is_found():
    home = train.training_home(find=lambda name: name)
    assert (home / "export" / "music" / "melody_agent" / "from_feedback.py").is_file()


def test_what_to_learn_from_must_be_said(capsys):
    code, _, said = segue(capsys)
    assert (code, "--from-feedback" in said) == (2, True)


def test_a_table_of_before_and_after_and_the_way_back_are_shown(capsys, learner):
    learner({"progress": [1, 2, "s"]}, {"report": to_plain(REPORT)})
    code, out, _ = segue(capsys, "--from-feedback")
    assert code == 0
    assert out.splitlines()[0] == (
        "ada, album: 61 answers, 30 independent comparisons, 8 of them kept apart"
    )
    assert [line.split() for line in out.splitlines() if line.startswith("liked")] == [
        ["liked", "-0.25", "1.5"]
    ]
    assert "version 2, trained here, is in use" in out
    assert "`segue models rollback music/melody_agent` goes back" in out


def test_a_program_reads_the_report_as_json(capsys, learner):
    learner({"report": to_plain(REPORT)})
    code, out, _ = segue(capsys, "--from-feedback", "--json")
    assert (code, json.loads(out)) == (0, to_plain(REPORT))


def test_what_was_asked_reaches_who_learns(capsys, learner, tmp_path):
    heard = tmp_path / "heard.json"
    code = (
        f"import json, pathlib\npathlib.Path({str(heard)!r}).write_text(json.dumps(sys.argv[1:]))"
    )
    learner({"report": to_plain(REPORT)}, code=code)
    segue(capsys, "--from-feedback", "--person", "ada", "--project", "album", "--minutes", "5")
    words = json.loads(heard.read_text())
    assert {"--person=ada", "--project=album", "--minutes=5.0", "--seed=1"} < set(words)
    assert f"--ratings={(tmp_path / 'segue_state' / 'ratings.sqlite').resolve()}" in words
    assert f"--own={(tmp_path / 'segue_own_models').resolve()}" in words


def test_an_error_there_is_the_same_error_here(capsys, learner):
    learner({"error": "17 more are needed", "kind": "RequestError"}, exit_code=1)
    assert segue(capsys, "--from-feedback") == (2, "", "segue: 17 more are needed\n")


def test_a_training_that_dies_says_its_last_words(learner, tmp_path):
    learner(code="sys.stderr.write('no memory left\\n')", exit_code=9)
    with pytest.raises(WorkerError, match="the training died: no memory left; what was in use"):
        train._run(tmp_path / "training", [])


def test_a_folder_called_export_where_one_stands_is_not_taken(learner, tmp_path, monkeypatch):
    learner({"report": to_plain(REPORT)})
    other = tmp_path / "elsewhere" / "export"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(other.parent)
    assert train._run(tmp_path / "training", []) == REPORT


@pytest.mark.torch
def test_with_too_few_answers_it_says_how_many_more(capsys, tmp_path, monkeypatch):
    for library in ("torch", "onnx", "onnxscript", "mido"):
        pytest.importorskip(library, reason="needs the train extra")
    from tests.music.toy_prior import write_prior_toy

    write_prior_toy(tmp_path / "came")
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "came"))
    code, out, said = segue(capsys, "--from-feedback", "--minutes", "0.1")
    assert (code, out, "20 more are needed" in said) == (2, "", True)
    assert not (tmp_path / "home" / "models").exists()
