import csv

import numpy as np

from export.footage.photos import Photo, gather, listed
from export.footage.pictures import (
    developed,
    looked_at,
    read_picture,
    resized,
    shrunk,
    write_jpeg,
)
from export.footage.splits import still_split

ALLOWED = ("public-domain", "CC0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-4.0")


def test_every_photograph_has_a_licence_that_lets_weights_be_shared():
    assert all(photo.licence.startswith(ALLOWED) for photo in listed())
    assert all(photo.credit and photo.shows for photo in listed())


def test_no_two_photographs_have_one_name():
    names = [photo.file for photo in listed()]
    assert len(names) == len(set(names)) == 291


def test_a_jpeg_comes_back_nearly_as_it_was(tmp_path):
    y, x = np.mgrid[0:90, 0:160]
    picture = np.stack([x, y * 2, 255 - x], axis=2).astype(np.uint8)
    write_jpeg(tmp_path / "a.jpg", picture)
    back = read_picture(tmp_path / "a.jpg")
    assert np.abs(back.astype(int) - picture).mean() < 3.0


def test_shrinking_keeps_the_aspect_and_never_enlarges():
    picture = np.zeros((300, 600, 3), np.uint8)
    assert shrunk(picture, long_side=200).shape == (100, 200, 3)
    assert shrunk(picture, long_side=2000).shape == (300, 600, 3)
    assert resized(picture, width=20, height=30).shape == (30, 20, 3)


def test_a_look_into_a_panorama_shows_what_is_there():
    panorama = np.zeros((64, 128, 3), np.uint8)
    panorama[:, 30:34] = 200
    view = looked_at(panorama, heading=2 * np.pi * 32 / 128, width=64, height=36)
    assert view[18, 30:34].mean() > 150
    assert view[18, [2, 61]].max() == 0


def test_light_of_any_strength_is_developed_to_eight_bits():
    light = np.random.default_rng(0).exponential(3.0, (20, 40, 3)).astype(np.float32)
    for strength in (0.01, 1.0, 1000.0):
        assert 60 < developed(light * strength).mean() < 200


def test_what_is_missing_is_named_and_the_rest_is_listed_with_its_licence(tmp_path):
    photo: Photo = listed()[0]
    source = tmp_path / "data" / photo.package / photo.path
    source.parent.mkdir(parents=True)
    write_jpeg(source, np.full((40, 60, 3), 90, np.uint8))
    missing = gather(tmp_path / "data", tmp_path / "out")
    assert len(missing) == len(listed()) - 1
    with (tmp_path / "out" / "SOURCES.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["licence"]) for row in rows] == [(photo.file, photo.licence)]
    assert (tmp_path / "out" / photo.file).exists()


def test_views_of_one_panorama_are_never_split():
    for place in ("city", "courtyard", "forest", "interior", "sunrise", "sunset"):
        assert len({still_split(f"pano_{place}_{view}") for view in range(1, 5)}) == 1
