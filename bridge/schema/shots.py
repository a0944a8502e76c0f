"""Shots of a film, and what was seen and heard in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bridge.errors import check_range
from bridge.schema.media import MediaFacts

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange

ANALYSIS_SCHEMA: Final = "segue.film.analysis/1"
"""Which form of the JSON this is; the number rises when a field changes its meaning."""

TransitionKind = Literal["start", "cut", "jump_cut", "dissolve", "fade", "dip", "wipe"]
"""How one shot becomes the next: `start` is the film's beginning, a `fade` goes through black, a
`dip` through another colour, a `wipe` is any moving edge, pushes too."""
ShotScale = Literal["ECU", "CU", "MCU", "MS", "FS", "LS", "none"]
"""From extreme close-up to long shot, by how much of a person fits in; `none`: nobody is seen."""
CameraMovement = Literal[
    "static",
    "pan_left",
    "pan_right",
    "tilt_up",
    "tilt_down",
    "push_in",
    "pull_out",
    "roll",
    "handheld",
]
"""What the camera does; `push_in` and `pull_out` are zooms as well as dollies."""
ScreenDirection = Literal["still", "left", "right", "toward", "away"]
"""Where the subject moves on the screen."""


@dataclass(frozen=True, slots=True)
class Transition:
    """How a shot begins."""

    kind: TransitionKind
    """What it is."""
    span: TimeRange
    """From the first frame that shows both shots, or neither, to the first frame that shows only
    the new one; of no length at a cut, where it starts at the new shot's first frame."""
    confidence: float
    """0..1: the share of such findings that are right."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A number that was estimated, and how far off it may be."""

    value: float
    """The best guess."""
    spread: float
    """One standard deviation, >= 0."""


@dataclass(frozen=True, slots=True)
class Mood:
    """What a shot may feel like."""

    valence: Guess
    """-1 sad or unpleasant .. 1 happy or pleasant."""
    arousal: Guess
    """-1 calm .. 1 excited."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the picture, in shares of its width and height."""

    left: float
    """0..1."""
    top: float
    """0..1, from above."""
    width: float
    """0..1."""
    height: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is seen in a shot."""

    count: int
    """Most people at once in a usual moment of the shot (the median)."""
    faces: int
    """Most faces at once, in the same way."""
    expression: str
    """The commonest expression: `happy`, `neutral` ..; empty: no face is clear enough."""
    subject: Box | None
    """The largest person or face, on average; None: nobody."""
    direction: ScreenDirection
    """Where that subject moves."""


@dataclass(frozen=True, slots=True)
class Picture:
    """How a shot looks."""

    brightness: float
    """Mean luma, 0 black .. 1 white."""
    contrast: float
    """Standard deviation of luma, 0..0.5."""
    saturation: float
    """Mean, 0 grey .. 1."""
    warmth: float
    """-1 blue .. 1 orange."""
    sharpness: float
    """0 out of focus .. 1 as sharp as footage gets."""
    exposure: float
    """0 burnt out or sunk in black .. 1 well exposed."""
    palette: tuple[str, ...]
    """Its main colours as `#rrggbb`, the largest area first; at most five."""


@dataclass(frozen=True, slots=True)
class ShotSound:
    """What is heard during a shot."""

    loudness_lufs: float | None
    """EBU R128 integrated over the shot; None: silence, or too short."""
    silence: float
    """Share of the shot that is silent, 0..1."""
    speech: float
    """Share of the shot in which somebody speaks, 0..1."""
    music: float
    """Share of the shot with music, 0..1."""
    peaks: int
    """Applause, laughter or other outbursts that begin in it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot."""

    number: int
    """From 1, in the order of the film."""
    span: TimeRange
    """From its first frame to the next shot's; the middle of a gradual transition divides."""
    first_frame: int
    """Number of its first frame in the order of presentation, from 0."""
    frame_count: int
    """How many frames it has, >= 1."""
    begins: Transition
    """How it begins."""
    scale: ShotScale
    """How near the people are."""
    scale_confidence: float
    """0..1."""
    movement: CameraMovement
    """What the camera does."""
    movement_confidence: float
    """0..1."""
    people: People
    """Who is seen."""
    picture: Picture
    """How it looks."""
    mood: Mood
    """What it may feel like."""
    sound: ShotSound | None
    """What is heard; None: the file has no sound."""
    importance: float
    """0..1: how much a viewer would miss it."""
    reason: str
    """Why it is that important, for a person: `a close-up, somebody speaks`."""
    key_shot: bool
    """Whether the film should not be told without it; every film has one at least."""
    key_frame: RationalTime
    """The frame that shows it best."""
    take: int
    """Shots with the same number are takes of one another; from 1."""
    best_take: bool
    """The best of its takes."""
    tags: tuple[str, ...]
    """Words to find it by: `close-up`, `night`, `calm`, `dog`."""
    embedding: tuple[float, ...]
    """What it looks like, as a direction of 128 numbers of length 1: nearby means alike."""

    def __post_init__(self) -> None:
        check_range("number", self.number, 1, 1 << 31)
        check_range("frame_count", self.frame_count, 1, 1 << 40)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something heard at one time or for a while."""

    span: TimeRange
    """When, in seconds times 1000 (rate 1000), from the first frame."""
    what: Literal["speech", "music", "silence", "peak"]
    """What is heard."""
    confidence: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class FilmSound:
    """What is heard in a film."""

    loudness_lufs: float | None
    """EBU R128 integrated; None: silence."""
    loudness_range_lu: float
    """EBU Tech 3342."""
    true_peak_dbtp: float | None
    """ITU-R BS.1770 true peak; None: digital silence."""
    tempo_bpm: float | None
    """Of the music; None: no steady beat."""
    tempo_confidence: float
    """0..1."""
    beats: tuple[RationalTime, ...]
    """When beats fall; rate 1000."""
    onsets: tuple[RationalTime, ...]
    """When sounds begin; rate 1000."""
    moments: tuple[Moment, ...]
    """Speech, music, silence and outbursts, in order."""
    envelope: tuple[float, ...]
    """Peak level 0..1 of each of 400 equal parts of the film: a waveform to draw."""


@dataclass(frozen=True, slots=True)
class FilmAnalysis:
    """All that Segue saw and heard in one film."""

    media: MediaFacts
    """The file."""
    shots: tuple[Shot, ...]
    """Its shots, in order; every frame is in one and only one."""
    sound: FilmSound | None
    """What is heard; None: the file has no sound."""
    fades_in: TimeRange | None
    """The film rises from black or another colour at its beginning."""
    fades_out: TimeRange | None
    """The film sinks into black or another colour at its end."""
    models: tuple[str, ...]
    """Which models watched, with their versions: `film/shot_boundary 1.0.0`."""
    schema: str = ANALYSIS_SCHEMA
    """Which form this is."""
