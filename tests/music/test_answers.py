"""An answer begins on its beat, ends in time, and is in the key and register of its call."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.music.key import scale_pitch_classes
from bridge.music.lines import mean_pitch
from bridge.operations.music import AnswerRequest, answer
from bridge.operations.studio import Studio
from bridge.schema.live import AnswerKind
from bridge.schema.notes import Mode, Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.schema.performance import Knobs
from tests.music.playing import DRUMS, METRES, named
from tests.music.toy_vaes import silent_line, write_drums_toy, write_melody_toy
from tests.music.tunes import FOUR_FOUR, MINUET, TUNES, TWINKLE, melody, sequence_of
from tests.strategies import sequences

KINDS = pytest.mark.parametrize("kind", AnswerKind)
MELODIC = pytest.mark.parametrize(
    "kind", [AnswerKind.CONTINUE, AnswerKind.VARY, AnswerKind.HARMONY]
)
CALLS = {
    "one note": (Note(64, 100, 200),),
    "one note of no length": (Note(64, 0, 0),),
    "a chord": (Note(60, 0, 960), Note(64, 9, 951), Note(67, 14, 946)),
    "chords": tuple(
        Note(pitch, 480 * beat + beat, 400) for beat in range(6) for pitch in (48, 60, 64, 67)
    ),
    "off the grid": tuple(Note(60 + step, 97 * step + 13, 88) for step in range(12)),
    "from off the beat": melody("-:1/2 C4:1/2 D4 E4 F4"),
    "triplets": melody("C4:1/3 D4:1/3 E4:1/3 F4:1/3 G4:1/3 A4:1/3 G4"),
    "after a long silence": melody("-:40 C4 D4 E4"),
    "around a long silence": melody("C4 -:30 D4 E4"),
    "held long": (Note(60, 0, 40_000),),
    "200 notes": tuple(Note(60 + (7 * step) % 12, 120 * step, 110) for step in range(200)),
    "very low": melody("C1 D1 E1 F1"),
    "very high": melody("C9 D9 E9 F9"),
    "from end to end": (Note(0, 0, 480), Note(127, 480, 480), Note(0, 960, 480)),
    "whispered": tuple(replace(note, velocity=1) for note in melody("C4 D4 E4 F4")),
    "hammered": tuple(replace(note, velocity=127) for note in melody("C4 D4 E4 F4")),
}


@pytest.fixture(scope="module")
def studio():
    """The trained models."""
    return Studio()


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_melody_toy(models)
    write_drums_toy(models)
    return Studio(models=models)


def answered(studio, call, kind, *, bars=None, amount=0.4, seed=0, **knobs) -> NoteSequence:
    request = AnswerRequest(call, kind, bars, amount, knobs=Knobs(**knobs), seed=seed)
    return answer(request, studio)


def notes_of(made: NoteSequence) -> tuple[Note, ...]:
    (part,) = made.parts
    return part.notes


def is_sound(made: NoteSequence, *, length_ticks: int) -> bool:
    """Say whether an answer begins at once, is in order and ends in time, at PPQ 480."""
    notes = notes_of(made)
    return (
        notes[0].onset_ticks == 0
        and all(a.onset_ticks <= b.onset_ticks for a, b in pairwise(notes))
        and all(note.duration_ticks > 0 for note in notes)
        and max(note.end_ticks for note in notes) <= length_ticks
        and made.span_ticks <= max(length_ticks, made.time_signatures[0].onset_ticks)
    )


@KINDS
@pytest.mark.parametrize("notes", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("bars", [None, 1, 3])
def test_whatever_is_played_is_answered_from_its_beat_on(toys, kind, notes, bars):
    made = answered(toys, sequence_of(*notes), kind, bars=bars)
    assert is_sound(made, length_ticks=16 * 1920 if bars is None else bars * 1920)


@KINDS
@pytest.mark.parametrize("metre", METRES, ids=named)
@pytest.mark.parametrize("bar_line", [0, 480, 960])
def test_bars_of_any_metre_are_answered_by_as_many(toys, kind, metre, bar_line):
    notes = [Note(60 + step, 240 * step, 200) for step in range(9)]
    call = sequence_of(*notes, metre=replace(metre, onset_ticks=bar_line))
    made = answered(toys, call, kind, bars=2)
    assert is_sound(made, length_ticks=2 * metre.bar_ticks())
    (written,) = made.time_signatures
    assert (written.numerator, written.denominator) == (metre.numerator, metre.denominator)
    call_end_ticks = 2400
    assert (written.onset_ticks + call_end_ticks - bar_line) % metre.bar_ticks() == 0


@KINDS
def test_an_answer_is_as_long_as_its_call(toys, kind):
    made = answered(toys, sequence_of(*melody("C4 D4 E4 F4 G4 A4 B4:1/2")), kind)
    assert max(made.duration_ticks, made.end_ticks) == 7 * 480


@KINDS
@settings(max_examples=40, deadline=None)
@given(sequence=sequences(), bars=st.none() | st.integers(1, 16), seed=st.integers(0, 2**63 - 1))
def test_any_music_is_answered_or_refused(toys, kind, sequence, bars, seed):
    if not any(part.notes for part in sequence.parts):
        with pytest.raises(RequestError, match="nothing to answer"):
            answered(toys, sequence, kind)
        return
    made = answered(toys, sequence, kind, bars=bars, seed=seed)
    assert made.ppq == sequence.ppq
    assert notes_of(made)[0].onset_ticks == 0
    metre = sequence.time_signatures[-1] if sequence.time_signatures else FOUR_FOUR
    ticks = (bars or 16) * metre.bar_ticks()
    limit = max(ticks, 480) * sequence.ppq / 480
    assert max(note.end_ticks for note in notes_of(made)) <= round(limit) + 1


@KINDS
def test_the_same_seed_gives_the_same_answer(studio, kind):
    assert answered(studio, TWINKLE.sequence, kind) == answered(studio, TWINKLE.sequence, kind)


@pytest.mark.parametrize("kind", [AnswerKind.CONTINUE, AnswerKind.VARY, AnswerKind.DRUMS])
def test_another_seed_gives_another_answer(studio, kind):
    first, other = (answered(studio, TWINKLE.sequence, kind, seed=seed) for seed in (1, 2))
    assert first != other


@KINDS
@pytest.mark.parametrize("part", [DRUMS, replace(DRUMS, notes=(Note(100, 5, 5),))])
def test_drums_alone_are_answered_on_the_drums(toys, kind, part):
    (answered_by,) = answered(toys, NoteSequence(parts=(part,)), kind).parts
    assert answered_by.is_drums
    assert answered_by.notes[0].onset_ticks == 0


@KINDS
def test_an_answer_plays_on_the_channel_and_program_of_the_melody(toys, kind):
    call = NoteSequence(parts=(replace(TWINKLE.sequence.parts[0], channel=4, program=73), DRUMS))
    (part,) = answered(toys, call, kind).parts
    assert part.name == "Answer"
    assert (part.channel, part.program) == ((9, 0) if kind is AnswerKind.DRUMS else (4, 73))


@MELODIC
@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_an_answer_is_in_the_key_of_its_call(studio, kind, tune):
    made = answered(studio, tune.sequence, kind)
    assert made.key_signatures[0].tonic_pitch_class == tune.tonic_pitch_class
    allowed = scale_pitch_classes(tune.tonic_pitch_class, tune.mode.value)
    allowed |= {note.pitch % 12 for note in tune.notes}
    pitches = [note.pitch % 12 for note in notes_of(made)]
    assert sum(pitch in allowed for pitch in pitches) >= 0.85 * len(pitches)


@MELODIC
@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_an_answer_is_in_the_register_and_as_loud_as_its_call(studio, kind, tune):
    for octave in (-24, 0, 24):
        notes = [replace(note, pitch=note.pitch + octave, velocity=101) for note in tune.notes]
        call = replace(tune.sequence, parts=(Part(notes=tuple(notes)),))
        made = notes_of(answered(studio, call, kind))
        near = 12.0 if kind is AnswerKind.HARMONY else 5.0
        assert abs(mean_pitch(made) - mean_pitch(notes)) <= near
        assert abs(np.mean([note.velocity for note in made]) - 101) <= 5


@MELODIC
def test_a_scale_that_is_asked_for_is_kept(studio, kind):
    made = answered(
        studio, TWINKLE.sequence, kind, tonic_pitch_class=9, mode=Mode.MINOR, scale="minor"
    )
    pitch_classes = {note.pitch % 12 for note in notes_of(made)}
    sung = {note.pitch % 12 for note in TWINKLE.notes}  # all of them are in A minor
    assert pitch_classes | sung <= scale_pitch_classes(9, "minor")


def test_a_harmony_has_the_calls_own_timing_to_the_tick(studio):
    notes = [
        replace(note, onset_ticks=note.onset_ticks + 7 * (i % 3))
        for i, note in enumerate(TWINKLE.notes)
    ]
    made = notes_of(answered(studio, sequence_of(*notes), AnswerKind.HARMONY))
    assert [note.onset_ticks for note in made] == [note.onset_ticks for note in notes]


def test_a_harmony_that_ends_before_its_call_begins_has_the_calls_last_note(studio):
    eighth = TimeSignature(0, 1, 8)
    late = NoteSequence(parts=(Part(notes=(Note(62, 3120, 90),)),), time_signatures=(eighth,))
    made = notes_of(answer(AnswerRequest(late, AnswerKind.HARMONY, bars=1), studio))
    assert [(note.pitch, note.onset_ticks) for note in made] == [(62, 0)]


def test_a_harmony_needs_no_model(tmp_path):
    made = answered(Studio(models=tmp_path), TWINKLE.sequence, AnswerKind.HARMONY)
    assert len(notes_of(made)) == len(TWINKLE.notes)


@pytest.mark.parametrize(
    ("kind", "model"), [(AnswerKind.CONTINUE, "melody_vae"), (AnswerKind.DRUMS, "drums_vae")]
)
def test_without_its_model_an_answer_says_which_one_is_missing(tmp_path, kind, model):
    with pytest.raises(NotFoundError, match=f"no model music/{model}"):
        answered(Studio(models=tmp_path), TWINKLE.sequence, kind)


def test_of_chords_the_top_line_is_harmonised(toys):
    chords = [Note(note.pitch - 24, note.onset_ticks, note.duration_ticks) for note in MINUET.notes]
    both = sorted((*MINUET.notes, *chords), key=lambda note: (note.onset_ticks, note.pitch))
    alone = answered(toys, MINUET.sequence, AnswerKind.HARMONY)
    call = replace(MINUET.sequence, parts=(Part(notes=tuple(both)),))
    assert [n.pitch for n in notes_of(answered(toys, call, AnswerKind.HARMONY))] == [
        n.pitch for n in notes_of(alone)
    ]


def test_a_low_call_is_harmonised_from_above_and_a_high_one_from_below(toys):
    for octave, above in (("2", True), ("5", False)):
        call = sequence_of(*melody("C4 D4 E4 F4".replace("4", octave)))
        voice = notes_of(answered(toys, call, AnswerKind.HARMONY))
        assert (mean_pitch(voice) > mean_pitch(call.parts[0].notes)) is above


def test_a_variation_of_nothing_is_the_call(studio):
    made = notes_of(answered(studio, TWINKLE.sequence, AnswerKind.VARY, amount=0.0))
    assert [(n.pitch, n.onset_ticks) for n in made] == [
        (n.pitch, n.onset_ticks) for n in TWINKLE.notes
    ]


@pytest.mark.parametrize("tune", TUNES, ids=str)
def test_a_variation_keeps_some_of_the_call_and_changes_some(studio, tune):
    made = notes_of(answered(studio, tune.sequence, AnswerKind.VARY))
    first_beat_ticks = tune.notes[0].onset_ticks // 480 * 480
    heard = {(note.pitch, note.onset_ticks - first_beat_ticks) for note in tune.notes}
    kept = sum((note.pitch, note.onset_ticks) in heard for note in made)
    assert 0.1 < kept / len(made) < 0.9


def test_a_short_call_is_repeated_where_more_bars_are_asked_for(studio):
    call = sequence_of(*melody("C4 D4 E4 F4"))
    made = notes_of(answered(studio, call, AnswerKind.VARY, bars=4, amount=0.0))
    assert [note.pitch for note in made] == [60, 62, 64, 65] * 4


def test_an_answer_in_the_middle_of_a_bar_goes_on_with_that_bar(studio):
    """Long notes fall on strong beats of the host's bar, not on those of the answer's own."""
    strong = weak = 0
    for seed in range(20):
        call = sequence_of(*melody("C4 D4 E4"))  # the answer begins on beat 4
        for note in notes_of(answered(studio, call, AnswerKind.CONTINUE, bars=4, seed=seed))[1:]:
            beat, rest = divmod(note.onset_ticks + 1440, 480)
            if not rest:
                strong += beat % 2 == 0
                weak += beat % 2
    assert strong > 1.15 * weak


def test_the_tempo_of_an_answer_is_that_of_the_call_or_of_the_knob(toys):
    call = replace(TWINKLE.sequence, tempos=(TempoChange(0, 90.0), TempoChange(960, 70.0)))
    assert answered(toys, call, AnswerKind.VARY).tempos == (TempoChange(0, 70.0),)
    made = answered(toys, call, AnswerKind.VARY, tempo_bpm=99.0)
    assert made.tempos == (TempoChange(0, 99.0),)


@KINDS
@pytest.mark.parametrize("ppq", [24, 96, 960, 1000, 25200])
def test_an_answer_has_the_resolution_of_its_call(toys, kind, ppq):
    made = answered(toys, TWINKLE.sequence.at_ppq(ppq), kind)
    alike = answered(toys, TWINKLE.sequence, kind).at_ppq(ppq)
    assert (made.ppq, set(notes_of(made))) == (ppq, set(notes_of(alike)))


@pytest.mark.parametrize("kind", [AnswerKind.CONTINUE, AnswerKind.VARY])
def test_a_model_that_is_silent_is_helped_to_a_note(tmp_path, kind):
    write_melody_toy(tmp_path, line=silent_line())
    call = sequence_of(*melody("C4 D4"))
    made = answered(Studio(models=tmp_path), call, kind, amount=1.0)
    assert [(note.pitch, note.onset_ticks) for note in notes_of(made)] == [(62, 0)]


@pytest.mark.parametrize("fields", [{"bars": 0}, {"bars": 17}, {"amount": 1.1}, {"seed": -1}])
def test_a_wrong_request_is_refused_before_any_work(fields):
    with pytest.raises(RangeError, match=r"must be \d"):
        AnswerRequest(TWINKLE.sequence, **fields)


def test_a_metre_that_changes_in_the_call_is_that_of_its_end(toys):
    call = replace(TWINKLE.sequence, time_signatures=(FOUR_FOUR, TimeSignature(1920, 3, 4)))
    made = answered(toys, call, AnswerKind.VARY, bars=1)
    assert max(made.duration_ticks, made.end_ticks) == 1440
