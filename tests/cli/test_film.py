"""`segue film`: what is asked for lies where it was asked for, and one failure stops nobody."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import get_args

import jsonschema
import opentimelineio as otio
import pytest

from bridge.cli.film_options import HOST_NAMES
from bridge.cli.film_watching import Lines, Pace
from bridge.cli.main import main
from bridge.errors import NotFoundError
from bridge.files.analyses import read_analysis
from bridge.jobs.crew import Advanced, Begun, Done, Failed
from bridge.operations.film_watching import Assignment, Watched
from bridge.schema.timelines import Host
from tests.made_films import FRAMES, make_footage, models_that_watch


@pytest.fixture(scope="module")
def models():
    return models_that_watch()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    """Give a folder with two films of one name and a file that is none."""
    folder = tmp_path_factory.mktemp("footage")
    (folder / "b").mkdir()
    make_footage(folder / "clip.mp4")
    make_footage(folder / "b" / "clip.mp4", film_tags={"title": "another"}, container="mp4")
    (folder / "b" / "clip.mp4").write_bytes((folder / "b" / "clip.mp4").read_bytes() + b"\0")
    return folder


@pytest.fixture
def segue(models, home, tmp_path, monkeypatch, capsys):
    """Run `segue film ...` in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(home))
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--models", str(models), "film", *map(str, words)])
        return left.value.code, *capsys.readouterr()

    return run


def test_the_hosts_are_those_there_are():
    assert get_args(Host) == HOST_NAMES


def test_a_film_becomes_every_file_that_is_asked_for(segue, footage, tmp_path):
    code, out, _ = segue(
        "analyze", footage / "clip.mp4", "-o", "a.json", "--otio", "a.otio", "--for", "resolve",
        "--edl", "a.edl", "--csv", "a.csv", "--html", "a.html",
    )  # fmt: skip
    assert code == 0
    assert "clip.mp4" in out
    analysis = read_analysis(tmp_path / "a.json")
    shots = len(analysis.shots)
    assert sum(shot.frame_count for shot in analysis.shots) == FRAMES
    timeline = otio.adapters.read_from_file(str(tmp_path / "a.otio"))
    assert len(timeline.video_tracks()[0]) == shots
    assert (tmp_path / "a.edl").read_text().count("FROM CLIP NAME: clip.mp4") == shots
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == shots
    assert (tmp_path / "a.html").read_text("utf-8").count("data:image/jpeg") == shots


def test_of_several_films_every_file_bears_a_name_of_its_own(segue, footage, tmp_path):
    code, out, _ = segue("analyze", footage, "-o", "all", "--edl", "cut.edl", "--jobs", "2")
    assert (code, out.count("clip.mp4")) == (0, 2)
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "clip-2.json",
        "clip.json",
    ]
    assert sorted(path.name for path in tmp_path.glob("*.edl")) == [
        "cut-clip-2.edl",
        "cut-clip.edl",
    ]


def test_json_is_one_line_for_each_film(segue, footage):
    code, out, _ = segue("analyze", footage, "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, [one["media"]["frame_count"] for one in found]) == (0, [FRAMES, FRAMES])


def test_a_file_that_is_there_stays_unless_forced(segue, footage, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    code, _, err = segue("analyze", footage / "clip.mp4", "--csv", "a.csv")
    assert (code, (tmp_path / "a.csv").read_text()) == (2, "mine")
    assert err.splitlines()[-1].endswith("a.csv is already there; --force replaces it")
    assert segue("analyze", footage / "clip.mp4", "--csv", "a.csv", "--force")[0] == 0


def test_what_says_the_same_already_is_as_good_as_written(segue, footage):
    for _ in range(2):
        assert segue("analyze", footage / "clip.mp4", "-o", "a.json")[0] == 0


def test_one_film_that_fails_stops_nobody_and_is_told_at_the_end(segue, footage, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("no film")
    code, out, err = segue("analyze", text, footage / "clip.mp4")
    assert code == 1
    assert "clip.mp4" in out
    assert err.splitlines()[-1] == "segue: 1 film of 2 could not be watched"
    assert str(text) in err.splitlines()[-2]


def test_one_film_alone_that_fails_is_one_error(segue, tmp_path):
    (tmp_path / "notes.mp4").write_text("no film")
    code, out, err = segue("analyze", "notes.mp4")
    assert (code, out) == (1, "")
    assert "notes.mp4" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("analyze",), "Missing argument 'CLIP|FOLDER...'"),
        (("analyze", "gone.mp4"), "no film at gone.mp4; check the path"),
        (("analyze", "."), "no films in ."),
        (("find", "a", "b", "c"), "put what to find into quotes"),
        (("find", "--like", "a.png", "b", "c"), "with --like, name a folder and nothing else"),
        (("find", "night", "gone"), "no film at"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_a_line(segue, words, said):
    code, out, err = segue(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_shots_are_found_and_shown_with_why(segue, footage, tmp_path):
    segue("analyze", footage, "-o", "all")
    tag = read_analysis(tmp_path / "all" / "clip.json").shots[0].tags[0]
    code, out, err = segue("find", tag, footage, "--html", "found.html")
    assert (code, err) == (0, "found.html\n")
    assert out.splitlines()[0].split() == ["film", "shot", "timecode", "seconds", "fits", "why"]
    assert tag in out
    assert str(Path("b") / "clip.mp4") in out
    assert tag in (tmp_path / "found.html").read_text("utf-8")


def test_without_words_what_matters_most_comes_first(segue, footage):
    segue("analyze", footage)
    code, out, _ = segue("find", footage, "--json")
    found = json.loads(out)
    scores = [shot["score"] for shot in found["shots"]]
    assert (code, found["compared_by"]) == (0, "importance")
    assert scores == sorted(scores, reverse=True) != []


def test_what_nobody_watched_yet_is_told_and_watched_if_asked(
    segue, monkeypatch, footage, tmp_path
):
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "other"))
    code, out, err = segue("find", "day", footage / "clip.mp4")
    assert (code, out) == (0, "")
    assert "1 film was not watched yet; `segue film analyze" in err
    code, out, _ = segue("find", "day,night,nobody", footage / "clip.mp4", "--analyze")
    assert (code, "clip.mp4" in out or "none of" in out) == (0, True)


def test_the_schema_is_told_and_is_one(segue):
    code, out, _ = segue("schema")
    found = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(found)
    assert (code, found["title"]) == (0, "segue.film.analysis/1")
    assert "uncertainty" not in found
    assert found["$defs"]["Shot"]["properties"]["importance"]["description"].startswith("0..1")


def test_the_pace_counts_films_by_their_bytes(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"." * 100)
    large.write_bytes(b"." * 300)
    pace = Pace(2, 400)
    for event in (Begun(Assignment(small)), Done(Assignment(small), Watched("", was_known=False))):
        pace.take(event)
    assert (pace.share, pace.count, pace.names) == (0.25, "1 of 2 films", "")
    pace.take(Begun(Assignment(large)))
    pace.take(Advanced(Assignment(large), 50, 100, "frames"))
    assert (pace.share, pace.names) == (0.625, "large")


def test_without_a_terminal_there_is_a_line_for_every_film(capsys, tmp_path):
    lines = Lines(Pace(2, 0))
    first, second = Assignment(tmp_path / "a"), Assignment(tmp_path / "b")
    for event in (
        Begun(first),
        Done(first, Watched("", was_known=True)),
        Begun(second),
        Failed(second, NotFoundError("it is gone")),
    ):
        lines(event)
    assert capsys.readouterr().err == (
        f"segue: 1 of 2 films: {first}: known\nsegue: 2 of 2 films: {second}: it is gone\n"
    )
