"""The picture of adaptation to editors in the README, small, on light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from export.film.edit_agent.courses import Course
from export.film.edit_agent.editors import CHANGE
from export.film.edit_agent.meetings import PROJECTS
from export.pictures import CONTROL, INK, LINE, STYLE


def draw(courses: Sequence[Course], path: Path) -> None:
    """Draw a panel for each kind of editor: what their style leaves of the next proposal.

    Args:
        courses: of all kinds.
        path: of the SVG or PNG; its folder exists.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 4.2), layout="constrained")
        panels = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
        for panel, one in zip(panels, courses, strict=False):
            _draw_course(panel, one)
        for panel in panels[len(courses) :]:
            panel.set_axis_off()
        handles, labels = panels[0].get_legend_handles_labels()
        panels[-1].legend(handles, labels, loc="center", fontsize=9)
        for panel in (panels[0], panels[4]):
            panel.set_ylabel("pieces left as they are")
        dated = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, transparent=True, metadata=dated)


def _draw_course(panel: Axes, one: Course) -> None:
    """Draw each editor as a thin line, their mean as a thick one, and who does not learn."""
    projects = np.arange(PROJECTS + 1)
    panel.set_title(f"{one.kind.name} ({len(one.kept)})")
    for line in one.kept:
        panel.plot(projects, line, color=LINE, linewidth=0.6, alpha=0.35)
    panel.plot(projects, one.kept.mean(axis=0), color=LINE, linewidth=2.2, label="learning")
    panel.plot(
        projects,
        one.unlearned.mean(axis=0),
        color=CONTROL,
        linewidth=1.6,
        linestyle="--",
        label="not learning",
    )
    if one.kind.later is not None:
        panel.axvline(CHANGE, color=INK, linewidth=0.6, linestyle=":")
    panel.set_ylim(0.0, 1.0)
    panel.set_yticks([0.0, 0.5, 1.0], ["0 %", "50 %", "100 %"])
    panel.set_xlim(0, PROJECTS)
    panel.set_xticks([0, CHANGE, PROJECTS])
    panel.set_xlabel("projects learned from")
