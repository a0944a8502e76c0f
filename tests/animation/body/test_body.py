"""The body that all people share is whole, and every rig stands as a T."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.body.statics import RIGS, shared_body
from bridge.animation.body.t_pose import LIMBS, t_pose
from bridge.errors import NotFoundError
from bridge.schema.mesh import SkinnedMesh
from bridge.schema.rotations import matrices, vectors

BODY = shared_body()


def template(rig: str) -> SkinnedMesh:
    bones = BODY.rig(rig)
    return BODY.skinned(bones, BODY.template, bones.skeleton(BODY.template_joints))


def posed(mesh: SkinnedMesh, pose: np.ndarray) -> np.ndarray:
    """Give where the heads of all bones are in a pose, [bone, xyz=3]."""
    skeleton, turns, heads = mesh.skeleton, [], []
    for bone, parent in enumerate(skeleton.parents):
        above = turns[parent] if parent >= 0 else np.eye(3)
        step = skeleton.heads[bone] - (skeleton.heads[parent] if parent >= 0 else 0.0)
        heads.append((heads[parent] if parent >= 0 else 0.0) + above @ step)
        turns.append(above @ matrices(pose[bone].astype(float)))
    return np.array(heads)


@pytest.mark.parametrize(("rig", "bones"), [("segue", 104), ("mixamo", 52), ("cmu_mb", 31)])
def test_a_rig_fits_the_body(rig, bones):
    mesh = template(rig)
    assert len(mesh.skeleton.bones) == bones
    assert mesh.vertices.shape == (13718, 3)
    assert np.linalg.norm(mesh.skeleton.tails - mesh.skeleton.heads, axis=1).min() > 0.005


def test_joint_points_of_all_rigs_are_told_apart():
    ends = [rig.first_joint + 2 * len(rig.bones) for rig in BODY.rigs.values()]
    assert [rig.first_joint for rig in BODY.rigs.values()] == [0, *ends[:-1]]
    assert ends[-1] == len(BODY.template_joints) == 374


def test_rigs_have_their_joints_at_the_same_places():
    elbows = [("segue", "lowerarm01.L"), ("mixamo", "mixamorig:LeftForeArm")]
    places = []
    for name, bone in [*elbows, ("cmu_mb", "LeftForeArm")]:
        rig = BODY.rig(name)
        places.append(rig.skeleton(BODY.template_joints).heads[rig.bones.index(bone)])
    assert np.ptp(places, axis=0).max() < 1e-6


def test_the_template_stands_on_the_ground_and_looks_along_minus_y():
    assert BODY.template[:, 2].min() == 0.0
    eyes = BODY.quads[BODY.face_material == BODY.materials.index("pupils")]
    rig = BODY.rig("segue")
    neck = rig.skeleton(BODY.template_joints).heads[rig.bones.index("neck01")]
    assert BODY.template[eyes][..., 1].max() < neck[1] - 0.1


def test_the_left_is_at_plus_x():
    rig = BODY.rig("segue")
    assert rig.skeleton(BODY.template_joints).heads[rig.bones.index("wrist.L"), 0] > 0.3


def test_every_material_has_faces_on_both_sides():
    middle = BODY.template[BODY.quads].mean(axis=1)[:, 0]
    for number in range(len(BODY.materials)):
        sides = middle[BODY.face_material == number]
        assert (sides > 0.0).sum() == pytest.approx((sides < 0.0).sum(), rel=0.1)


@pytest.mark.parametrize("rig", RIGS)
def test_arms_of_a_t_lie_along_x_and_its_legs_are_straight(rig):
    mesh = template(rig)
    heads = posed(mesh, BODY.rig(rig).t_pose)
    for side, word, out in (("L", "Left", 1.0), ("R", "Right", -1.0)):
        limbs = LIMBS[rig]
        names = (limbs.upper_arm, limbs.forearm, limbs.hand, limbs.thigh, limbs.shin, limbs.foot)
        place = [mesh.skeleton.bones.index(name.format(side=side, word=word)) for name in names]
        arm, leg = heads[place[:3]], heads[place[3:]]
        assert np.ptp(arm[:, 1:], axis=0).max() < 1e-5
        assert np.ptp(leg[:, :2], axis=0).max() < 1e-5
        assert (np.diff(arm[:, 0]) * out > 0.1).all()
        assert (np.diff(leg[:, 2]) < -0.1).all()


@pytest.mark.parametrize("rig", RIGS)
def test_the_t_pose_that_is_kept_is_the_one_that_is_computed(rig):
    bones = BODY.rig(rig)
    heads = bones.skeleton(BODY.template_joints).heads
    computed = t_pose(rig, bones.bones, bones.parents, heads)
    assert np.abs(computed - bones.t_pose).max() < 1e-4


@pytest.mark.parametrize("vector", [(0.3, -1.2, 0.7), (0.0, 0.0, 0.0), (0.0, 3.0, 0.0)])
def test_a_rotation_vector_survives_being_a_matrix(vector):
    assert vectors(matrices(np.array(vector))) == pytest.approx(np.array(vector), abs=1e-9)


def test_a_rig_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NotFoundError, match="segue, mixamo, cmu_mb"):
        BODY.rig("rigify")
