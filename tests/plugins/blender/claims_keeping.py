"""Claims on other rigs, harm that is meant, animation, files and leaving. Runs in Blender."""

import json
import os
import shutil
import time

import bpy
import hostile
import numpy as np
from scene import (
    NAME,
    PORT,
    WORK,
    addon_utils,
    curves,
    desk,
    joints,
    person,
    preferences,
    refused,
    vertices,
    who,
)


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
    for name, answer in hostile.ANSWERS.items():
        with hostile.sending(answer) as port:
            preferences().port = port
            begun = time.perf_counter()
            told = refused(bpy.ops.segue.randomise)
            assert ";" in told or "Segue" in told, (name, told)
            assert time.perf_counter() - begun < 5.0, name
    preferences().port = PORT
    assert np.array_equal(vertices(), before)
    assert np.array_equal(joints(), bones)
    assert who() == identity


def who_never_answers_is_left_after_the_timeout():
    for answer in hostile.SLOW.values():
        with hostile.sending(answer) as port:
            preferences().port = port
            begun = time.perf_counter()
            refused(bpy.ops.segue.randomise, timeout_seconds=0.5)
            assert time.perf_counter() - begun < 2.0
    preferences().port = PORT
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
    preferences().port = int(os.environ["SEGUE_FREE_PORT"])
    preferences().command = "/nowhere/segue"
    assert "cannot be started" in refused(bpy.ops.segue.start)
    preferences().command = shutil.which("false")
    assert "did not start" in refused(bpy.ops.segue.start)
    preferences().command = command
    assert bpy.ops.segue.start() == {"FINISHED"}
    assert desk().is_connected
    assert bpy.ops.segue.stop() == {"FINISHED"}
    assert "nobody answers" in refused(bpy.ops.segue.connect)
    preferences().port = PORT
    assert bpy.ops.segue.connect() == {"FINISHED"}


def it_can_be_taken_out():
    addon_utils().disable(NAME)
    assert not hasattr(bpy.types.Scene, "segue")
    handlers = [*bpy.app.handlers.undo_post, *bpy.app.handlers.depsgraph_update_post]
    assert [one for one in handlers if NAME in one.__module__] == []
