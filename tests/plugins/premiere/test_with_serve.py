"""The panel and `segue serve`, each as it is, by HTTP and by folder."""

import pytest

from tests.serving import serving

CUT = {"press": "cut", "wishes": {"seconds": 2, "style": "calm"}}
LEARN = {"press": "learn"}


@pytest.fixture
def with_film(premiere, footage):
    """A Premiere with a real film in its project."""
    premiere.films = [{"path": str(footage)}]
    premiere.haste = 4
    return premiere


@pytest.fixture(params=["http", "folder"])
def server(request, with_film):
    """A server that can be reached by one door alone; gives its URL, or None."""
    if request.param == "http":
        yield request.getfixturevalue("served")["url"]
        return
    home = request.getfixturevalue("tmp_path_factory").mktemp("segue")
    with serving(home, "--folder", str(with_film.letters)):
        yield None


def test_a_film_becomes_a_sequence_and_what_became_of_it_is_learned(with_film, server):
    found = with_film.run(server, CUT, {"dropLast": True}, LEARN)
    cut, learned = found["done"]
    assert cut.get("error") is None
    ((name, markers),) = [(one["name"], one["markers"]) for one in found["sequences"]]
    assert name.startswith("Segue calm 2 s")
    assert all(len(one["comments"]) > 5 for one in markers)
    assert learned["lines"][0].startswith("of ")
    assert not with_film.letters.is_dir() or list(with_film.letters.glob("*.json")) == []


def test_what_it_cannot_do_is_said_in_its_words(with_film, server, tmp_path):
    with_film.films = [{"path": str(tmp_path / "gone.mov")}]
    (done,) = with_film.run(server, CUT)["done"]
    assert done["error"] == f"no film at {tmp_path / 'gone.mov'}; check the path"
