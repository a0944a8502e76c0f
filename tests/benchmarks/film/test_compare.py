"""Detectors are compared by films whose truth is known, and tables say what they found."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from export.film.shot_boundary.scoring import Score
from export.film.shot_boundary.truth import Distractor, Event, read_truth
from tests.benchmarks.film.films import natural, synthetic
from tests.benchmarks.film.tables import figures_of, written

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "samples" / "clips"


def figures(found, events, distractors=()):
    score = Score()
    score.add(found, events, distractors)
    film = {"frame_count": 240, "cpu_seconds": 0.5}
    return figures_of(score, {"films": {"a.mp4": film}, "peak_mb": 120.0})


EVENTS = (Event("cut", 50, 50), Event("dissolve", 100, 116))
FLASH = Distractor("flash", 20, 22)


def test_what_is_found_right_and_wrong_becomes_figures():
    found = figures([50, 21], EVENTS, [FLASH])
    assert (found["f1"], found["precision"], found["recall"]) == (0.5, 0.5, 0.5)
    assert found["recall_by_kind"] == {"cut": 1.0, "dissolve": 0.0}
    assert (found["fooled"], found["fooled_by_kind"]) == (1.0, {"flash": 1.0})
    assert found["frames_per_cpu_second"] == 480


def test_every_detector_has_a_row_and_one_that_failed_its_reason():
    sets = {
        "hard set": {
            "Segue": figures([50, 108], EVENTS, [FLASH]),
            "another": {"trouble": "it needs a GPU"},
        }
    }
    stages = {
        "film": "1280 x 720, 240 frames, 10.0 s",
        "frames": 240,
        "seconds": 10.0,
        "cpu_seconds": {"decode": 0.5},
        "peak_mb": 300.0,
    }
    lines = written({"circumstances": "2 cores", "sets": sets, "stages": stages}).splitlines()
    assert "| Segue | 100.0 | 100.0 | 100.0 | 100.0 | 100.0 | 0.0 | 480 | 120 |" in lines
    assert "| flash (1) | 0.0 |" in lines
    assert "another: it needs a GPU" in lines
    assert "| decode | 480 | 5.0 % |" in lines


def test_the_drawn_films_hold_what_is_said_of_them(tmp_path):
    (film,) = read_truth(synthetic(tmp_path, films=1))
    with av.open(str(film.path)) as container:
        light = np.array([f.to_ndarray(format="gray").mean() for f in container.decode(video=0)])
    kinds = {event.kind: event for event in film.events}
    assert list(kinds) == ["cut", "jump_cut", "dissolve", "fade", "dip", "wipe"]
    assert light[kinds["fade"].middle] < 0.3 * light[kinds["fade"].start - 1]
    assert light[kinds["dip"].middle] > light[kinds["dip"].start - 1] + 20
    (flash,) = [one for one in film.distractors if one.what == "flash"]
    assert light[flash.start] > light[flash.start - 1] + 20
    assert light[flash.end] == pytest.approx(light[flash.start - 1], abs=3)


@pytest.mark.skipif(not CLIPS.is_dir(), reason="needs clips that somebody filmed, in ../shared")
def test_a_cut_of_a_film_with_a_varying_rate_is_found_by_its_time():
    clips = {film.path.name: film.events for film in natural(CLIPS)}
    assert len(clips) == 7
    (cut,) = clips["face_noface.mov"]
    with av.open(str(CLIPS / "face_noface.mov")) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times[cut.start] - times[0] == pytest.approx(2.40, abs=0.02)
    assert times[cut.start - 1] - times[0] < 2.40
