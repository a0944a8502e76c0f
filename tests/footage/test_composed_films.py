"""Films that are composed to train and to measure on say the truth about themselves."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("cv2", reason="films are composed with the extra `train`")

from bridge.film.shots.decoding import KINDS
from export.film.shot_boundary.camera import Camera, Dash, Framing
from export.film.shot_boundary.data import NONE, labels
from export.film.shot_boundary.distractors import DISTRACTORS
from export.film.shot_boundary.films import Composer, Film, visible_change
from export.film.shot_boundary.finishing import shrunk
from export.film.shot_boundary.hard_set import write_hard_set
from export.film.shot_boundary.measure import calibrate
from export.film.shot_boundary.scenes import Location, random_card
from export.film.shot_boundary.scoring import Score
from export.film.shot_boundary.transitions import LENGTHS, blend, random_length
from export.film.shot_boundary.truth import Distractor, Event, read_truth
from export.footage.pictures import write_jpeg
from export.footage.reading import HEIGHT, WIDTH, read_shots, read_stills
from export.footage.splits import shot_split
from tests.footage.places import location, moving_shot, picture

GRADUAL = [kind for kind, (_, longest) in LENGTHS.items() if longest]


@pytest.fixture(scope="module")
def films():
    composer = Composer(location(), np.random.default_rng(5))
    return [composer.compose() for _ in range(20)]


def plain(level, count):
    return np.full((count, HEIGHT, WIDTH, 3), level, np.uint8)


def film_of(count, *events, fades=()):
    return Film(plain(0, count), events, (), fades)


def test_the_same_seed_composes_the_same_film(films):
    again = Composer(location(), np.random.default_rng(5)).compose()
    assert np.array_equal(again.frames, films[0].frames)
    assert (again.events, again.distractors) == (films[0].events, films[0].distractors)


def test_transitions_follow_one_another_and_never_overlap(films):
    for film in films:
        assert film.frames.dtype == np.uint8
        assert film.frames.shape[1:] == (HEIGHT, WIDTH, 3)
        assert all(one.end <= next_.start for one, next_ in pairwise(film.events))
        assert all((one.start == one.end) == ("cut" in one.kind) for one in film.events)


def test_a_viewer_sees_nearly_every_cut_exactly_where_it_is_said_to_be(films):
    seen = [
        visible_change(film.frames[event.start - 1], film.frames[event.start])
        for film in films
        for event in film.events
        if event.kind == "cut" and 0 < event.start < len(film.frames)
    ]
    assert len(seen) > 20
    assert np.mean([change > 8 for change in seen]) > 0.9


def test_every_kind_of_transition_is_composed(films):
    assert {event.kind for film in films for event in film.events} == set(KINDS)


@pytest.mark.parametrize("kind", GRADUAL)
def test_no_frame_of_a_gradual_transition_is_one_shot_alone(kind):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        old = np.stack([picture(1, rows=HEIGHT, columns=WIDTH)] * 12)
        new = np.stack([picture(2, rows=HEIGHT, columns=WIDTH)] * 12)
        mixed = blend(rng, kind, old, new)
        assert mixed.shape == old.shape
        for frame in mixed:
            assert np.abs(frame.astype(int) - old[0]).max() > 0
            assert np.abs(frame.astype(int) - new[0]).max() > 0


def test_a_dissolve_goes_evenly_from_one_shot_to_the_other():
    levels = blend(np.random.default_rng(1), "dissolve", plain(0, 9), plain(200, 9)).mean((1, 2, 3))
    assert np.all(np.diff(levels) > 0)
    assert levels == pytest.approx(200 * np.arange(1, 10) / 10, abs=15)


def test_a_fade_has_black_in_its_midst():
    for seed in range(9):
        mixed = blend(np.random.default_rng(seed), "fade", plain(200, 20), plain(180, 20))
        assert mixed.min() < 30
        assert mixed[0].mean() > mixed[7:13].mean() < mixed[-1].mean()


def test_lengths_of_transitions_keep_within_what_is_promised():
    rng = np.random.default_rng(2)
    for kind, (shortest, longest) in LENGTHS.items():
        lengths = [random_length(rng, kind) for _ in range(300)]
        assert shortest <= min(lengths) <= max(lengths) <= longest


@pytest.mark.parametrize("what", DISTRACTORS)
def test_a_distractor_changes_what_is_seen_but_not_for_how_long(what):
    spoil, fewest, most = DISTRACTORS[what]
    shot = moving_shot("a_1", 1, count=most).frames
    changed = 0
    for seed in range(6):
        spoiled = spoil(np.random.default_rng(seed), shot.copy())
        assert (spoiled.shape, spoiled.dtype) == (shot.shape, np.uint8)
        changed += not np.array_equal(spoiled, shot)
        spoil(np.random.default_rng(seed), shot[:fewest].copy())
    assert changed >= 4


def test_a_whip_pan_goes_there_and_the_next_time_back():
    dash = Dash(far=1.5, frames=10, every=50)
    assert [dash.aside(frame) for frame in (0, 5, 10, 49)] == pytest.approx([0, 0.75, 1.5, 1.5])
    assert [dash.aside(frame) for frame in (50, 60, 99)] == pytest.approx([1.5, 0, 0])
    camera = Camera(Framing(0.5, 0.5, 2.0), dash=dash)
    assert camera.framing(10).x - camera.framing(0).x == pytest.approx(0.75)


def test_a_card_like_another_has_its_colour_and_other_words():
    rng = np.random.default_rng(3)
    card = random_card(rng)
    other = random_card(rng, card)
    assert other.picture[0, 0].tolist() == card.picture[0, 0].tolist()
    assert not np.array_equal(card.picture, other.picture)


def test_labels_name_each_frame_and_forget_what_goes_on_after_the_end():
    film = film_of(
        60,
        *(Event("cut", 10, 10), Event("dissolve", 20, 30), Event("wipe", 50, 70)),
        fades=(Distractor("fade", 0, 5),),
    )
    said = labels(film)
    assert np.flatnonzero(said.boundary).tolist() == [10, 25]
    assert said.during[10] == KINDS.index("cut")
    assert set(said.during[20:30]) == {KINDS.index("dissolve")}
    assert set(said.during[:5]) == {KINDS.index("fade")}
    assert set(said.during[30:50]) == {NONE}
    assert np.flatnonzero(said.judged == 0).tolist() == list(range(50, 60))


def test_findings_are_counted_once_and_distractors_by_what_is_wrong_there():
    score = Score()
    score.add(
        [9, 11, 25, 40],
        [Event("cut", 10, 10), Event("dissolve", 20, 30), Event("cut", 50, 50)],
        [Distractor("flash", 38, 42), Distractor("shake", 24, 26)],
    )
    assert (score.right, score.findings, score.truths) == (2, 4, 3)
    assert score.f1 == pytest.approx(4 / 7)
    assert (score.recall_of("cut"), score.recall_of("dissolve")) == (0.5, 1.0)
    assert dict(score.fooled) == {"flash": 1, "shake": 0}
    assert score.fooled_share == 0.5


def test_scores_are_calibrated_to_the_share_that_is_right():
    rng = np.random.default_rng(4)
    scores = rng.uniform(0.05, 0.95, 4000)
    slope, shift = calibrate(scores, (rng.random(4000) < scores).astype(int))
    assert (slope, shift) == (pytest.approx(1.0, abs=0.1), pytest.approx(0.0, abs=0.1))


def test_the_calibration_stands_where_nearly_all_is_right_or_scores_say_nothing():
    slope, shift = calibrate(np.full(60, 1.0), np.ones(60))
    assert 0 <= slope < 5
    assert 0 <= shift < 5
    slope, _ = calibrate(np.array([0.2, 0.3, 0.8, 0.9]), np.array([1, 1, 0, 0]))
    assert slope == 0.0


def test_frames_are_seen_by_the_model_in_its_own_size():
    assert shrunk(plain(90, 2)).shape == (2, 54, 96, 3)
    assert set(shrunk(plain(90, 2)).ravel()) == {90}


def test_a_hard_set_lies_in_files_with_its_truth(tmp_path):
    np.save(tmp_path / "asl_hungry.npy", moving_shot("asl_hungry", 1).frames)
    for number in range(40):  # some of them are for each split, by their names
        write_jpeg(tmp_path / f"photo_{number}.jpg", picture(number))
    write_hard_set(tmp_path, tmp_path / "hard", shot_split("asl_hungry"), films=2)
    films = read_truth(tmp_path / "hard")
    assert [film.path.name for film in films] == ["hard_000.mp4", "hard_001.mp4"]
    assert all(film.path.stat().st_size > 10_000 for film in films)
    composer = Composer(_of_split(tmp_path), np.random.default_rng(2_000_000))
    first = composer.compose()
    whole = [event for event in first.events if event.end < len(first.frames)]
    assert films[0].events == tuple(whole)
    assert films[0].distractors == first.distractors


def _of_split(folder):
    split = shot_split("asl_hungry")
    return Location(read_shots(folder, split), read_stills(folder, split))
