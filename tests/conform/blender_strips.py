"""Lay .otio files as strips of Blender's sequencer, and render each frame. Runs inside Blender.

python blender_strips.py FOLDER: for each FOLDER/*.otio, frames go to FOLDER/NAME/0001.png and on.
Only what the standard says of the file is read, as JSON: nothing of ours is asked.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import bpy


def seconds(told):
    """Give a time of OpenTimelineIO in seconds."""
    rate = Fraction(told["rate"]).limit_denominator(1001)
    return Fraction(told["value"]).limit_denominator(1000) / rate


def lay(timeline, scene):
    """Lay the pictures of a timeline; give how many frames it lasts."""
    editor = scene.sequence_editor_create()
    rate = Fraction(scene.render.fps) / Fraction(scene.render.fps_base).limit_denominator(1001)
    channel, end = 0, 1
    for track in timeline["tracks"]["children"]:
        if track["kind"] != "Video":
            continue
        channel += 1
        at = Fraction(0)
        for item in track["children"]:
            if item["OTIO_SCHEMA"].startswith("Transition"):
                continue
            frames = round(seconds(item["source_range"]["duration"]) * rate)
            if item["OTIO_SCHEMA"].startswith("Clip"):
                _strip(editor, item, channel, round(at * rate) + 1, frames, rate)
            at += seconds(item["source_range"]["duration"])
            end = max(end, round(at * rate))
    return end


def _strip(editor, clip, channel, begin, frames, rate):
    reference = clip["media_references"][clip["active_media_reference_key"]]
    first = seconds(clip["source_range"]["start_time"])
    first -= seconds(reference["available_range"]["start_time"])
    offset = round(first * rate)
    path = reference["target_url"].removeprefix("file://")
    strip = editor.strips.new_movie("clip", path, channel, begin - offset)
    strip.frame_offset_start = offset
    strip.frame_final_duration = frames
    strip.mute = not clip["enabled"]


def render(path):
    """Render the frames of one file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    timeline = json.loads(path.read_text())
    scene = bpy.context.scene
    rate = Fraction(timeline["global_start_time"]["rate"]).limit_denominator(1001)
    whole = round(rate)
    scene.render.fps, scene.render.fps_base = whole, float(whole / rate)
    scene.render.resolution_x, scene.render.resolution_y = 256, 96
    scene.render.image_settings.file_format = "PNG"
    scene.view_settings.view_transform = "Standard"
    scene.render.filepath = f"{path.with_suffix('')}/"
    scene.frame_start, scene.frame_end = 1, lay(timeline, scene)
    bpy.ops.render.render(animation=True)


for found in sorted(Path(sys.argv[-1]).glob("*.otio")):
    render(found)
