"""`segue serve` itself, for plugins to talk to."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_OPTIONS = ("--no-midi", "--no-zeroconf", "--http-port", "0", "--osc-port", "0", "--json")


@contextlib.contextmanager
def serving(home: Path) -> Iterator[dict[str, Any]]:
    """Run it on free ports as long as the block lasts; gives what it says when it is ready."""
    command = [sys.executable, "-m", "bridge", "serve", *_OPTIONS, "--state", str(home)]
    environment = os.environ | {"SEGUE_HOME": str(home)}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    try:
        for line in server.stdout:
            event = json.loads(line)
            if "osc_port" in event:
                yield event
                break
    finally:
        server.terminate()
        server.wait(20.0)
        server.stdout.close()
