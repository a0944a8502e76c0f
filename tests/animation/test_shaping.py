"""People come to what is wished."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bridge.animation.ages import years_of_age
from bridge.animation.body.mirror import mirrored_points, other_joints, other_vertices
from bridge.animation.body.statics import shared_body
from bridge.animation.maker import Shape, identity_numbers
from bridge.animation.measuring import MEASURES, measured
from bridge.animation.people import (
    Drawing,
    attributes_of,
    blend,
    caricature,
    draw,
    evened,
    locked,
    measures_of,
    shape_of,
)
from bridge.animation.shaping import Goal, come_to, goal_of, reached
from bridge.animation.sliders import sliders_of
from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.schema.character import Amount, Character, Wish


@pytest.mark.parametrize(
    ("name", "value", "tolerance"),
    [("height", 182.0, 0.5), ("waist", 80.0, 0.5), ("weight", 70.0, 0.5), ("hips", 100.0, 0.5)],
)
def test_a_measure_that_is_wished_is_hit(maker, people, name, value, tolerance):
    goal = goal_of((Wish(name, value),))
    found = come_to(maker, people[0], goal)
    assert abs(reached(maker, found, goal)[name]) < tolerance


def test_several_measures_are_hit_at_once(maker, people):
    goal = goal_of((Wish("height", 176.0), Wish("waist", 78.0), Wish("bust", 96.0)))
    off = reached(maker, come_to(maker, people[2], goal), goal)
    assert max(map(abs, off.values())) < 1.0


def test_nobody_gets_there_by_a_head_that_is_too_small(maker):
    wishes = [("height", 182.0), ("weight", 80.0), ("age", 40.0), ("gender", 0.2), ("waist", 80.0)]
    goal = replace(goal_of(tuple(Wish(*wish) for wish in wishes)), symmetric=True)
    for place in range(6):
        (one,) = draw(maker, Drawing(goal), np.random.default_rng([1, place]), 1)
        assert max(map(abs, reached(maker, one, goal).values())) < 0.1
        lines = {line.name: line.value for line in measures_of(maker, _character(one)).lines}
        assert 48.0 < lines["head"] < 72.0


def test_who_is_wished_to_be_40_is_told_as_40(maker):
    goal = goal_of((Wish("age", 40.0),))
    drawn = draw(maker, Drawing(goal), np.random.default_rng(1), 3)
    for one in drawn:
        lines = {line.name: line for line in measures_of(maker, _character(one)).lines}
        assert lines["age"].value == pytest.approx(40.0, abs=8.0)


def chance():
    return np.random.default_rng(11)


def years_told(maker, identities):
    told = maker.told(np.stack(identities))[:, maker.attributes.index("age")]
    return [years_of_age(age) for age in told]


def test_whoever_is_drawn_without_a_word_is_an_adult(maker):
    drawn = draw(maker, Drawing(Goal()), np.random.default_rng(3), 24)
    assert min(years_told(maker, drawn)) > 14.0


def test_what_no_adult_measures_is_measured_by_a_child(maker):
    goal = goal_of((Wish("height", 96.0),))
    drawn = draw(maker, Drawing(goal), np.random.default_rng(3), 2)
    assert max(years_told(maker, drawn)) < 10.0


@pytest.mark.parametrize(
    "measures",
    [
        {"height": 50.0, "hips": 150.0},
        {"weight": 5.0, "height": 180.0},
        {"ankle": 8.0, "thigh": 88.0},
        {"waist": 139.0, "weight": 40.0},
    ],
)
def test_who_cannot_be_as_it_is_wished_stays_somebody(maker, people, measures):
    found = come_to(maker, people[0], Goal(measures))
    assert np.linalg.norm(found) < 11.01
    muscle, weight = (attributes_of(maker, found)[name] for name in ("muscle", "weight"))
    assert -0.3 < muscle < 1.3
    assert -0.3 < weight < 1.3


def test_what_is_locked_stays(maker, people):
    before = attributes_of(maker, people[1])
    goal = locked(maker, people[1], goal_of((Wish("height", 190.0),)), ("gender", "muscle"))
    after = attributes_of(maker, come_to(maker, people[1], goal))
    assert after["gender"] == pytest.approx(before["gender"], abs=0.05)
    assert after["muscle"] == pytest.approx(before["muscle"], abs=0.05)


@pytest.mark.parametrize("name", ["ear_trans_up", "waist_circ", "hand_fingers_length"])
def test_any_slider_can_be_locked_while_the_rest_is_drawn_anew(maker, people, name):
    around = _character(people[1])
    before = attributes_of(maker, people[1])[name]
    rolls = [
        draw(maker, Drawing(Goal(), around=around, reach=0.9, locks=locks), chance(), 4)
        for locks in ((), (name,))
    ]
    free, kept = ([attributes_of(maker, one)[name] - before for one in roll] for roll in rolls)
    assert np.abs(kept).max() < 0.03 < np.abs(free).max()


def test_a_wish_out_of_reach_says_what_can_be_wished():
    with pytest.raises(RangeError, match="height must be 45"):
        goal_of((Wish("height", 900.0),))


def test_an_unknown_wish_names_those_nearby():
    with pytest.raises(NotFoundError, match="height"):
        goal_of((Wish("heigt", 180.0),))


def test_nobody_wishes_the_same_thing_twice():
    with pytest.raises(RequestError, match="twice"):
        goal_of((Wish("height", 180.0), Wish("height", 170.0)))


@pytest.mark.parametrize("name", ["age", "weight", "muscle", "height", "head_size", "leg_length"])
def test_a_slider_raises_what_it_is_called_after(maker, people, name):
    steps = [maker.edited(people, {name: step}) for step in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    place = maker.attributes.index(name)
    told = np.stack([maker.told(one)[:, place] for one in steps])
    assert (np.diff(told, axis=0).mean(axis=1) > 0).all()


def test_the_taller_slider_makes_people_taller_with_every_step(maker, people):
    for one in people[:4]:
        tall = [
            MEASURES["height"].take(maker.shapes(maker.edited(one[None], {"height": step}))[0])
            for step in np.linspace(-2.0, 2.0, 9)
        ]
        assert (np.diff(tall) > 0).all()


def test_every_slider_that_is_shown_has_words(maker):
    for slider in sliders_of(maker):
        assert slider.words
        assert slider.group in {"people", "body", "head", "style"}


def test_no_step_leads_nowhere(maker, people):
    assert np.abs(maker.edited(people, {"age": 0.0}) - people).max() < 1e-4


def test_a_blend_ends_where_it_should(people):
    first, second = _character(people[0]), _character(people[1])
    start, end = blend(first, second, [0.0, 1.0])
    assert np.abs(start - people[0]).max() < 1e-4
    assert np.abs(end - people[1]).max() < 1e-4


def test_a_walk_goes_from_one_to_the_other_without_a_jump(maker, people):
    walk = blend(_character(people[0]), _character(people[1]), list(np.linspace(0.0, 1.0, 9)))
    meshes = [shape.vertices for shape in maker.shapes(np.stack(walk))]
    steps = [np.linalg.norm(b - a, axis=1).mean() for a, b in pairwise(meshes)]
    whole = np.linalg.norm(meshes[-1] - meshes[0], axis=1).mean()
    assert max(steps) < 0.35 * whole


def test_a_caricature_of_1_is_the_person_and_of_0_the_mean_one(people):
    one = _character(people[3])
    assert np.abs(caricature(one, 1.0) - people[3]).max() < 1e-4
    assert np.abs(caricature(one, 0.0)).max() == 0.0


def test_a_caricature_is_further_from_the_mean_person(maker, people):
    mean = maker.shapes(np.zeros((1, maker.latent), np.float32))[0].vertices
    for one in people[:3]:
        far = [
            np.linalg.norm(
                maker.shapes(caricature(_character(one), strength)[None])[0].vertices - mean,
                axis=1,
            ).mean()
            for strength in (0.5, 1.0, 1.5)
        ]
        assert far[0] < far[1] < far[2]


def test_who_is_symmetric_is_so_to_the_last_bit(maker, people):
    shape = shape_of(maker, _character(people[0], symmetric=True))
    vertices, joints = mirrored_points(shape.vertices, shape.joints)
    assert np.abs(vertices - shape.vertices).max() < 1e-6
    assert np.abs(joints - shape.joints).max() < 1e-6


def test_a_face_of_somebody_symmetric_need_not_be(maker, people):
    one = _character(people[0], symmetric=True, expression=(Amount("mouthSmileLeft", 1.0),))
    shape = shape_of(maker, one)
    vertices, _ = mirrored_points(shape.vertices, shape.joints)
    assert np.abs(vertices - shape.vertices).max() > 1e-3


def test_the_mirror_of_a_mirror_is_the_same():
    assert (other_vertices()[other_vertices()] == np.arange(13_718)).all()
    assert (other_joints()[other_joints()] == np.arange(374)).all()


def test_measures_grow_as_people_do(maker, people):
    shape = maker.shapes(people[:1])[0]
    larger = Shape(1.1 * shape.vertices, 1.1 * shape.joints)
    before, after = measured(shape), measured(larger)
    for name in MEASURES:
        power = 3 if MEASURES[name].unit in ("kg", "l") else 1
        assert after[name] == pytest.approx(before[name] * 1.1**power, rel=1e-4)


def test_the_template_measures_what_a_person_does():
    body = shared_body()
    taken = measured(Shape(body.template, body.template_joints))
    assert taken["waist"] == pytest.approx(75.2, abs=0.2)
    assert 50.0 < taken["head"] < 60.0
    assert taken["hips"] > taken["waist"] > taken["thigh"] > taken["calf"] > taken["ankle"]


def test_evening_somebody_out_twice_changes_nothing_more(maker, people):
    once = evened(maker.shapes(people[:1])[0])
    assert np.abs(evened(once).vertices - once.vertices).max() < 1e-6


def test_locks_without_somebody_to_begin_with_are_refused(maker):
    with pytest.raises(RequestError, match="around"):
        draw(maker, Drawing(Goal(), locks=("age",)), np.random.default_rng(0), 1)


def test_near_somebody_means_near(maker, people):
    one = _character(people[0])
    near, far = (
        draw(maker, Drawing(Goal(), around=one, reach=reach), np.random.default_rng(2), 6)
        for reach in (0.1, 0.8)
    )
    apart = [np.linalg.norm(np.stack(found) - people[0], axis=1).mean() for found in (near, far)]
    assert apart[0] < 0.3 * apart[1]


def _character(identity, **more):
    return Character(identity_numbers(identity), **more)
