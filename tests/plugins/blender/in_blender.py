"""What must be true in Blender itself: run by a Python that has it as `bpy`.

python in_blender.py WORK PORT: WORK/segue.zip is installed, PORT is where Segue listens. What came
of each claim goes to WORK/told.json: the trace of what went wrong, or nothing. The claims hold in
the order in which they stand in their files: later ones use what earlier ones made.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["BLENDER_USER_RESOURCES"] = str(Path(sys.argv[1], "blender"))

import claims_changing
import claims_keeping
import claims_making
from scene import FIGURES, WORK


def claims():
    """Give those with a sentence for a name."""
    for file in (claims_making, claims_changing, claims_keeping):
        for name, claim in vars(file).items():
            if getattr(claim, "__module__", "") == file.__name__:
                yield name, claim


def main():
    told = {}
    for name, claim in claims():
        begun = time.perf_counter()
        try:
            claim()
            told[name] = ""
        except Exception:  # noqa: BLE001  what went wrong is told to the one who started this
            told[name] = traceback.format_exc()
        FIGURES[f"{name}_s"] = round(time.perf_counter() - begun, 2)
    (WORK / "told.json").write_text(json.dumps({"told": told, "figures": FIGURES}, indent=1))


if __name__ == "__main__":
    main()
