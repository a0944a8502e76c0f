"""Made-up music for property tests: any `NoteSequence` that a MIDI file can hold."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    KeySignature,
    Marker,
    MarkerKind,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.units import MICROSECONDS_PER_MINUTE

FILE_PPQS = (24, 25, 48, 96, 100, 120, 192, 240, 384, 480, 960, 1000, 1920, 32767)
"""Ticks per beat of real hosts and keyboards, and some odd ones."""

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_ONSETS = st.integers(0, 20_000)


def _by_onset(events):
    """Sort events by onset, as every noun asks for."""
    return tuple(sorted(events, key=lambda event: event.onset_ticks))


def _untangled(notes):
    """Let no note end before an earlier one of its pitch: a MIDI file cannot say so."""
    last_end_ticks: dict[int, int] = {}
    untangled = []
    for note in sorted(notes, key=lambda note: (note.onset_ticks, note.pitch, note.end_ticks)):
        end_ticks = max(note.end_ticks, last_end_ticks.get(note.pitch, 0))
        last_end_ticks[note.pitch] = end_ticks
        untangled.append(replace(note, duration_ticks=end_ticks - note.onset_ticks))
    return tuple(untangled)


def notes():
    return st.builds(
        Note,
        pitch=st.integers(0, 127),
        onset_ticks=_ONSETS,
        duration_ticks=st.integers(0, 2_000),
        velocity=st.integers(1, 127),
        release_velocity=st.integers(0, 127),
    )


def controls():
    seven_bits = st.integers(0, 127)
    without_number = (ControlKind.PROGRAM_CHANGE, ControlKind.CHANNEL_PRESSURE)
    with_number = (ControlKind.CONTROL_CHANGE, ControlKind.KEY_PRESSURE)
    bend = st.just(ControlKind.PITCH_BEND)
    return st.one_of(
        st.builds(ControlEvent, _ONSETS, st.sampled_from(with_number), seven_bits, seven_bits),
        st.builds(ControlEvent, _ONSETS, st.sampled_from(without_number), st.just(0), seven_bits),
        st.builds(ControlEvent, _ONSETS, bend, st.just(0), st.integers(-8192, 8191)),
    )


def _with_its_first_program(part):
    """Let a part without a program have the one that its events give it before the first note."""
    first_onset = min((note.onset_ticks for note in part.notes), default=2**31)
    programs = [
        control.value
        for control in part.controls
        if control.kind is ControlKind.PROGRAM_CHANGE and control.onset_ticks <= first_onset
    ]
    return replace(part, program=programs[0]) if programs and not part.program else part


def parts():
    return st.builds(
        Part,
        name=TEXTS,
        channel=st.integers(0, 15),
        program=st.integers(0, 127),
        notes=st.lists(notes(), max_size=12).map(_untangled),
        controls=st.lists(controls(), max_size=6).map(_by_onset),
    ).map(_with_its_first_program)


def tempos():
    microseconds = st.integers(1, 2**24 - 1)
    return st.builds(
        lambda onset, per_beat: TempoChange(onset, MICROSECONDS_PER_MINUTE / per_beat),
        _ONSETS,
        microseconds,
    )


def time_signatures():
    denominators = st.sampled_from((1, 2, 4, 8, 16, 32, 64, 128))
    return st.builds(TimeSignature, _ONSETS, st.integers(1, 255), denominators)


def key_signatures():
    return st.builds(KeySignature, _ONSETS, st.integers(-7, 7), st.sampled_from(Mode))


def markers():
    return st.builds(Marker, _ONSETS, TEXTS, st.sampled_from(MarkerKind))


FROM_ANY_HOST = st.sampled_from(FILE_PPQS)


@st.composite
def sequences(draw, ppqs=FROM_ANY_HOST):
    sequence = NoteSequence(
        parts=tuple(draw(st.lists(parts(), max_size=4))),
        tempos=_by_onset(draw(st.lists(tempos(), max_size=3))),
        time_signatures=_by_onset(draw(st.lists(time_signatures(), max_size=2))),
        key_signatures=_by_onset(draw(st.lists(key_signatures(), max_size=2))),
        markers=_by_onset(draw(st.lists(markers(), max_size=3))),
        ppq=draw(ppqs),
        name=draw(TEXTS),
    )
    silence_ticks = draw(st.integers(0, 4_000))
    span_ticks = sequence.span_ticks
    return replace(sequence, duration_ticks=span_ticks + silence_ticks if silence_ticks else 0)
