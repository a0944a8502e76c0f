"""Characters are made, changed and written at every door alike, by the model that makes them."""

from __future__ import annotations

import pytest

from bridge.files.mesh.obj import write_obj
from bridge.files.places import HOME_VARIABLE, OWN_MODELS_VARIABLE
from bridge.operations.studio import Studio
from bridge.runtime.registry import find_models_folder
from tests.server.test_doors_agree import ADA, DOORS, EXAMPLES, Direct, Example, Scene
from tests.server.web.conftest import RunningServer

SLOW = "character.fit"
"""One door is enough: it takes seconds."""
NAMES = [name for name in EXAMPLES if name.startswith("character.")]
CHOICE = Example("feedback choose B ADA BOB --json", {"best": "B", "characters": ["ADA", "BOB"]})
RATED = Example("feedback rate up ADA --json", {"character": "ADA", "thumb": 1})
MISTAKES = {
    "character.edit": Example(
        "character edit ADA --slide nose_hmp=1",
        {"character": "ADA", "changes": [{"name": "nose_hmp", "by": 1.0}]},
    ),
    "character.sample": Example(
        "character sample --wish waste=80 --seed 1",
        {"wishes": [{"name": "waste", "value": 80.0}], "seed": 1},
    ),
}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    from bridge.animation.meshes import mesh_of
    from bridge.operations.characters import maker_of

    models, home = find_models_folder(), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("HOME", HOME_VARIABLE):
            environment.setenv(variable, str(home))
        environment.delenv(OWN_MODELS_VARIABLE)
        server = RunningServer(models)
        server.start()
        scene = Scene(server, models, home, tmp_path_factory.mktemp("folder"))
        made = mesh_of(maker_of(Studio(models=models)), ADA, "segue", "a", shape_keys=False)
        write_obj(made, home / "scan.obj")
        (home / "scan.obj").replace(scene.files["SCAN"].with_suffix(".obj"))
        scene.files["SCAN"].unlink()
        scene.files["SCAN"] = scene.files["SCAN"].with_suffix(".obj")
        yield scene
        server.stop()


@pytest.mark.parametrize("name", NAMES)
def test_every_door_gives_the_people_that_the_operation_gives(people, name):
    people.reset()
    said = Direct().call(name, EXAMPLES[name], people)
    assert "message" not in said
    for door in ("http",) if name == SLOW else DOORS:
        people.reset()
        assert DOORS[door].call(name, EXAMPLES[name], people) == said, door


@pytest.mark.parametrize("door", DOORS)
def test_whoever_is_chosen_at_a_door_is_liked_at_all_of_them(people, door):
    people.reset()
    words = DOORS[door].call("feedback.choose", CHOICE, people)["words"]
    assert [line.count("character.sample #") for line in words] == [2]
    taste = DOORS["http"].call("taste.show", Example("", {"domain": "character"}), people)
    assert (taste["answers"], taste["domain"]) == (1, "character")


@pytest.mark.parametrize("door", DOORS)
def test_whoever_is_rated_at_a_door_is_kept(people, door):
    people.reset()
    (words,) = DOORS[door].call("feedback.rate", RATED, people)["words"]
    assert words.startswith("thumb up: character.sample #")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", MISTAKES)
def test_a_door_names_what_is_near_to_a_name_that_is_none(people, name, door):
    said = Direct().call(name, MISTAKES[name], people)
    assert "near: " in said["message"]
    assert DOORS[door].call(name, MISTAKES[name], people) == said
