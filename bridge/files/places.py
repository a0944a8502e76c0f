"""Where Segue keeps what is its own on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "SEGUE_HOME"
"""The environment variable that may name the folder of everything that Segue keeps."""

OWN_MODELS_VARIABLE: Final = "SEGUE_OWN_MODELS"
"""The environment variable that may name the folder of the models that were trained here."""
CONFIG_VARIABLE: Final = "SEGUE_CONFIG"
"""The environment variable that may name the folder of what a person sets."""
STATE_VARIABLE: Final = "SEGUE_STATE"
"""The environment variable that may name the folder of what Segue remembers."""


def data_folder(*, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of what Segue keeps for this person; it may not be there yet.

    Args:
        environ: the environment; its SEGUE_HOME wins over the system's own place.
    """
    if environ.get(HOME_VARIABLE):
        return Path(environ[HOME_VARIABLE])
    import platformdirs

    return platformdirs.user_data_path("segue", appauthor=False)


def own_models_folder(*, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of the models that were trained here; it may not be there yet.

    Args:
        environ: the environment; its SEGUE_OWN_MODELS wins, then `models` where Segue keeps what
            is this person's.
    """
    if environ.get(OWN_MODELS_VARIABLE):
        return Path(environ[OWN_MODELS_VARIABLE])
    return data_folder(environ=environ) / "models"


def config_folder(*, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of what a person sets and may edit; it may not be there yet.

    Args:
        environ: the environment; its SEGUE_CONFIG wins, then `config` in its SEGUE_HOME.
    """
    if environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    if environ.get(HOME_VARIABLE):
        return Path(environ[HOME_VARIABLE]) / "config"
    import platformdirs

    return platformdirs.user_config_path("segue", appauthor=False)


def state_folder(*, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of what Segue remembers from one start to the next.

    Args:
        environ: the environment; its SEGUE_STATE wins, then `state` in its SEGUE_HOME.
    """
    if environ.get(STATE_VARIABLE):
        return Path(environ[STATE_VARIABLE])
    if environ.get(HOME_VARIABLE):
        return Path(environ[HOME_VARIABLE]) / "state"
    import platformdirs

    return platformdirs.user_state_path("segue", appauthor=False)
