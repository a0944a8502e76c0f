"""Where the corpora come from and under which licence, as cards say it."""

from __future__ import annotations

from typing import Final

from bridge.runtime.card import DataSource

LIEDER: Final = DataSource("OpenScore Lieder", "CC0-1.0", "vocal lines; Gotham and Jonas 2022")
TUNE_BOOKS: Final = DataSource(
    "O'Neill's Music of Ireland, Ryan's Mammoth Collection",
    "LicenseRef-music21-corpus",
    "public-domain tunes of 1850-1883 prints, transcribed by the encoders named in the "
    "music21 corpus and distributed with their permission",
)

VARIANTS: Final = (
    "Tune books print the same tune under several titles, and songs were split by title: 26 % of "
    "O'Neill's and 40 % of Ryan's held-out phrases have two bars or more in common with a tune "
    "that was learned from (other corpora: 0 to 1 %). On these two, figures flatter."
)
"""What cards say of the tune books' split; counted by `longest_copy` of the agent's evidence."""


def openewld(what: str = "public-domain lead sheets") -> DataSource:
    """Name OpenEWLD, and what of it was taken."""
    return DataSource("OpenEWLD", "MIT", f"{what}; Simonetta et al. 2018")


def pop909(what: str) -> DataSource:
    """Name POP909, and what of it was taken."""
    return DataSource("POP909", "MIT", f"{what}; Wang et al. 2020")
