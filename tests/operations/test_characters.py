"""People are drawn, wished, blended, changed and measured as somebody asked."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from bridge.errors import (
    CancelledError,
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RangeError,
    RequestError,
)
from bridge.files.characters import read_character
from bridge.operations.character_files import (
    BodyRequest,
    ExportRequest,
    FitRequest,
    MeshRequest,
    PortraitRequest,
    body,
    export,
    fit,
    mesh,
    portrait,
)
from bridge.operations.characters import (
    BlendRequest,
    CaricatureRequest,
    EditRequest,
    MeasureRequest,
    SamplePeopleRequest,
    SlidersRequest,
    blend,
    caricature,
    edit,
    measure,
    sample,
    sliders,
)
from bridge.operations.feedback import ChooseRequest, RateResultRequest, choose, rate
from bridge.operations.studio import Studio
from bridge.schema.character import Amount, BoneTurn, Change, Character, Wish
from bridge.schema.rating import FeedbackPlace

MEAN = Character((0.0,) * 96)


@pytest.fixture(scope="module")
def models():
    studio = Studio()
    yield studio
    studio.close()


@pytest.fixture
def studio(models, tmp_path):
    """Give a studio that shares its models, and remembers nothing."""
    fresh = Studio(place=lambda: FeedbackPlace(tmp_path))
    fresh._shelf = models._shelf
    yield fresh
    fresh.close()


@pytest.fixture(scope="module")
def people(models):
    return sample(SamplePeopleRequest(count=4, seed=4), models)


def measured(character, studio):
    lines = measure(MeasureRequest(character), studio).lines
    return {line.name: line.value for line in lines}


def points(character, studio):
    told = mesh(MeshRequest(character), studio).vertices
    return np.frombuffer(base64.b64decode(told), "<f4").reshape(-1, 3)


def wished(*pairs):
    return tuple(Wish(*pair) for pair in pairs)


def test_the_same_seed_gives_the_same_people(studio, people):
    assert sample(SamplePeopleRequest(count=4, seed=4), studio) == people
    assert sample(SamplePeopleRequest(count=4, seed=5), studio) != people


def test_the_first_of_many_are_those_of_few(studio, people):
    assert sample(SamplePeopleRequest(count=2, seed=4), studio) == people[:2]


def test_people_know_their_seed_and_the_weights_that_made_them(studio, people):
    version = sliders(SlidersRequest(), studio).model_version
    assert {(one.seed, one.model_version) for one in people} == {(4, version)}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_wished_is_hit(studio, seed):
    wishes = wished(("height", 182.0), ("waist", 84.0), ("weight", 80.0))
    (found,) = sample(SamplePeopleRequest(seed=seed, wishes=wishes), studio)
    taken = measured(found, studio)
    assert taken["height"] == pytest.approx(182.0, abs=0.5)
    assert taken["waist"] == pytest.approx(84.0, abs=0.5)
    assert taken["weight"] == pytest.approx(80.0, abs=0.5)


def test_age_and_gender_are_as_wished(studio):
    wishes = wished(("age", 40.0), ("gender", 0.2))
    (found,) = sample(SamplePeopleRequest(wishes=wishes), studio)
    taken = measured(found, studio)
    assert (taken["age"], taken["gender"]) == (
        pytest.approx(40.0, abs=1.0),
        pytest.approx(0.2, abs=0.05),
    )


def test_both_sides_are_exactly_alike_unless_that_is_not_wanted(studio, people):
    from bridge.animation.body.mirror import other_vertices

    for character, alike in ((people[0], True), (replace(people[0], symmetric=False), False)):
        found = points(character, studio)
        other = found[other_vertices()] * (-1.0, 1.0, 1.0)
        assert (float(np.abs(found - other).max()) < 1e-6) is alike


def test_who_is_stylised_is_further_from_people(studio):
    stylised = sample(SamplePeopleRequest(count=8, seed=1, stylised=1.0), studio)
    usual = sample(SamplePeopleRequest(count=8, seed=1), studio)
    assert size(stylised) > size(usual)


def test_less_variety_makes_people_more_alike(studio):
    alike, different = (
        spread(sample(SamplePeopleRequest(count=8, seed=1, variety=variety), studio))
        for variety in (0.3, 1.0)
    )
    assert alike < 0.6 * different


def size(people):
    return np.linalg.norm([one.identity for one in people], axis=1).mean()


def spread(people):
    return np.std([one.identity for one in people], axis=0).mean()


def test_whoever_is_drawn_near_somebody_is_near_them(studio, people):
    centre = people[0]
    far = [
        max(away(one, centre) for one in sample(request, studio))
        for request in (
            SamplePeopleRequest(count=4, around=centre, reach=reach) for reach in (0.0, 0.2, 1.0)
        )
    ]
    assert far[0] == pytest.approx(0.0, abs=1e-4)
    assert far[0] < far[1] < far[2]


def away(one, other):
    return float(np.linalg.norm(np.subtract(one.identity, other.identity)))


def test_what_is_locked_stays_as_they_have_it(studio, people):
    request = SamplePeopleRequest(count=3, around=people[1], reach=0.6, locks=("age", "gender"))
    before = measured(people[1], studio)
    for one in sample(request, studio):
        after = measured(one, studio)
        assert after["gender"] == pytest.approx(before["gender"], abs=0.05)
        assert after["age"] == pytest.approx(before["age"], abs=3.0)


def test_nothing_is_locked_of_nobody(studio):
    with pytest.raises(RequestError, match="around"):
        sample(SamplePeopleRequest(locks=("age",)), studio)


@pytest.mark.parametrize(("name", "measure_name"), [("height", "height"), ("weight", "weight")])
def test_whoever_chose_tall_or_heavy_people_is_given_such(studio, name, measure_name):
    for seed in range(30):
        pair = sample(SamplePeopleRequest(count=2, seed=1000 + seed), studio)
        values = [measured(one, studio)[measure_name] for one in pair]
        choose(ChooseRequest("AB"[int(np.argmax(values))], characters=pair), studio)
    usual, liked = (
        sample(SamplePeopleRequest(count=12, seed=7, to_taste=to_taste), studio)
        for to_taste in (False, True)
    )
    middle, best = (
        np.mean([measured(one, studio)[measure_name] for one in made]) for made in (usual, liked)
    )
    assert best > 1.1 * middle
    assert sample(SamplePeopleRequest(count=12, seed=7, to_taste=True), studio) == liked


def test_of_whose_taste_nothing_is_known_is_told(studio):
    with pytest.raises(RequestError, match="nothing is known of ada's taste"):
        sample(SamplePeopleRequest(to_taste=True, person="ada"), studio)


def test_a_blend_begins_with_the_first_and_ends_with_the_second(studio, people):
    first, *_, last = blend(BlendRequest(people[0], people[1], steps=5), studio)
    assert first.identity == pytest.approx(people[0].identity, abs=2e-5)
    assert last.identity == pytest.approx(people[1].identity, abs=2e-5)


def test_halfway_is_in_the_middle_of_a_walk(studio, people):
    (middle,) = blend(BlendRequest(people[0], people[1]), studio)
    assert blend(BlendRequest(people[0], people[1], steps=3), studio)[1] == middle
    assert away(middle, people[0]) < away(people[1], people[0])


def test_faces_are_blended_too(studio, people):
    smiling = replace(people[0], expression=(Amount("mouthSmileLeft", 0.8),))
    (middle,) = blend(BlendRequest(smiling, people[1]), studio)
    assert middle.expression == (Amount("mouthSmileLeft", 0.4),)


@pytest.mark.parametrize("name", ["age", "weight", "height", "head_size", "nose_hump"])
def test_a_slider_goes_one_way(studio, people, name):
    from bridge.animation.maker import identity_of
    from bridge.operations.characters import maker_of

    steps = [
        edit(EditRequest(people[2], (Change(name, by),)), studio) for by in (-2.0, -1.0, 1.0, 2.0)
    ]
    rows = np.stack([identity_of(one) for one in [*steps[:2], people[2], *steps[2:]]])
    maker = maker_of(studio)
    if name in maker.attributes:
        told = maker.told(rows)[:, maker.attributes.index(name)]
        assert (np.diff(told) > 0.0).all()
    moved = np.linalg.norm(rows - rows[2], axis=1)
    assert moved[0] > moved[1] > moved[2] < moved[3] < moved[4]


def test_a_wish_of_somebody_is_hit_and_what_is_locked_stays(studio, people):
    before = measured(people[0], studio)
    asked = EditRequest(people[0], wishes=wished(("waist", before["waist"] + 6)), locks=("muscle",))
    after = measured(edit(asked, studio), studio)
    assert after["waist"] == pytest.approx(before["waist"] + 6.0, abs=0.5)
    assert after["muscle"] == pytest.approx(before["muscle"], abs=0.05)


def test_an_edit_leaves_what_it_does_not_name(studio, people):
    posed = replace(people[0], name="Ada", pose=(BoneTurn("head", 0.0, 0.0, 0.3),))
    smiling = edit(EditRequest(posed, expression=(Amount("jawOpen", 0.4),)), studio)
    assert (smiling.identity, smiling.pose, smiling.name) == (posed.identity, posed.pose, "Ada")
    assert edit(EditRequest(smiling, pose=()), studio).pose == ()


def test_a_caricature_goes_from_the_mean_person_past_oneself(studio, people):
    made = [
        caricature(CaricatureRequest(people[0], strength), studio) for strength in (0.0, 1.0, 1.6)
    ]
    assert made[0].identity == MEAN.identity
    assert made[1].identity == people[0].identity
    assert away(made[2], MEAN) > away(people[0], MEAN)


def test_measures_come_first_and_percentiles_are_shares(studio, people):
    lines = measure(MeasureRequest(people[0]), studio).lines
    kinds = [line.kind for line in lines]
    assert kinds == sorted(kinds, reverse=True)
    assert all(0.0 <= line.percentile <= 100.0 for line in lines)


def test_whom_other_weights_made_is_refused(studio, people):
    stranger = replace(people[0], model_version="0.0.1")
    for ask in (
        partial(measure, MeasureRequest(stranger)),
        partial(edit, EditRequest(stranger)),
        partial(blend, BlendRequest(people[0], stranger)),
        partial(sample, SamplePeopleRequest(around=stranger)),
        partial(mesh, MeshRequest(stranger)),
        partial(portrait, PortraitRequest((stranger,))),
    ):
        with pytest.raises(RequestError, match=r"version 0\.0\.1 of the model.*character fit"):
            ask(studio)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (partial(edit, EditRequest(MEAN, (Change("nose_hmp", 1.0),))), "near: nose_hump"),
        (partial(edit, EditRequest(MEAN, wishes=wished(("waste", 80.0)))), "near: waist"),
        (partial(edit, EditRequest(MEAN, locks=("agee",))), "near: age"),
        (partial(edit, EditRequest(MEAN, expression=(Amount("jawOpn", 1.0),))), "jawOpen"),
        (partial(edit, EditRequest(MEAN, pose=(BoneTurn("haed", 0, 0, 1.0),))), "head"),
        (partial(sample, SamplePeopleRequest(wishes=wished(("hight", 180.0)))), "near: height"),
    ],
)
def test_a_name_that_is_none_is_answered_with_those_nearby(studio, ask, words):
    with pytest.raises(NotFoundError, match=words):
        ask(studio)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SamplePeopleRequest(count=25), "count must be 1..24"),
        (lambda: SamplePeopleRequest(seed=-1), "seed must be"),
        (lambda: SamplePeopleRequest(variety=3.0), "variety must be"),
        (lambda: SamplePeopleRequest(stylised=float("nan")), "stylised must be"),
        (lambda: BlendRequest(MEAN, MEAN, share=2.0), "share must be"),
        (lambda: BlendRequest(MEAN, MEAN, steps=1), "steps must be"),
        (lambda: CaricatureRequest(MEAN, 4.0), "strength must be"),
        (lambda: PortraitRequest(()), "the length of characters must be 1..24"),
        (lambda: Character((9.0,) * 96), "identity must be"),
        (lambda: Character((0.0,) * 95), "96 numbers, not 95"),
        (lambda: EditRequest(MEAN, (Change("age", 1.0),) * 2), "age more than once"),
    ],
)
def test_what_is_out_of_range_is_refused(make, words):
    with pytest.raises(RangeError, match=words):
        make()


def test_a_wish_that_nobody_can_come_to_is_refused(studio):
    with pytest.raises(RangeError, match="height must be 45"):
        sample(SamplePeopleRequest(wishes=wished(("height", 900.0))), studio)


def test_whoever_gives_up_gets_nobody(studio):
    studio.cancel()
    with pytest.raises(CancelledError):
        sample(SamplePeopleRequest(count=3), studio)


def test_a_mesh_has_the_vertices_of_the_body(studio, people):
    shared = body(BodyRequest(), studio)
    found = points(people[0], studio)
    assert found.shape == (shared.vertex_count, 3)
    assert found[:, 2].min() == pytest.approx(0.0, abs=5e-4)
    assert measured(people[0], studio)["height"] == pytest.approx(
        100 * np.ptp(found[:, 2]), abs=0.1
    )


@pytest.mark.parametrize(("rig", "count"), [("segue", 104), ("mixamo", 52), ("cmu_mb", 31)])
def test_a_mesh_has_the_bones_of_its_rig(studio, people, rig, count):
    found = mesh(MeshRequest(people[0], rig=rig), studio)
    assert len(base64.b64decode(found.heads)) == len(base64.b64decode(found.tails)) == count * 12
    assert len(body(BodyRequest(rig), studio).bones) == count


def test_a_portrait_is_a_png_of_the_size_that_was_asked(studio, people):
    found = portrait(PortraitRequest(people[:2], width=40, height=56), studio)
    heads = [base64.b64decode(image)[:24] for image in found.images]
    assert {head[:4] for head in heads} == {b"\x89PNG"}
    assert {(int.from_bytes(h[16:20]), int.from_bytes(h[20:24])) for h in heads} == {(40, 56)}


@pytest.mark.parametrize("suffix", [".glb", ".json"])
def test_whoever_is_written_is_read_again(studio, people, tmp_path, suffix):
    path = tmp_path / f"ada{suffix}"
    ada = replace(people[0], name="Ada", expression=(Amount("jawOpen", 0.4),))
    written = export(ExportRequest(ada, str(path)), studio)
    assert (written.path, written.bytes) == (str(path), path.stat().st_size)
    assert read_character(path) == ada


@pytest.mark.parametrize("suffix", [".glb", ".json", ".obj", ".bvh"])
def test_nothing_that_is_there_is_replaced_unless_that_is_wanted(studio, people, tmp_path, suffix):
    path = tmp_path / f"ada{suffix}"
    path.write_text("mine")
    with pytest.raises(OutputExistsError):
        export(ExportRequest(people[0], str(path)), studio)
    assert path.read_text() == "mine"
    assert export(ExportRequest(people[0], str(path), force=True), studio).bytes > 1000


def test_the_same_person_gives_the_same_bytes(studio, people, tmp_path):
    for name in ("a.glb", "b.glb"):
        export(ExportRequest(people[0], str(tmp_path / name)), studio)
    assert (tmp_path / "a.glb").read_bytes() == (tmp_path / "b.glb").read_bytes()


def test_a_file_of_no_form_is_refused():
    with pytest.raises(RequestError, match=r"must end in \.glb"):
        ExportRequest(MEAN, "ada.fbx")


def test_who_a_mesh_of_ours_is_is_found_again(studio, people, tmp_path):
    path = tmp_path / "ada.glb"
    export(ExportRequest(people[0], str(path)), studio)
    found = fit(FitRequest(str(path), name="Ada"), studio)
    assert (found.matched, found.character.name) == ("vertices", "Ada")
    assert found.mean_mm < 3.0


def test_what_is_no_mesh_is_refused(studio, tmp_path):
    (tmp_path / "scan.obj").write_text("nothing")
    with pytest.raises(FileFormatError):
        fit(FitRequest(str(tmp_path / "scan.obj")), studio)


def test_whoever_was_drawn_can_be_rated(studio, people):
    noted = rate(RateResultRequest(character=people[0], thumb=1), studio)
    assert noted.words[0].startswith("thumb up: character.sample #")
