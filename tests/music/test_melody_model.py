"""The melody VAE that ships hears tunes it never saw, and does what its knobs say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.music import melody_vae
from bridge.music.key import Key, leaning
from bridge.music.melodies import Improviser
from bridge.music.melody_grid import FIRST_PITCH, cut_grid, phrase_beats
from bridge.music.melody_vae import MelodyWish
from bridge.runtime.registry import Registry
from bridge.schema.notes import Mode, TimeSignature
from bridge.schema.performance import SCALES, STYLES, Knobs
from tests.music.playing import METRES, improviser, named, notes_of
from tests.music.tunes import FOUR_FOUR, ODE_TO_JOY, TUNES, TWINKLE, melody, sequence_of

MODELS = Path(__file__).parents[2] / "onnx_models"
PHRASES = 40
"""As many as a mean is taken of."""

EVEN = np.zeros(12, dtype=np.float32)
"""A leaning to no pitch class."""

D_MINOR = (
    "D4 F4 A4 D5 | C#5 A4 E4:2 | G4 A4:1/2 Bb4:1/2 A4 G4 | F4 E4 D4:2 |"
    "D5 C5:1/2 Bb4:1/2 A4 F4 | G4 Bb4 A4:2 | F4 E4:1/2 F4:1/2 G4 E4 | F4 E4 D4:2"
)
"""Made up for these tests."""


@pytest.fixture(scope="module")
def model():
    return Registry(MODELS).model(melody_vae.MODEL_NAME)


def phrases_at_c(tune):
    """Cut a tune into phrases with the tonic at C, as every verb does."""
    shift = Key(tune.tonic_pitch_class, tune.mode).shift_to_c
    beats = phrase_beats(tune.metre)
    notes = [_moved(note, shift) for note in tune.notes]
    count = max(note.end_ticks for note in notes) // (beats * 480)
    return [
        cut_grid(notes, start_ticks=index * beats * 480, beats=beats).phrase(0, beats)
        for index in range(count)
    ]


def _moved(note, semitones):
    return replace(note, pitch=note.pitch + semitones)


def heard_again(model, phrases):
    """Encode and decode phrases, taking the likeliest tokens."""
    latents = melody_vae.encode(model, phrases)
    rng = np.random.default_rng(0)
    return melody_vae.decode(model, latents, temperature=0.01, rng=rng, leaning=EVEN)


def onsets(phrase) -> set[tuple[int, int]]:
    """Give slot and pitch of every note."""
    slots = np.flatnonzero(phrase.tokens >= FIRST_PITCH)
    return {(int(slot), int(phrase.tokens[slot]) - FIRST_PITCH) for slot in slots}


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_nine_of_ten_notes_of_a_tune_come_back_in_slot_and_pitch(model, tune):
    phrases = phrases_at_c(tune)
    back = heard_again(model, phrases)
    right = sum(len(onsets(a) & onsets(b)) for a, b in zip(phrases, back, strict=True))
    written, heard = (sum(len(onsets(phrase)) for phrase in some) for some in (phrases, back))
    assert 2 * right / (written + heard) > 0.9


def test_twinkle_comes_back_note_for_note(model):
    phrases = phrases_at_c(TWINKLE)
    for written, heard in zip(phrases, heard_again(model, phrases), strict=True):
        assert onsets(heard) == onsets(written)
        assert heard.tokens.tolist() == written.tokens.tolist()


def test_loudness_comes_back_within_an_eighth(model):
    phrases = phrases_at_c(ODE_TO_JOY)
    loud = [type(p)(p.tokens, p.velocities * v) for v in (0.7, 1.5) for p in phrases]
    for written, heard in zip(loud, heard_again(model, loud), strict=True):
        slots = np.flatnonzero(written.velocities)
        assert np.abs(heard.velocities[slots] - written.velocities[slots]).mean() < 1 / 8


def drawn(model, wish: MelodyWish, *, seed: int = 0, temperature: float = 1.0):
    """Draw phrases of one wish."""
    rng = np.random.default_rng(seed)
    wish = replace(wish, minor=bool(wish.minor))
    wishes = [melody_vae.typical_wish(model, wish, rng) for _ in range(PHRASES)]
    latents = melody_vae.draw(model, wishes, rng, temperature=temperature)
    lean = leaning(Mode.MINOR if wish.minor else Mode.MAJOR)
    return melody_vae.decode(model, latents, temperature=temperature, rng=rng, leaning=lean)


def mean_density(phrases, beats: int = 8) -> float:
    return float(np.mean([len(onsets(phrase)) / beats for phrase in phrases]))


@pytest.mark.parametrize("triple", [False, True])
def test_turning_up_the_density_gives_more_notes_a_beat(model, triple):
    densities = [
        mean_density(drawn(model, MelodyWish(triple=triple, density=asked)), 6 if triple else 8)
        for asked in (0.5, 1.0, 1.5, 2.0, 3.0)
    ]
    assert densities == sorted(densities)
    assert densities[-1] > 2.5 * densities[0]


def test_turning_up_the_density_gives_more_notes_in_every_style(model):
    for style in STYLES:
        sparse, dense = (
            mean_density(drawn(model, MelodyWish(density=asked, style=style)))
            for asked in (0.75, 2.5)
        )
        assert dense > 1.5 * sparse, style


def test_the_register_that_is_asked_for_is_the_one_that_is_played(model):
    means = []
    for register in (54.0, 66.0, 78.0):
        phrases = drawn(model, MelodyWish(register=register))
        means.append(np.mean([pitch for phrase in phrases for _, pitch in onsets(phrase)]))
    assert means == pytest.approx([54.0, 66.0, 78.0], abs=4.0)


def test_a_minor_phrase_leans_to_the_minor_third_and_a_major_one_to_the_major(model):
    thirds = []
    for minor in (True, False):
        phrases = drawn(model, MelodyWish(minor=minor))
        pitches = [pitch % 12 for phrase in phrases for _, pitch in onsets(phrase)]
        thirds.append(pitches.count(3) / (pitches.count(3) + pitches.count(4)))
    assert thirds[0] > 0.5
    assert thirds[1] < 0.1


def answers(model, text: str, *, bars: int = 4, seeds: int = 10, **knobs):
    """Continue a melody with some seeds; give the pitches of all answers."""
    heard = sequence_of(*melody(text))
    return [
        note.pitch
        for seed in range(seeds)
        for note in notes_of(
            improviser(model, seed=seed, **knobs).continue_melody(heard, bars=bars)
        )
    ]


def test_an_octave_higher_melody_gets_a_clearly_higher_answer(model):
    text = "C{0} D{0} E{0} G{0} E{0} D{0} C{0} E{0} G{0} E{0} D{0}:2"
    low, middle, high = (np.mean(answers(model, text.format(octave))) for octave in (3, 4, 5))
    assert middle - low > 6
    assert high - middle > 6


def test_the_answer_to_a_melody_in_d_minor_is_mostly_in_d_minor(model):
    pitches = answers(model, D_MINOR)
    natural = {(2 + step) % 12 for step in SCALES["minor"]}
    harmonic = {(2 + step) % 12 for step in SCALES["harmonic-minor"]}
    assert np.mean([pitch % 12 in natural | harmonic for pitch in pitches]) > 0.85
    assert pitches.count(65) + pitches.count(77) > pitches.count(66) + pitches.count(78)


def test_answers_to_one_melody_differ_by_seed(model):
    answered = {tuple(answers(model, D_MINOR, seeds=1, temperature=t)) for t in (0.8, 1.0, 1.2)}
    by_seed = {
        notes_of(improviser(model, seed=seed).continue_melody(TWINKLE.sequence, bars=4))
        for seed in range(8)
    }
    assert (len(answered), len(by_seed)) == (3, 8)


def test_samples_of_eight_seeds_are_eight_melodies(model):
    assert (
        len({notes_of(improviser(model, seed=s).sample(FOUR_FOUR, bars=2)) for s in range(8)}) == 8
    )


def test_a_cooler_temperature_makes_samples_more_alike(model):
    spreads = []
    for temperature in (0.2, 1.0):
        rng = np.random.default_rng(0)
        latents = melody_vae.draw(model, [MelodyWish()] * PHRASES, rng, temperature=temperature)
        spreads.append(latents.std(axis=0).mean())
    assert spreads[0] < 0.8 * spreads[1]


@pytest.mark.parametrize("metre", METRES, ids=named)
def test_a_sample_fills_its_bars(model, metre):
    made = improviser(model, seed=2).sample(metre, bars=4)
    notes = notes_of(made)
    assert notes[-1].end_ticks <= 4 * metre.bar_ticks()
    bars = {note.onset_ticks // metre.bar_ticks() for note in notes}
    assert len(bars) >= 3


def test_in_six_eight_more_notes_begin_on_eighths_than_beside_them(model):
    notes = [
        note.onset_ticks
        for seed in range(10)
        for note in notes_of(
            improviser(model, seed=seed, style="folk").sample(TimeSignature(0, 6, 8), bars=4)
        )
    ]
    assert np.mean([ticks % 240 == 0 for ticks in notes]) > 0.6


def slots_that_differ(first, other) -> float:
    """Give the mean share of slots at which two sets of phrases say something else."""
    pairs = zip(first, other, strict=True)
    return float(np.mean([(a.tokens != b.tokens).mean() for a, b in pairs]))


def test_a_larger_amount_varies_more(model):
    phrases = [phrase for tune in TUNES for phrase in phrases_at_c(tune) if onsets(phrase)]
    triple = [bool(tune.metre.bar_ticks() == 1440) for tune in TUNES for _ in phrases_at_c(tune)]
    wishes = [MelodyWish(triple=is_triple) for is_triple in triple]
    latents = melody_vae.encode(model, phrases)
    distances = []
    for amount in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        rng = np.random.default_rng(1)
        moved = melody_vae.move(model, latents, wishes, rng, amount=amount)
        back = melody_vae.decode(model, moved, temperature=0.1, rng=rng, leaning=EVEN)
        distances.append(slots_that_differ(phrases, back))
    assert distances == sorted(distances)
    assert distances[0] < 0.05
    assert distances[-1] > 0.3


def test_a_small_variation_of_a_tune_is_still_that_tune(model):
    kept = []
    for tune in TUNES:
        player = Improviser(model, Knobs(), np.random.default_rng(0))
        made = notes_of(player.vary(tune.sequence, amount=0.15))
        before = {(note.pitch, note.onset_ticks) for note in tune.notes}
        kept.append(len(before & {(n.pitch, n.onset_ticks) for n in made}) / len(before))
    assert np.mean(kept) > 0.7


def steps_between(model, start, end, steps: int):
    made = improviser(model, temperature=0.1).interpolate(
        start.sequence, end.sequence, bars=2, steps=steps
    )
    return [
        {
            (note.pitch, note.onset_ticks - step * 3840)
            for note in notes_of(made)
            if note.onset_ticks // 3840 == step
        }
        for step in range(steps)
    ]


def test_interpolation_begins_and_ends_with_the_tunes_and_is_neither_between(model):
    steps = steps_between(model, TWINKLE, ODE_TO_JOY, 5)
    ends = [
        {(note.pitch, note.onset_ticks) for note in tune.notes if note.onset_ticks < 3840}
        for tune in (TWINKLE, ODE_TO_JOY)
    ]
    assert (steps[0], steps[-1]) == tuple(ends)
    assert steps[2] not in ends


def test_asked_for_more_notes_interpolation_has_more_between_its_ends(model):
    counts = []
    for density in (0.5, 3.0):
        player = improviser(model, temperature=0.2, density=density)
        made = player.interpolate(TWINKLE.sequence, ODE_TO_JOY.sequence, bars=2, steps=8)
        counts.append(sum(3840 <= note.onset_ticks < 7 * 3840 for note in notes_of(made)))
    assert counts[1] > 1.5 * counts[0]


def test_a_variation_of_two_bars_leaves_the_rest_as_it_was(model):
    varied = notes_of(improviser(model).vary(ODE_TO_JOY.sequence, amount=0.9, bars=2))
    limit_ticks = 2 * ODE_TO_JOY.metre.bar_ticks()
    assert [note for note in varied if note.onset_ticks >= limit_ticks] == [
        note for note in ODE_TO_JOY.notes if note.onset_ticks >= limit_ticks
    ]
    assert [note for note in varied if note.onset_ticks < limit_ticks] != [
        note for note in ODE_TO_JOY.notes if note.onset_ticks < limit_ticks
    ]


def test_a_scale_that_no_tune_is_in_is_kept_to(model):
    pitches = answers(model, D_MINOR, scale="blues", tonic_pitch_class=2, seeds=3)
    assert {pitch % 12 for pitch in pitches} <= {(2 + step) % 12 for step in SCALES["blues"]}


def test_a_sample_in_minor_is_mostly_in_its_scale_without_being_held_to_it(model):
    pitches = [
        note.pitch
        for seed in range(10)
        for note in notes_of(
            improviser(model, seed=seed, mode=Mode.MINOR).sample(FOUR_FOUR, bars=4)
        )
    ]
    allowed = set(SCALES["minor"]) | set(SCALES["harmonic-minor"])
    assert np.mean([pitch % 12 in allowed for pitch in pitches]) > 0.85


def test_the_whole_card_is_true_of_the_files(model):
    assert Registry(MODELS).verify(melody_vae.MODEL_NAME).passed
