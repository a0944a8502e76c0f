"""A server that is sent junk goes on answering."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def test_a_server_answers_through_a_hundred_thousand_broken_packets():
    command = [sys.executable, "-m", "tests.transports.osc.fuzz", "--packets", "100000"]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "it answered 2000 times" in said.stdout
