"""Wishes are what musicians may ask, and can be met."""

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="needs the train extra")
pytest.importorskip("torch", reason="needs the train extra")

from bridge.music.melody_events import (
    FIRST_PITCH,
    from_events,
    goal_slots,
    notes_to_events,
)
from bridge.music.melody_prior import open_pitches
from bridge.music.rewards.hits import goal_hits
from bridge.schema.goals import MOODS
from export.corpora.melody_cuts import Melody
from export.music.melody_agent.excerpts import excerpt_of
from export.music.melody_agent.grammar import may_last, may_say, nearest_allowed
from export.music.melody_agent.wishes import Wishes, WishSettings, wish_of
from tests.music.melody_agent.hand_made import excerpts, goals, rng
from tests.music.tunes import melody

pytestmark = pytest.mark.torch

ALL = dict.fromkeys(("key", "chords", "density", "range", "register", "mood", "style"), 1.0)


def drawn(count, **settings):
    wishes, chance = Wishes(excerpts(), WishSettings(**settings)), rng()
    return [wishes.draw(chance) for _ in range(count)]


def test_a_faithful_wish_asks_for_what_a_phrase_is():
    (wish,) = drawn(1, free=0.0, scale=1.0, **ALL)
    assert (wish.goals, wish.is_free) == (goals(), False)


def test_what_is_left_out_is_not_asked_for():
    (wish,) = drawn(1, free=0.0, **dict.fromkeys(ALL, 0.0))
    asked = wish.goals
    assert (asked.tonic_pitch_class, asked.chords, asked.density, asked.valence) == (
        None, (), None, None,
    )  # fmt: skip


def test_a_motif_is_in_the_range_that_is_asked_for():
    wishes = [wish for wish in drawn(200, free=1.0, motif=1.0, **ALL) if len(wish.primer)]
    for wish in wishes:
        said = wish.primer.pitches[wish.primer.pitches >= FIRST_PITCH]
        assert open_pitches(wish.goals)[said].all()
    assert len(wishes) > 100


def test_a_motif_that_is_written_down_is_stated():
    for wish in drawn(40, free=1.0, motif=1.0, **ALL):
        if wish.goals.motif:
            assert goal_hits(wish.goals.motif, wish.goals)["motif"]


def test_free_wishes_go_over_common_chords_of_as_many_bars():
    for wish in drawn(40, free=1.0, common_chords=1.0, **ALL):
        assert wish.goals.chords[-1].end_ticks == wish.goals.length_ticks


def test_free_wishes_name_moods():
    asked = {(w.goals.valence, w.goals.arousal) for w in drawn(60, free=1.0, named_mood=1.0, **ALL)}
    assert asked <= set(MOODS.values()) and len(asked) > 8


def test_a_seed_draws_the_same_wishes():
    assert [wish.goals for wish in drawn(5)] == [wish.goals for wish in drawn(5)]


def test_an_excerpt_is_the_end_of_a_melody_in_whole_phrases():
    asked = goals(bars=24, chords=())
    text = " ".join(["C4 D4 E4 F4"] * 8 + ["G4 A4 B4 C5"] * 16)
    events = notes_to_events(melody(text), asked)
    excerpt = excerpt_of(Melody("toy", asked, from_events(events), False), rng())
    assert (excerpt.goals.bars, excerpt.notes[0].pitch) == (16, 67)


def test_an_excerpt_is_measured():
    asked = goals(chords=())
    events = notes_to_events(melody("C4 D4 E4 F4 G4 A4 B4 C5 G4:4 C4:4"), asked)
    excerpt = excerpt_of(Melody("toy", asked, from_events(events), False), rng())
    assert (excerpt.goals.density, excerpt.goals.lowest_pitch) == (10 / 16, 60)


def test_a_melody_of_three_bars_gives_no_excerpt():
    asked = goals(bars=3, chords=())
    events = notes_to_events(melody("C4 D4 E4 F4 G4 A4 B4 C5 G4:4"), asked)
    assert excerpt_of(Melody("toy", asked, from_events(events), False), rng()) is None


def test_a_tie_that_may_not_come_becomes_a_note():
    asked = goals()
    may = may_say(np.array([[FIRST_PITCH + 60, 6, 4]]), open_pitches(asked)[None])[0]
    assert nearest_allowed(np.array([1, 6, 3]), may, 96).tolist() == [FIRST_PITCH + 55, 6, 3]


def test_a_length_may_reach_to_the_end_and_no_further():
    assert may_last(np.array([3, 200])).sum(axis=1).tolist() == [3, 48]


def test_a_wish_without_a_motif_begins_with_nothing():
    assert (len(wish_of(goals()).primer), goal_slots(goals())) == (0, 96)
