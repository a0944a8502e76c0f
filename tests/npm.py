"""What tests fetch from npm's registry; where that cannot be, they are skipped and say why."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SECONDS = 120


def fetched(folder: Path, *packages: str, what: str) -> Path:
    """Install packages, or those that a folder's package.json names.

    Args:
        folder: has a package.json; they go there.
        packages: with their versions; none: as package.json has them.
        what: they are, for the reason of a skip.

    Returns:
        The folder.
    """
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"needs npm, to fetch {what}")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    environment = os.environ | {
        "npm_config_fetch_retries": "0",
        "npm_config_fetch_timeout": "20000",
    }
    try:
        done = subprocess.run(
            [npm, "install", *quiet, *packages],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm found its registry too slow to fetch {what}")
    if done.returncode:
        pytest.skip(f"npm could not fetch {what} from its registry")
    return folder
