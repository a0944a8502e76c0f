"""What a machine must have for its plugins to be tried."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_PACKAGES = {"curl": "curl", "lua5.4": "lua5.4", "luac5.4": "lua5.4"}


def require(*programs: str) -> None:
    """Skip where a program is not installed, but never in the pipeline."""
    missing = {_PACKAGES[program] for program in programs if not shutil.which(program)}
    if missing:
        _do_without(f"apt install {' '.join(sorted(missing))}")


def find_ardour_lua() -> str:
    """Find Ardour's own Lua: `ardour7-lua`, of whatever version is installed."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = sorted(path for folder in folders for path in Path(folder).glob("ardour[0-9]-lua"))
    if not found:
        _do_without("apt install ardour")
    return str(found[-1])


def _do_without(wanted: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"the pipeline needs it: {wanted}")
    pytest.skip(f"needs what is not here: {wanted}")
