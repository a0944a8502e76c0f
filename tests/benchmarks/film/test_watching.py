"""How much faster than a film runs each of those who watch it is done, on one core."""

import pytest

from bridge.files.film.video import open_film
from bridge.film.analysis import SOUND_CHANNELS, SOUND_RATE_HZ
from bridge.operations.film_watching import new_watchers
from bridge.operations.studio import Studio
from tests.benchmarks.clocks import cpu_seconds
from tests.benchmarks.film.films import drawn_720p
from tests.made_films import models_that_watch

pytestmark = pytest.mark.benchmark(timer=cpu_seconds, max_time=1.0, min_rounds=3)

FILM_SECONDS = 6
SHOTS = "shots"


@pytest.fixture(scope="module")
def studio():
    opened = Studio(models=models_that_watch())
    for name in opened.registry.names():
        if name.startswith("film/"):
            opened.model(name).load()
    return opened


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = drawn_720p(tmp_path_factory.mktemp("film"), seconds=FILM_SECONDS)
    with open_film(path) as opened:
        yield opened


def times_real_time(benchmark):
    """Keep how often faster than real time it was, and give it."""
    times = FILM_SECONDS / benchmark.stats.stats.min
    benchmark.extra_info["times_real_time"] = times
    return times


def test_a_film_of_720p_is_decoded(benchmark, film):
    assert benchmark(lambda: sum(1 for _ in film.frames(()))) == film.facts.frame_count
    assert times_real_time(benchmark) > 1


def test_its_pictures_are_scaled_for_all_who_watch(benchmark, film, studio):
    watchers = new_watchers(studio)
    taps = (watchers.shots.tap, watchers.movement.tap, watchers.look.tap)
    assert benchmark(lambda: sum(1 for _ in film.frames(taps))) == film.facts.frame_count
    assert times_real_time(benchmark) > 1


@pytest.mark.parametrize("who", [SHOTS, "movement", "look"])
def test_whoever_watches_it_keeps_up(benchmark, film, studio, who):
    tap = getattr(new_watchers(studio), who).tap
    frames = [frame for frame in film.frames((tap,)) if tap in frame.pictures]

    def see_all():
        watcher = getattr(new_watchers(studio), who)
        for frame in frames:
            watcher.see(frame)
        if who == SHOTS:
            watcher.finish()

    benchmark(see_all)
    assert times_real_time(benchmark) > 1


def test_whoever_listens_to_it_keeps_up(benchmark, film, studio):
    blocks = list(film.sound(SOUND_RATE_HZ, SOUND_CHANNELS))

    def hear_all():
        listener = new_watchers(studio).sound
        for block in blocks:
            listener.hear(block)
        return listener.finish()

    assert benchmark(hear_all).loudness_lufs == pytest.approx(-23, abs=10)
    assert times_real_time(benchmark) > 1
