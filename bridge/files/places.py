"""Where Segue keeps what is its own on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "SEGUE_HOME"
"""The environment variable that may name the folder of everything that Segue keeps."""


def data_folder(*, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of what Segue keeps for this person; it may not be there yet.

    Args:
        environ: the environment; its SEGUE_HOME wins over the system's own place.
    """
    if environ.get(HOME_VARIABLE):
        return Path(environ[HOME_VARIABLE])
    import platformdirs

    return platformdirs.user_data_path("segue", appauthor=False)
