"""Simple materials: enough to see somebody by, and made to be replaced."""

from typing import Final

import bpy

_SKIN: Final = (0.72, 0.47, 0.36, 1.0)
_LOOKS: Final = {
    "nail": ((0.78, 0.55, 0.47, 1.0), 0.3),
    "mouth": ((0.5, 0.2, 0.18, 1.0), 0.35),
    "eye": ((0.85, 0.84, 0.82, 1.0), 0.15),
    "iris": ((0.12, 0.2, 0.26, 1.0), 0.1),
    "pupil": ((0.01, 0.01, 0.01, 1.0), 0.05),
}
"""Colour and roughness, by what is in a material's name."""


def material(name: str) -> bpy.types.Material:
    """Give the material of a part; everybody shares it until it is made single-user."""
    called = f"Segue {name}"
    found = bpy.data.materials.get(called)
    if found is not None:
        return found
    made = bpy.data.materials.new(called)
    if not made.use_nodes:
        made.use_nodes = True
    colour, roughness = look(name)
    made.diffuse_color, made.roughness = colour, roughness
    shader = next(node for node in made.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = roughness
    if colour == _SKIN:
        shader.inputs["Subsurface Weight"].default_value = 0.1
        shader.inputs["Subsurface Radius"].default_value = (0.01, 0.004, 0.002)
    return made


def look(name: str) -> tuple[tuple[float, float, float, float], float]:
    """Give colour and roughness of a part; what is not known is skin."""
    found = [told for part, told in _LOOKS.items() if part in name.lower()]
    return found[-1] if found else (_SKIN, 0.45)
