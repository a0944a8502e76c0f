"""Of takes the best stays; what only looks alike stays, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bridge.film.removing.repeats import worse_takes
from bridge.schema.footage import WatchedFilm
from tests.watched import film_of, media


def film(name="a.mov", **of_shots):
    """A film of three shots of two seconds, with changes to some by their numbers."""
    made = film_of(media(frames=150, name=name), 0, 50, 100, path=Path(f"/films/{name}"))
    shots = tuple(
        replace(shot, **of_shots.get(f"shot_{shot.number}", {})) for shot in made.analysis.shots
    )
    return WatchedFilm(made.path, replace(made.analysis, shots=shots))


def gone(*films):
    return [(path.name, part.frames, part.reason) for path, part in worse_takes(films)]


def test_shots_that_repeat_nothing_stay():
    assert gone(film()) == []


def test_the_worse_take_of_a_shot_goes():
    softer = replace(film().analysis.shots[0].picture, sharpness=0.3)
    takes = film(shot_1={"take": 1, "best_take": False, "picture": softer}, shot_3={"take": 1})
    assert gone(takes) == [("a.mov", range(50), "a softer take of shot 3")]


def test_takes_lie_in_several_films():
    first = film("a.mov")
    second = film("b.mov", shot_2={"embedding": (0.0,) * 128}, shot_3={"embedding": (0.0,) * 128})
    burnt = replace(second.analysis.shots[0].picture, exposure=0.2)
    shots = (replace(second.analysis.shots[0], picture=burnt), *second.analysis.shots[1:])
    second = WatchedFilm(second.path, replace(second.analysis, shots=shots))
    assert gone(first, second) == [
        ("b.mov", range(50), "a take of shot 1 of a.mov that is exposed worse")
    ]


def test_a_speech_with_jump_cuts_is_no_row_of_takes():
    jump = film().analysis.shots[1].begins
    jumps = replace(jump, kind="jump_cut")
    speech = film(
        shot_2={"take": 1, "best_take": False, "begins": jumps},
        shot_3={"take": 1, "best_take": False, "begins": jumps},
    )
    assert gone(speech) == []


def test_a_long_shot_is_no_take_of_a_short_one():
    made = film_of(media(frames=150), 0, 30, 60, path=Path("/films/a.mov"))
    shots = tuple(replace(shot, take=1, best_take=shot.number == 3) for shot in made.analysis.shots)
    found = gone(WatchedFilm(made.path, replace(made.analysis, shots=shots)))
    assert [part for _, part, _ in found] == [range(30, 60)]
