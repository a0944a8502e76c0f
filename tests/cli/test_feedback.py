"""`segue feedback`, `ratings` and `taste` keep, show and take along what somebody says."""

from __future__ import annotations

import json
import shlex
import sys
from io import BytesIO, TextIOWrapper

import pytest

from bridge.cli import feedback as feedback_room
from bridge.cli import ratings as ratings_room
from bridge.cli import taste as taste_room
from bridge.cli.main import main
from bridge.files.characters import kept_extras, write_character
from bridge.files.mesh.gltf import write_glb
from bridge.files.midi import write_midi
from bridge.operations.feedback import LETTERS
from bridge.schema.notes import Note, NoteSequence, Part
from tests.meshes import mesh
from tests.toy_characters import person, write_teller


@pytest.fixture
def segue(tmp_path, monkeypatch, capsys):
    """Give what runs a command where files are; gives exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEGUE_HTTP_PORT", "1")  # where nobody answers
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate("abc"):
        notes = (Note(60 + number, 0, 480), Note(62 + number, 480, 480))
        write_midi(NoteSequence(parts=(Part("Tune", notes=notes),)), tmp_path / f"{name}.mid")
    for seed, name in enumerate(("c", "c-1", "c-2")):
        extras = kept_extras(person(seed), "segue", "a")
        write_glb(mesh(extras=extras), tmp_path / f"{name}.glb")
    write_character(person(9), tmp_path / "d.json")

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(words)
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


def listed(segue):
    return json.loads(segue("ratings", "list", "--json")[1])


def test_the_letters_are_those_of_the_operation():
    assert tuple(LETTERS) == feedback_room.LETTERS


@pytest.mark.parametrize("command", sorted(feedback_room.feedback.commands))
def test_every_example_of_feedback_works(segue, command):
    for line in feedback_room.feedback.commands[command].epilog.splitlines():
        words = shlex.split(line.split("    ")[0])
        if words[:2] == ["segue", "feedback"]:
            code, _, err = segue(*words[1:])
            assert code == 0 or "no Segue answers" in err, line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rate", "up", "a.mid"), ["thumb up"]),
        (("rate", "none", "a.mid"), ["taken back"]),
        (("rate", "1", "a.mid"), ["1 star"]),
        (("rate", "5", "a.mid"), ["5 stars"]),
        (("kept", "a.mid"), ["kept"]),
        (("deleted", "a.mid"), ["deleted"]),
    ],
)
def test_what_is_said_of_a_file_is_kept(segue, words, said):
    code, _, err = segue("feedback", *words)
    assert (code, said[0] in err) == (0, True)
    assert [line["words"].split(":")[0] for line in listed(segue)] == said
    assert listed(segue)[0]["door"] == "cli"


def test_the_best_of_three_files_makes_two_preferences(segue):
    _, out, _ = segue("feedback", "choose", "b", "a.mid", "b.mid", "c.mid", "--json")
    assert json.loads(out)["numbers"] == [1, 2]


@pytest.mark.parametrize("name", ["c.glb", "d.json"])
def test_what_is_said_of_a_character_is_kept(segue, name):
    code, _, err = segue("feedback", "rate", "up", name)
    assert (code, "thumb up: character.sample #" in err) == (0, True)


def test_one_character_of_several_is_chosen(segue):
    code, _, err = segue("feedback", "choose", "B", "c.glb", "c-1.glb", "d.json")
    assert (code, err.count("character.sample #")) == (0, 4)
    code, _, _ = segue("feedback", "kept", "c.glb", "--instead-of", "c-2.glb")
    assert (code, len(listed(segue))) == (0, 3)


def test_a_taste_in_characters_is_shown(segue, tmp_path):
    models = str(write_teller(tmp_path / "models"))
    segue("feedback", "choose", "B", "c.glb", "c-1.glb")
    code, out, _ = segue("--models", models, "taste", "show", "--domain", "character")
    assert (code, out.startswith("me, default: 1 answers\n")) == (0, True)


def test_a_person_is_named_by_flag_or_environment(segue, monkeypatch):
    monkeypatch.setenv("SEGUE_PERSON", "bob")
    segue("feedback", "rate", "up", "a.mid")
    segue("feedback", "rate", "up", "a.mid", "--person", "ada", "--project", "album")
    found = [(line["person"], line["project"]) for line in listed(segue)]
    assert found == [("bob", "default"), ("ada", "album")]


def test_a_take_is_known_by_a_running_server_alone(segue):
    code, _, err = segue("feedback", "rate", "up", "--take", "12")
    assert (code, "start one with `segue serve`" in err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rate", "6", "a.mid"), "is not one of"),
        (("rate", "up", "a.mid", "--take", "3"), "either a file or --take"),
        (("rate", "up", "nowhere.mid"), "no MIDI file"),
        (("choose", "C", "a.mid", "b.mid"), "a letter A to B"),
        (("choose", "A", "a.mid", "c.glb"), "either candidates or takes or characters"),
        (("kept", "a.mid", "--instead-of", "c.glb"), "music with music"),
        (("rate", "up", "nobody.glb"), "no glTF file"),
        (("rate", "up", "a.mid", "--person", ""), "person must have"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_exit_2(segue, words, said):
    code, _, err = segue("feedback", *words)
    assert (code, said in err, err.count("\n")) == (2, True, 1)
    assert listed(segue) == []


def test_ratings_are_listed_for_a_person_to_read(segue):
    segue("feedback", "rate", "4", "a.mid", "--person", "ada")
    assert "4 stars: file #" in segue("ratings", "list")[1]


def test_ratings_go_to_another_home_and_are_kept_there_once(segue, monkeypatch, tmp_path):
    segue("feedback", "rate", "up", "a.mid")
    segue("feedback", "choose", "A", "a.mid", "b.mid")
    before = listed(segue)
    assert segue("ratings", "export", "-o", "r.jsonl")[1] == "r.jsonl\n"
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "other"))
    assert segue("ratings", "import", "r.jsonl")[2] == "2 read, 2 of them new\n"
    assert segue("ratings", "import", "r.jsonl")[2] == "2 read, 0 of them new\n"
    assert listed(segue) == before


def test_ratings_go_through_a_pipe(segue, monkeypatch):
    segue("feedback", "rate", "up", "a.mid")
    text = segue("ratings", "export")[1]
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
    assert segue("ratings", "import", "-")[2] == "1 read, 0 of them new\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[" * 100_000, b"\0" * 1000, b""])
def test_a_file_that_is_none_is_one_line_and_exit_1(segue, tmp_path, content):
    (tmp_path / "r.jsonl").write_bytes(content)
    code, _, err = segue("ratings", "import", "r.jsonl")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("segue: ")
    assert listed(segue) == []


def test_an_export_replaces_no_file_that_is_there(segue, tmp_path):
    (tmp_path / "r.jsonl").write_text("mine")
    assert segue("ratings", "export", "-o", "r.jsonl")[0] == 2
    assert (tmp_path / "r.jsonl").read_text() == "mine"


@pytest.mark.parametrize("command", sorted(ratings_room.ratings.commands))
def test_every_example_of_ratings_is_understood(command):
    for line in ratings_room.ratings.commands[command].epilog.splitlines():
        words = shlex.split(line.split(" | ")[-1].split(" > ")[0].split("   ")[0])
        if words[:2] == ["segue", "ratings"]:
            found = ratings_room.ratings.commands[words[2]]
            found.make_context(words[2], words[3:])


def test_a_taste_is_shown_taken_along_and_forgotten(segue):
    segue("feedback", "choose", "A", "a.mid", "b.mid")
    code, out, _ = segue("taste", "show")
    assert (code, out.startswith("me, default: 1 answers\n")) == (0, True)
    assert segue("taste", "export", "-o", "taste.json")[0] == 0
    assert segue("taste", "import", "taste.json", "--person", "ada")[0] == 0
    assert segue("taste", "import", "taste.json")[0] == 2
    assert json.loads(segue("taste", "show", "--person", "ada", "--json")[1])["answers"] == 1
    _, _, err = segue("taste", "forget", "--and-ratings")
    assert err == "forgotten: 1 answers of me, default, and 1 ratings deleted\n"
    assert json.loads(segue("taste", "show", "--json")[1])["answers"] == 0


def test_everything_that_is_unsure_is_shown_where_that_is_wanted(segue):
    short, long = (segue("taste", "show", *words)[1] for words in ((), ("--all",)))
    assert len(short.splitlines()) == 2
    assert any(line.startswith("unsure about leaps") for line in long.splitlines()[2:])


@pytest.mark.parametrize("command", sorted(taste_room.taste.commands))
def test_every_example_of_taste_is_understood(command):
    for line in taste_room.taste.commands[command].epilog.splitlines():
        words = shlex.split(line.split(" | ")[0].split(" > ")[0])
        if words[:2] == ["segue", "taste"]:
            found = taste_room.taste.commands[words[2]]
            found.make_context(words[2], words[3:])


def test_an_edit_is_learned_from(segue):
    code, out, _ = segue("music", "learn", "a.mid", "b.mid")
    assert (code, "2 notes to another pitch up 1 semitone\n" in out) == (0, True)
    assert [line["words"].split(" #")[0] for line in listed(segue)] == ["edit"]
