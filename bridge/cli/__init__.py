"""DOOR: what a terminal can ask."""
