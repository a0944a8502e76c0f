"""A film that was watched can tell what each span of it looks like."""

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.errors import RequestError
from bridge.film.look.backbone import embed_picture
from bridge.film.look.gathering import ShotLook
from bridge.film.look.watching import LookWatcher
from bridge.schema.frames import Frame
from tests.film.look.pictures import blurred, forest, need_footage, plain, read_picture, the_models


def span(start, count, rate=24.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


def watched(pictures, every=8, rate=24.0):
    """Show pictures to a watcher, one in so many frames."""
    watcher = LookWatcher(the_models())
    for place, picture in enumerate(pictures):
        at = RationalTime(place * every, rate)
        watcher.see(Frame(place * every, at, {watcher.tap: picture}))
    return watcher


def photograph(name):
    return read_picture(need_footage() / f"stills/{name}.jpg")


def likeness(one, other):
    return float(np.dot(one, other))


def test_it_takes_three_pictures_a_second():
    assert LookWatcher.tap.per_second == 3


def test_a_picture_is_kept_in_less_than_a_kilobyte():
    watcher = watched([forest()])
    assert watcher._samples.row_bytes < 1000


def test_two_shots_are_told_apart():
    watcher = watched([plain((200, 30, 30), 234, 416)] * 3 + [plain((20, 30, 190), 234, 416)] * 3)
    red, blue = watcher.look(span(0, 24)), watcher.look(span(24, 24))
    assert "red" in red.tags
    assert "blue" in blue.tags
    assert red.picture.warmth > 0.5 > -0.5 > blue.picture.warmth


def test_a_shot_between_two_pictures_is_told_by_the_nearest():
    watcher = watched([plain((200, 30, 30), 234, 416), plain((20, 30, 190), 234, 416)], every=8)
    look = watcher.look(span(6, 1))
    assert "blue" in look.tags
    assert look.key_frame == RationalTime(6, 24)


def test_a_span_in_another_rate_finds_the_same():
    watcher = watched([forest(seed) for seed in range(4)])
    seconds = TimeRange(RationalTime(0, 1000), RationalTime(1333, 1000))
    assert watcher.look(seconds).embedding == watcher.look(span(0, 32)).embedding


def test_what_was_not_watched_cannot_be_told():
    with pytest.raises(RequestError, match="show its frames"):
        LookWatcher(the_models()).look(span(0, 24))


def test_the_embedding_has_length_one():
    look = watched([forest(0), forest(1)]).look(span(0, 16))
    assert len(look.embedding) == 128
    assert np.linalg.norm(look.embedding) == pytest.approx(1.0, abs=1e-3)


def test_the_same_film_gives_the_same_look():
    one, other = (watched([forest(0), forest(1)]).look(span(0, 16)) for _ in range(2))
    assert one == other
    assert isinstance(one, ShotLook)


def test_the_key_frame_is_the_sharp_one():
    pictures = [blurred(forest(), sigma) for sigma in (3, 3, 0, 3, 3)]
    assert watched(pictures).look(span(0, 40)).key_frame == RationalTime(16, 24)


def test_bars_change_little():
    wide = forest()
    boxed = np.zeros((290, 416, 3), np.uint8)
    boxed[28:262] = wide
    one, other = watched([wide]).look(span(0, 8)), watched([boxed]).look(span(0, 8))
    assert likeness(one.embedding, other.embedding) > 0.99
    assert other.picture.brightness == pytest.approx(one.picture.brightness, abs=0.01)


@pytest.mark.parametrize("shape", [(740, 416), (32, 416), (416, 8), (1, 1), (100, 2)])
def test_pictures_of_any_shape_can_be_seen(shape):
    look = watched([plain((90, 120, 60), *shape)]).look(span(0, 8))
    assert look.people.count >= 0


@pytest.mark.parametrize("level", [0, 255])
def test_nothing_at_all_can_be_seen(level):
    look = watched([plain((level,) * 3, 234, 416)]).look(span(0, 8))
    assert look.scale == "none"
    assert "nobody" in look.tags


def test_motion_and_sound_make_a_shot_lively():
    watcher = watched([forest()] * 3)
    calm = watcher.look(span(0, 24), motion=0.0, loudness_lufs=-45.0)
    lively = watcher.look(span(0, 24), motion=0.9, loudness_lufs=-12.0)
    assert lively.mood.arousal.value > calm.mood.arousal.value + 0.5


def test_a_portrait_is_a_close_up_of_one_person():
    look = watched([photograph("kodak_04")] * 2).look(span(0, 16))
    assert look.scale == "CU"
    assert "close-up" in look.tags
    assert (look.people.count, look.people.faces) == (1, 1)


def test_an_astronaut_smiles():
    look = watched([photograph("ski_astronaut")] * 2).look(span(0, 16))
    assert look.people.expression == "happy"
    assert look.mood.valence.value > 0.2


def test_a_cat_is_found_by_its_name():
    assert "cat" in watched([photograph("ski_cat")]).look(span(0, 8)).tags


def test_a_part_of_a_picture_is_near_the_whole_and_far_from_another():
    whole = photograph("kodak_08")
    part = whole[40:, 60:]
    models = the_models()
    embedding = embed_picture(models.backbone, whole)
    assert likeness(embedding, embed_picture(models.backbone, part)) > 0.6
    other = embed_picture(models.backbone, photograph("kodak_15"))
    assert likeness(embedding, other) < 0.4
