"""What a machine must have for its plugins to be tried."""

from __future__ import annotations

import os
import shutil

import pytest

_PACKAGES = {"ardour7-lua": "ardour", "curl": "curl", "lua5.4": "lua5.4", "luac5.4": "lua5.4"}


def require(*programs: str) -> None:
    """Skip where a program is not installed, but never in the pipeline."""
    missing = {_PACKAGES[program] for program in programs if not shutil.which(program)}
    if not missing:
        return
    wanted = f"apt install {' '.join(sorted(missing))}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"the pipeline needs it: {wanted}")
    pytest.skip(f"needs what is not here: {wanted}")
