"""The watcher finds the shots of films whose shots are known, with the model that ships."""

import numpy as np
import pytest

from bridge.film.shots.looking import MODEL_NAME, TAP, FrameJudge
from bridge.film.shots.watcher import ShotWatcher
from bridge.runtime.registry import Registry, find_models_folder
from tests.film.shots.films import dissolved, shot, shown


@pytest.fixture(scope="module")
def model():
    return Registry(find_models_folder(None)).model(MODEL_NAME)


def report(model, pictures, **how):
    watcher = ShotWatcher(model)
    for frame in shown(pictures, TAP, **how):
        watcher.see(frame)
    return watcher.finish()


def test_cuts_are_found_to_the_frame(model):
    pictures = np.concatenate([shot(1, 40), shot(2, 33), shot(3, 50)])
    transitions = report(model, pictures).transitions
    assert [(one.kind, one.span.start_time.value) for one in transitions] == [
        ("cut", 40),
        ("cut", 73),
    ]
    assert all(one.span.duration.value == 0 for one in transitions)
    assert all(0.5 < one.confidence <= 1 for one in transitions)


def test_a_dissolve_is_found_with_its_span(model):
    old, new = shot(1, 70), shot(2, 70)
    pictures = np.concatenate([old[:40], dissolved(old[40:64], new[:24]), new[24:]])
    (one,) = report(model, pictures).transitions
    assert one.kind == "dissolve"
    assert one.span.start_time.value == pytest.approx(40, abs=4)
    assert one.span.end_time_exclusive().value == pytest.approx(64, abs=4)


def test_a_film_of_one_shot_has_no_transition(model):
    found = report(model, shot(4, 200))
    assert found.transitions == ()
    assert found.fades_in is found.fades_out is None


@pytest.mark.parametrize("frames", [1, 2, 5, 63, 64, 65])
def test_the_shortest_films_are_watched(model, frames):
    assert report(model, shot(5, frames)).transitions == ()


def test_a_film_without_a_frame_has_no_transition(model):
    assert report(model, []).transitions == ()


def test_a_flash_is_no_cut(model):
    pictures = shot(6, 120)
    pictures[60:62] = np.minimum(pictures[60:62].astype(int) + 150, 255)
    assert report(model, pictures).transitions == ()


def test_a_rise_from_black_is_the_films_and_no_transition(model):
    pictures = shot(7, 120)
    share = (np.arange(30) / 30)[:, None, None, None]
    pictures[:30] = (pictures[:30] * share).astype(np.uint8)
    found = report(model, pictures)
    assert found.transitions == ()
    assert found.fades_in is not None
    assert found.fades_in.duration.value == pytest.approx(30, abs=6)


def test_times_are_those_of_the_frames_at_a_variable_rate(model):
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.integers(1000, 9000, 80)).tolist()
    pictures = np.concatenate([shot(1, 40), shot(2, 40)])
    (one,) = report(model, pictures, rate=90_000, times=times).transitions
    assert one.span.start_time.value == times[40]
    assert one.span.start_time.rate == 90_000


def test_a_long_film_is_judged_as_its_pieces_are(model):
    """Frames are looked at in chunks and judged in windows; no seam is seen."""
    shots = [shot(seed, 61 + 7 * (seed % 5)) for seed in range(10)]
    cuts = np.cumsum([len(one) for one in shots])[:-1].tolist()
    found = report(model, np.concatenate(shots)).transitions
    assert [one.span.start_time.value for one in found] == cuts


def test_what_is_remembered_of_a_frame_is_small(model):
    judge = FrameJudge(model)
    for picture in shot(1, 600):
        judge.see(picture)
    held = len(judge._frames) + len(judge._seen)
    assert held < 600
