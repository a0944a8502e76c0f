"""A beat takes on a call's rhythm; a drummer's call is gone on from, or varied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.music import drums_vae
from bridge.music.calls import Call, hear_call
from bridge.music.drum_answer import ACCENTS, Drummer, Steps
from bridge.music.drum_grid import DRUMS
from bridge.music.drums_vae import DrumWish
from bridge.runtime.registry import Registry
from bridge.schema.notes import Note, NoteSequence, Part, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.playing import METRES, named
from tests.music.tunes import FOUR_FOUR, TUNES, sequence_of

MODELS = Path(__file__).resolve().parents[2] / "onnx_models"
ACCENT_PITCHES = {DRUMS[drum][1] for drum in ACCENTS}
SIX_EIGHT = TimeSignature(0, 6, 8)
BEAT = [Note(36, 0, 60, 100), Note(42, 240, 60, 60), Note(38, 490, 60, 110), Note(36, 720, 60, 90)]


@pytest.fixture(scope="module")
def trained():
    return Registry(MODELS).model(drums_vae.MODEL_NAME)


def drummer(model, *, seed: int = 0, **knobs) -> Drummer:
    return Drummer(model, Knobs(**knobs), np.random.default_rng(seed))


def steps_of(notes) -> set[int]:
    """Give the sixteenths at which something is struck."""
    return {round(note.onset_ticks / 120) for note in notes}


def f1(one: set[int], other: set[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def two_bars(rng) -> Call:
    """Make up a call of two bars, mostly of eighths, played by hand."""
    chances = {0: 0.85, 1: 0.12, 2: 0.5, 3: 0.12}
    struck = [step for step in range(32) if rng.random() < chances[step % 4]] or [0]
    notes = [
        Note(60, max(0, 120 * step + int(rng.normal(0, 8))), 100, int(rng.integers(55, 110)))
        for step in struck
    ]
    return hear_call(replace(sequence_of(*notes), duration_ticks=3840))


def test_accents_fall_where_the_call_is_struck_far_more_than_by_chance(trained):
    rng = np.random.default_rng(0)
    answered, by_chance = [], []
    for seed in range(40):
        call = two_bars(rng)
        player = drummer(trained, seed=seed)
        played = player.accompany(call, amount=0.4, length_ticks=3840)
        accents = steps_of(note for note in played if note.pitch in ACCENT_PITCHES)
        heard = steps_of(call.music.parts[0].notes)
        answered.append(f1(accents, heard))
        latents = drums_vae.draw(trained, [DrumWish()], player.rng, temperature=1.0)
        (groove,) = drums_vae.decode(trained, latents, temperature=1.0, rng=player.rng)
        struck = set(np.flatnonzero(groove.hits[:, ACCENTS].any(axis=1)).tolist())
        by_chance.append(f1(struck, heard))
    assert np.mean(answered) > 0.9
    assert np.mean(by_chance) < 0.65


def test_the_farther_from_the_rhythm_the_fewer_accents_fall_with_it(trained):
    rng = np.random.default_rng(1)
    calls = [two_bars(rng) for _ in range(20)]
    agreements = []
    for amount in (0.0, 0.5, 1.0):
        scores = []
        for seed, call in enumerate(calls):
            player = drummer(trained, seed=seed)
            played = player.accompany(call, amount=amount, length_ticks=3840)
            accents = steps_of(note for note in played if note.pitch in ACCENT_PITCHES)
            scores.append(f1(accents, steps_of(call.music.parts[0].notes)))
        agreements.append(np.mean(scores))
    assert agreements[0] > agreements[1] > agreements[2]


def test_a_beat_has_backbeats_where_the_bar_has_them(trained):
    call = hear_call(sequence_of(*[Note(60, 480 * beat, 200) for beat in range(8)]))
    played = drummer(trained).accompany(call, amount=0.3, length_ticks=3840)
    snares = {round(n.onset_ticks / 480) for n in played if n.pitch == 38}
    assert {1, 3, 5, 7} <= snares


def test_a_beat_that_answers_in_the_middle_of_a_bar_keeps_the_bar(drums_toy):
    call = hear_call(sequence_of(*[Note(60, 480 * beat, 200) for beat in range(3)]))
    played = drummer(drums_toy).accompany(call, amount=0.0, length_ticks=1920)
    assert {n.onset_ticks // 480 for n in played if n.pitch == 38} == {0, 2}  # beats 4 and 2


@pytest.mark.parametrize("metre", METRES, ids=named)
@pytest.mark.parametrize("kind", ["accompany", "vary", "go_on"])
def test_a_beat_begins_at_once_and_ends_in_time_in_any_metre(trained, metre, kind):
    notes = [replace(note, onset_ticks=note.onset_ticks + 480) for note in BEAT]
    call = hear_call(
        NoteSequence(parts=(Part(channel=9, notes=tuple(notes)),), time_signatures=(metre,))
    )
    amount = {} if kind == "go_on" else {"amount": 0.5}
    for bars in (1, 3):
        length_ticks = bars * metre.bar_ticks()
        played = getattr(drummer(trained), kind)(call, length_ticks=length_ticks, **amount)
        assert played[0].onset_ticks == 0
        assert max(note.end_ticks for note in played) <= length_ticks
        assert all(note.duration_ticks > 0 for note in played)


def test_in_six_eight_the_beat_is_a_shuffle_of_dotted_quarters():
    steps = Steps(SIX_EIGHT)
    assert [steps.ticks(step) for step in range(steps.per_bar)] == [
        0, 240, 480, 600, 720, 960, 1200, 1320,
    ]  # fmt: skip


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_every_step_is_nearest_to_itself(metre):
    steps = Steps(metre)
    for bar in range(3):
        for step in range(steps.per_bar):
            ticks = bar * metre.bar_ticks() + steps.ticks(step)
            assert steps.nearest(ticks) == (bar, step)


@pytest.mark.parametrize("metre", [*METRES, TimeSignature(0, 9, 4), TimeSignature(0, 5, 32)])
def test_no_two_steps_share_a_row_and_all_have_one(metre):
    steps = Steps(metre)
    rows = [steps.row(bar, step) for bar in range(4) for step in range(steps.per_bar)]
    assert len(rows) == len(set(rows))
    assert max(phrase for phrase, _ in rows) + 1 == steps.count(4 * metre.bar_ticks())
    assert all(0 <= row < 32 for _, row in rows)


def test_a_drummers_call_varied_by_nothing_is_the_call(drums_toy):
    call = hear_call(NoteSequence(parts=(Part(channel=9, notes=tuple(BEAT)),)))
    played = drummer(drums_toy).vary(call, amount=0.0, length_ticks=960)
    assert [(n.pitch, n.onset_ticks, n.velocity) for n in played] == [
        (n.pitch, n.onset_ticks, n.velocity) for n in BEAT
    ]


def test_what_follows_a_drummers_call_follows_its_groove(trained):
    """A busy call is followed by a busier groove than a sparse one."""
    counts = []
    for every in (4, 1):
        hits = [Note(42, 120 * step, 60, 80) for step in range(0, 32, every)]
        kicks = [Note(36, 960 * beat, 60, 100) for beat in range(4)]
        part = Part(channel=9, notes=tuple(sorted(hits + kicks, key=lambda n: n.onset_ticks)))
        call = hear_call(NoteSequence(parts=(part,)))
        counts.append(
            sum(
                len(drummer(trained, seed=seed).go_on(call, length_ticks=3840)) for seed in range(8)
            )
        )
    assert counts[1] > 1.3 * counts[0]


@pytest.mark.parametrize("velocity", [25, 70, 115])
def test_a_beat_is_as_loud_as_the_call(trained, velocity):
    call = hear_call(sequence_of(*[Note(60, 480 * beat, 200, velocity) for beat in range(8)]))
    played = drummer(trained).accompany(call, amount=0.4, length_ticks=3840)
    accents = [note.velocity for note in played if note.pitch in ACCENT_PITCHES]
    assert abs(np.mean(accents) - velocity) < 6


def test_pitches_that_are_no_drum_are_left_out_of_a_groove(drums_toy):
    part = Part(channel=9, notes=(Note(36, 0, 60), Note(100, 480, 60)))
    call = hear_call(NoteSequence(parts=(part,)))
    played = drummer(drums_toy).vary(call, amount=0.0, length_ticks=480)
    assert [note.pitch for note in played] == [36]


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_every_tune_has_a_beat(drums_toy, tune):
    call = hear_call(tune.sequence)
    played = drummer(drums_toy).accompany(call, amount=0.4, length_ticks=call.length_ticks)
    assert {note.pitch for note in played} <= {pitch for _, pitch, _ in DRUMS}


def test_the_metre_is_that_of_the_call():
    assert Steps(FOUR_FOUR).per_bar == 16
