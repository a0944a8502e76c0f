"""The picture of adaptation in the README: acceptance against ratings, small, on light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bridge.preference.beliefs import RealArray
from export.adaptation.experiment import CHANGE, LEARNED, RATINGS, Course
from export.pictures import CONTROL, INK, LINE, STYLE

_WINDOW: Final = 10
"""Ratings that each point is the mean of."""
_EVERY: Final = 2
"""Of so many points one is drawn, which keeps the file small."""


def draw(courses: Sequence[Course], path: Path) -> None:
    """Draw three panels: musicians that are consistent, noisy, and that change their mind.

    Args:
        courses: of all kinds.
        path: of the SVG; its folder exists.
    """
    groups = {
        "consistent": [one for one in courses if not one.kind.noise and not one.kind.later],
        "20 % of thumbs wrong": [one for one in courses if one.kind.noise],
        f"change their mind after {CHANGE}": [one for one in courses if one.kind.later],
    }
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 2.9), layout="constrained")
        panels = figure.subplots(1, 3, sharey=True)
        for panel, (title, group) in zip(panels, groups.items(), strict=True):
            count = f"{len(group)} kinds x {len(group[0].accepted)} musicians"
            panel.set_title(f"{title}\n{count}")
            _draw_group(panel, group)
        panels[0].set_ylabel(f"accepted, of {_WINDOW} offers")
        panels[0].axvline(LEARNED.start, color=INK, linewidth=0.6, linestyle=":")
        panels[2].axvline(CHANGE, color=INK, linewidth=0.6, linestyle=":")
        panels[0].legend(loc="lower right", fontsize=8)
        figure.savefig(path, transparent=True, metadata={"Date": None})


def _draw_group(panel: Axes, group: Sequence[Course]) -> None:
    """Draw each kind as a thin line, the mean of the kinds as a thick one, and chance."""
    lines = np.stack([_running(one.accepted.mean(axis=0)) for one in group])[:, ::_EVERY]
    ratings = (np.arange(RATINGS - _WINDOW + 1) + _WINDOW)[::_EVERY]
    for line in lines:
        panel.plot(ratings, line, color=LINE, linewidth=0.7, alpha=0.45)
    panel.plot(ratings, lines.mean(axis=0), color=LINE, linewidth=2.2, label="learned")
    chance = _running(np.stack([one.unlearned.mean(axis=0) for one in group]).mean(axis=0))[
        ::_EVERY
    ]
    panel.plot(ratings, chance, color=CONTROL, linewidth=1.6, linestyle="--", label="by chance")
    panel.set_ylim(0.0, 1.0)
    panel.set_yticks([0.0, 0.5, 1.0], ["0 %", "50 %", "100 %"])
    panel.set_xlim(0, ratings[-1])
    panel.set_xlabel("thumbs")


def _running(values: RealArray) -> RealArray:
    """Give the mean of each `_WINDOW` values in a row of [rating], within one mind."""
    means: RealArray = np.convolve(values, np.full(_WINDOW, 1.0 / _WINDOW), mode="valid")
    return means
