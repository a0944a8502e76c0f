"""What matters in a film is found better than by chance, and the reason is said."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.importance import BASE, SIGNS, WEIGHTS, Regarded, key_shots, regard, signs
from bridge.film.look.watching import LookWatcher
from bridge.schema.frames import Frame
from bridge.schema.shots import ShotSound
from export.film.importance.films import tell
from export.film.importance.train import TrainSettings, judge, kendall, learn, spearman
from tests.film.look.pictures import FOOTAGE, need_footage, the_models

LABELS = Path(__file__).with_name("importance_labels.csv")
"""How much each shot of three films matters, 1..5, as one person found who looked at them."""
FOLDERS = (FOOTAGE / "shots", FOOTAGE.parents[1] / "samples/clips")
SETTINGS = TrainSettings()
SPEECH = ShotSound(loudness_lufs=-20.0, silence=0.0, speech=1.0, music=0.0, peaks=0)


@dataclass(frozen=True)
class Piece:
    """Where a shot is."""

    span: TimeRange


def pieces(*seconds):
    return [Piece(TimeRange(RationalTime(0, 24), RationalTime(24 * one, 24))) for one in seconds]


def looks(count=4):
    """Give shots of one told film that differ in nothing but their embedding."""
    shot = tell(np.random.default_rng(3)).shots[0].look
    people = replace(shot.people, count=1, faces=0, expression="", direction="still")
    alike = replace(shot, scale="MS", people=people, frontal=0.0)
    axes = np.eye(128)[:count]
    return [replace(alike, embedding=tuple(axis.tolist())) for axis in axes]


def test_weights_are_those_that_training_gives():
    weights, base = learn(SETTINGS)
    assert weights == pytest.approx(WEIGHTS, abs=0.004)
    assert base == pytest.approx(BASE, abs=0.01)


def test_told_films_are_ordered_far_better_than_by_chance():
    found = judge(replace(SETTINGS, judged=150), np.array(WEIGHTS))
    assert found["Spearman, learned"] > 0.42
    assert abs(found["Spearman, random"]) < 0.1
    assert abs(found["Spearman, every fourth"]) < 0.1
    assert found["Spearman, learned"] > found["Spearman, equal weights"]
    assert found["Kendall, learned"] > 0.3 > 0.1 > found["Kendall, random"]


def test_a_close_up_matters_more_than_a_wide_shot_and_says_so():
    seen = looks()
    seen[2] = replace(seen[2], scale="CU", frontal=0.9)
    found = regard(pieces(3, 3, 3, 3), seen, [None] * 4)
    assert max(range(4), key=lambda place: found[place].importance) == 2
    assert set(found[2].reason.split(", ")) == {"a close-up", "a face looks at us"}


def worth(*importances):
    return [Regarded(importance, "", 0.5) for importance in importances]


def test_key_shots_are_the_important_ones_that_are_the_best_of_their_takes():
    assert key_shots(worth(0.9, 0.5, 0.49, 0.8), [True, True, True, False]) == (
        *(True, True),
        *(False, False),
    )


def test_a_film_without_an_important_shot_has_a_key_shot_all_the_same():
    assert key_shots(worth(0.2, 0.3, 0.4), [True, True, False]) == (False, True, False)
    assert key_shots([], []) == ()


def test_speech_is_a_reason():
    found = regard(pieces(3, 3, 3, 3), looks(), [None, SPEECH, None, None])
    assert found[1].reason == "somebody speaks"
    assert found[1].importance > found[0].importance


def test_a_shot_like_all_others_has_no_reason():
    found = regard(pieces(3, 3, 3, 3), looks(), [None] * 4)
    assert {one.reason for one in found} == {"nothing stands out"}


def test_a_shot_that_comes_again_matters_less_than_one_of_its_own():
    seen = looks()
    seen[1] = replace(seen[1], embedding=seen[0].embedding)
    found = regard(pieces(3, 3, 3, 3), seen, [None] * 4)
    assert found[2].importance > found[0].importance


def test_signs_are_shares():
    for seed in range(20):
        film = tell(np.random.default_rng(seed))
        found = signs(
            film.shots, [shot.look for shot in film.shots], [shot.sound for shot in film.shots]
        )
        assert found.shape == (len(film.shots), len(SIGNS))
        assert found.min() >= 0.0
        assert found.max() <= 1.0


def test_importance_is_a_share_too():
    film = tell(np.random.default_rng(1))
    worth = regard(
        film.shots, [shot.look for shot in film.shots], [shot.sound for shot in film.shots]
    )
    assert all(0.0 <= one.importance <= 1.0 for one in worth)


def test_one_shot_alone_can_be_judged():
    (found,) = regard(pieces(3), looks(1), [None])
    assert 0.0 <= found.importance <= 1.0


def test_no_shots_have_no_worth():
    assert regard([], [], []) == ()


@pytest.mark.parametrize(
    ("one", "other", "rank"), [([1, 2, 3], [4, 5, 9], 1.0), ([1, 2, 3], [9, 5, 4], -1.0)]
)
def test_rank_correlations_of_clear_cases_are_clear(one, other, rank):
    assert spearman(np.array(one), np.array(other)) == pytest.approx(rank)
    assert kendall(np.array(one), np.array(other)) == pytest.approx(rank)


def rated(film, per_second):
    """Watch the shots of a film that was rated by eye: their pieces, looks and ratings."""
    av = pytest.importorskip("av")
    with LABELS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["film"] == film]
    spans, found, ratings = [], [], []
    for name in dict.fromkeys(row["file"] for row in rows):
        mine = [row for row in rows if row["file"] == name]
        path = next(folder / name for folder in FOLDERS if (folder / name).exists())
        watcher = LookWatcher(the_models())
        with av.open(str(path)) as container:
            rate = float(container.streams.video[0].average_rate)
            last = max(int(row["end"]) for row in mine)
            every = max(1, round(rate / per_second))
            for index, frame in zip(range(last), container.decode(video=0), strict=False):
                if index % every == 0:
                    size = (416, round(frame.height * 416 / frame.width))
                    picture = frame.reformat(*size, "rgb24", interpolation="AREA").to_ndarray()
                    at = RationalTime(index, rate)
                    watcher.see(Frame(index, at, {watcher.tap: picture}))
        for row in mine:
            start, end = int(row["start"]), min(int(row["end"]), index + 1)
            span = TimeRange(RationalTime(start, rate), RationalTime(end - start, rate))
            spans.append(Piece(span))
            found.append(watcher.look(span))
            ratings.append(float(row["rating"]))
    return spans, found, np.array(ratings)


@pytest.mark.parametrize(("film", "least"), [("sintel", 0.65), ("reel", 0.5)])
def test_real_shots_are_ordered_as_a_person_orders_them(film, least):
    need_footage()
    spans, found, ratings = rated(film, per_second=3 if film == "sintel" else 1)
    worth = np.array([one.importance for one in regard(spans, found, [None] * len(found))])
    rng = np.random.default_rng(0)
    chance = [abs(spearman(rng.random(len(worth)), ratings)) for _ in range(200)]
    every_fourth = (np.arange(len(worth)) % 4 == 0).astype(float)
    assert spearman(worth, ratings) >= least
    assert spearman(worth, ratings) > np.quantile(chance, 0.95)
    assert spearman(worth, ratings) > spearman(every_fourth, ratings) + 0.2
