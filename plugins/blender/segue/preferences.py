"""Where Segue listens, and how it is started: Edit > Preferences > Add-ons > Segue."""

from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import AddonPreferences

from .trouble import BridgeError
from .wire import Door


class SeguePreferences(AddonPreferences):
    """What is kept for all files."""

    bl_idname = __package__

    port: IntProperty(
        name="Port",
        description="Where `segue serve` listens on this machine",
        default=5757,
        min=1,
        max=65535,
    )
    token: StringProperty(
        name="Token",
        description="What `segue serve` asks for when others on the network may ask; else empty",
        subtype="PASSWORD",
    )
    command: StringProperty(
        name="Command",
        description="The `segue` command, with its folder where it is not on the path",
        default="segue",
        subtype="FILE_PATH",
    )

    def draw(self, context):
        """Show them."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "port")
        layout.prop(self, "token")
        layout.prop(self, "command")


def preferences() -> SeguePreferences:
    """Give what is kept for all files."""
    return bpy.context.preferences.addons[__package__].preferences


def door() -> Door:
    """Give where Segue listens, if Blender may go there.

    Raises:
        BridgeError: a person has not allowed Blender to go online.
    """
    if not bpy.app.online_access:
        raise BridgeError(
            "Blender may not go online; Preferences, System, Allow Online Access"
            " (Segue asks only this machine)"
        )
    kept = preferences()
    return Door(kept.port, kept.token.strip())


def log_path() -> Path:
    """Give the file of what a server says that was started here."""
    return Path(bpy.utils.extension_path_user(__package__, path="", create=True), "serve.log")
