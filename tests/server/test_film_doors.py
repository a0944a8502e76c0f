"""Films are watched and found at every door alike, by the models that watch."""

from __future__ import annotations

import pytest

from bridge.files.places import HOME_VARIABLE, OWN_MODELS_VARIABLE
from tests.made_films import make_footage, models_that_watch
from tests.server.test_doors_agree import DOORS, EXAMPLES, Direct, Example, Scene
from tests.server.web.conftest import RunningServer

ANALYZE = Example("film analyze CLIP --json", {"path": "CLIP"})
FIND = Example(
    "film find day,night,nobody CLIP --json", {"folder": "CLIP", "text": "day,night,nobody"}
)
GONE = Example("film analyze CLIP.gone --json", {"path": "GONE"})
CUT = EXAMPLES["film.cut"]
TEXT = Example("film analyze RATINGS --json", {"path": "TEXT"})


class Footage(Scene):
    """A scene with a film in it."""

    def filled(self, request):
        places = {"GONE": f"{self.files['CLIP']}.gone", "TEXT": str(self.files["RATINGS"])}
        if isinstance(request, str) and request in places:
            return places[request]
        return super().filled(request)


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    models, home = models_that_watch(), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("HOME", HOME_VARIABLE):
            environment.setenv(variable, str(home))
        environment.delenv(OWN_MODELS_VARIABLE)
        server = RunningServer(models)
        server.start()
        scene = Footage(server, models, home, tmp_path_factory.mktemp("folder"))
        made = make_footage(home / "made.mp4")
        made.replace(scene.files["CLIP"])
        yield scene
        server.stop()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "example"), [("film.analyze", ANALYZE), ("film.find", FIND)])
def test_a_door_says_of_a_film_what_the_operation_says(footage, name, example, door):
    Direct().call("film.analyze", ANALYZE, footage)
    said = Direct().call(name, example, footage)
    assert DOORS[door].call(name, example, footage) == said
    assert said["shots"]


@pytest.mark.parametrize("door", DOORS)
def test_a_door_proposes_the_cut_that_the_operation_proposes(footage, door):
    said = Direct().call("film.cut", CUT, footage)
    (written,) = [path for one in said["versions"] for path in one["written"]]
    assert written == str(footage.folder / "cut.otio")
    (footage.folder / "cut.otio").unlink()
    assert DOORS[door].call("film.cut", CUT, footage) == said
    (footage.folder / "cut.otio").unlink()


def test_a_film_that_is_new_is_watched_for_whoever_asks(footage):
    footage.reset()
    said = DOORS["http"].call("film.analyze", ANALYZE, footage)
    assert said["media"]["frame_count"] == 80


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("example", [GONE, TEXT])
def test_a_door_says_what_is_wrong_with_a_film(footage, example, door):
    said = Direct().call("film.analyze", example, footage)
    assert DOORS[door].call("film.analyze", example, footage) == said
    assert list(said) == ["message"]
