"""A plugin lives in its host's Python: standard library, host modules, and itself; nothing else."""

import ast
import sys
from pathlib import Path

import pytest

HOST_MODULES = {
    "bpy",
    "bmesh",
    "mathutils",
    "numpy",  # comes with Blender
    "Live",
    "ableton",
    "_Framework",
    "DaVinciResolveScript",
}
PLUGINS = sorted(Path("plugins").rglob("*.py"))


@pytest.mark.parametrize("path", PLUGINS, ids=str)
def test_plugin_imports_only_what_its_host_has(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(node.module.partition(".")[0])
    assert imported <= sys.stdlib_module_names | HOST_MODULES
