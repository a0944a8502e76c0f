"""What somebody says of characters is kept with what they say of music and cuts, and learned."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.errors import FileFormatError, NotFoundError, RangeError, RequestError
from bridge.operations.feedback import (
    ChooseRequest,
    DeletedRequest,
    KeptRequest,
    RateResultRequest,
    choose,
    deleted,
    kept,
    rate,
)
from bridge.operations.ratings import (
    ExportRatingsRequest,
    ImportRatingsRequest,
    ListRatingsRequest,
    export_ratings,
    import_ratings,
    list_ratings,
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
from bridge.schema.codec import to_plain
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import CHARACTER, FeedbackPlace, Origin, Scale
from tests.toy_characters import person, write_teller

ADA, BOB, EVE = person(1, name="Ada"), person(2), person(3)
TUNE = NoteSequence(parts=(Part(notes=(Note(60, 0, 480), Note(62, 480, 480))),))
SHOW = ShowTasteRequest(domain="character")


@pytest.fixture
def open_studio(tmp_path):
    opened = []

    def make(home="here", version="1.0.0"):
        models = tmp_path / f"models-{version}"
        if not models.exists():
            write_teller(models, version=version)
        opened.append(Studio(models=models, place=lambda: FeedbackPlace(tmp_path / home)))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


@pytest.fixture
def studio(open_studio):
    return open_studio()


def said(studio):
    return studio.feedback.feedback()


def like_tall(studio, count, **fields):
    """Choose the taller of two, so many times."""
    for seed in range(count):
        pair = (person(2 * seed, height=-1.0), person(2 * seed + 1, height=1.0))
        choose(ChooseRequest("B", characters=pair, **fields), studio)


def test_a_thumb_for_somebody_is_kept_with_who_they_are(studio):
    noted = rate(RateResultRequest(character=ADA, thumb=1), studio)
    (found,) = said(studio)
    result = found.result
    assert (found.score, found.scale, result.domain) == (1, Scale.THUMB, CHARACTER)
    assert json.loads(result.noun_json) == to_plain(ADA)
    assert noted.words == (f"thumb up: character.sample #{result.content_hash[:4]}",)


def test_what_made_somebody_may_be_named(studio):
    rate(RateResultRequest(character=ADA, stars=4, subject="character.blend"), studio)
    assert said(studio)[0].result.subject == "character.blend"


def test_music_of_which_nobody_says_what_made_it_is_still_a_file(studio):
    rate(RateResultRequest(TUNE, thumb=1), studio)
    assert said(studio)[0].result.subject == "file"


def test_the_best_of_three_people_is_better_than_each_of_the_others(studio):
    choose(ChooseRequest("B", characters=(ADA, BOB, EVE)), studio)
    pairs = said(studio)
    assert {json.loads(pair.better.noun_json)["seed"] for pair in pairs} == {2}
    assert [json.loads(pair.worse.noun_json)["seed"] for pair in pairs] == [1, 3]
    assert {(pair.origin, pair.better.domain) for pair in pairs} == {(Origin.CHOICE, CHARACTER)}


def test_somebody_who_was_kept_or_deleted_is_rated_without_being_asked(studio):
    kept(KeptRequest(character=ADA), studio)
    deleted(DeletedRequest(character=BOB), studio)
    assert [(one.scale, one.score) for one in said(studio)] == [
        (Scale.IMPLICIT, 1),
        (Scale.IMPLICIT, -1),
    ]


def test_somebody_who_was_kept_is_better_than_whoever_was_not(studio):
    kept(KeptRequest(character=ADA, instead_of_characters=(BOB, EVE)), studio)
    deleted(DeletedRequest(character=BOB, in_favour_of_characters=(EVE,)), studio)
    origins = [pair.origin for pair in said(studio)]
    assert origins == [Origin.KEPT, Origin.KEPT, Origin.DELETED]
    assert json.loads(said(studio)[2].better.noun_json)["seed"] == 3


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: RateResultRequest(TUNE, character=ADA, thumb=1),
            RequestError,
            "either a character, or notes",
        ),
        (
            lambda: RateResultRequest(number=3, character=ADA, thumb=1),
            RequestError,
            "either a character, or notes",
        ),
        (lambda: ChooseRequest("A", characters=(ADA,)), RangeError, "must be 2..8, not 1"),
        (lambda: ChooseRequest("A", characters=(ADA,) * 9), RangeError, "must be 2..8, not 9"),
        (
            lambda: ChooseRequest("A", (TUNE,), characters=(ADA,)),
            RequestError,
            "either candidates or takes or characters",
        ),
        (
            lambda: KeptRequest(character=ADA, instead_of=(TUNE,)),
            RequestError,
            "compared with characters",
        ),
        (
            lambda: DeletedRequest(TUNE, in_favour_of_characters=(ADA,)),
            RequestError,
            "music with music",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_who_likes_tall_people_is_understood(studio):
    like_tall(studio, 15)
    report = show_taste(SHOW, studio)
    verdicts = {line.name: line.verdict for line in report.opinions}
    assert (report.answers, report.domain, verdicts["height"]) == (15, "character", "likes")
    assert report.words.startswith("likes taller")


def test_what_is_said_of_people_says_nothing_of_music(studio):
    like_tall(studio, 3)
    assert show_taste(ShowTasteRequest(), studio).answers == 0
    assert show_taste(SHOW, studio).answers == 3


def test_each_person_has_a_taste_of_their_own(studio):
    like_tall(studio, 4, person="ada")
    answers = [
        show_taste(ShowTasteRequest(person=who, domain="character"), studio).answers
        for who in ("ada", "bob")
    ]
    assert answers == [4, 0]


def test_another_process_knows_the_same_taste(studio, open_studio):
    like_tall(studio, 6)
    assert show_taste(SHOW, open_studio()) == show_taste(SHOW, studio)


def test_whom_other_weights_made_says_nothing(studio):
    rate(RateResultRequest(character=replace(ADA, model_version="0.9.0"), thumb=1), studio)
    rate(RateResultRequest(character=replace(BOB, model_version=""), thumb=1), studio)
    assert show_taste(SHOW, studio).answers == 1


def test_with_other_weights_a_taste_is_learned_again_of_whom_they_made(open_studio):
    like_tall(open_studio(), 4)
    later = open_studio(version="2.0.0")
    assert show_taste(SHOW, later).answers == 0
    rate(RateResultRequest(character=person(9, version="2.0.0"), thumb=1), later)
    assert show_taste(SHOW, later).answers == 1
    assert show_taste(SHOW, open_studio()).answers == 4


def test_a_taste_in_characters_is_forgotten_and_taken_along(studio, open_studio):
    like_tall(studio, 12)
    text = export_taste(ExportTasteRequest(domain="character"), studio).text
    assert "identity" not in text
    other = open_studio("there")
    report = import_taste(ImportTasteRequest(text, domain="character"), other)
    assert report == show_taste(SHOW, studio)
    assert forget_taste(ForgetTasteRequest(domain="character"), studio).answers == 12
    assert (show_taste(SHOW, studio).answers, len(said(studio))) == (0, 12)


def test_a_taste_in_characters_is_none_in_music(studio):
    like_tall(studio, 2)
    text = export_taste(ExportTasteRequest(domain="character"), studio).text
    with pytest.raises(FileFormatError, match="no taste in music"):
        import_taste(ImportTasteRequest(text), studio)


def test_ratings_of_characters_are_listed_and_go_to_another_store(studio, open_studio):
    rate(RateResultRequest(character=ADA, thumb=-1), studio)
    (line,) = list_ratings(ListRatingsRequest(), studio)
    assert line.words.startswith("thumb down: character.sample #")
    text = export_ratings(ExportRatingsRequest(), studio).text
    other = open_studio("there")
    assert import_ratings(ImportRatingsRequest(text), other).added == 1
    assert [one.words for one in list_ratings(ListRatingsRequest(), other)] == [line.words]


def test_ratings_of_somebody_who_cannot_be_are_refused(studio):
    rate(RateResultRequest(character=ADA, thumb=1), studio)
    text = export_ratings(ExportRatingsRequest(), studio).text
    first = str(ADA.identity[0])
    with pytest.raises(FileFormatError, match="identity must be"):
        import_ratings(ImportRatingsRequest(text.replace(f"[{first},", "[99.0,")), studio)


def test_without_the_model_a_rating_is_kept_and_the_taste_says_what_is_missing(tmp_path):
    (tmp_path / "models").mkdir()
    studio = Studio(models=tmp_path / "models", place=lambda: FeedbackPlace(tmp_path))
    rate(RateResultRequest(character=ADA, thumb=1), studio)
    assert len(said(studio)) == 1
    with pytest.raises(NotFoundError, match="animation/character_vae"):
        show_taste(SHOW, studio)
    studio.close()
