"""What an editor made of a rough cut, and what that says about how they cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from bridge.errors import RangeError, check_range
from bridge.schema.cutting import JOINTS, SHOT_SCALES, Habits, Joint
from bridge.schema.shots import CameraMovement, ShotScale

ChangeKind = Literal[
    "kept",
    "trimmed",
    "slipped",
    "split",
    "replaced",
    "moved",
    "removed",
    "disabled",
    "added",
    "transition",
    "sound",
    "speed",
]
"""What became of a piece: `slipped` shows another part of its shot for as long, `moved` stands
elsewhere in the order, `transition` begins otherwise, `sound` leads or lasts otherwise."""
CHANGE_KINDS: Final[tuple[ChangeKind, ...]] = get_args(ChangeKind)
"""All kinds."""
MOST_PIECES: Final = 5_000
"""A cut of more pieces is not compared: a feature film has half of them."""
HABIT_COUNT: Final = 4 + len(JOINTS) + len(SHOT_SCALES)
"""So many numbers are habits: pace, joints, scales, handle, lead and reaction."""
FARTHEST_LOG: Final = 5.0
"""No habit is farther than that from neutral, as a natural logarithm."""


@dataclass(frozen=True, slots=True)
class EditChange:
    """One thing that an editor did, or that they left a piece as it was."""

    kind: ChangeKind
    """What it is."""
    name: str
    """Of the clip, as the final timeline has it, or the proposed one where it is gone."""
    at: str
    """Timecode in the final timeline, or in the proposed one where it is gone."""
    piece: int | None
    """Number of the piece in the proposed cut, from 1; None: it was added."""
    now: int | None
    """Its number in the final cut, from 1; None: it is gone."""
    words: str
    """For a person: `12 frames off its end`."""
    head_frames: int = 0
    """Frames that it gained at its beginning, negative: that were taken off, at the cut's rate."""
    tail_frames: int = 0
    """The same at its end."""
    seconds: float = 0.0
    """How long what was added or is gone lasts."""


@dataclass(frozen=True, slots=True)
class SeenShot:
    """What is seen and heard in a shot, as far as tastes know it; see `bridge.schema.shots`."""

    scale: ShotScale
    """How near the people are."""
    movement: CameraMovement
    """What the camera does."""
    people: int
    """Most people at once in a usual moment."""
    faces: int
    """Most faces at once, in the same way."""
    brightness: float
    """0 black .. 1 white."""
    contrast: float
    """0..0.5."""
    saturation: float
    """0 grey .. 1."""
    warmth: float
    """-1 blue .. 1 orange."""
    sharpness: float
    """0..1."""
    exposure: float
    """0 badly .. 1 well exposed."""
    valence: float
    """-1 sad .. 1 happy."""
    arousal: float
    """-1 calm .. 1 excited."""
    speech: float
    """Share in which somebody speaks, 0..1."""
    music: float
    """Share with music, 0..1."""
    silence: float
    """Share that is silent, 0..1."""
    importance: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class SketchPiece:
    """One clip of a cut, as it is remembered: no path, and no more than tastes need."""

    film: str
    """Name of the file, without its folder."""
    start_seconds: float
    """From the film's first frame."""
    seconds: float
    """How long it is shown, > 0."""
    joint: Joint = "cut"
    """How it begins."""
    joint_seconds: float = 0.0
    """How long its dissolve or dip lasts, >= 0."""
    lead_seconds: float = 0.0
    """By how much its sound leads; negative: the sound before lasts."""
    seen: SeenShot | None = None
    """What is seen; None: nobody has watched the film."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds < float("inf"):
            raise RangeError(f"seconds must be > 0, not {self.seconds}")


@dataclass(frozen=True, slots=True)
class HabitsSeen:
    """What one project says about habits."""

    values: tuple[float, ...]
    """[habit], as `bridge.film.learning.habits` orders them."""
    sure: tuple[float, ...]
    """[habit], how much there was to see of each: 0 nothing .. 1 very much."""

    def __post_init__(self) -> None:
        if len(self.values) != HABIT_COUNT or len(self.sure) != HABIT_COUNT:
            raise RangeError(
                f"there are {HABIT_COUNT} habits, each with a value and how sure it is"
            )
        for value, sure in zip(self.values, self.sure, strict=True):
            check_range("a habit", value, -100.0, 100.0)
            check_range("how sure a habit is", sure, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class CutSketch:
    """A cut, or a part of one, as it is remembered to learn from."""

    pieces: tuple[SketchPiece, ...]
    """In order; at least one."""
    whole: bool = False
    """It is a cut, not a piece of one."""
    habits_seen: HabitsSeen | None = None
    """What it says beside what was proposed; None: it is what was proposed, or a piece."""

    def __post_init__(self) -> None:
        check_range("the number of pieces", len(self.pieces), 1, MOST_PIECES)


@dataclass(frozen=True, slots=True)
class CutLesson:
    """What was learned from what an editor made of a cut."""

    person: str
    """Whose lesson it is."""
    project: str
    """In which project."""
    is_new: bool
    """It was learned now; else it had been before, and counts once."""
    proposed: str
    """Path of the timeline that was proposed."""
    final: str
    """Path of what the editor made of it."""
    form: str
    """What form that has, for people."""
    frame_rate: float
    """Of the proposed cut."""
    pieces: int
    """How many pieces were proposed."""
    pieces_now: int
    """How many there are now."""
    summary: str
    """In a sentence: `of 12 pieces 5 were kept, 3 trimmed ..`."""
    changes: tuple[EditChange, ...]
    """Piece by piece, in the order of the final cut; what is gone stands where it was."""
    towards: tuple[str, ...]
    """What the cut has more of now, the strongest first: `close-ups`."""
    habits: Habits
    """As they are known from now on."""
    habit_words: tuple[str, ...]
    """The same, each a line for a person."""
    notes: tuple[str, ...]
    """What was taken for granted, each a sentence."""


@dataclass(frozen=True, slots=True)
class LessonTakenBack:
    """A lesson that counts no longer."""

    person: str
    """Whose."""
    project: str
    """In which project."""
    deleted: int
    """Preferences and ratings that are gone."""
    habits: Habits
    """As they are known from now on."""
    habit_words: tuple[str, ...]
    """The same, each a line for a person."""
