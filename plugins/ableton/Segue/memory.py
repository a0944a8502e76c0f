"""What Segue wrote into this set, as long as Live runs and the set is open."""

from typing import NamedTuple

from ableton.v2.base import liveobj_valid

from .clips import heard_between
from .notes import Manuscript

_REST_POLLS = 20
"""Between two looks whether something was deleted: two seconds."""


class Kept(NamedTuple):
    """One clip that Segue wrote, as it was then."""

    clip: object
    """Live's own clip."""
    track: object
    """The track that it was written on."""
    name: str
    """As Segue called it."""
    notes: list
    """What it wrote, from beat 0 of the clip on."""
    subject: str
    """The operation that made it: `music.vary`."""
    head: dict
    """Tempos and metres of what is sent."""


class Memory:
    """What Segue wrote, and where it went.

    Args:
        song: Live's song.
    """

    def __init__(self, song):
        self.song = song
        self._all = []
        self._rest = 0

    def keep(self, kept):
        """Keep in mind what was written."""
        self._all.append(kept)

    def of(self, clip):
        """Give what is known of a clip; None: Segue did not write it, or Live was closed since."""
        for kept in self._all:
            if kept.clip == clip:
                return kept
        return None

    def deleted(self):
        """Give what was deleted since the last look, a few seconds late; it is forgotten.

        A clip that was dragged elsewhere is a new one to Live: it is known again by its name.
        """
        if self._rest > 0:
            self._rest -= 1
            return []
        self._rest = _REST_POLLS
        lost = [kept for kept in self._all if not liveobj_valid(kept.clip)]
        self._all = [kept for kept in self._all if liveobj_valid(kept.clip)]
        gone = []
        for kept in lost:
            clip = self._called(kept.name)
            if clip is not None:
                self._all.append(kept._replace(clip=clip))
            elif liveobj_valid(kept.track):
                gone.append(kept)
        return gone

    def _called(self, name):
        """Find a clip of a name that is not known yet; None: there is none."""
        for track in self.song.tracks:
            clips = [slot.clip for slot in track.clip_slots if slot.has_clip]
            for clip in clips + list(getattr(track, "arrangement_clips", ())):
                if clip.is_midi_clip and clip.name == name and self.of(clip) is None:
                    return clip
        return None


def written_and_kept(kept):
    """Give what was written and what it is now, as Segue reads both.

    What lies outside the clip's loop or markers now is not judged.
    """
    start, end = kept.clip.loop_start, kept.clip.loop_end
    written = [note for note in kept.notes if start <= note.start_time < end]
    return sequence(written, kept.head), sequence(heard_between(kept.clip, start, end), kept.head)


def sequence(notes, head):
    """Give notes as Segue reads them, from beat 0 of their clip on."""
    end = max([note.start_time + note.duration for note in notes] or [1.0])
    manuscript = Manuscript(notes, end)
    return dict(head, parts=[{"notes": manuscript.notes()}], ppq=manuscript.ppq)
