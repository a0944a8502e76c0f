"""Clips of .fbx files, read by ufbx: in a process for each, as its binding may take it down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np

from bridge.files.motion.chains import Y_UP, Chain, recorded
from bridge.schema.arrays import RealArray
from bridge.schema.motion import RATE_HZ, Recording

_SCRIPT: Final = """
import sys
import numpy as np
import ufbx

def worlds(scene):
    columns = [[n.node_to_world.c0, n.node_to_world.c1, n.node_to_world.c2, n.node_to_world.c3]
               for n in scene.nodes]
    return [[[c.x, c.y, c.z] for c in node] for node in columns]

scene = ufbx.load_file(sys.argv[1])
stack, nodes = scene.anim_stacks[0], list(scene.nodes)
places = {node.element_id: place for place, node in enumerate(nodes)}
count = int((stack.time_end - stack.time_begin) * float(sys.argv[3]) + 1e-6) + 1
frames = []
for frame in range(count):
    seconds = stack.time_begin + frame / float(sys.argv[3])
    frames.append(worlds(ufbx.evaluate_scene(scene, stack.anim, seconds)))
np.savez(
    sys.argv[2],
    names=[node.name for node in nodes],
    parents=[places[node.parent.element_id] if node.parent else -1 for node in nodes],
    still=worlds(scene),
    frames=frames,
)
"""


def read_fbx(path: Path, work: Path, standing: Path | None = None) -> Recording:
    """Read the first clip of a .fbx file.

    Args:
        path: the file.
        work: where what was read is kept.
        standing: another clip of the same bones that begins with somebody who stands straight, for
            files that do not say how bones rest; None: nodes rest as this file has them.

    Raises:
        FileNotFoundError: it could not be read.
    """
    found = _read(path, work)
    rest = found["still"] if standing is None else _read(standing, work)["frames"][0]
    named = [place for place, name in enumerate(found["names"]) if name]
    parents = tuple(
        named.index(above) if above in named else -1 for above in found["parents"][named]
    )
    names = tuple(str(name) for name in found["names"][named])
    chain = Chain(names, parents, _square(rest[None])[0, named])
    return recorded(path.stem, chain, _square(found["frames"])[:, named], RATE_HZ, Y_UP)


def _read(path: Path, work: Path) -> dict[str, RealArray]:
    """Read a file once, nodes with their parents first."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / f"{path.stem}.npz"
    if not kept.exists():
        command = [sys.executable, "-c", _SCRIPT, str(path), str(kept), str(RATE_HZ)]
        subprocess.run(command, check=False, capture_output=True)  # it may crash at its end
    with np.load(kept) as file:
        return {name: file[name] for name in file.files}


def _square(columns: RealArray) -> RealArray:
    """Make matrices [frame, node, 4, 4] of their columns [frame, node, column=4, xyz=3]."""
    found: RealArray = np.tile(np.eye(4), (*columns.shape[:2], 1, 1))
    found[..., :3, :] = np.swapaxes(columns, 2, 3)
    return found
