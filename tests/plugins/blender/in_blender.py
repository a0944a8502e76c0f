"""What must be true in Blender itself: run by a Python that has it as `bpy`.

python in_blender.py WORK PORT: WORK/segue.zip is installed, PORT is where Segue listens. What came
of each claim goes to WORK/told.json: the trace of what went wrong, or nothing. The claims hold in
the order in which they stand here: later ones use what earlier ones made.
"""

import importlib
import json
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

WORK, PORT = Path(sys.argv[1]), int(sys.argv[2])
sys.path.insert(0, str(Path(__file__).parent))
os.environ["BLENDER_USER_RESOURCES"] = str(WORK / "blender")

import bpy  # noqa: E402
import hostile  # noqa: E402
import numpy as np  # noqa: E402

NAME = "bl_ext.user_default.segue"
FIGURES = {}


def addon_utils():
    """Give what Blender brings for add-ons: it is there as soon as bpy is."""
    return importlib.import_module("addon_utils")


def desk():
    return bpy.context.window_manager.segue


def person():
    return bpy.context.view_layer.objects.active


def who(thing=None):
    return json.loads((thing or person())["segue_character"])["identity"]


def vertices(thing=None):
    mesh = (thing or person()).data
    found = np.empty((len(mesh.vertices), 3), np.float32)
    mesh.vertices.foreach_get("co", found.ravel())
    return found


def joints(thing=None):
    armature = (thing or person()).parent.data
    return np.array([[*bone.head_local, *bone.tail_local] for bone in armature.bones])


def refused(verb, **options):
    """Give in which words something is refused."""
    try:
        verb(**options)
    except RuntimeError as error:
        return str(error)
    raise AssertionError("it was not refused")


def the_zip_installs_as_an_extension():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    told = bpy.ops.extensions.package_install_files(
        filepath=str(WORK / "segue.zip"), repo="user_default", enable_on_install=True
    )
    assert told == {"FINISHED"}
    assert NAME in bpy.context.preferences.addons
    bpy.context.preferences.addons[NAME].preferences.port = PORT


def nothing_is_asked_while_blender_may_not_go_online():
    bpy.context.preferences.system.use_online_access = False
    assert "Allow Online Access" in refused(bpy.ops.segue.connect)
    assert not desk().is_connected
    bpy.context.preferences.system.use_online_access = True
    assert bpy.app.online_access


def it_registers_twice():
    for _ in range(2):
        addon_utils().disable(NAME)
        assert not hasattr(bpy.types.WindowManager, "segue")
        addon_utils().enable(NAME)
        assert hasattr(bpy.types.Scene, "segue")


def every_button_says_what_it_does_without_a_full_stop():
    operators = [getattr(bpy.ops.segue, name).get_rna_type() for name in dir(bpy.ops.segue)]
    settings = bpy.context.scene.segue.bl_rna
    assert len(operators) == 18
    for one in (*operators, *settings.properties[2:]):
        assert len(one.description) > 8, one.identifier
        assert not one.description.endswith("."), one.identifier


def somebody_who_has_made_nothing_is_told_what_to_do():
    assert "press Make" in refused(bpy.ops.segue.randomise)
    assert "press Roll" in refused(bpy.ops.segue.make)


def it_connects_to_segue():
    assert bpy.ops.segue.connect() == {"FINISHED"}
    assert desk().status == f"Connected to Segue on port {PORT}"
    assert len(desk().sliders) >= 4
    assert len(desk().actions) == 52


def six_are_rolled_with_pictures():
    bpy.ops.segue.roll()
    assert len(desk().roll) == 6
    assert len({one.character for one in desk().roll}) == 6
    pictures = list(Path(bpy.app.tempdir).glob("segue *.png"))
    assert len(pictures) == 6


def the_same_seed_rolls_the_same_people():
    settings = bpy.context.scene.segue
    settings.seed = 41
    bpy.ops.segue.roll()
    first = [one.character for one in desk().roll]
    assert settings.seed == 42
    bpy.ops.segue.roll()
    assert [one.character for one in desk().roll] != first
    settings.seed = 41
    bpy.ops.segue.roll()
    assert [one.character for one in desk().roll] == first


def somebody_is_made_with_bones_weights_uvs_keys_and_materials():
    begun = time.perf_counter()
    bpy.ops.segue.make(place=0)
    FIGURES["make_ms"] = 1000 * (time.perf_counter() - begun)
    mesh, armature = person().data, person().parent
    assert len(mesh.vertices) > 13_000
    assert mesh.uv_layers[0].name == "UVMap"
    assert len(mesh.shape_keys.key_blocks) == 53
    assert len(armature.data.bones) == 104
    assert len(person().vertex_groups) == 104
    assert mesh.materials[0].name.startswith("Segue ")
    assert person().modifiers[0].object == armature
    weights = [sum(group.weight for group in vertex.groups) for vertex in mesh.vertices]
    assert np.allclose(weights, 1.0, atol=1e-3)
    assert abs(vertices()[:, 2].min()) < 0.02
    assert 1.0 < vertices()[:, 2].max() < 2.6


def the_mesh_follows_its_bones():
    armature = person().parent
    before = np.array([v.co for v in evaluated().vertices])
    armature.pose.bones[1].location = (0.0, 0.3, 0.0)
    bpy.context.view_layer.update()
    after = np.array([v.co for v in evaluated().vertices])
    assert np.abs(after - before).max() > 0.05
    armature.pose.bones[1].location = (0.0, 0.0, 0.0)


def evaluated():
    graph = bpy.context.evaluated_depsgraph_get()
    return person().evaluated_get(graph).to_mesh()


def a_shape_key_moves_the_face_and_nothing_else():
    blocks = person().data.shape_keys.key_blocks
    held = np.empty((2, len(person().data.vertices), 3), np.float32)
    blocks[0].points.foreach_get("co", held[0].ravel())
    furthest = 0.0
    for block in blocks[1:]:
        block.points.foreach_get("co", held[1].ravel())
        moved = np.abs(held[1] - held[0]).max(axis=1)
        furthest = max(furthest, moved.max())
        assert (moved > 1e-6).mean() < 0.6, block.name
    assert 0.001 < furthest < 0.2


def a_slider_reshapes_mesh_bones_and_keys_in_place():
    before, bones = vertices(), joints()
    mesh, identity = person().data, who()
    for slider in desk().sliders:
        slider.amount = 1.5
    bpy.ops.segue.shape()
    assert person().data == mesh
    assert np.abs(vertices() - before).max() > 0.005
    assert np.abs(joints() - bones).max() > 0.001
    assert who() != identity
    basis = np.empty_like(before)
    mesh.shape_keys.key_blocks[0].points.foreach_get("co", basis.ravel())
    assert np.allclose(basis, vertices())


def straightening_goes_back_to_whom_was_made():
    bpy.ops.segue.straighten()
    made = json.loads(desk().roll[0].character)["identity"]
    assert who() == made
    assert [one.amount for one in desk().sliders if one.amount] == []


def a_slider_stays_within_its_bounds():
    slider = desk().sliders[0]
    slider.amount = 6.0
    assert slider.amount <= slider.high
    bpy.ops.segue.straighten()
    slider.amount = 0.0


def a_change_of_the_mesh_takes_less_than_50_ms():
    reshaping = sys.modules[f"{NAME}.reshaping"]
    there = vertices()
    times = []
    for step in range(20):
        begun = time.perf_counter()
        reshaping.show(person(), there + np.float32(0.001 * (step % 2)))
        bpy.context.view_layer.update()
        times.append(time.perf_counter() - begun)
    FIGURES["reshape_ms"] = 1000 * sorted(times)[len(times) // 2]
    reshaping.show(person(), there)
    assert FIGURES["reshape_ms"] < 50


def an_expression_shows_and_is_kept_with_the_person():
    action = desk().actions[0]
    action.amount = 0.75
    assert abs(person().data.shape_keys.key_blocks[action.name].value - 0.75) < 1e-6
    bpy.ops.segue.shape()
    kept = json.loads(person()["segue_character"])["expression"]
    assert kept == [{"action": action.name, "amount": 0.75}]


def the_face_is_put_at_rest():
    bpy.ops.segue.relax()
    assert json.loads(person()["segue_character"])["expression"] == []
    assert {block.value for block in person().data.shape_keys.key_blocks[1:]} == {0.0}


def chance_stays_nearby_and_leaves_what_is_locked():
    before = np.array(who())
    bpy.context.scene.segue.reach = 0.0
    bpy.ops.segue.randomise()
    assert np.abs(np.array(who()) - before).max() < 0.05
    bpy.context.scene.segue.reach = 0.5
    desk().sliders[0].is_locked = True
    bpy.ops.segue.randomise()
    desk().sliders[0].is_locked = False
    assert np.abs(np.array(who()) - before).max() > 0.05


def six_are_rolled_around_somebody():
    bpy.ops.segue.roll(is_around=True)
    assert len(desk().roll) == 6


def a_caricature_is_further_from_the_mean():
    before = np.linalg.norm(who())
    bpy.context.scene.segue.strength = 1.5
    bpy.ops.segue.caricature()
    assert np.linalg.norm(who()) > before


def the_history_goes_back():
    past = json.loads(person()["segue_past"])
    assert past["came_by"].startswith("caricature")
    earlier = past["earlier"][-1]["character"]["identity"]
    bpy.ops.segue.go_back()
    assert who() == earlier
    assert "was nobody else" in refused(bpy.ops.segue.go_back, place=999)


def one_step_is_undone_and_done_again():
    bpy.ops.ed.undo_push(message="before")
    before, bones, identity = vertices(), joints(), who()
    bpy.ops.segue.randomise()
    bpy.ops.ed.undo_push(message="Randomise")
    after, other = vertices(), who()
    assert np.abs(after - before).max() > 1e-4
    bpy.ops.ed.undo()
    assert who() == identity
    assert np.allclose(vertices(), before)
    assert np.allclose(joints(), bones, atol=1e-6)
    bpy.ops.ed.redo()
    assert who() == other
    assert np.allclose(vertices(), after)


def two_are_blended():
    first = bpy.context.view_layer.objects.active
    one = who(first)
    bpy.ops.segue.make(place=1)
    second = person()
    first.select_set(True)
    bpy.context.view_layer.objects.active = first
    assert "select two" not in desk().status
    bpy.context.scene.segue.share = 0.5
    bpy.ops.segue.blend()
    assert who(first) != one
    halfway = (np.array(one) + np.array(who(second))) / 2
    assert np.allclose(who(first), halfway, atol=0.5)
    second.select_set(False)
    assert "select two" in refused(bpy.ops.segue.blend)


def all_who_are_selected_become_one():
    people = [thing for thing in bpy.data.objects if "segue_character" in thing]
    for thing in people:
        thing.parent.select_set(True)
    assert len(people) == 2
    bpy.ops.segue.apply(place=3)
    assert who(people[0]) == who(people[1])
    assert np.allclose(vertices(people[0]), vertices(people[1]), atol=1e-6)


def what_another_object_shares_stays_as_it_was():
    first = person()
    other = first.copy()
    bpy.context.collection.objects.link(other)
    before = vertices(other)
    bpy.ops.segue.randomise()
    assert first.data != other.data
    assert np.array_equal(vertices(other), before)
    assert np.abs(vertices(first) - before).max() > 1e-4
    bpy.data.objects.remove(other)


def ratings_reach_segue():
    assert bpy.ops.segue.rate(stars=4) == {"FINISHED"}
    assert bpy.ops.segue.rate(thumb=-1) == {"FINISHED"}
    assert bpy.ops.segue.rate(place=2, thumb=1) == {"FINISHED"}
    assert desk().roll[2].thumb == 1
    bpy.ops.segue.mark(place=2)
    assert bpy.ops.segue.choose() == {"FINISHED"}
    assert desk().status == "Segue has learned that you like C best"


def six_are_rolled_to_taste():
    bpy.context.scene.segue.to_taste = True
    bpy.ops.segue.roll()
    bpy.context.scene.segue.to_taste = False
    assert len(desk().roll) == 6


def a_wish_comes_true():
    wish = next(one for one in desk().wishes if "height" in one.name.lower())
    wish.amount = wish.lowest + 0.75 * (wish.highest - wish.lowest)
    assert wish.is_wished
    bpy.ops.segue.roll()
    wish.is_wished = False
    assert len(desk().roll) == 6


def somebody_is_measured():
    bpy.ops.segue.measure()
    assert any("height" in line.name.lower() for line in desk().lines)


def another_rig_in_another_pose_without_keys_is_made():
    settings = bpy.context.scene.segue
    settings.rig, settings.rest, settings.has_keys = "mixamo", "t", False
    bpy.ops.segue.make(place=0)
    settings.rig, settings.rest, settings.has_keys = "segue", "a", True
    assert person().data.shape_keys is None
    assert json.loads(person()["segue_past"])["rig"] == "mixamo"
    before = vertices()
    desk().sliders[0].amount = 2.0
    bpy.ops.segue.shape()
    assert np.abs(vertices() - before).max() > 1e-3


def an_expression_without_keys_moves_the_mesh():
    before = vertices()
    action = max(desk().actions, key=lambda one: one.name == "jawOpen")
    action.amount = 1.0
    bpy.ops.segue.shape()
    assert np.abs(vertices() - before).max() > 1e-4


def a_mesh_that_was_edited_is_left_alone():
    bpy.ops.segue.make(place=4)
    person().data.vertices.add(1)
    count, identity = len(person().data.vertices), who()
    assert "has been edited" in refused(bpy.ops.segue.randomise)
    assert (len(person().data.vertices), who()) == (count, identity)
    bpy.data.objects.remove(person().parent)
    bpy.data.objects.remove(person())


def what_a_file_holds_is_not_trusted():
    bpy.ops.segue.make(place=4)
    person()["segue_character"] = "{" * 100_000
    assert "damaged" in refused(bpy.ops.segue.randomise)
    bpy.data.objects.remove(person().parent)
    bpy.data.objects.remove(person())


def a_hidden_armature_is_reshaped_and_stays_hidden():
    bpy.ops.segue.make(place=5)
    armature = person().parent
    armature.hide_set(True)
    before = joints()
    bpy.ops.segue.randomise()
    assert np.abs(joints() - before).max() > 1e-5
    assert armature.hide_get()
    armature.hide_set(False)


def hostile_answers_leave_everything_as_it_was():
    before, bones, identity = vertices(), joints(), who()
    preferences = bpy.context.preferences.addons[NAME].preferences
    for name, answer in hostile.ANSWERS.items():
        with hostile.sending(answer) as port:
            preferences.port = port
            begun = time.perf_counter()
            told = refused(bpy.ops.segue.randomise)
            assert ";" in told or "Segue" in told, (name, told)
            assert time.perf_counter() - begun < 5.0, name
    preferences.port = PORT
    assert np.array_equal(vertices(), before)
    assert np.array_equal(joints(), bones)
    assert who() == identity


def who_never_answers_is_left_after_the_timeout():
    preferences = bpy.context.preferences.addons[NAME].preferences
    for answer in hostile.SLOW.values():
        with hostile.sending(answer) as port:
            preferences.port = port
            begun = time.perf_counter()
            refused(bpy.ops.segue.randomise, timeout_seconds=0.5)
            assert time.perf_counter() - begun < 2.0
    preferences.port = PORT
    bpy.ops.segue.randomise()


def a_person_can_be_animated_on_this_version():
    armature = person().parent
    bone = armature.pose.bones[2]
    bone.rotation_mode = "QUATERNION"
    for frame, turn in ((1, 0.0), (20, 0.5)):
        bone.rotation_quaternion = (1.0, turn, 0.0, 0.0)
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    key = person().data.shape_keys.key_blocks[1]
    key.value = 1.0
    key.keyframe_insert("value", frame=20)
    assert len(curves(armature.animation_data)) == 4
    assert len(curves(person().data.shape_keys.animation_data)) == 1


def curves(animation):
    """Give the curves of an action: 5.0 has them in channelbags only."""
    if hasattr(animation.action, "fcurves"):
        return list(animation.action.fcurves)
    bag = animation.action.layers[0].strips[0].channelbag(animation.action_slot)
    return list(bag.fcurves)


def a_new_shape_keeps_the_animation():
    count = len(curves(person().parent.animation_data))
    bpy.ops.segue.randomise()
    assert len(curves(person().parent.animation_data)) == count
    key = person().data.shape_keys.key_blocks[1]
    assert len(curves(person().data.shape_keys.animation_data)) == 1
    assert key.name == desk().actions[0].name


def a_person_survives_saving_and_opening():
    name, identity, there = person().name, who(), vertices()
    past = person()["segue_past"]
    bpy.ops.wm.save_as_mainfile(filepath=str(WORK / "saved.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=str(WORK / "saved.blend"))
    found = bpy.data.objects[name]
    assert who(found) == identity
    assert found["segue_past"] == past
    assert np.allclose(vertices(found), there)
    bpy.context.view_layer.objects.active = found
    bpy.ops.segue.randomise()
    assert who() != identity


def a_glb_goes_out_and_comes_in():
    bpy.ops.object.select_all(action="DESELECT")
    person().select_set(True)
    person().parent.select_set(True)
    corners = len(person().data.loops)
    path = WORK / "person.glb"
    bpy.ops.export_scene.gltf(filepath=str(path), use_selection=True, export_animations=False)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(path))
    meshes = [one for one in bpy.data.objects if one.type == "MESH" and len(one.vertex_groups)]
    armature = next(one for one in bpy.data.objects if one.type == "ARMATURE")
    assert len(armature.data.bones) == 104
    assert len(meshes) == 1
    assert len(meshes[0].data.shape_keys.key_blocks) == 53
    assert len(meshes[0].data.vertices) <= corners


def a_file_without_people_is_at_peace_with_the_panel():
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.mesh.primitive_cube_add()
    assert "press Make" in refused(bpy.ops.segue.caricature)
    assert desk().shown == ""


def a_bridge_is_started_and_ended_from_here():
    command = os.environ.get("SEGUE_COMMAND")
    preferences = bpy.context.preferences.addons[NAME].preferences
    preferences.port = int(os.environ["SEGUE_FREE_PORT"])
    preferences.command = "/nowhere/segue"
    assert "cannot be started" in refused(bpy.ops.segue.start)
    preferences.command = shutil.which("false")
    assert "did not start" in refused(bpy.ops.segue.start)
    preferences.command = command
    assert bpy.ops.segue.start() == {"FINISHED"}
    assert desk().is_connected
    assert bpy.ops.segue.stop() == {"FINISHED"}
    assert "nobody answers" in refused(bpy.ops.segue.connect)
    preferences.port = PORT
    assert bpy.ops.segue.connect() == {"FINISHED"}


def it_can_be_taken_out():
    addon_utils().disable(NAME)
    assert not hasattr(bpy.types.Scene, "segue")
    handlers = [*bpy.app.handlers.undo_post, *bpy.app.handlers.depsgraph_update_post]
    assert [one for one in handlers if NAME in one.__module__] == []


CLAIMS = {
    name: claim
    for name, claim in list(globals().items())
    if getattr(claim, "__module__", "") == "__main__" and name.count("_") > 1
}
"""Those with a sentence for a name."""


def main():
    told = {}
    for name, claim in CLAIMS.items():
        begun = time.perf_counter()
        try:
            claim()
            told[name] = ""
        except Exception:  # noqa: BLE001  what went wrong is told to the one who started this
            told[name] = traceback.format_exc()
        FIGURES[f"{name}_s"] = round(time.perf_counter() - begun, 2)
    (WORK / "told.json").write_text(json.dumps({"told": told, "figures": FIGURES}, indent=1))


if __name__ == "__main__":
    main()
