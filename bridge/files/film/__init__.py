"""FILM FILES: their facts, their frames and their sound, by FFmpeg's libraries through PyAV.

`video.open_film` is the door; it is heavy, so whoever has not been asked for a film yet imports it
inside a function.
"""
