"""Clips out of .glb files: all animations of the largest skin, sampled evenly.

Steps, straight lines and cubic splines as in glTF 2.0, appendix C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.files.mesh.gltf_accessors import Accessors, item
from bridge.files.mesh.gltf_document import document_of, local, reading
from bridge.files.motion.chains import Y_UP, Chain, carried, recorded
from bridge.schema.arrays import AnyArray, RealArray
from bridge.schema.motion import MOST_FRAMES, RATE_HZ, Recording
from bridge.schema.rotations import between, turned_by

_PATHS: Final = ("translation", "rotation", "scale")
_MOST_NODES: Final = 5000


def parse_glb_clips(content: bytes, *, name: str) -> list[Recording]:
    """Read all clips of a .glb file; those without a name are called by their number.

    Args:
        content: all its bytes.
        name: what it is called in messages.

    Returns:
        Clips in metres, at 30 frames a second.

    Raises:
        FileFormatError: it is damaged, compressed, has no skin or no animation, or is no .glb file.
    """
    with reading(name):
        return _Clips(*document_of(content)).all()


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """How one property of a node goes."""

    node: int
    path: str
    seconds: RealArray
    """float64 [key]."""
    keys: AnyArray
    """[key, column]; of splines [key, in value out=3, column]."""
    form: str
    """STEP, LINEAR or CUBICSPLINE."""


class _Clips:
    """The animations of a document."""

    def __init__(self, document: Mapping[str, Any], binary: bytes) -> None:
        self._document = document
        self._accessors = Accessors(document, binary)
        self._nodes = document.get("nodes", [])
        if len(self._nodes) > _MOST_NODES:
            raise ValueError(f"{len(self._nodes)} nodes")
        self._order, self._above = self._tree()

    def all(self) -> list[Recording]:
        """Give all clips that move the skin."""
        skins, animations = self._document.get("skins", []), self._document.get("animations", [])
        if not skins or not animations:
            raise FileFormatError("it has no animation of bones; export it with its skin")
        skin = max(skins, key=lambda one: len(one["joints"]))
        places = [place for place in self._order if place in set(skin["joints"])]
        chain = self._chain(skin, places)
        found = []
        for number, animation in enumerate(animations):
            tracks = self._tracks(animation)
            if any(len(track.seconds) > 0 for track in tracks):
                name = str(animation.get("name") or f"clip {number}")
                worlds = self._sampled(tracks)[:, places]
                found.append(recorded(name, chain, worlds, RATE_HZ, Y_UP))
        return found

    def _tree(self) -> tuple[list[int], list[int]]:
        """Give all nodes, parents first, and the parent of each; -1: none."""
        above = [-1] * len(self._nodes)
        for parent, node in enumerate(self._nodes):
            for child in node.get("children", []):
                above[child] = parent
        order = [place for place, parent in enumerate(above) if parent < 0]
        for place in order:
            order += self._nodes[place].get("children", [])
            if len(order) > len(self._nodes):
                raise ValueError("nodes hang on several others")
        if len(order) < len(self._nodes):
            raise ValueError("nodes hang in a ring")
        return order, above

    def _chain(self, skin: Mapping[str, Any], places: list[int]) -> Chain:
        """Give the joints of a skin as they were bound."""
        parents = []
        for place in places:
            above = self._above[place]
            while above >= 0 and above not in places:
                above = self._above[above]
            parents.append(places.index(above) if above >= 0 else -1)
        names = tuple(str(self._nodes[place].get("name") or place) for place in places)
        return Chain(names, tuple(parents), self._bound(skin, places))

    def _bound(self, skin: Mapping[str, Any], places: list[int]) -> RealArray:
        """Give where joints were when skin was put on them, [joint, 4, 4]."""
        if "inverseBindMatrices" not in skin:
            return self._worlds([local(node)[None] for node in self._nodes])[0, places]
        columns = self._accessors.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        rows = [skin["joints"].index(place) for place in places]
        bound = np.linalg.inv(np.swapaxes(columns[rows].astype(np.float64), 1, 2))
        return np.asarray(bound, np.float64)

    def _tracks(self, animation: Mapping[str, Any]) -> list[_Track]:
        """Read what moves nodes."""
        found = []
        for channel in animation.get("channels", []):
            target = channel["target"]
            if target.get("path") in _PATHS and "node" in target:
                sampler = item(animation, "samplers", channel["sampler"])
                form = sampler.get("interpolation", "LINEAR")
                seconds = self._accessors.array(sampler["input"])[:, 0].astype(np.float64)
                keys = self._accessors.array(sampler["output"]).astype(np.float64)
                if form == "CUBICSPLINE":
                    keys = keys.reshape(len(seconds), 3, -1)
                if len(keys) != len(seconds) or not np.isfinite(seconds).all():
                    raise ValueError(f"{len(keys)} keys at {len(seconds)} times")
                found.append(_Track(target["node"], target["path"], seconds, keys, form))
        return found

    def _sampled(self, tracks: list[_Track]) -> RealArray:
        """Give where all nodes are in each frame, [frame, node, 4, 4]."""
        first = min(track.seconds[0] for track in tracks if len(track.seconds))
        last = max(track.seconds[-1] for track in tracks if len(track.seconds))
        frames = round(float(last - first) * RATE_HZ) + 1
        if not 0 < frames <= MOST_FRAMES:
            raise RangeError(f"a clip must have 1..{MOST_FRAMES} frames, not {frames}")
        seconds = first + np.arange(frames) / RATE_HZ
        moved: dict[int, dict[str, RealArray]] = {}
        for track in tracks:
            if len(track.seconds):
                moved.setdefault(track.node, {})[track.path] = _at(track, seconds)
        own = [_local(node, moved.get(place, {})) for place, node in enumerate(self._nodes)]
        return self._worlds(own)

    def _worlds(self, own: list[RealArray]) -> RealArray:
        """Give what takes points of each node to the world, [frame, node, 4, 4]."""
        frames = max(len(one) for one in own)
        shape = (frames, 4, 4)
        ordered = np.stack([np.broadcast_to(own[place], shape) for place in self._order], axis=1)
        parents = tuple(
            self._order.index(self._above[place]) if self._above[place] >= 0 else -1
            for place in self._order
        )
        found: RealArray = np.empty_like(ordered)
        found[:, self._order] = carried(parents, ordered)
        return found


def _local(node: Mapping[str, Any], moved: Mapping[str, RealArray]) -> RealArray:
    """Give what takes a node to its parent, [frame or 1, 4, 4]."""
    still = local(node)
    if not moved:
        return still[None]
    frames = max(len(track) for track in moved.values())
    found = np.tile(np.eye(4), (frames, 1, 1))
    scale = np.linalg.norm(still[:3, :3], axis=0)
    turn = moved.get("rotation")
    turns = still[None, :3, :3] / scale if turn is None else turned_by(turn[:, [3, 0, 1, 2]])
    found[:, :3, :3] = turns * moved.get("scale", scale[None])[:, None, :]
    found[:, :3, 3] = moved.get("translation", still[None, :3, 3])
    return found


def _at(track: _Track, seconds: RealArray) -> RealArray:
    """Read a track at some times, [frame, column]."""
    if len(track.seconds) == 1:
        only = track.keys[0, 1] if track.form == "CUBICSPLINE" else track.keys[0]
        return np.tile(only, (len(seconds), 1))
    last = len(track.seconds) - 2
    before = np.clip(np.searchsorted(track.seconds, seconds, side="right") - 1, 0, last)
    step = np.maximum(track.seconds[before + 1] - track.seconds[before], 1e-9)
    share = np.clip((seconds - track.seconds[before]) / step, 0.0, 1.0)
    if track.form == "CUBICSPLINE":
        return _spline(track.keys, before, step, share)
    one, other = track.keys[before], track.keys[before + 1]
    if track.form == "STEP":
        return np.where(share[:, None] < 1.0, one, other)
    if track.path == "rotation":
        turned: RealArray = between(one, other, share)
        return turned
    straight: RealArray = one + (other - one) * share[:, None]
    return straight


def _spline(keys: AnyArray, before: AnyArray, step: RealArray, share: RealArray) -> RealArray:
    """Read cubic Hermite splines [key, in value out=3, column]."""
    t, step = share[:, None], step[:, None]
    found: RealArray = (
        (2 * t**3 - 3 * t**2 + 1) * keys[before, 1]
        + step * (t**3 - 2 * t**2 + t) * keys[before, 2]
        + (3 * t**2 - 2 * t**3) * keys[before + 1, 1]
        + step * (t**3 - t**2) * keys[before + 1, 0]
    )
    return found
