"""Where a cut goes: names that are free, so that nothing is ever replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bridge.errors import NotFoundError, RequestError
from bridge.files.timelines.hosts.dressing import PROFILES
from bridge.operations.film import local_path
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from bridge.operations.studio import Studio

_OTIO: Final = (".otio", ".otioz", ".otiod")
_FORMS: Final = (*_OTIO, ".xml", ".fcpxml", ".edl")
_MOST_NUMBERS: Final = 10_000
MUSIC_ENDING: Final = ".music.wav"
"""Of the file that a score is played into."""


class AsksForCut(Protocol):
    """A request whose answer is a timeline."""

    @property
    def output(self) -> str:
        """Where the timeline goes, absolute."""

    @property
    def host(self) -> Host:
        """Who will read it."""

    @property
    def twins(self) -> bool:
        """Also write the host's other forms."""

    @property
    def preview(self) -> str | None:
        """Where a film of it goes, absolute."""


@dataclass(frozen=True, slots=True)
class CutNames:
    """Files of one cut that nobody has written yet."""

    timelines: tuple[Path, ...]
    """One for each version."""
    previews: tuple[Path, ...]
    """The same; empty: none are wanted."""
    storyboard: Path | None
    """None: none is wanted."""
    music: Path
    """Where a score is played to."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where somebody wants a cut to go."""

    timeline: Path
    """Absolute; its ending says the form."""
    host: Host
    """Who will read it."""
    twins: bool
    """The host's other forms are written beside it."""
    preview: Path | None
    """None: none is wanted."""
    storyboard: Path | None
    """None: none is wanted."""

    def checked(self) -> Outputs:
        """Refuse what cannot be written, before anybody waits for it.

        Raises:
            RequestError: the host does not read that form, or a file has no such ending.
            NotFoundError: a folder is not there.
        """
        ending = self.timeline.suffix.lower()
        if ending not in _FORMS:
            raise RequestError(
                f"{self.timeline.name}: no cut is written in that form; end it in"
                f" {', '.join(_FORMS)}"
            )
        profile = PROFILES[self.host]
        readable = (*(_OTIO if profile.reads_otio else ()), *profile.twins)
        if ending not in readable and ending not in _OTIO:
            good = [form for form in _FORMS if form in readable]
            raise RequestError(
                f"{self.timeline.name}: {self.host} opens no {ending}; end it in {', '.join(good)}"
            )
        if self.preview is not None and self.preview.suffix.lower() not in (".mp4", ".mov"):
            raise RequestError(f"{self.preview.name}: a preview is a film; end it in .mp4 or .mov")
        for path in (self.timeline, self.preview, self.storyboard):
            if path is not None and not path.parent.is_dir():
                raise NotFoundError(f"there is no folder {path.parent}; make it first")
        return self

    @property
    def with_twins(self) -> bool:
        """Whether other forms are written, too: always, where the host doesn't read the first."""
        is_otio = self.timeline.suffix.lower() in _OTIO
        return self.twins or (is_otio and not PROFILES[self.host].reads_otio)

    def free(self, labels: Sequence[str]) -> CutNames:
        """Give names that no file has, all with the same number: `cut-2-A.otio`, `board-2.html`.

        Args:
            labels: of the versions; one alone needs none.

        Raises:
            RequestError: there are too many files of that name.
        """
        for number in range(1, _MOST_NUMBERS):
            names = self._numbered(labels, number)
            if not any(path.exists() for path in self._all(names)):
                return names
        raise RequestError(f"there are too many files like {self.timeline}; choose another name")

    def _numbered(self, labels: Sequence[str], number: int) -> CutNames:
        tails = [f"-{label}" if len(labels) > 1 else "" for label in labels]
        preview, board = self.preview, self.storyboard
        return CutNames(
            timelines=tuple(_named(self.timeline, number, tail) for tail in tails),
            previews=() if preview is None else tuple(_named(preview, number, t) for t in tails),
            storyboard=None if board is None else _named(board, number, ""),
            music=_named(self.timeline, number, "").with_suffix(MUSIC_ENDING),
        )

    def _all(self, names: CutNames) -> Iterator[Path]:
        yield from (*names.timelines, *names.previews, names.music)
        if names.storyboard is not None:
            yield names.storyboard
        if self.with_twins:
            for path in names.timelines:
                yield from (path.with_suffix(end) for end in PROFILES[self.host].twins)


def wanted_outputs(
    request: AsksForCut, studio: Studio, *, storyboard: str | None = None
) -> Outputs:
    """Say where a request wants its cut to go, and refuse what cannot be written.

    Raises:
        RequestError: the host does not read that form, or a file has no such ending.
        NotFoundError: a folder is not there.
    """
    return Outputs(
        timeline=local_path(request.output, studio),
        host=request.host,
        twins=request.twins,
        preview=None if request.preview is None else local_path(request.preview, studio),
        storyboard=None if storyboard is None else local_path(storyboard, studio),
    ).checked()


def _named(path: Path, number: int, tail: str) -> Path:
    """Give a name with the number and the label of a version in it."""
    numbered = path.stem if number == 1 else f"{path.stem}-{number}"
    return path.with_name(f"{numbered}{tail}{path.suffix}")
