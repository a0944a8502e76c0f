"""Contact sheets of clips: a row each, eight moments, left limbs red and right limbs blue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from bridge.animation.skeleton import forward
from bridge.schema.motion import JOINTS, PARENTS, Motion

_MOMENTS: Final = 8
_APART_METRES: Final = 1.6
_TURN: Final = 0.5
"""How far people are seen from the side, radians."""


def draw_sheet(motions: Sequence[Motion], path: Path) -> None:
    """Draw clips, one below the other."""
    matplotlib.use("Agg")
    figure, rows = pyplot.subplots(len(motions), 1, figsize=(14, 2.1 * len(motions)), squeeze=False)
    for axes, motion in zip(rows[:, 0], motions, strict=True):
        _draw_row(axes, motion)
    figure.tight_layout(pad=0.2)
    figure.savefig(path, dpi=60)
    pyplot.close(figure)


def _draw_row(axes: Axes, motion: Motion) -> None:
    """Draw moments of one clip, each where its hips are."""
    places = forward(motion).places
    for moment, frame in enumerate(np.linspace(0, len(places) - 1, _MOMENTS).astype(int)):
        seen = places[frame] - places[frame, 0] * [1.0, 1.0, 0.0]
        x = np.cos(_TURN) * seen[:, 0] - np.sin(_TURN) * seen[:, 1] + _APART_METRES * moment
        for joint, parent in enumerate(PARENTS):
            if parent >= 0:
                name = JOINTS[joint]
                colour = "C3" if "Left" in name else "C0" if "Right" in name else "k"
                axes.plot(x[[parent, joint]], seen[[parent, joint], 2], color=colour, lw=1.5)
    axes.axhline(0.0, color="0.7", lw=0.5)
    axes.set_aspect("equal")
    axes.set_xlim(-1.0, _MOMENTS * _APART_METRES)
    axes.set_ylim(-0.3, 2.1)
    axes.axis("off")
    title = f"{motion.name}  {len(places)} frames  {' '.join(motion.labels)}"
    axes.set_title(title, loc="left", fontsize=8)
