"""The parts of the extension that know no Blender; its `__init__.py` would ask for bpy."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "plugins" / "blender" / "segue"
_NAME = "segue_extension"

_package = types.ModuleType(_NAME)
_package.__path__ = [str(FOLDER)]
sys.modules.setdefault(_NAME, _package)

answers, body, errand, process, reply, trouble, wire = (
    importlib.import_module(f"{_NAME}.{name}")
    for name in ("answers", "body", "errand", "process", "reply", "trouble", "wire")
)
