"""Segue's control surface for Ableton Live 11 and 12.

Live imports this folder from `Remote Scripts` and calls `create_instance`. Written for the Python
of Live 11 (3.7), with nothing but its standard library and Live's own modules.
"""

from .surface import SegueSurface


def create_instance(c_instance):
    """Give Live the control surface that it asks for."""
    return SegueSurface(c_instance)
