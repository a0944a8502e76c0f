"""Joints are told by the names that programs give them, and by what one says of them."""

from __future__ import annotations

import pytest

from bridge.animation.body.statics import shared_body
from bridge.animation.joint_names import joint_names
from bridge.errors import RequestError
from bridge.schema.motion import JOINTS, PARENTS

NAMES = {
    "knight": """
        root hips spine chest upperarm.l lowerarm.l wrist.l hand.l handslot.l upperarm.r
        lowerarm.r wrist.r hand.r handslot.r head upperleg.l lowerleg.l foot.l toes.l
        upperleg.r lowerleg.r foot.r toes.r kneeIK.l control-foot-roll.l heelIK.l IK-
        foot.l kneeIK.r IK-foot.r handIK.l
    """,
    "mannequin": """
        root pelvis spine_01 spine_02 spine_03 neck_01 head clavicle_l upperarm_l
        lowerarm_l hand_l index_01_l clavicle_r upperarm_r lowerarm_r hand_r thigh_l
        calf_l foot_l ball_l thigh_r calf_r foot_r ball_r
    """,
    "rigify": """
        DEF-spine DEF-spine.001 DEF-spine.002 DEF-spine.003 DEF-neck DEF-head DEF-
        shoulder.L DEF-upper_arm.L DEF-forearm.L DEF-hand.L DEF-shoulder.R DEF-
        upper_arm.R DEF-forearm.R DEF-hand.R DEF-thigh.L DEF-shin.L DEF-foot.L DEF-toe.L
        DEF-thigh.R DEF-shin.R DEF-foot.R DEF-toe.R
    """,
    "poser": """
        hip abdomen chest neck head rCollar rShldr rForeArm rHand rThumb1 lCollar lShldr
        lForeArm lHand rButtock rThigh rShin rFoot lButtock lThigh lShin lFoot
    """,
    "old_bvh": """
        Hips LHipJoint LeftHip LeftKnee LeftAnkle LeftToe RHipJoint RightHip RightKnee
        RightAnkle RightToe lowerback Chest Chest2 lowerneck Neck Head LeftCollar
        LeftShoulder LeftElbow LeftWrist lhand RightCollar RightShoulder RightElbow
        RightWrist rhand
    """,
    "zeroad": """
        hip spine spine1 chest shoulder_L arm_L forearm_L hand_L neck head shoulder_R
        arm_R forearm_R hand_R thigh_L leg_L foot_L thigh_R leg_R foot_R
    """,
}
"""Joints as programs call them."""
SKELETONS = {program: text.split() for program, text in NAMES.items()}


def told(names, parents=None):
    found = joint_names(names, parents or (-1,) * len(names))
    return {ours: [names[place] for place in places] for ours, places in found.items()}


@pytest.mark.parametrize(
    ("program", "some"),
    [
        ("knight", "LeftHand wrist.l RightToe toes.r LeftUpLeg upperleg.l"),
        ("mannequin", "Hips pelvis LeftLeg calf_l RightShoulder clavicle_r"),
        ("poser", "LeftArm lShldr RightForeArm rForeArm LeftUpLeg lThigh"),
        ("old_bvh", "LeftUpLeg LeftHip LeftArm LeftShoulder RightFoot RightAnkle"),
        ("zeroad", "Hips hip LeftShoulder shoulder_L RightFoot foot_R"),
    ],
)
def test_names_of_many_programs_are_known(program, some):
    found = told(SKELETONS[program])
    wanted = some.split()
    assert [found[ours] for ours in wanted[::2]] == [[theirs] for theirs in wanted[1::2]]
    assert found["Head"][0].lower() == "head"


def test_a_spine_goes_from_the_hips_to_the_chest():
    assert told(SKELETONS["knight"])["Spine"] == ["spine", "chest"]
    assert told(SKELETONS["zeroad"])["Spine"] == ["spine", "spine1", "chest"]
    assert told(list(JOINTS))["Spine"] == ["Spine", "Spine1", "Spine2"]


def test_hips_are_what_both_legs_hang_on():
    names = SKELETONS["rigify"]
    found = told(names, (-1,) + (0,) * (len(names) - 1))
    assert found["Hips"] == ["DEF-spine"]
    assert found["Spine"] == ["DEF-spine.001", "DEF-spine.002", "DEF-spine.003"]
    assert found["LeftLeg"] == ["DEF-shin.L"]


@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_our_own_rigs_are_known(rig):
    one = shared_body().rig(rig)
    found = joint_names(one.bones, one.parents)
    assert set(JOINTS) - {"Spine1", "Spine2"} <= found.keys()
    assert len({place for places in found.values() for place in places}) == len(
        [place for places in found.values() for place in places]
    )


def test_what_is_told_counts():
    names = ["bein" if name == "LeftUpLeg" else name for name in JOINTS]
    with pytest.raises(RequestError, match="LeftUpLeg"):
        joint_names(names, PARENTS)
    assert joint_names(names, PARENTS, {"LeftUpLeg": "bein"})["LeftUpLeg"] == (1,)


@pytest.mark.parametrize("said", [{"Bein": "Hips"}, {"Hips": "bein"}])
def test_what_is_told_must_be_there(said):
    with pytest.raises(RequestError, match=next(iter(said.values())) + "|" + next(iter(said))):
        joint_names(JOINTS, PARENTS, said)
