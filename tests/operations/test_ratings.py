"""What was said can be listed, taken to another machine, and kept there once."""

from __future__ import annotations

import pytest

from bridge.errors import FileFormatError, RangeError, RequestError
from bridge.operations.feedback import ChooseRequest, RateResultRequest, choose, rate
from bridge.operations.ratings import (
    ExportRatingsRequest,
    ImportRatingsRequest,
    ListRatingsRequest,
    export_ratings,
    import_ratings,
    list_ratings,
)
from bridge.operations.studio import Studio
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace


def tune(pitch):
    return NoteSequence(parts=(Part(notes=(Note(pitch, 0, 480),)),))


@pytest.fixture
def open_studio(tmp_path):
    opened = []

    def make(name):
        place = FeedbackPlace(tmp_path / name)
        opened.append(Studio(place=lambda: place).for_job(door="cli"))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


@pytest.fixture
def studio(open_studio):
    studio = open_studio("here")
    rate(RateResultRequest(tune(60), thumb=1), studio)
    rate(RateResultRequest(tune(61), stars=2, person="ada"), studio)
    choose(ChooseRequest("B", (tune(60), tune(61), tune(62))), studio)
    return studio


def test_the_latest_come_last_and_say_what_they_say(studio):
    lines = list_ratings(ListRatingsRequest(count=3), studio)
    assert [line.number for line in lines] == [2, 3, 4]
    assert lines[0].words.startswith("2 stars: file #")
    assert " better than file #" in lines[2].words
    assert (lines[0].person, lines[0].door) == ("ada", "cli")


def test_one_can_go_on_where_one_was(studio):
    lines = list_ratings(ListRatingsRequest(count=2, after=0), studio)
    assert [line.number for line in lines] == [1, 2]


def test_one_person_can_be_asked_for(studio):
    assert len(list_ratings(ListRatingsRequest(person="ada"), studio)) == 1


def test_what_is_exported_is_kept_on_another_machine_as_it_was_said(studio, open_studio):
    other = open_studio("there")
    found = export_ratings(ExportRatingsRequest(), studio)
    done = import_ratings(ImportRatingsRequest(found.text), other)
    assert (found.count, done.read, done.added) == (4, 4, 4)
    assert other.feedback.feedback() == studio.feedback.feedback()


def test_what_is_imported_twice_is_kept_once(studio, open_studio):
    other = open_studio("there")
    text = export_ratings(ExportRatingsRequest(), studio).text
    import_ratings(ImportRatingsRequest(text), other)
    assert import_ratings(ImportRatingsRequest(text), other).added == 0
    assert export_ratings(ExportRatingsRequest(), other).text == text


def test_one_person_can_be_exported(studio):
    assert export_ratings(ExportRatingsRequest(person="ada"), studio).count == 1


def test_more_than_a_batch_is_exported_as_a_whole(studio, monkeypatch):
    monkeypatch.setattr("bridge.operations.ratings._BATCH", 1)
    assert export_ratings(ExportRatingsRequest(), studio).count == 4


def test_of_a_file_with_a_mistake_nothing_is_kept(studio, open_studio):
    other = open_studio("there")
    lines = export_ratings(ExportRatingsRequest(), studio).text.splitlines(keepends=True)
    with pytest.raises(FileFormatError, match="line 9"):
        import_ratings(ImportRatingsRequest("".join([*lines[:-1], "{}\n"])), other)
    assert other.feedback.feedback() == ()


def test_half_a_character_is_refused(studio):
    with pytest.raises(RequestError, match="half a character"):
        import_ratings(ImportRatingsRequest("\ud800"), studio)


def test_too_many_lines_cannot_be_asked_for():
    with pytest.raises(RangeError, match=r"count must be 1\.\.10000"):
        ListRatingsRequest(count=0)


@pytest.mark.parametrize("after", [-1, 2**63, 10**30])
def test_a_number_that_no_rating_has_is_refused(after):
    with pytest.raises(RequestError, match="after"):
        ListRatingsRequest(after=after)


def test_after_the_highest_number_there_is_nothing(studio):
    assert list_ratings(ListRatingsRequest(after=2**63 - 1), studio) == ()
