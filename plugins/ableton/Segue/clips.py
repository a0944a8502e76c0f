"""Reading a clip, and writing new ones into empty slots."""

from typing import NamedTuple

import Live
from ableton.v2.base import liveobj_valid

from .notes import LiveNote

_ALL_PITCHES = (0, 128)


class ClipError(Exception):
    """Say why a clip cannot be read or written, in one line."""


class Source(NamedTuple):
    """A clip that something is made of, as it was when that was asked for."""

    clip: object
    """Live's own clip."""
    track: object
    """The track that it lies on."""
    slot: object
    """The slot that it lies in; None: it lies in the arrangement."""
    name: str
    """As it was called before the command."""
    notes: list
    """What sounds in it, from the start of its loop."""
    muted: list
    """Notes in it that keep silent."""
    length: float
    """Of the loop, or from the start to the end marker where it has none; in beats."""
    numerator: int
    """Of its metre."""
    denominator: int
    """Of its metre."""

    @property
    def bar_beats(self):
        """The length of a bar, in beats."""
        return 4.0 * self.numerator / self.denominator


def read_source(clip, name):
    """Read a clip: what its loop holds, or what lies between its markers.

    Raises:
        ClipError: nothing sounds in it.
    """
    start, length = clip.loop_start, clip.loop_end - clip.loop_start
    found = [_note(note, start) for note in clip.get_notes_extended(*_ALL_PITCHES, start, length)]
    sounding = [note for note in found if not note.mute]
    if not sounding:
        raise ClipError("nothing sounds in the clip; play or draw some notes first")
    slot = None if clip.is_arrangement_clip else clip.canonical_parent
    return Source(
        clip,
        _track(clip),
        slot,
        name,
        sounding,
        [note for note in found if note.mute],
        length,
        clip.signature_numerator,
        clip.signature_denominator,
    )


def heard_between(clip, start, end):
    """Give what sounds in a clip between two of its beats, as Live counts them."""
    found = clip.get_notes_extended(*_ALL_PITCHES, start, end - start)
    return [_note(note, 0.0) for note in found if not note.mute]


def clip_head(song, clip):
    """Give tempo and metre of a clip, as Segue reads them."""
    return head_of(song, clip.signature_numerator, clip.signature_denominator)


def head_of(song, numerator, denominator):
    """Give the song's tempo and a metre, as Segue reads them."""
    metre = {"onset_ticks": 0, "numerator": numerator, "denominator": denominator}
    tempo = {"onset_ticks": 0, "tempo_bpm": float(song.tempo)}
    return {"tempos": [tempo], "time_signatures": [metre]}


def _track(clip):
    """Give the track of a clip, be it in a slot, in the arrangement or in a take lane."""
    parent = clip.canonical_parent
    while not hasattr(parent, "clip_slots"):
        parent = parent.canonical_parent
    return parent


def _note(note, start):
    """Take a note over as it is, from the start of what is read."""
    return LiveNote(
        note.pitch,
        note.start_time - start,
        note.duration,
        note.velocity,
        note.mute,
        note.probability,
        note.velocity_deviation,
        note.release_velocity,
    )


def write_clips(song, source, pieces):
    """Write pieces into the next empty slots of the source's track, as one step of undo.

    Args:
        song: of the source.
        source: what they were made of; they look like it.
        pieces: for each clip its name, its notes and its length in beats.

    Returns:
        The clips.

    Raises:
        ClipError: the track is gone or frozen, or there is no room; no clip is written then.
    """
    if not liveobj_valid(source.track):
        raise ClipError("the track is gone")
    song.begin_undo_step()
    try:
        slots = _empty_slots(song, source, len(pieces))
        return [
            _write_clip(slot, source, name, notes, length)
            for slot, (name, notes, length) in zip(slots, pieces)
        ]
    finally:
        song.end_undo_step()


def _empty_slots(song, source, count):
    """Give the next empty slots below the source, with new scenes where they are too few."""
    missing = count - len(_free(source))
    selected = song.view.selected_scene
    for _ in range(missing):
        try:
            song.create_scene(-1)
        except RuntimeError as error:
            raise ClipError(
                "Live makes no more scenes; delete some clips or ask for less"
            ) from error
    if missing > 0:
        song.view.selected_scene = selected
    return _free(source)[:count]


def _free(source):
    """Give the slots below the source in which nothing lies, and nothing is about to."""
    slots = list(source.track.clip_slots)
    below = slots[slots.index(source.slot) + 1 :] if source.slot in slots else slots
    return [slot for slot in below if not slot.has_clip and not slot.is_triggered]


def _write_clip(slot, source, name, notes, length):
    """Make a clip in an empty slot that looks like the source; gives it."""
    try:
        slot.create_clip(length)
    except RuntimeError as error:
        raise ClipError(f"Live makes no clip on this track: {error}") from error
    clip = slot.clip
    clip.name = name
    clip.signature_numerator = source.numerator
    clip.signature_denominator = source.denominator
    if liveobj_valid(source.clip):
        clip.color = source.clip.color
        clip.looping = source.clip.looping
    clip.add_new_notes(tuple(Live.Clip.MidiNoteSpecification(**note._asdict()) for note in notes))
    return clip
