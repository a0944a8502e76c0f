"""Shots are called by how much of a person fits in."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bridge.film.look.bars import without_bars
from bridge.film.look.scale import SCALES, needs_body, sample_scale
from bridge.film.look.scaling import scaled
from bridge.film.look.sightings import Body, Face, Sightings, Thing
from bridge.film.look.watching import find_people
from bridge.schema.shots import Box
from tests.film.look.pictures import FOOTAGE, need_footage, the_models

LABELS = Path(__file__).with_name("labels.csv")
"""Pictures that were named by eye, some of them cut out of larger ones."""
FOLDERS = (FOOTAGE / "shots", FOOTAGE / "stills", FOOTAGE.parents[1] / "samples/clips")


def face(height):
    return Face(Box(0.5 - height / 3, 0.2, height / 1.8, height), confidence=0.95, frontal=1.0)


def person(top, height, width):
    return Thing(Box(0.5 - width / 2, top, width, height), confidence=0.9, kind=0)


def likeliest(seen, aspect=16 / 9):
    return SCALES[int(np.argmax(sample_scale(seen, aspect)))]


@pytest.mark.parametrize(
    ("height", "scale"),
    [(1.4, "ECU"), (0.6, "CU"), (0.29, "MCU"), (0.15, "MS"), (0.07, "FS"), (0.03, "LS")],
)
def test_a_face_tells_the_scale_by_its_height(height, scale):
    assert likeliest(Sightings(faces=(face(height),))) == scale


def test_nobody_has_no_scale():
    assert sample_scale(Sightings(), 16 / 9) == (0, 0, 0, 0, 0, 0, 1)


def test_the_likelihoods_make_one():
    assert sum(sample_scale(Sightings(faces=(face(0.4),)), 1.33)) == pytest.approx(1.0)


def test_a_face_between_two_scales_is_a_little_of_both():
    shares = sample_scale(Sightings(faces=(face(0.405),)), 16 / 9)
    assert shares[1] == pytest.approx(shares[2], rel=0.3)


def test_a_standing_person_from_behind_is_a_full_shot():
    assert likeliest(Sightings(things=(person(0.1, 0.85, 0.15),))) == "FS"


def test_a_tiny_person_is_a_long_shot():
    assert likeliest(Sightings(things=(person(0.6, 0.2, 0.04),))) == "LS"


def test_joints_tell_the_scale_of_who_shows_no_face():
    points = [(0.5, 0.5, 0.0)] * 17
    for left, down in ((5, 0.3), (11, 0.8)):
        points[left], points[left + 1] = (0.45, down, 0.9), (0.55, down, 0.9)
    seen = Sightings(things=(person(0.1, 0.9, 0.3),), body=Body(tuple(points)))
    assert likeliest(seen) == "MS"


def test_joints_are_asked_for_only_without_a_face():
    someone = person(0.1, 0.9, 0.3)
    assert needs_body(Sightings(things=(someone,))) is not None
    assert needs_body(Sightings(things=(someone,), faces=(face(0.2),))) is None


def labelled():
    """Give every labelled picture with its scale and number of people, file by file."""
    av = pytest.importorskip("av")
    with LABELS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name in sorted({row["file"] for row in rows}):
        wanted = [row for row in rows if row["file"] == name]
        last = max(int(row["frame"]) for row in wanted)
        path = next(folder / name for folder in FOLDERS if (folder / name).exists())
        with av.open(str(path)) as container:
            for index, frame in zip(range(last + 1), container.decode(video=0), strict=False):
                for row in wanted:
                    if int(row["frame"]) == index:
                        yield cut(frame.to_ndarray(format="rgb24"), row), row


def cut(whole, row):
    """Cut a labelled part out of a frame, as the watcher would be given it."""
    rows, columns = whole.shape[:2]
    top, left = round(float(row["top"]) * rows), round(float(row["left"]) * columns)
    high = round((float(row["top"]) + float(row["height"])) * rows)
    wide = round((float(row["left"]) + float(row["width"])) * columns)
    part = whole[top:high, left:wide]
    shrink = 416 / max(part.shape[:2])
    size = (round(part.shape[0] * shrink), round(part.shape[1] * shrink))
    return without_bars(np.rint(scaled(part, *size)).astype(np.uint8))


def test_scales_and_counts_agree_with_what_was_named_by_eye():
    need_footage()
    right, near, counted, many = 0, 0, 0, 0
    models = the_models()
    for picture, row in labelled():
        seen = find_people(models, picture)
        shares = sample_scale(seen, picture.shape[1] / picture.shape[0])
        found = "none" if sum(shares[:6]) < 0.35 else SCALES[int(np.argmax(shares[:6]))]
        places = SCALES.index(found), SCALES.index(row["scale"])
        right += found == row["scale"]
        near += abs(places[0] - places[1]) <= 1 and "none" not in (found, row["scale"])
        near += found == row["scale"] == "none"
        counted += abs(max(len(seen.people), len(seen.faces)) - int(row["people"])) <= 1
        many += 1
    assert many >= 100
    assert right / many >= 0.78
    assert near / many >= 0.9
    assert counted / many >= 0.95
