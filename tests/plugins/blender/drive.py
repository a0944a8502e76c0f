"""Runs inside a windowed Blender: installs Segue, and writes down what happens all the while.

blender --python drive.py -- WORK PORT: WORK/segue.zip is installed; WORK/state.json says what the
panel says, and how long Blender stood still at worst since WORK/state.json was last taken away.
"""

import json
import sys
import time
from pathlib import Path

import bpy
import numpy as np

WORK, PORT = Path(sys.argv[-2]), int(sys.argv[-1])
NAME = "bl_ext.user_default.segue"
STATE = WORK / "state.json"
TICK_SECONDS = 0.005
WRITE_SECONDS = 0.05
SEEN = {"at": 0.0, "written": 0.0, "gap": 0.0}


def install():
    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.system.use_online_access = True
    bpy.context.preferences.system.viewport_aa = "OFF"  # drawn by the processor here
    bpy.ops.extensions.package_install_files(
        filepath=str(WORK / "segue.zip"), repo="user_default", enable_on_install=True
    )
    bpy.context.preferences.addons[NAME].preferences.port = PORT
    for area in bpy.context.window_manager.windows[0].screen.areas:
        if area.type == "VIEW_3D":
            area.spaces[0].show_region_ui = True
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)


def state():
    here = bpy.context.window_manager.segue
    active = bpy.context.view_layer.objects.active
    told = {"gap_ms": round(1000 * SEEN["gap"]), "rolled": len(here.roll)}
    told |= {name: getattr(here, name) for name in ("status", "is_busy", "is_connected", "doing")}
    told["people"] = [thing.name for thing in bpy.data.objects if "segue_character" in thing]
    told["drag_ms"] = 1000 * sys.modules[f"{NAME}.drag"].DRAG.worst_seconds
    told["sliders"] = [round(one.amount, 3) for one in here.sliders]
    if active is not None and "segue_past" in active:
        past = json.loads(active["segue_past"])
        told |= {"set": past["sliders"], "earlier": len(past["earlier"])}
        there = np.empty(3 * len(active.data.vertices), np.float32)
        active.data.attributes["position"].data.foreach_get("vector", there)
        told["top_metres"] = round(float(there[2::3].max()), 4)
    return told


def tick():
    now = time.perf_counter()
    if SEEN["at"]:
        SEEN["gap"] = max(SEEN["gap"], now - SEEN["at"])
    SEEN["at"] = now
    if now - SEEN["written"] > WRITE_SECONDS:
        if not STATE.exists():
            SEEN["gap"] = 0.0
        STATE.with_suffix(".new").write_text(json.dumps(state()))
        STATE.with_suffix(".new").replace(STATE)
        SEEN["written"] = now
    return TICK_SECONDS


install()
bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
