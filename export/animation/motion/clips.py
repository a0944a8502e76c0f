"""All clips on one skeleton: `python -m export.animation.motion.clips --data DATA --work WORK`.

Every clip of KayKit and Mesh2Motion (CC0), of CMU and of 0 A.D. (CC BY-SA 3.0), retargeted, at 30
frames a second, with feet on the ground that stay where they stand; those that walk on the spot
travel, loops are repeated. Families of variants go to one part as a whole, by a hash of the name.
Reading CMU's .fbx files needs `pip install ufbx`.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.animation.planting import planted
from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import joint_of, resampled
from bridge.errors import RequestError
from bridge.files.motion.gltf_clips import parse_glb_clips
from bridge.files.motion.psa import parse_psa
from bridge.schema.motion import RATE_HZ, Motion, Recording
from export.animation.motion.fbx import read_fbx
from export.animation.motion.labels import family_of, labels_of, part_of
from export.animation.motion.rooting import repeated, travelled

log = logging.getLogger("motion")

FREE: Final = ("kaykit", "mesh2motion", "cmu")
"""Sources whose clips may be used for anything."""
SHARED_ALIKE: Final = "zeroad"
"""The source under CC BY-SA 3.0."""
_LEAST_SECONDS: Final = 0.4
"""Shorter clips are poses."""
_TRAVEL: Final = frozenset({"walk", "run"})
_ROUND: Final = frozenset({"walk", "run", "idle", "dance", "crouch", "swim", "carry"})
_STANDING: Final = {"cmu": "135_02.fbx", "zeroad": "citizen/idle_relax_m.psa"}
"""Files that begin with somebody who stands straight, of sources that do not say how bones rest."""
_ARMS: Final = [joint_of("LeftArm"), joint_of("RightArm")]
_T_COSINE: Final = float(np.cos(0.15))
"""Arms stand out straight whose half turn has a larger cosine."""
_T_FIRST: Final = "91_"
"""Takes of CMU whose first frame is a T that nobody stood in."""
_CARRIED: Final = frozenset({"rider", "chariot", "fisher"})
"""Folders of people on horses, wagons and boats that are not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One clip that is learned from."""

    motion: Motion
    source: str
    family: str

    @property
    def part(self) -> str:
        """Say whether it is for `train`, `validation` or `test`."""
        return part_of(self.family)


def recordings(data: Path, work: Path) -> Iterator[tuple[str, str, Recording]]:
    """Read all clips: their source, their family and what the file has."""
    for path in sorted([*data.glob("kaykit/*.glb"), *data.glob("mesh2motion/human-*.glb")]):
        source = path.parent.name
        for clip in parse_glb_clips(path.read_bytes(), name=path.name):
            yield source, f"{source}/{family_of(clip.name, words=1)}", clip
    for path in sorted(data.glob("cmu_fbx/*.fbx")):
        standing = path.with_name(_STANDING["cmu"]) if not path.stem.startswith(_T_FIRST) else None
        clip = read_fbx(path, work / "fbx", standing)
        yield "cmu", f"cmu/subject_{path.stem.split('_')[0]}", clip
    folder = data / "zeroad_biped" / "psa"
    standing_psa = (folder / _STANDING["zeroad"]).read_bytes()
    for path in sorted(folder.rglob("*.psa")):
        place = path.relative_to(folder)
        if place.parts[0] not in _CARRIED:
            clip = parse_psa(path.read_bytes(), name=str(place), standing=standing_psa)
            family = f"zeroad/{family_of(path.stem, words=2)}"
            yield "zeroad", family, replace(clip, name=place.with_suffix("").as_posix())


def clips_of(data: Path, work: Path) -> Iterator[Clip]:
    """Give all clips as they are learned from."""
    for source, family, recording in recordings(data, work):
        try:
            motion = retargeted(recording)
        except RequestError as error:
            log.info("left out: %s: %s", recording.name, error)
            continue
        if source == "cmu" and recording.name.startswith(_T_FIRST):
            motion = motion.part(1, len(motion.places))
        if motion.duration_seconds >= _LEAST_SECONDS and not _rests(motion):
            yield Clip(prepared(motion), source, family)


def _rests(motion: Motion) -> bool:
    """Say whether somebody stands as a T all the time."""
    return bool((np.abs(motion.rotations[:, _ARMS, 0]) > _T_COSINE).all())


def prepared(motion: Motion) -> Motion:
    """Label a clip, let it travel, plant its feet, and repeat it if it comes round."""
    labels = labels_of(motion.name.split("/")[-1])
    motion = replace(resampled(motion, RATE_HZ), labels=labels)
    if _TRAVEL & set(labels):
        motion = travelled(motion)
    if _ROUND & set(labels):
        motion = repeated(motion)
    return planted(motion)


def save(clips: list[Clip], path: Path) -> None:
    """Keep clips in one file."""
    lengths = [len(clip.motion.places) for clip in clips]
    np.savez_compressed(
        path,
        rotations=np.concatenate([clip.motion.rotations for clip in clips]),
        places=np.concatenate([clip.motion.places for clip in clips]),
        ends=np.cumsum(lengths),
        names=[clip.motion.name for clip in clips],
        labels=[" ".join(clip.motion.labels) for clip in clips],
        sources=[clip.source for clip in clips],
        families=[clip.family for clip in clips],
    )


def load(path: Path) -> list[Clip]:
    """Read clips that were kept."""
    with np.load(path) as file:
        found = {name: file[name] for name in file.files}
    clips, first = [], 0
    for row, end in enumerate(found["ends"].tolist()):
        motion = Motion(
            rotations=found["rotations"][first:end],
            places=found["places"][first:end],
            name=str(found["names"][row]),
            labels=tuple(str(found["labels"][row]).split()),
        )
        clips.append(Clip(motion, str(found["sources"][row]), str(found["families"][row])))
        first = end
    return clips


def main() -> None:
    """Write WORK/clips.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of clips")
    parser.add_argument("--work", type=Path, required=True, help="where clips.npz goes")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    given.work.mkdir(parents=True, exist_ok=True)
    clips = list(clips_of(given.data, given.work))
    save(clips, given.work / "clips.npz")
    for source in (*FREE, SHARED_ALIKE):
        for part in ("train", "validation", "test"):
            chosen = [one for one in clips if (one.source, one.part) == (source, part)]
            seconds = sum(one.motion.duration_seconds for one in chosen)
            log.info("%s, %s: %d clips, %.0f s", source, part, len(chosen), seconds)


if __name__ == "__main__":
    main()
