"""Made-up melodies for property tests: one voice, on sixteenths or triplets."""

from __future__ import annotations

from hypothesis import strategies as st

from bridge.music.melody_grid import SLOTS_PER_BEAT, slot_to_ticks
from bridge.schema.notes import Note

SIXTEENTH_SLOTS = (0, 1, 3, 5)
TRIPLET_SLOTS = (0, 2, 4)
PITCHES = st.integers(0, 127)


@st.composite
def onset_slots(draw, beats):
    """Draw the slots at which notes begin; each beat has sixteenths or triplets."""
    slots = []
    for beat in range(beats):
        allowed = draw(st.sampled_from((SIXTEENTH_SLOTS, TRIPLET_SLOTS)))
        chosen = draw(st.sets(st.sampled_from(allowed)))
        slots.extend(beat * SLOTS_PER_BEAT + slot for slot in sorted(chosen))
    return slots


@st.composite
def melodies(draw, beats=8, pitches=PITCHES):
    """Draw a melody of one voice; its notes end at or before the next one, on any slot."""
    starts = draw(onset_slots(beats))
    notes = []
    for index, start in enumerate(starts):
        limit = starts[index + 1] if index + 1 < len(starts) else beats * SLOTS_PER_BEAT
        end = draw(st.integers(start + 1, limit))
        onset_ticks = slot_to_ticks(start)
        notes.append(
            Note(
                pitch=draw(pitches),
                onset_ticks=onset_ticks,
                duration_ticks=slot_to_ticks(end) - onset_ticks,
                velocity=draw(st.integers(1, 127)),
            )
        )
    return tuple(notes)
