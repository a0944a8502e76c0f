"""A Live that runs without Live: the part of its API that the control surface calls.

Made after the Live Object Model of Live 11.3 and 12.0 as Cycling '74 documents it
(docs.cycling74.com/apiref/lom: Song, Song.View, Scene, Track, ClipSlot, Clip), after
`Live.Clip.MidiNoteSpecification` and `ableton.v2.control_surface.SimpleControlSurface` as published
control surfaces use them, and after what their authors measured in Live 12: notes of one pitch
never overlap, `create_scene` selects the new scene, `get_notes_extended` takes pitches first, and
what is changed outside `begin_undo_step` is a step of its own. A deleted object equals None.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

TICK_SECONDS = 0.1


class History:
    """Live's steps of undo."""

    def __init__(self):
        self.done: list[list[tuple[Callable, Callable]]] = []
        self.undone: list[list[tuple[Callable, Callable]]] = []
        self._open: list | None = None

    def do(self, forth, back):
        """Change something, so that it can be taken back."""
        forth()
        self.undone.clear()
        if self._open is not None:
            self._open.append((forth, back))
        else:
            self.done.append([(forth, back)])

    def begin(self):
        self._open = []

    def end(self):
        if self._open:
            self.done.append(self._open)
        self._open = None

    def undo(self):
        step = self.done.pop()
        for _, back in reversed(step):
            back()
        self.undone.append(step)

    def redo(self):
        step = self.undone.pop()
        for forth, _ in step:
            forth()
        self.done.append(step)


class LiveObject:
    """What Live hands to Python: it may be deleted under one's hands."""

    def __init__(self, history):
        object.__setattr__(self, "_history", history)
        object.__setattr__(self, "_is_deleted", False)

    def __eq__(self, other):
        if other is None:
            return self._is_deleted
        return self is other

    __hash__ = object.__hash__


def settable(name, kind):
    """Give a property that Live lets a script set, as a step of undo."""

    def get(self):
        return getattr(self, f"_{name}")

    def put(self, value):
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be {kind}, not {type(value)}")
        before = getattr(self, f"_{name}")
        forth = lambda: setattr(self, f"_{name}", value)  # noqa: E731
        self._history.do(forth, lambda: setattr(self, f"_{name}", before))

    return property(get, put)


@dataclass(frozen=True)
class MidiNoteSpecification:
    """Live.Clip.MidiNoteSpecification: what add_new_notes takes."""

    pitch: int
    start_time: float
    duration: float
    velocity: float = 100.0
    mute: bool = False
    probability: float = 1.0
    velocity_deviation: float = 0.0
    release_velocity: float = 64.0

    def __post_init__(self):
        if not (isinstance(self.pitch, int) and 0 <= self.pitch <= 127):
            raise ValueError(f"pitch {self.pitch!r}")
        if self.duration <= 0.0:
            raise ValueError(f"duration {self.duration!r}")
        if not 0.0 <= self.velocity <= 127.0 or not 0.0 <= self.release_velocity <= 127.0:
            raise ValueError(f"velocities {self.velocity!r} {self.release_velocity!r}")
        if not 0.0 <= self.probability <= 1.0 or not -127.0 <= self.velocity_deviation <= 127.0:
            raise ValueError(f"chances {self.probability!r} {self.velocity_deviation!r}")
        if not isinstance(self.mute, bool):
            raise TypeError(f"mute {self.mute!r}")


@dataclass(frozen=True)
class MidiNote(MidiNoteSpecification):
    """Live.Clip.MidiNote: what get_notes_extended gives."""

    note_id: int = 0


class Clip(LiveObject):
    """A MIDI clip, in a slot or in the arrangement."""

    name = settable("name", str)
    color = settable("color", int)
    looping = settable("looping", (bool, int))
    loop_start = settable("loop_start", float)
    loop_end = settable("loop_end", float)
    signature_numerator = settable("signature_numerator", int)
    signature_denominator = settable("signature_denominator", int)
    is_midi_clip = True

    def __init__(self, history, parent, length, *, is_arrangement_clip=False):
        super().__init__(history)
        self.canonical_parent = parent
        self.is_arrangement_clip = is_arrangement_clip
        self._name, self._color, self._looping = "", 0x00FF_9400, True
        self._loop_start, self._loop_end = 0.0, float(length)
        self._signature_numerator, self._signature_denominator = 4, 4
        self._notes: tuple[MidiNote, ...] = ()
        self._last_id = 0

    @property
    def length(self):
        return self._loop_end - self._loop_start

    def get_notes_extended(self, from_pitch, pitch_span, from_time, time_span):
        return tuple(
            note
            for note in self._notes
            if from_pitch <= note.pitch < from_pitch + pitch_span
            and from_time <= note.start_time < from_time + time_span
        )

    def remove_notes_by_id(self, ids):
        before = self._notes
        after = tuple(note for note in before if note.note_id not in ids)
        self._history.do(
            lambda: setattr(self, "_notes", after), lambda: setattr(self, "_notes", before)
        )

    def add_new_notes(self, specifications):
        before, rows = self._notes, {}
        for note in self._notes:
            rows.setdefault(note.pitch, []).append(note)
        for specification in specifications:
            if type(specification) is not MidiNoteSpecification:
                raise TypeError(f"no MidiNoteSpecification: {specification!r}")
            self._last_id += 1
            row = rows.setdefault(specification.pitch, [])
            row[:] = _without_overlap(row, specification)
            row.append(MidiNote(**vars(specification), note_id=self._last_id))
        after = tuple(sorted(chain(*rows.values()), key=lambda note: (note.start_time, note.pitch)))
        self._history.do(
            lambda: setattr(self, "_notes", after), lambda: setattr(self, "_notes", before)
        )


def _without_overlap(row, new):
    """Shorten what runs into a new note of the same pitch, and drop what begins with it."""
    return [
        note
        if note.start_time + note.duration <= new.start_time or note.start_time > new.start_time
        else replace(note, duration=new.start_time - note.start_time)
        for note in row
        if note.start_time != new.start_time
    ]


class ClipSlot(LiveObject):
    """A slot of a track, in the row of a scene."""

    def __init__(self, history, track):
        super().__init__(history)
        self.canonical_parent = track
        self.clip: Clip | None = None
        self.is_triggered = False

    @property
    def has_clip(self):
        return self.clip is not None

    def create_clip(self, length):
        if self.has_clip:
            raise RuntimeError("The clip slot has a clip already")
        if self.canonical_parent.is_frozen:
            raise RuntimeError("Clips cannot be created on frozen tracks")
        if length <= 0.0:
            raise RuntimeError("The length must be positive")
        clip = Clip(self._history, self, length)
        self._history.do(lambda: setattr(self, "clip", clip), lambda: setattr(self, "clip", None))

    def delete_clip(self):
        clip = self.clip
        clip._is_deleted = True
        self._history.do(lambda: setattr(self, "clip", None), lambda: setattr(self, "clip", clip))


class Track(LiveObject):
    """A MIDI track."""

    def __init__(self, history, name, slots):
        super().__init__(history)
        self.name = name
        self.is_frozen = False
        self.clip_slots = [ClipSlot(history, self) for _ in range(slots)]


class TakeLane(LiveObject):
    """A lane of takes of a track of the arrangement, in Live 12."""

    def __init__(self, history, track):
        super().__init__(history)
        self.canonical_parent = track


class Scene(LiveObject):
    """A row of slots."""


class View:
    """Song.View: what is shown."""

    def __init__(self):
        self.detail_clip = None
        self.selected_scene = None


class Song(LiveObject):
    """Live's set."""

    def __init__(self, *, scenes=4, live=12.0):
        super().__init__(History())
        self.tempo = 120.0
        self.root_note, self.scale_name = 0, "Major"
        if live > 11.0:
            self.scale_intervals = (0, 2, 4, 5, 7, 9, 11)
        if live >= 12:
            self.scale_mode = False
        self.most_scenes = 1000
        self.tracks = [Track(self._history, "Keys", scenes), Track(self._history, "Bass", scenes)]
        self.scenes = [Scene(self._history) for _ in range(scenes)]
        self.view = View()
        self.view.selected_scene = self.scenes[0]

    def create_scene(self, index):
        if index != -1:
            raise IndexError(index)
        if len(self.scenes) >= self.most_scenes:
            raise RuntimeError("Maximum number of scenes reached")
        scene = Scene(self._history)
        slots = [ClipSlot(self._history, track) for track in self.tracks]

        def forth():
            self.scenes.append(scene)
            for track, slot in zip(self.tracks, slots, strict=True):
                track.clip_slots.append(slot)

        def back():
            self.scenes.pop()
            for track in self.tracks:
                track.clip_slots.pop()

        self._history.do(forth, back)
        self.view.selected_scene = scene
        return scene

    def begin_undo_step(self):
        self._history.begin()

    def end_undo_step(self):
        self._history.end()

    @property
    def can_undo(self):
        return bool(self._history.done)

    @property
    def can_redo(self):
        return bool(self._history.undone)

    def undo(self):
        self._history.undo()

    def redo(self):
        self._history.redo()


class SimpleControlSurface:
    """What a surface is made of that controls no devices; it has no `log_message`."""

    def __init__(self, c_instance=None, publish_self=True):
        assert c_instance
        self._c_instance = c_instance
        self.controls = []

    def schedule_message(self, delay_in_ticks, callback):
        if delay_in_ticks < 1:
            raise AssertionError("the delay must be positive")
        self._c_instance.scheduled.append([delay_in_ticks, callback])

    def show_message(self, message):
        assert isinstance(message, str)
        self._c_instance.show_message(message)

    def disconnect(self):
        self.controls = None
        self._c_instance.scheduled.clear()


class Host:
    """Live's side of a control surface: the `c_instance` that it hands to `create_instance`."""

    def __init__(self, song):
        self._song = song
        self.scheduled: list[list] = []
        self.shown: list[str] = []
        self.logged: list[str] = []

    def song(self):
        return self._song

    def show_message(self, message):
        self.shown.append(message)

    def log_message(self, message):
        self.logged.append(message)

    def tick(self):
        """Do what Live does ten times a second: call what was scheduled for now."""
        due = [entry for entry in self.scheduled if entry[0] <= 1]
        self.scheduled = [[delay - 1, call] for delay, call in self.scheduled if delay > 1]
        for _, callback in due:
            callback()


def modules():
    """Give the modules that a control surface may import from Live."""
    live = types.ModuleType("Live")
    live.Clip = types.ModuleType("Live.Clip")
    live.Clip.MidiNoteSpecification = MidiNoteSpecification
    ableton, v2 = types.ModuleType("ableton"), types.ModuleType("ableton.v2")
    base, surface = types.ModuleType("ableton.v2.base"), types.ModuleType("ableton.v2.x")
    base.liveobj_valid = lambda thing: thing != None  # noqa: E711 - a deleted object equals None
    surface.SimpleControlSurface = SimpleControlSurface
    return {
        "Live": live,
        "ableton": ableton,
        "ableton.v2": v2,
        "ableton.v2.base": base,
        "ableton.v2.control_surface": surface,
    }


def installed(path, name="Segue"):
    """Import a control surface as Live does: a package in a folder of scripts, by its name."""
    sys.modules.update(modules())
    from importlib import util

    spec = util.spec_from_file_location(
        name, path / "__init__.py", submodule_search_locations=[str(path)]
    )
    package = util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package


def uninstalled(name="Segue"):
    """Take everything out again."""
    for module in list(sys.modules):
        if module in modules() or module.partition(".")[0] == name:
            del sys.modules[module]
