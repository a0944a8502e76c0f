"""A process that imports a file of ratings: it is killed while it writes."""

from __future__ import annotations

import sys
from pathlib import Path

from bridge.feedback.exchange import read_lines
from bridge.feedback.store import FeedbackStore

if __name__ == "__main__":
    FeedbackStore(Path(sys.argv[1])).add_new(read_lines(Path(sys.argv[2]).read_bytes()))
