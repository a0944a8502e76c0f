"""What an editor made of a cut is learned, from whatever program it comes, once, and taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import FileFormatError, NotFoundError, RangeError, RequestError
from bridge.files.timelines.building import build
from bridge.files.timelines.reading import Opened, open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.operations.film_learning import (
    LearnCutRequest,
    UnlearnCutRequest,
    film_taste,
    learn,
    unlearn,
)
from bridge.operations.ratings import (
    ExportRatingsRequest,
    ImportRatingsRequest,
    export_ratings,
    import_ratings,
)
from bridge.operations.studio import Studio
from bridge.operations.taste import (
    ExportTasteRequest,
    ForgetTasteRequest,
    ImportTasteRequest,
    ShowTasteRequest,
    export_taste,
    forget_taste,
    import_taste,
    show_taste,
)
from bridge.schema.cutting import Habits
from bridge.schema.rating import FeedbackPlace, Who
from tests.film.learning.edits import clip, cut

PIECES = [clip(shot) for shot in range(8)]
HALVED = [clip(shot, 100, 50) for shot in range(8)]


@pytest.fixture
def studio(tmp_path):
    made = Studio(place=lambda: FeedbackPlace(tmp_path / "state"))
    yield made
    made.close()


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a cut for a host, and gives its path."""

    def written(name, layout, host="portable"):
        path = tmp_path / name
        opened = Opened(tmp_path / "made", "OpenTimelineIO", build(layout), layout)
        write_timeline(opened, Wish(path, host))
        return str(path)

    return written


@pytest.fixture
def proposed(write):
    return write("cut.otio", cut(*PIECES))


def test_a_cut_of_half_as_long_pieces_teaches_a_faster_pace(studio, write, proposed):
    lesson = learn(LearnCutRequest(proposed, write("final.otio", cut(*HALVED))), studio)
    assert lesson.is_new
    assert 0.5 < lesson.habits.pace < 0.75
    assert lesson.habits.projects == 1
    assert lesson.habit_words[0].endswith("x as long shots")
    assert lesson.towards[0] == "short shots in time"
    assert lesson.summary == "of 8 pieces 8 were trimmed (mostly by 50 frames shorter); 8 are left"


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("final.otio", "resolve"),
        ("final.otio", "premiere"),
        ("final.edl", "avid"),
        ("final.xml", "premiere"),
        ("final.fcpxml", "fcpx"),
        ("final.otio", "kdenlive"),
    ],
)
def test_it_is_learned_from_the_files_of_every_program(studio, write, proposed, name, host):
    final = cut(PIECES[1], PIECES[0], clip(2, 105, 90), *PIECES[4:], joints={4: 10})
    lesson = learn(LearnCutRequest(proposed, write(name, final, host)), studio)
    told = {change.piece: change for change in lesson.changes if change.kind != "kept"}
    assert {number: change.kind for number, change in told.items()} == {
        1: "moved",
        3: "trimmed",
        4: "removed",
        6: "transition",
    } or {number: change.kind for number, change in told.items()} == {
        2: "moved",
        3: "trimmed",
        4: "removed",
        6: "transition",
    }
    assert (told[3].head_frames, told[3].tail_frames) == (-5, -5)


def test_the_same_edit_counts_once(studio, write, proposed):
    final = write("final.otio", cut(*HALVED))
    first = learn(LearnCutRequest(proposed, final), studio)
    again = learn(LearnCutRequest(proposed, final), studio)
    listed = learn(LearnCutRequest(proposed, write("f.edl", cut(*HALVED), "avid")), studio)
    assert (again.is_new, listed.is_new) == (False, False)
    assert first.habits == again.habits == listed.habits


def test_a_later_edit_of_the_same_proposal_takes_the_place_of_the_first(studio, write, proposed):
    learn(LearnCutRequest(proposed, write("first.otio", cut(*HALVED))), studio)
    later = learn(LearnCutRequest(proposed, write("later.otio", cut(*PIECES[:7]))), studio)
    assert (later.is_new, later.habits.projects, later.habits.pace) == (True, 1, 1.0)


def test_a_lesson_can_be_taken_back(studio, write, proposed):
    first = learn(LearnCutRequest(proposed, write("a.otio", cut(*HALVED))), studio)
    other = write("other.otio", cut(*reversed(PIECES)))
    learn(LearnCutRequest(other, write("b.otio", cut(*reversed(PIECES[:4])))), studio)
    back = unlearn(UnlearnCutRequest(), studio)
    assert back.habits == first.habits
    assert unlearn(UnlearnCutRequest(), studio).habits == Habits()
    with pytest.raises(NotFoundError, match="has learned from no cut"):
        unlearn(UnlearnCutRequest(), studio)


def test_people_and_projects_have_habits_of_their_own(studio, write, proposed):
    final = write("final.otio", cut(*HALVED))
    learn(LearnCutRequest(proposed, final, person="ada", project="album"), studio)
    assert film_taste(Who("ada", "album"), studio).habits.projects == 1
    assert film_taste(Who("ada", "default"), studio).habits == Habits()


def test_a_dry_run_learns_nothing(studio, write, proposed):
    lesson = learn(LearnCutRequest(proposed, write("f.otio", cut(*HALVED)), dry=True), studio)
    assert (lesson.is_new, lesson.habits) == (False, Habits())
    assert lesson.changes


def test_what_is_forgotten_counts_no_more_and_can_be_learned_again(studio, write, proposed):
    request = LearnCutRequest(proposed, write("final.otio", cut(*HALVED)))
    first = learn(request, studio)
    forget_taste(ForgetTasteRequest(domain="film"), studio)
    assert film_taste(Who(), studio).habits == Habits()
    assert learn(request, studio).habits == first.habits
    gone = forget_taste(ForgetTasteRequest(and_ratings=True, domain="film"), studio)
    assert gone.deleted == 1


def test_taste_and_habits_are_taken_along(studio, write, proposed, tmp_path):
    final = cut(PIECES[0], clip(30), *HALVED[2:6])
    learn(LearnCutRequest(proposed, write("final.otio", final)), studio)
    text = export_taste(ExportTasteRequest(domain="film"), studio).text
    there = Studio(place=lambda: FeedbackPlace(tmp_path / "there"))
    report = import_taste(ImportTasteRequest(text, domain="film"), there)
    here = show_taste(ShowTasteRequest(domain="film"), studio)
    assert (report.habits, report.answers) == (here.habits, here.answers)
    with pytest.raises(FileFormatError, match="no taste in music"):
        import_taste(ImportTasteRequest(text), there)
    there.close()


def test_the_log_is_taken_along_and_says_the_same(studio, write, proposed, tmp_path):
    learn(LearnCutRequest(proposed, write("final.otio", cut(*HALVED))), studio)
    text = export_ratings(ExportRatingsRequest(), studio).text
    there = Studio(place=lambda: FeedbackPlace(tmp_path / "there"))
    import_ratings(ImportRatingsRequest(text), there)
    assert film_taste(Who(), there).habits == film_taste(Who(), studio).habits
    there.close()


def test_no_path_is_remembered(studio, write, proposed):
    learn(LearnCutRequest(proposed, write("final.otio", cut(*HALVED))), studio)
    assert "/films" not in export_ratings(ExportRatingsRequest(), studio).text


def test_habits_that_were_followed_already_are_not_learned_twice(studio, write, tmp_path):
    followed = Habits(projects=3, pace=0.5)
    path = Path(write("fast.otio", cut(*HALVED)))
    opened = open_timeline(path)
    ours = dict(opened.timeline.metadata.get("Segue", {}))
    ours["cut"] = {"habits": {"projects": 3, "pace": followed.pace}}
    opened.timeline.metadata["Segue"] = ours
    path.unlink()
    write_timeline(replace(opened, path=tmp_path / "made"), Wish(path, "portable"))
    lesson = learn(LearnCutRequest(str(path), write("final.otio", cut(*HALVED))), studio)
    assert lesson.summary == "all 8 pieces were kept as they were"
    assert 0.5 < lesson.habits.pace < 0.75


def test_timelines_without_anything_in_common_teach_nothing(studio, write, proposed):
    other = write("other.otio", cut(*(clip(shot, 10, 20) for shot in range(50, 53))))
    with pytest.raises(RequestError, match="nothing in common"):
        learn(LearnCutRequest(proposed, other), studio)
    assert film_taste(Who(), studio).habits == Habits()


def test_odd_requests_are_refused(studio, proposed, tmp_path):
    with pytest.raises(RequestError, match="absolute"):
        LearnCutRequest("cut.otio", proposed)
    with pytest.raises(RequestError, match="itself"):
        LearnCutRequest(proposed, proposed)
    with pytest.raises(RangeError, match="rate"):
        LearnCutRequest(proposed, "/x.edl", rate=0)
    with pytest.raises(NotFoundError, match=r"gone\.otio"):
        learn(LearnCutRequest(proposed, str(tmp_path / "gone.otio")), studio)


@pytest.mark.parametrize("habits", ["fast", {"pace": "x"}, [1], {"joints": [0.0]}, {"pace": -1.0}])
def test_wrong_habits_in_a_proposal_are_an_error_with_a_name(studio, write, tmp_path, habits):
    path = Path(write("bad.otio", cut(*PIECES)))
    opened = open_timeline(path)
    opened.timeline.metadata["Segue"] = {"cut": {"habits": habits}}
    path.unlink()
    write_timeline(replace(opened, path=tmp_path / "made"), Wish(path, "portable"))
    with pytest.raises((FileFormatError, RangeError), match=r"habit|pace"):
        learn(LearnCutRequest(str(path), write("final.otio", cut(*HALVED))), studio)
