"""`segue character` makes people up, changes them and writes them, as somebody types it."""

from __future__ import annotations

import json
import shlex
from typing import get_args, get_type_hints

import click
import pytest

from bridge.cli.character import character as room
from bridge.cli.character_files import VIEWS
from bridge.cli.character_options import RESTS, RIGS
from bridge.cli.main import main
from bridge.files.characters import read_character
from bridge.files.film.still import read_picture
from bridge.operations.character_files import PortraitRequest
from bridge.schema.character import RestPose, Rig


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Give a folder with two people."""
    folder = tmp_path_factory.mktemp("people")
    with pytest.raises(SystemExit):
        main(["character", "sample", "--count", "2", "--seed", "4", "-o", f"{folder}/c.json"])
    return folder


@pytest.fixture
def segue(people, tmp_path, monkeypatch, capsys):
    """Give what runs a command where two people are; gives exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEGUE_HTTP_PORT", "1")  # where nobody answers
    monkeypatch.chdir(tmp_path)
    for name, made in (("a.json", "c-1.json"), ("b.json", "c-2.json")):
        (tmp_path / name).write_bytes((people / made).read_bytes())
    capsys.readouterr()

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(words)
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


def done(segue, *words):
    """Run what must work; gives stdout and stderr."""
    code, out, err = segue("character", *words)
    assert code == 0, err
    return out, err


def height(segue, name):
    lines = json.loads(done(segue, "measure", name, "--json")[0])["lines"]
    return next(line["value"] for line in lines if line["name"] == "height")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (RIGS, get_args(Rig)),
        (RESTS, get_args(RestPose)),
        (VIEWS, get_args(get_type_hints(PortraitRequest)["view"])),
    ],
)
def test_choices_are_those_of_the_requests(ours, theirs):
    assert ours == theirs


@pytest.mark.parametrize("command", sorted(room.commands))
def test_every_example_is_understood(command):
    for line in room.commands[command].epilog.splitlines():
        words = shlex.split(line.strip().split("   ")[0].split(" | ")[0].split(" > ")[0])
        if words[:2] == ["segue", "character"]:
            found = room.commands[words[2]]
            found.make_context(words[2], words[3:])


def test_somebody_is_written_with_bones_and_read_again(segue, tmp_path):
    _, err = done(segue, "sample", "--seed", "4", "-o", "c.glb")
    assert err.startswith("c.glb: 2.")
    assert err.endswith("MB, seed 4\n")
    assert read_character(tmp_path / "c.glb").seed == 4


def test_without_a_name_the_seed_names_the_file(segue, tmp_path):
    done(segue, "sample", "--seed", "7")
    assert (tmp_path / "character-7.glb").exists()


def test_the_same_seed_gives_the_same_bytes(segue, tmp_path):
    for name in ("x.glb", "y.glb"):
        done(segue, "sample", "--seed", "4", "-o", name)
    assert (tmp_path / "x.glb").read_bytes() == (tmp_path / "y.glb").read_bytes()


def test_a_seed_that_was_drawn_is_told_and_gives_the_same_again(segue, tmp_path):
    _, err = done(segue, "sample", "-o", "x.json")
    done(segue, "sample", "--seed", err.split("seed ")[1].strip(), "-o", "y.json")
    assert (tmp_path / "x.json").read_bytes() == (tmp_path / "y.json").read_bytes()


def test_several_are_numbered_and_one_is_asked_which_is_best(segue, tmp_path):
    _, err = done(segue, "sample", "--count", "3", "--seed", "1", "-o", "c.json")
    assert sorted(path.name for path in tmp_path.glob("c-*")) == [
        "c-1.json",
        "c-2.json",
        "c-3.json",
    ]
    assert "segue feedback choose LETTER c-1.json c-2.json c-3.json" in err


def test_json_alone_writes_no_file(segue, tmp_path):
    before = sorted(tmp_path.iterdir())
    out, err = done(segue, "sample", "--count", "2", "--seed", "4", "--json")
    assert [len(one["identity"]) for one in json.loads(out)] == [96, 96]
    assert (sorted(tmp_path.iterdir()), err) == (before, "")


def test_what_is_wished_is_measured(segue):
    words = ["--height", "182", "--weight", "80", "--age", "40", "--wish", "waist=84"]
    done(segue, "sample", "--seed", "1", *words, "-o", "w.json")
    out, _ = done(segue, "measure", "w.json")
    shown = {line.split()[0]: line.split()[1] for line in out.splitlines()[2:]}
    assert (shown["height"], shown["weight"], shown["waist"]) == ("182.0", "80.0", "84.0")
    assert shown["age"] == "40.0"


def test_what_nobody_can_come_to_is_told(segue):
    words = ["--height", "100", "--wish", "leg=140", "--count", "2"]
    _, err = done(segue, "sample", "--seed", "1", *words, "-o", "w.json")
    first, second, *_ = err.splitlines()
    assert first.startswith("1 of 2: nobody is like that; nearest: ")
    assert second.endswith(" cm for 140")
    assert "nobody is like that" not in done(segue, "edit", "a.json", "--height", "170")[1]


def test_somebody_near_another_keeps_what_is_locked(segue, tmp_path):
    done(segue, "sample", "--around", "a.json", "--reach", "0", "--lock", "age", "-o", "n.json")
    first, near = (read_character(tmp_path / name) for name in ("a.json", "n.json"))
    assert near.identity == pytest.approx(first.identity, abs=0.2)


def test_a_taste_chooses_and_says_whose_it_is(segue):
    code, _, err = segue("character", "sample", "--to-taste", "-o", "t.json")
    assert (code, "rate some first" in err) == (2, True)
    segue("feedback", "choose", "A", "a.json", "b.json", "--person", "ada")
    _, err = done(segue, "sample", "--to-taste", "--person", "ada", "--seed", "1", "-o", "t.json")
    assert err.startswith("to the taste of ada, default: 1 answer\nt.json: ")


def test_a_walk_begins_with_one_and_ends_with_the_other(segue, tmp_path):
    done(segue, "blend", "a.json", "b.json", "--steps", "3", "-o", "w.json")
    for first, second in (("w-1.json", "a.json"), ("w-3.json", "b.json")):
        one, other = (read_character(tmp_path / name) for name in (first, second))
        assert one.identity == pytest.approx(other.identity, abs=2e-5)


def test_a_share_and_steps_are_not_given_together(segue):
    words = ("blend", "a.json", "b.json", "--share", "0.5", "--steps", "3")
    code, _, err = segue("character", *words)
    assert (code, "either --share or --steps" in err) == (2, True)


def test_somebody_is_changed_in_body_face_and_pose(segue, tmp_path):
    words = "--slide nose_hump=1.5 --height 170 --expression jawOpen=0.4"
    words += " --pose upperarm01.L=0,0.4,-.1 -o e.json"
    done(segue, "edit", "a.json", *words.split())
    found = read_character(tmp_path / "e.json")
    assert [(one.action, one.amount) for one in found.expression] == [("jawOpen", 0.4)]
    assert [(one.bone, one.y, one.z) for one in found.pose] == [("upperarm01.L", 0.4, -0.1)]
    assert height(segue, "e.json") == pytest.approx(170.0, abs=0.1)
    done(segue, "edit", "e.json", "--neutral", "--at-rest")
    calm = read_character(tmp_path / "e-edited.json")
    assert (calm.expression, calm.pose, calm.identity) == ((), (), found.identity)


def test_a_caricature_is_written_beside_them(segue, tmp_path):
    done(segue, "caricature", "a.json", "--strength", "2")
    one, more = (read_character(tmp_path / name) for name in ("a.json", "a-caricature.json"))
    assert more.identity == pytest.approx([2 * number for number in one.identity], abs=1e-4)


def test_sliders_and_wishes_are_named(segue):
    out, _ = done(segue, "sliders", "--all")
    assert all(word in out for word in ("older", "waist", "jawOpen", "upperarm01.L"))


@pytest.mark.parametrize("suffix", ["glb", "obj", "bvh", "json"])
def test_somebody_is_exported(segue, tmp_path, suffix):
    out, _ = done(segue, "export", "a.json", "-o", f"x.{suffix}", "--rig", "mixamo", "--json")
    assert json.loads(out) == {
        "path": f"x.{suffix}",
        "bytes": (tmp_path / f"x.{suffix}").stat().st_size,
    }


def test_an_export_without_shape_keys_is_smaller(segue, tmp_path):
    done(segue, "export", "a.json", "-o", "x.glb")
    done(segue, "export", "a.json", "-o", "y.glb", "--no-shape-keys")
    assert (tmp_path / "y.glb").stat().st_size < 0.9 * (tmp_path / "x.glb").stat().st_size


def test_portraits_stand_beside_one_another(segue, tmp_path):
    words = ["a.json", "b.json", "a.json", "--width", "48", "--height", "64", "-o", "sheet.png"]
    done(segue, "portrait", *words)
    sheet = read_picture(tmp_path / "sheet.png")
    assert sheet.shape == (64, 144, 3)
    assert (sheet[:, :48] == sheet[:, 96:]).all()
    assert (sheet[:, :48] != sheet[:, 48:96]).any()


def test_somebody_who_was_exported_is_found_again(segue, tmp_path):
    done(segue, "export", "a.json", "-o", "x.glb")
    _, err = done(segue, "fit", "x.glb", "--name", "Ada", "-o", "f.json")
    assert "mm from the mesh in the mean" in err
    assert read_character(tmp_path / "f.json").name == "Ada"
    assert height(segue, "f.json") == pytest.approx(height(segue, "a.json"), abs=1.0)


def test_arrays_are_told_in_a_line_to_people(segue):
    assert "13718 vertices" in done(segue, "mesh", "a.json")[0]
    assert "52 bones" in done(segue, "body", "--rig", "mixamo")[0]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("sample -o c.fbx", 2, "must end in .glb"),
        ("sample -o a.json", 2, "a.json is there already"),
        ("sample --height 900", 2, "height must be 45"),
        ("sample --wish waste=80", 2, "near: waist"),
        ("sample --wish waist", 2, "write it like waist=80"),
        ("sample --lock age", 2, "around"),
        ("edit a.json --slide nose_hmp=1", 2, "near: nose_hump"),
        ("edit a.json --slide age=9", 2, "by must be -6"),
        ("edit a.json --expression jawOpn=1", 2, "jawOpen"),
        ("edit a.json --pose head=1,2", 2, "write it like upperarm01.L=0,0.4,0"),
        ("edit a.json --neutral --expression jawOpen=1", 2, "either --expression or --neutral"),
        ("measure nobody.glb", 2, "no glTF file at nobody.glb"),
        ("measure scan.obj", 1, "segue character fit scan.obj"),
        ("measure song.json", 1, "keeps no character"),
        ("portrait a.json -o a.jpg", 2, "must end in .png"),
        ("export a.json", 2, "Missing option"),
        ("fit song.json", 1, "song.json"),
        ("fit scan.obj --landmarks song.json", 1, "holds no landmarks"),
    ],
)
def test_what_cannot_be_is_one_line(segue, tmp_path, words, code, said):
    (tmp_path / "scan.obj").write_text("v 0 0 0\n")
    (tmp_path / "song.json").write_text('{"kind": "song"}')
    before = sorted(tmp_path.rglob("*.glb"))
    found, _, err = segue("character", *words.split())
    assert (found, said in err, err.count("\n")) == (code, True, 1), err
    assert sorted(tmp_path.rglob("*.glb")) == before


def test_a_number_is_written_as_people_write_it():
    from bridge.cli.character_options import NamedNumber, NamedTurn

    kind = NamedNumber()
    assert kind.convert("a.b=-.5", None, None) == ("a.b", -0.5)
    assert NamedTurn().convert("head=1, 2,-3.5", None, None) == ("head", 1.0, 2.0, -3.5)
    with pytest.raises(click.BadParameter):
        kind.convert("a=1e9", None, None)
