"""Melodies are drawn event by event within their limits, and scored as they were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import RequestError
from bridge.music.melody_conditions import COLUMNS, condition_rows
from bridge.music.melody_events import (
    FIRST_PITCH,
    LONGEST,
    LOUDNESSES,
    PITCHES,
    REST,
    TIE,
    MelodyEvents,
    events_to_notes,
    notes_to_events,
)
from bridge.music.melody_prior import (
    DrawSettings,
    PriorState,
    draw_melodies,
    log_probability,
    open_pitches,
    score_melodies,
    start_events,
)
from bridge.runtime.card import Axis, Graph, Tensor
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note
from tests.toys import TOY_CARD

WIDTH = 4
ROW = (Axis("layer", 1), Axis("kind", 2), Axis("head", 1), Axis("channel", 3))
STEP = Graph(
    "step", "step.onnx", "0" * 64,
    inputs=(Tensor("cache", "float32", (Axis("past"), Axis("batch"), *ROW)),), outputs=(),
)  # fmt: skip


class ToyPrior:
    """Says what its tables say; its hidden numbers tell what it was given."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.card = replace(TOY_CARD, graphs=(STEP,))
        self.pitch = rng.normal(0.0, 2.0, (PITCHES + 1, PITCHES)).astype(np.float32)
        self.length = rng.normal(0.0, 2.0, (PITCHES, LONGEST)).astype(np.float32)
        self.loudness = rng.normal(0.0, 2.0, (LONGEST + 1, LOUDNESSES)).astype(np.float32)

    def run(self, graph, **given):
        if graph == "length":
            return {"logits": self.length[given["pitch"]]}
        if graph == "loudness":
            return {"logits": self.loudness[given["length"]]}
        event, place, cache = given["event"], given["place"], given["cache"]
        batch = len(event)
        row = np.broadcast_to(event[:, None, None, None, :], (batch, 1, 2, 1, 3))
        heard = cache[:, :, 0, 0, 0, 0].sum(axis=0)
        hidden = np.stack([*place.T, heard, given["condition"][:, 0]], axis=1)
        pitch_logits = self.pitch[event[:, 0]] + heard[:, None] % 3 / 10
        dense = given["condition"][:, COLUMNS["density"].start]
        pitch_logits[:, FIRST_PITCH + 60] += dense
        return {
            "pitch_logits": pitch_logits,
            "hidden": hidden.astype(np.float32),
            "row": row.astype(np.float32),
        }


GOALS = MelodyGoals(tonic_pitch_class=2, mode=Mode.MAJOR, bars=4)


@pytest.fixture
def prior():
    return ToyPrior()


def drawn(prior, goals=GOALS, *, seed=0, primer=None, **asked):
    settings = DrawSettings(**{"count": 8, **asked})
    return draw_melodies(
        prior, goals, np.random.default_rng(seed), settings=settings, primer=primer
    )


@pytest.mark.parametrize("bars", [1, 4, 17])
def test_a_melody_fills_its_bars(prior, bars):
    melodies = drawn(prior, replace(GOALS, bars=bars))
    assert {melody.events.total_slots for melody in melodies} == {bars * 24}


def test_as_many_melodies_are_drawn_as_were_asked_for(prior):
    assert len(drawn(prior, count=5)) == 5


def test_the_same_seed_draws_the_same_melodies(prior):
    first, again, other = (drawn(prior, seed=seed) for seed in (1, 1, 2))
    pitches = [[melody.events.pitches.tolist() for melody in row] for row in (first, again, other)]
    assert pitches[0] == pitches[1] != pitches[2]


def test_pitches_keep_to_the_range_in_the_key_that_was_asked(prior):
    goals = replace(GOALS, lowest_pitch=60, highest_pitch=72)
    notes = [n.pitch for m in drawn(prior, goals) for n in events_to_notes(m.events, goals)]
    assert min(notes) >= 60
    assert max(notes) <= 72
    assert len(set(notes)) > 6


def test_pitches_keep_to_a_scale_that_is_named(prior):
    goals = replace(GOALS, scale="minor-pentatonic")
    notes = [n.pitch for m in drawn(prior, goals) for n in events_to_notes(m.events, goals)]
    assert {pitch % 12 for pitch in notes} == {2, 5, 7, 9, 0}


def test_without_a_scale_every_pitch_is_open():
    assert open_pitches(GOALS).all()


def test_a_tie_follows_only_what_lasted_as_long_as_can_be(prior):
    prior.pitch[:, TIE] += 6.0
    prior.length[:, LONGEST - 1] += 3.0
    melodies = [melody.events for melody in drawn(prior, replace(GOALS, bars=32))]
    before = [
        (int(e.pitches[i - 1]), int(e.lengths[i - 1]))
        for e in melodies
        for i in np.flatnonzero(e.pitches == TIE)
    ]
    assert before
    assert all(pitch != REST and length == LONGEST for pitch, length in before)


def test_a_rest_follows_no_short_rest(prior):
    prior.pitch[:, REST] += 8.0
    for melody in drawn(prior, replace(GOALS, bars=16)):
        pitches, lengths = melody.events.pitches, melody.events.lengths
        follows = (pitches[1:] == REST) & (pitches[:-1] == REST)
        assert (lengths[:-1][follows] == LONGEST).all()


def test_what_is_no_note_has_no_loudness(prior):
    for melody in drawn(prior):
        silent = melody.events.pitches < FIRST_PITCH
        assert not melody.events.loudness[silent].any()


def test_a_primer_is_where_every_melody_begins(prior):
    primer = notes_to_events([Note(62, 0, 480), Note(66, 480, 480)], GOALS, slots=12)
    for melody in drawn(prior, primer=primer):
        assert melody.events.pitches[:2].tolist() == [FIRST_PITCH + 60, FIRST_PITCH + 64]
        assert melody.events.total_slots == 96


def test_a_primer_that_is_too_long_is_cut_off(prior):
    primer = notes_to_events([Note(62, 0, 1920 * 5)], GOALS, slots=120)
    (melody,) = drawn(prior, primer=primer, count=1)
    assert melody.events.lengths.tolist() == [48, 48]
    assert melody.log_probability == 0.0


def test_melodies_are_scored_as_they_were_drawn(prior):
    melodies = drawn(prior, count=6)
    scored = log_probability(prior, [melody.events for melody in melodies], GOALS)
    assert scored == pytest.approx([melody.log_probability for melody in melodies])


def test_a_score_is_the_logarithm_of_a_share(prior):
    events = MelodyEvents(*np.array([[62, 6, 3], [REST, 6, 0]], dtype=np.int64).T)
    (scores,) = score_melodies(prior, [events], replace(GOALS, bars=1))
    shares = np.exp(prior.length[62]) / np.exp(prior.length[62]).sum()
    assert scores[0, 1] == pytest.approx(np.log(shares[5]), rel=1e-5)
    assert scores[1, 2] == 0.0


def test_a_melody_scores_the_same_alone_and_among_longer_ones(prior):
    melodies = [melody.events for melody in drawn(prior, count=5)]
    among = score_melodies(prior, melodies, GOALS)
    alone = score_melodies(prior, melodies[2:3], GOALS)[0]
    assert np.allclose(among[2], alone)


def test_at_a_low_temperature_the_likeliest_is_drawn(prior):
    melodies = drawn(prior, temperature=0.001)
    assert len({tuple(melody.events.pitches.tolist()) for melody in melodies}) == 1


def test_a_nucleus_leaves_out_what_is_unlikely(prior):
    prior.pitch[:] = 0.0
    prior.pitch[:, FIRST_PITCH + 60 : FIRST_PITCH + 62] = 9.0
    pitches = np.concatenate([melody.events.pitches for melody in drawn(prior, top_p=0.9)])
    assert set(pitches.tolist()) == {FIRST_PITCH + 60, FIRST_PITCH + 61}


def share_of_c(prior, **asked) -> float:
    """Give how often middle C begins, which the toy says the more the denser it is asked to be."""
    goals = MelodyGoals(0, Mode.MAJOR, bars=8, density=4.0)
    pitches = np.concatenate([melody.events.pitches for melody in drawn(prior, goals, **asked)])
    return float((pitches == FIRST_PITCH + 60).mean())


def test_with_guidance_a_goal_counts_more(prior):
    assert share_of_c(prior, guidance=3.0) > 2 * share_of_c(prior)


def test_guidance_changes_nothing_where_no_goal_leans(prior):
    pitches = [
        [melody.events.pitches.tolist() for melody in drawn(prior, guidance=guidance)]
        for guidance in (1.0, 1.0 + 1e-9)
    ]
    assert pitches[0] == pitches[1]


def step(state, *pitches: int, slot: int = 0) -> None:
    batch = len(pitches)
    events = np.stack([np.array(pitches), np.full(batch, 6), np.full(batch, 5)], axis=1)
    rows = condition_rows(GOALS, np.full(batch, slot))
    state.step(events, np.full(batch, slot), rows)


def test_a_state_remembers_every_event_in_order(prior):
    state = PriorState(prior, 1)
    for pitch in range(1, 101):
        step(state, pitch)
    assert state.past == 100
    assert state.hidden[0, 2] == sum(range(1, 100))


def test_a_step_is_told_how_many_came_before_and_where_it_is(prior):
    state = PriorState(prior, 1)
    step(state, 3)
    step(state, 4, slot=18)
    assert state.hidden[0, :2].tolist() == [1.0, 18.0]


def test_a_state_that_was_taken_goes_its_own_way(prior):
    state = PriorState(prior, 3)
    step(state, 5, 6, 7)
    taken = state.taken(np.array([2, 2, 0]))
    step(taken, 1, 1, 1)
    step(state, 9, 9, 9)
    step(taken, 1, 1, 1)
    assert taken.hidden[:, 2].tolist() == [8.0, 8.0, 6.0]
    assert state.hidden[:, 2].tolist() == [5.0, 6.0, 7.0]


def test_before_the_first_event_stands_the_start():
    assert start_events(2).tolist() == [[PITCHES, 0, LOUDNESSES]] * 2


@pytest.mark.parametrize(
    "asked",
    [{"temperature": 0.0}, {"top_p": 0.0}, {"top_p": 1.5}, {"count": 0}, {"guidance": 0.5}],
)
def test_settings_out_of_range_are_refused(asked):
    with pytest.raises(RequestError):
        DrawSettings(**asked)
