"""The panel's verbs in a stand-in for Premiere that names its documented calls."""

import json
import threading
import time

import pytest

from tests.plugins.fake_segue import FRAMES, PARTS, RATE
from tests.plugins.premiere.conftest import PANEL

CUT = {"press": "cut"}
LEARN = {"press": "learn"}
TICKS_PER_FRAME = int(254_016_000_000 / RATE)


@pytest.fixture
def url(segue):
    return f"http://127.0.0.1:{segue.port}"


def test_what_is_selected_is_cut_and_comes_back_as_a_new_sequence(premiere, segue, url):
    wishes = {"style": "trailer", "seconds": 30}
    found = premiere.run(url, CUT | {"wishes": wishes}, project={"selected": [1]})
    ((path, request),) = segue.asked
    assert path == "/film/cut"
    assert request["films"] == [premiere.films[1]["path"]]
    assert (request["style"], request["seconds"], request["host"]) == ("trailer", 30, "premiere")
    assert [one["name"] for one in found["sequences"]] == [found["active"]]


def test_where_nothing_is_selected_all_films_of_the_project_are_cut(premiere, segue, url):
    items = [
        {"items": [{"path": "/films/deep.mov"}, {"items": [{"path": "/films/deeper.mxf"}]}]},
        {"path": "/films/still.JPG"},
        {"path": "/films/music.wav"},
        {"path": "/films/lost.mov", "isOffline": True},
        {"path": "/films/sequence.mov", "isSequence": True},
        {"path": "/films/deep.mov"},
    ]
    premiere.run(url, CUT, project={"items": items})
    assert segue.asked[0][1]["films"] == ["/films/deep.mov", "/films/deeper.mxf"]


def test_what_the_open_sequence_shows_can_be_cut_anew(premiere, segue, url):
    premiere.run(url, CUT, CUT | {"wishes": {"source": "sequence"}})
    assert segue.asked[1][1]["films"] == [premiere.films[0]["path"]]


def test_each_cut_has_a_marker_that_says_why_in_the_colour_of_its_part(premiere, url):
    (sequence,) = premiere.run(url, CUT)["sequences"]
    markers = sequence["markers"]
    assert [int(one["ticks"]) for one in markers] == [
        place * FRAMES * TICKS_PER_FRAME for place in range(len(PARTS))
    ]
    assert [one["comments"] for one in markers] == [f"because of the {part}" for part in PARTS]
    green, yellow, red, blue = 0, 4, 1, 6
    assert [one["colour"] for one in markers] == [green, yellow, red, blue]


def test_markers_are_two_steps_that_can_be_undone(premiere, url):
    steps = premiere.run(url, CUT)["steps"]
    assert [one["name"] for one in steps] == ["Segue: markers", "Segue: colours of markers"]
    assert [one["actions"] for one in steps] == [len(PARTS), len(PARTS)]


def test_every_version_becomes_a_sequence_and_the_first_is_opened(premiere, url):
    found = premiere.run(url, CUT | {"wishes": {"versions": 3}})
    names = [one["name"] for one in found["sequences"]]
    assert len(set(names)) == 3
    assert found["active"] == names[0]
    assert found["done"][0]["lines"][-1] == "one film is dark"


def test_it_is_said_how_far_it_is(premiere, url):
    said = premiere.run(url, CUT)["done"][0]["said"]
    assert said[:4] == ["2 films", "waiting for its turn", "1 of 9 frames", "2 of 9 frames"]


def test_who_presses_stop_gives_the_job_up_and_gets_nothing(premiere, segue, url):
    segue.steps = 10**9
    found = premiere.run(url, CUT | {"stopAfter": 4})
    assert found["done"][0]["error"] == "stopped"
    assert segue.given_up == ["/jobs/7"]
    assert found["sequences"] == []


def test_a_finished_sequence_is_learned_from_and_its_export_is_gone(premiere, segue, url):
    found = premiere.run(url, CUT, {"dropLast": True}, LEARN)
    path, request = segue.asked[-1]
    assert path == "/film/learn"
    assert request["proposed"].startswith(str(premiere.data / "cuts"))
    assert request["final"].startswith(str(premiere.temporary))
    assert found["done"][1]["lines"][0] == "of 4 pieces 3 were kept, 1 is gone"
    assert list(premiere.temporary.iterdir()) == []


def test_a_copy_whose_name_begins_with_the_name_is_known_again(premiere, segue, url):
    name = premiere.run(url, CUT)["active"]
    premiere.run(url, CUT, {"copyAs": f"{name} Copy 01"}, LEARN)
    assert segue.asked[-1][0] == "/film/learn"


def test_a_sequence_that_is_none_of_ours_teaches_nothing(premiere, segue, url):
    found = premiere.run(url, CUT, {"copyAs": "Scene 1"}, LEARN)
    assert found["done"][1]["error"].startswith("Scene 1 did not come from Segue")
    assert [path for path, _ in segue.asked] == ["/film/cut"]


def test_what_segue_says_is_wrong_is_said_in_its_words(premiere, segue, url):
    segue.error = {"kind": "RequestError", "message": "there is nothing to cut", "status": 400}
    assert premiere.run(url, CUT)["done"][0]["error"] == "there is nothing to cut"


def test_what_segue_refuses_at_once_is_said_in_its_words(premiere, segue, url):
    segue.refusal = (400, {"message": "seconds must be 1..14400"})
    assert premiere.run(url, CUT)["done"][0]["error"] == "seconds must be 1..14400"


def test_that_premiere_takes_no_timeline_is_said_with_what_to_do(premiere, url):
    error = premiere.run(url, CUT, project={"refuses": True})["done"][0]["error"]
    assert error.startswith("Premiere did not take")
    assert "segue film check" in error


def test_an_empty_project_is_said(premiere, url):
    error = premiere.run(url, CUT, project={"items": []})["done"][0]["error"]
    assert error.startswith("no film is in the selection; select clips or a bin")


def test_that_no_project_is_open_is_said(premiere, url):
    found = premiere.run(url, CUT, is_open=False)
    assert found["done"][0]["error"] == "no project is open; open one"


def test_that_nobody_is_there_is_said_with_both_commands(premiere):
    error = premiere.run(None, CUT)["done"][0]["error"]
    assert "In a terminal: segue serve." in error
    assert f'segue serve --folder "{premiere.letters}"' in error
    assert list(premiere.letters.iterdir()) == []


def test_the_manifest_lets_the_panel_reach_this_machine_alone():
    manifest = json.loads((PANEL / "manifest.json").read_text("utf-8"))
    assert manifest["manifestVersion"] == 5
    assert manifest["host"] == {"app": "premierepro", "minVersion": "25.6.0"}
    assert manifest["requiredPermissions"] == {
        "network": {"domains": ["http://127.0.0.1:5757"]},
        "localFileSystem": "request",
    }


def test_every_file_that_the_manifest_names_is_there():
    manifest = json.loads((PANEL / "manifest.json").read_text("utf-8"))
    icons = [*manifest["icons"], *manifest["entrypoints"][0]["icons"]]
    named = {manifest["main"], *(icon["path"] for icon in icons)}
    assert [name for name in named if not (PANEL / name).is_file()] == []


def answer_letters(folder, answers, seen, stop):
    """Be a Segue that looks into a folder."""
    while not stop.is_set():
        for path in folder.glob("*.ask.json") if folder.is_dir() else ():
            letter_id = path.name.removesuffix(".ask.json")
            letter = json.loads(path.read_bytes())
            path.unlink()
            seen.append(letter["operation"])
            job = {"state": "running", "done": 3, "total": 9, "what": "frames"}
            (folder / f"{letter_id}.job.json").write_text(json.dumps(job))
            time.sleep(0.05)
            answer = answers(letter)
            if answer is not None:
                (folder / f"{letter_id}.answer.json").write_text(json.dumps(answer))
        seen.extend(path.name.split(".")[-1] for path in folder.glob("*.cancel"))
        time.sleep(0.002)


@pytest.fixture
def reader(premiere):
    """Somebody who reads the panel's letters."""
    stop, seen = threading.Event(), []
    threads = []

    def read(answers):
        thread = threading.Thread(
            target=answer_letters, args=(premiere.letters, answers, seen, stop)
        )
        threads.append(thread)
        thread.start()
        return seen

    yield read
    stop.set()
    for thread in threads:
        thread.join()


def test_where_connections_are_refused_a_letter_is_left(premiere, segue, reader):
    seen = reader(lambda letter: {"answer": segue.answers["/film/cut"](letter["request"])})
    found = premiere.run(None, CUT)
    assert seen == ["film.cut"]
    assert len(found["sequences"]) == 1
    assert "3 of 9 frames" in found["done"][0]["said"]


def test_an_error_in_a_letter_is_said_in_its_words(premiere, reader):
    reader(lambda letter: {"error": {"kind": "X", "message": "no film here", "status": 404}})
    assert premiere.run(None, CUT)["done"][0]["error"] == "no film here"


def test_who_presses_stop_leaves_a_note_that_says_so(premiere, reader):
    seen = reader(lambda letter: None)
    found = premiere.run(None, CUT | {"stopAfter": 2})
    assert found["done"][0]["error"] == "stopped"
    assert [path.suffix for path in premiere.letters.glob("*.cancel")] == [".cancel"]
    assert seen[0] == "film.cut"


def test_what_an_earlier_letter_left_behind_is_swept_away(premiere, segue, reader):
    premiere.letters.mkdir()
    for name in ("panel-old.answer.json", "panel-old.job.json", "note.txt"):
        (premiere.letters / name).touch()
    reader(lambda letter: {"answer": segue.answers["/film/cut"](letter["request"])})
    premiere.run(None, CUT)
    left = [path.name for path in premiere.letters.iterdir()]
    assert [name for name in left if not name.endswith(".job.json")] == ["note.txt"]
    assert "panel-old.job.json" not in left
