"""A rough cut: which shots, in which order, how much of each, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bridge.errors import RangeError, check_range
from bridge.schema.shots import ShotScale

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange

CutStyle = Literal["calm", "documentary", "trailer", "vlog", "interview"]
"""What a cut should feel like."""
ArcPart = Literal["setup", "rise", "climax", "release"]
"""Where in its story a cut is."""
Joint = Literal["cut", "dissolve", "dip", "j_cut", "l_cut"]
"""How a piece begins: its sound leads in a `j_cut`; the sound before lasts in an `l_cut`; a `dip`
goes through black."""
CUT_STYLES: Final[tuple[CutStyle, ...]] = ("calm", "documentary", "trailer", "vlog", "interview")
"""All styles."""
ARC_PARTS: Final[tuple[ArcPart, ...]] = ("setup", "rise", "climax", "release")
"""The parts of a story, in order."""
JOINTS: Final[tuple[Joint, ...]] = ("cut", "dissolve", "dip", "j_cut", "l_cut")
"""All ways to begin, in the order in which models number them."""
SHOT_SCALES: Final[tuple[ShotScale, ...]] = ("ECU", "CU", "MCU", "MS", "FS", "LS", "none")
"""All scales, in the order in which habits and models number them."""
LONGEST_CUT_SECONDS: Final = 4 * 3600.0
"""No longer cut is made."""
_MOST_LOG_ODDS: Final = 20.0
_LONGEST_HANDLE_SECONDS: Final = 60.0
_LONGEST_LEAD_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class ScorePart:
    """How good a cut is in one respect."""

    name: str
    """`continuity`, `pacing`, `coverage`.."""
    value: float
    """0..1, before it is weighted."""
    weight: float
    """How much it counts, >= 0."""


@dataclass(frozen=True, slots=True)
class CutPiece:
    """One clip of a cut."""

    film: str
    """Path of the film, absolute."""
    shot: int
    """Number of the shot in the film's analysis, from 1."""
    source: TimeRange
    """What it shows, from the film's first frame on, on frames, in the film's own time."""
    frames: int
    """How long it is shown, in frames of the cut, >= 1; it plays at its own speed."""
    joint: Joint
    """How it begins."""
    joint_frames: int
    """How long the dissolve or the dip lasts, or by how much the sound leads or lasts, in frames
    of the cut; 0 at a cut."""
    part: ArcPart
    """Where in the story it stands."""
    reason: str
    """Why it is there, for a person: `close-up after a long shot, on the beat`."""

    def __post_init__(self) -> None:
        check_range("shot", self.shot, 1, 1 << 31)
        check_range("frames", self.frames, 1, 1 << 31)
        check_range("joint_frames", self.joint_frames, 0, 1 << 31)


@dataclass(frozen=True, slots=True)
class Alternate:
    """What could stand in a piece's place."""

    piece: int
    """Index of that piece, from 0."""
    film: str
    """Path of the film, absolute."""
    shot: int
    """Number of the shot in the film's analysis, from 1."""
    source: TimeRange
    """What it shows, as long as the piece."""
    reason: str
    """Why it is offered, for a person."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A rough cut."""

    label: str
    """`A`, `B`, `C`: which version it is."""
    intent: str
    """What sets it apart, for a person: `faster, more close-ups`."""
    frame_rate: float
    """Frames a second."""
    pieces: tuple[CutPiece, ...]
    """From first to last, with no gap between; at least one."""
    alternates: tuple[Alternate, ...]
    """At most one for each piece."""
    score: tuple[ScorePart, ...]
    """How good it is, part by part."""
    habits_used: tuple[str, ...] = ()
    """What it follows of the editor's habits, each a line for a person."""

    @property
    def frames(self) -> int:
        """How long it is, in frames."""
        return sum(piece.frames for piece in self.pieces)

    @property
    def total(self) -> float:
        """Its score in all: the weighted mean of its parts, 0..1."""
        weight = sum(part.weight for part in self.score)
        return sum(part.value * part.weight for part in self.score) / weight if weight else 0.0


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """One step of a story that somebody wrote down."""

    words: str
    """What should be seen: `the harbour at night, calm`."""
    share: float = 1.0
    """How much of the cut it gets, beside the others; > 0."""


@dataclass(frozen=True, slots=True)
class CutMusic:
    """Music to cut to."""

    path: str
    """Of the file, absolute."""
    seconds: float
    """How long it is."""
    beats: tuple[float, ...]
    """When beats fall, seconds from its beginning, rising."""
    bars: tuple[float, ...]
    """When bars begin, of the beats."""
    sections: tuple[float, ...]
    """When something new begins, of the bars; the first is its beginning."""
    energy: tuple[float, ...]
    """How loud and busy it is, 0..1, for equal parts from beginning to end."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How an editor cuts, as far as is known from what they changed.

    Every number is shrunk towards "as proposed" while little was seen.
    """

    projects: int = 0
    """Cuts that were learned from."""
    pace: float = 1.0
    """How long their pieces are beside those proposed, 0.25..4; 0.5 is twice as fast."""
    joints: tuple[float, ...] = (0.0,) * len(JOINTS)
    """How much rather than proposed they use each of `JOINTS`: log odds, 0 as proposed."""
    scales: tuple[float, ...] = (0.0,) * len(SHOT_SCALES)
    """How much rather than proposed they keep shots of each of `SHOT_SCALES`: log odds."""
    handle_seconds: float = 1.0
    """How much of a shot they ask for beyond what is shown, >= 1."""
    lead_seconds: float = 0.0
    """By how much their sound leads (positive) or lasts over cuts (negative), on average."""
    reaction: float = 0.0
    """How much rather they show who listens after who speaks: log odds."""

    def __post_init__(self) -> None:
        check_range("projects", self.projects, 0, 1 << 31)
        check_range("pace", self.pace, 0.25, 4.0)
        if len(self.joints) != len(JOINTS) or len(self.scales) != len(SHOT_SCALES):
            raise RangeError("habits have a number for each of JOINTS and for each of SHOT_SCALES")
        for odds in (*self.joints, *self.scales, self.reaction):
            check_range("the log odds of a habit", odds, -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
        check_range("handle_seconds", self.handle_seconds, 1.0, _LONGEST_HANDLE_SECONDS)
        check_range(
            "lead_seconds", self.lead_seconds, -_LONGEST_LEAD_SECONDS, _LONGEST_LEAD_SECONDS
        )
