"""Files of OpenTimelineIO, of this version and of later ones, and metadata that nobody here knows.

A later form of a thing is brought down to the one that hosts read today; what has no place there
goes into our own metadata. What other programs keep in `metadata` is written back byte for byte:
OpenTimelineIO would put its keys into another order and its numbers into other digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import FileFormatError
from bridge.files.timelines.json_text import canonical, format_json, read_json
from bridge.files.timelines.names import OURS, nearest_colour

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

_SCHEMA: Final = "OTIO_SCHEMA"
_NEWEST: Final = {
    "Marker": 2,
    "Clip": 2,
    "Timeline": 1,
    "Stack": 1,
    "Track": 1,
    "Gap": 1,
    "Transition": 1,
    "Effect": 1,
    "TimeEffect": 1,
    "LinearTimeWarp": 1,
    "FreezeFrame": 1,
    "ExternalReference": 1,
    "MissingReference": 1,
    "GeneratorReference": 1,
    "ImageSequenceReference": 1,
    "SerializableCollection": 1,
    "RationalTime": 1,
    "TimeRange": 1,
}
"""The forms that released hosts read."""
_COLOURS: Final = {
    "PINK": (1.0, 0.0, 1.0), "RED": (1.0, 0.0, 0.0), "ORANGE": (1.0, 0.5, 0.0),
    "YELLOW": (1.0, 1.0, 0.0), "GREEN": (0.0, 1.0, 0.0), "CYAN": (0.0, 1.0, 1.0),
    "BLUE": (0.0, 0.0, 1.0), "PURPLE": (0.5, 0.0, 0.5), "MAGENTA": (1.0, 0.0, 0.5),
    "BLACK": (0.0, 0.0, 0.0), "WHITE": (1.0, 1.0, 1.0),
}  # fmt: skip


@dataclass(slots=True)
class OtioText:
    """A timeline as it was read."""

    timeline: Timeline
    """As OpenTimelineIO understands it."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Metadata as it was written, by what OpenTimelineIO makes of it."""
    notes: tuple[str, ...] = ()
    """What was brought down from a later form, each a sentence."""


def read_otio(content: bytes, *, name: str) -> OtioText:
    """Read a file of OpenTimelineIO; a clip or a track alone becomes a timeline.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        FileFormatError: it is damaged, or holds no timeline. What the library stumbles over is
            raised as it comes: see `open_timeline`.
    """
    import opentimelineio as otio

    try:
        text = content.decode("utf-8-sig")
    except UnicodeError as error:
        raise FileFormatError(f"{name} is no text in UTF-8; export it again") from error
    plain = read_json(text, name=name)
    lowered: dict[str, int] = {}
    if not isinstance(plain, dict) or _SCHEMA not in plain:
        raise FileFormatError(f"{name} is JSON, but no timeline; export one from your editor")
    _bring_down(plain, lowered)
    found = otio.adapters.read_from_string(format_json(plain), "otio_json")
    kept = dict(_kept(plain, read_json(found.to_json_string(), name=name)))
    timeline = _timeline(found)
    if timeline is None:
        raise FileFormatError(f"{name} holds no timeline; export one from your editor")
    notes = [f"{count} of {schema} were brought down" for schema, count in sorted(lowered.items())]
    return OtioText(timeline, kept, tuple(notes))


def format_otio(timeline: Timeline, kept: Mapping[str, Any] | None = None) -> bytes:
    """Give a timeline as the bytes of a file, in forms that released hosts read.

    Args:
        timeline: any.
        kept: metadata as it was read, of `OtioText`; it is written so again.
    """
    written = read_json(timeline.to_json_string(), name="a timeline")
    if kept:
        _put_back(written, kept)
    return f"{format_json(written)}\n".encode()


def _timeline(found: Any) -> Timeline | None:
    """Give the first timeline in what was read."""
    from opentimelineio.schema import Timeline, Track

    kind = found.schema_name()
    if kind == "Timeline":
        return found
    if kind == "SerializableCollection":
        inside = (_timeline(child) for child in found)
        return next((timeline for timeline in inside if timeline is not None), None)
    timeline = Timeline(found.name)
    if kind == "Stack":
        timeline.tracks = found
    elif kind == "Track":
        timeline.tracks.append(found)
    elif kind == "Clip":
        timeline.tracks.append(Track("Video 1", [found]))
    else:
        return None
    return timeline


def _bring_down(plain: Any, lowered: dict[str, int]) -> None:
    """Bring later forms down to those that hosts read, in place."""
    if isinstance(plain, list):
        for entry in plain:
            _bring_down(entry, lowered)
    if not isinstance(plain, dict):
        return
    schema = plain.get(_SCHEMA)
    name, _, version = str(schema).partition(".")
    newest = _NEWEST.get(name)
    if newest is not None and version.isdigit() and int(version) > newest:
        lowered[str(schema)] = lowered.get(str(schema), 0) + 1
        plain[_SCHEMA] = f"{name}.{newest}"
    for key, value in plain.items():
        if isinstance(value, dict) and str(value.get(_SCHEMA)).startswith("Color.") and schema:
            lowered["Color"] = lowered.get("Color", 0) + 1
            plain[key] = _colour_name(value)
            _remember(plain, key, value)
        elif key != "metadata":
            _bring_down(value, lowered)


def _remember(plain: dict[str, Any], key: str, value: dict[str, Any]) -> None:
    """Keep what has no place in an earlier form among our own metadata."""
    levels = {level: value[level] for level in "rgba" if level in value}
    metadata = plain.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.setdefault(OURS, {}), dict):
        plain["metadata"] = {**metadata, OURS: {**metadata[OURS], key: levels}}


def _colour_name(colour: dict[str, Any]) -> str:
    """Give a colour by the nearest name that there is."""
    if str(colour.get("name", "")).upper() in _COLOURS:
        return str(colour["name"]).upper()
    return nearest_colour([float(colour.get(level, 0.0)) for level in "rgb"], _COLOURS)


def _kept(plain: Any, understood: Any) -> Iterator[tuple[str, Any]]:
    """Give all metadata as it was written, by what OpenTimelineIO makes of it."""
    if isinstance(plain, dict) and isinstance(understood, dict):
        for key, value in plain.items():
            inside = understood.get(key)
            if key == "metadata" and isinstance(value, dict) and isinstance(inside, dict):
                yield from (
                    (canonical(inside[room]), value[room])
                    for room in value
                    if room in inside and isinstance(value[room], dict | list | float)
                )
                if value:
                    yield canonical(inside), value
            else:
                yield from _kept(value, inside)
    elif isinstance(plain, list) and isinstance(understood, list):
        for entry, inside in zip(plain, understood, strict=False):
            yield from _kept(entry, inside)


def _put_back(written: Any, kept: Mapping[str, Any]) -> None:
    """Put metadata back as it was written, in place."""
    if isinstance(written, list):
        for entry in written:
            _put_back(entry, kept)
    if not isinstance(written, dict):
        return
    for key, value in written.items():
        if key != "metadata" or not isinstance(value, dict):
            _put_back(value, kept)
        elif (whole := kept.get(canonical(value))) is not None:
            written[key] = whole
        else:
            written[key] = {room: kept.get(canonical(told), told) for room, told in value.items()}
