"""Claims on installing, connecting, rolling and making. Runs in Blender."""

import time
from pathlib import Path

import bpy
import numpy as np
from scene import (
    FIGURES,
    NAME,
    PORT,
    WORK,
    addon_utils,
    desk,
    evaluated,
    person,
    preferences,
    refused,
    vertices,
)


def the_zip_installs_as_an_extension():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    told = bpy.ops.extensions.package_install_files(
        filepath=str(WORK / "segue.zip"), repo="user_default", enable_on_install=True
    )
    assert told == {"FINISHED"}
    assert NAME in bpy.context.preferences.addons
    preferences().port = PORT


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
