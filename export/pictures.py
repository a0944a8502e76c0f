"""How pictures of what was measured look in the README: readable on light and dark."""

from __future__ import annotations

from typing import Any, Final

INK: Final = "#808080"
"""Text and axes: readable on white and on black."""
LINE: Final = "#3d8fd1"
"""What was learned."""
CONTROL: Final = "#d9822b"
"""What it is compared with."""
STYLE: Final[dict[Any, object]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "segue",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
"""For `matplotlib.rc_context`; the same picture is the same file each time."""
