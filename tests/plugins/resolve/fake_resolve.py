"""DaVinci Resolve Studio as its scripting README describes it: only what Segue's script may call.

Nothing else exists here, so a call that is not documented ends in an error. What is refused there
is refused here: a timeline name that is taken gives None, a second marker on a frame gives False.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import opentimelineio as otio

COLOURS = frozenset(
    ("Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia", "Rose", "Lavender")
).union(("Sky", "Mint", "Lemon", "Sand", "Cocoa", "Cream"))
_numbers = itertools.count(1)


class MediaPoolItem:
    def __init__(self, path: Path | None, name="", resolution="320x180"):
        self._properties = {
            "File Path": str(path) if path else "",
            "Resolution": resolution,
            "Clip Name": path.name if path else name,
        }

    def GetClipProperty(self, name):
        return self._properties.get(name, "")


class Folder:
    def __init__(self, clips=(), folders=()):
        self.clips, self.folders = list(clips), list(folders)

    def GetClipList(self):
        return list(self.clips)

    def GetSubFolderList(self):
        return list(self.folders)


class TimelineItem:
    def __init__(self, clip, start, path):
        self.clip, self._start = clip, start
        self._media = MediaPoolItem(path)

    def GetStart(self):
        return self._start

    def GetMediaPoolItem(self):
        return self._media


class Timeline:
    """A timeline that was imported, or made by hand."""

    def __init__(self, name, timeline=None):
        self.name, self.timeline = name, timeline or otio.schema.Timeline(name)
        self.markers: dict[int, dict] = {}
        self._id = f"00000000-{next(_numbers):04}"

    def GetName(self):
        return self.name

    def GetUniqueId(self):
        return self._id

    def GetStartFrame(self):
        start = self.timeline.global_start_time
        return int(start.value) if start else 0

    def GetTrackCount(self, kind):
        assert kind in ("video", "audio", "subtitle")
        return len(self._tracks(kind))

    def GetItemListInTrack(self, kind, index):
        track = self._tracks(kind)[index - 1]
        return [
            TimelineItem(
                clip,
                self.GetStartFrame() + int(track.range_of_child(clip).start_time.value),
                Path(clip.media_reference.target_url),
            )
            for clip in track.find_clips()
        ]

    def AddMarker(self, frame, colour, name, note, duration, custom=""):
        assert colour in COLOURS
        assert isinstance(frame, int)
        assert isinstance(note, str)
        if frame in self.markers or not 0 <= frame < self.timeline.duration().value:
            return False
        self.markers[frame] = {"color": colour, "name": name, "note": note, "duration": duration}
        return True

    def Export(self, path, kind, subtype):
        assert (kind, subtype) == (Resolve.EXPORT_OTIO, Resolve.EXPORT_NONE)
        otio.adapters.write_to_file(_as_resolve_writes(self.timeline), path)
        return True

    def _tracks(self, kind):
        found = {"video": self.timeline.video_tracks, "audio": self.timeline.audio_tracks}
        return list(found[kind]())


def _as_resolve_writes(timeline):
    """Give a timeline without the metadata of others: Resolve keeps its own alone."""
    copy = timeline.deepcopy()
    for thing in (copy, copy.tracks, *copy.tracks, *copy.find_clips()):
        for name in [name for name in thing.metadata if not name.startswith("Resolve")]:
            del thing.metadata[name]
    return copy


class MediaPool:
    def __init__(self, project, folder):
        self._project, self.folder = project, folder
        self.selected: list[MediaPoolItem] = []
        self.imports: list[tuple[str, dict]] = []

    def GetCurrentFolder(self):
        return self.folder

    def GetSelectedClips(self):
        return list(self.selected)

    def ImportTimelineFromFile(self, path, options):
        assert isinstance(path, str)
        assert set(options) <= {"timelineName", "importSourceClips", "sourceClipsPath"}
        self.imports.append((path, dict(options)))
        name = options["timelineName"]
        if self._project.refuses or name in [one.name for one in self._project.timelines]:
            return None
        timeline = Timeline(name, otio.adapters.read_from_file(path))
        self._project.timelines.append(timeline)
        self._project.current = timeline
        return timeline


class Project:
    def __init__(self, folder):
        self.timelines: list[Timeline] = []
        self.current: Timeline | None = None
        self.refuses = False
        self.pool = MediaPool(self, folder)

    def GetMediaPool(self):
        return self.pool

    def GetTimelineCount(self):
        return len(self.timelines)

    def GetTimelineByIndex(self, index):
        assert 1 <= index <= len(self.timelines)
        return self.timelines[index - 1]

    def GetCurrentTimeline(self):
        return self.current

    def SetCurrentTimeline(self, timeline):
        self.current = timeline
        return True


class Resolve:
    EXPORT_OTIO = object()
    EXPORT_NONE = object()

    def __init__(self, project):
        self.project = project

    def GetProjectManager(self):
        return self

    def GetCurrentProject(self):
        return self.project
