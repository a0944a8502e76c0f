"""A clip goes out and comes back: what was not to be changed is the same to the tick.

Through JSON, as plugins send it, and through a MIDI file, as musicians drag it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.files.midi import format_midi, parse_midi
from bridge.music.frame import continuation_start, melody_index
from bridge.music.voices import melody_flags
from bridge.operations.music import (
    AnswerRequest,
    ContinueRequest,
    VaryRequest,
    answer,
    continue_melody,
    vary,
)
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import AnswerKind
from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    KeySignature,
    Marker,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.units import rescale_ticks
from tests.music.playing import METRES, named
from tests.music.toy_vaes import write_drums_toy, write_melody_toy
from tests.music.tunes import JESU_JOY, TWINKLE
from tests.strategies import sequences

HOST_PPQS = (96, 480, 960, 15360, 25200)
"""Of Live's and Bitwig's exports, most files, REAPER and Logic, Ardour's tempo map, and a grid
fine enough for beats that a host counts in floats."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_melody_toy(models)
    write_drums_toy(models)
    return Studio(models=models)


def through_json(sequence: NoteSequence) -> NoteSequence:
    return from_plain(NoteSequence, json.loads(json.dumps(to_plain(sequence))))


def through_midi(sequence: NoteSequence) -> NoteSequence:
    """Go through a file, which comes back at 480 where that fits its own grid."""
    return parse_midi(format_midi(sequence), name="clip.mid").at_ppq(sequence.ppq)


WIRES = pytest.mark.parametrize("wire", [through_json, through_midi])


def clip(metre: TimeSignature = METRES[0], ppq: int = 960) -> NoteSequence:
    """A clip with everything in it that a host may hold: nothing lies on Segue's own grid."""
    bar_ticks = metre.bar_ticks(ppq)
    tune = [
        Note(60 + step % 5, step * ppq // 3 + 1, ppq // 3 - 7, 30 + step, 64 + step % 3)
        for step in range(12)
    ]
    pad = Part(
        name="Pad",
        channel=3,
        program=89,
        notes=(Note(36, 1, 2 * bar_ticks, 41, 3), Note(40, 11, 2 * bar_ticks - 13, 42, 5)),
        controls=(
            ControlEvent(7, ControlKind.CONTROL_CHANGE, 1, 99),
            ControlEvent(13, ControlKind.PITCH_BEND, 0, -8192),
            ControlEvent(ppq + 1, ControlKind.KEY_PRESSURE, 36, 9),
        ),
    )
    pedal = (
        ControlEvent(3, ControlKind.CONTROL_CHANGE, 64, 127),
        ControlEvent(bar_ticks - 1, ControlKind.CONTROL_CHANGE, 64, 0),
        ControlEvent(bar_ticks + 5, ControlKind.PITCH_BEND, 0, 777),
    )
    return NoteSequence(
        parts=(pad, Part(name="Führung", channel=1, program=73, notes=tuple(tune), controls=pedal)),
        tempos=(TempoChange(0, 93.75), TempoChange(bar_ticks // 3 + 1, 150.0)),
        time_signatures=(metre,),
        key_signatures=(KeySignature(0, -3, Mode.MINOR),),
        markers=(Marker(17, "drop"),),
        ppq=ppq,
        name="Strophe 2",
        duration_ticks=4 * bar_ticks + 3,
    )


def without_melody(sequence: NoteSequence) -> NoteSequence:
    """Give all that is not the melody: it must come back as it was."""
    index = melody_index(sequence)
    parts = list(sequence.parts)
    parts[index] = replace(parts[index], notes=())
    return replace(sequence, parts=tuple(parts))


@WIRES
@pytest.mark.parametrize("ppq", HOST_PPQS)
@pytest.mark.parametrize("metre", METRES, ids=named)
def test_a_clip_that_nobody_touches_comes_back_as_it_was(wire, metre, ppq):
    assert wire(clip(metre, ppq)) == clip(metre, ppq)


@WIRES
@pytest.mark.parametrize("ppq", HOST_PPQS)
@pytest.mark.parametrize("metre", METRES, ids=named)
def test_a_variation_changes_the_melody_and_nothing_else(studio, wire, metre, ppq):
    sent = clip(metre, ppq)
    back = wire(vary(VaryRequest(wire(sent), amount=0.7), studio))
    assert without_melody(back) == without_melody(sent)
    assert back.parts[1].notes != sent.parts[1].notes


@WIRES
@pytest.mark.parametrize("ppq", HOST_PPQS)
@pytest.mark.parametrize("metre", METRES, ids=named)
def test_a_continuation_leaves_all_that_it_continues(studio, wire, metre, ppq):
    sent = clip(metre, ppq)
    back = wire(continue_melody(ContinueRequest(wire(sent), bars=2), studio))
    start_ticks = rescale_ticks(continuation_start(sent.at_ppq()), from_ppq=480, to_ppq=ppq)
    heard = [note for note in back.parts[1].notes if note.onset_ticks < start_ticks]
    assert tuple(heard) == sent.parts[1].notes
    assert len(back.parts[1].notes) > len(heard)
    longer = max(sent.duration_ticks, start_ticks + 2 * metre.bar_ticks(ppq))
    assert back.span_ticks == longer
    assert replace(without_melody(back), duration_ticks=sent.duration_ticks) == without_melody(sent)


@WIRES
@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("ppq", HOST_PPQS)
def test_an_answer_travels_as_it_was_made(studio, wire, kind, ppq):
    made = answer(AnswerRequest(clip(ppq=ppq), kind), studio)
    assert made.ppq == ppq
    assert wire(made) == made


@pytest.mark.parametrize("bars", [1, 2])
def test_bars_that_are_not_varied_keep_every_note(studio, bars):
    sent = clip()
    end_ticks = bars * 4 * 960
    back = vary(VaryRequest(sent, amount=1.0, bars=bars), studio)
    for part, other in zip(sent.parts, back.parts, strict=True):
        kept = [note for note in part.notes if note.onset_ticks >= end_ticks]
        assert [note for note in other.notes if note.onset_ticks >= end_ticks] == kept


def test_chords_beneath_a_melody_keep_every_tick(studio):
    chords = [
        Note(pitch, 961 * index + 3, 900, 33 + index, 7)
        for index in range(6)
        for pitch in (40, 45, 49)
    ]
    top = [Note(76 + index, 961 * index + 5, 955) for index in range(6)]
    notes = tuple(sorted((*chords, *top), key=lambda note: (note.onset_ticks, note.pitch)))
    sent = NoteSequence(parts=(Part(notes=notes),), ppq=960)
    back = vary(VaryRequest(sent, amount=0.8), studio)
    assert [note for note in back.parts[0].notes if note in chords] == chords
    assert {note.pitch for note in back.parts[0].notes} != {note.pitch for note in notes}


@pytest.mark.parametrize("ppq", HOST_PPQS)
def test_triplets_that_are_varied_by_nothing_stay_on_their_ticks(studio, ppq):
    sent = JESU_JOY.sequence.at_ppq(ppq)
    assert vary(VaryRequest(sent, amount=0.0), studio) == sent


def test_a_clip_in_float_beats_comes_back_to_the_float(studio):
    """Beats as a host counts them go to ticks and back without an error that a float can show."""
    ppq = 25200
    beats = [0.0, 1 / 3, 2 / 3, 1.0, 1.2, 1.4, 1.75, 2.125, 2 + 1 / 7, 3.0]
    notes = tuple(Note(40 + index, round(beat * ppq), 100) for index, beat in enumerate(beats))
    sent = NoteSequence(parts=(Part(notes=notes), TWINKLE.sequence.at_ppq(ppq).parts[0]), ppq=ppq)
    back = vary(VaryRequest(sent), studio)
    assert [note.onset_ticks / ppq for note in back.parts[0].notes] == beats


def untouched(sequence: NoteSequence) -> NoteSequence:
    """Leave out the notes that a variation may change."""
    index = melody_index(sequence)
    flags = melody_flags(sequence.at_ppq().parts[index].notes)
    notes = sequence.parts[index].notes
    kept = tuple(n for n, is_melody in zip(notes, flags, strict=True) if not is_melody)
    parts = list(sequence.parts)
    parts[index] = replace(parts[index], notes=kept)
    return replace(sequence, parts=tuple(parts))


def in_order(notes) -> bool:
    return all(a.onset_ticks <= b.onset_ticks for a, b in pairwise(notes))


@settings(max_examples=80, deadline=None)
@given(sequence=sequences(), amount=st.sampled_from((0.0, 0.5, 1.0)))
def test_whatever_the_clip_a_variation_keeps_all_but_the_melody(studio, sequence, amount):
    if not any(part.notes and not part.is_drums for part in sequence.parts):
        return
    back = vary(VaryRequest(sequence, amount=amount), studio)
    index = melody_index(sequence)
    kept = untouched(sequence)
    remaining = list(back.parts[index].notes)
    assert in_order(remaining)
    for note in kept.parts[index].notes:
        remaining.remove(note)
    parts = list(back.parts)
    parts[index] = replace(parts[index], notes=kept.parts[index].notes)
    assert replace(back, parts=tuple(parts)) == kept


@settings(max_examples=80, deadline=None)
@given(sequence=sequences())
def test_whatever_the_clip_a_continuation_keeps_it_all(studio, sequence):
    if not any(part.notes and not part.is_drums for part in sequence.parts):
        return
    back = continue_melody(ContinueRequest(sequence, bars=1), studio)
    index = melody_index(sequence)
    heard = sequence.parts[index].notes
    assert back.parts[index].notes[: len(heard)] == heard
    parts = list(back.parts)
    parts[index] = replace(parts[index], notes=heard)
    same_length = replace(back, parts=tuple(parts), duration_ticks=sequence.duration_ticks)
    assert same_length == sequence
    assert back.duration_ticks >= sequence.duration_ticks


@settings(max_examples=80, deadline=None)
@given(sequence=sequences(), kind=st.sampled_from(AnswerKind))
def test_whatever_the_clip_its_answer_travels_in_a_file(studio, sequence, kind):
    if not any(part.notes for part in sequence.parts):
        return
    made = answer(AnswerRequest(sequence, kind, bars=1), studio)
    says_more = made.duration_ticks > replace(made, duration_ticks=0).span_ticks
    assert through_midi(made) == replace(
        made,
        tempos=tuple(through_midi(NoteSequence(tempos=made.tempos)).tempos),
        duration_ticks=made.duration_ticks if says_more else 0,  # what notes say is not said again
    )
    assert through_json(made) == made
