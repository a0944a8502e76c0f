"""The key of Live's song, as Segue's knobs have it."""

SCALES = {
    "Major": "major",
    "Minor": "minor",
    "Harmonic Minor": "harmonic-minor",
    "Dorian": "dorian",
    "Phrygian": "phrygian",
    "Lydian": "lydian",
    "Mixolydian": "mixolydian",
    "Major Pentatonic": "major-pentatonic",
    "Minor Pentatonic": "minor-pentatonic",
    "Minor Blues": "blues",
}
"""Segue's names of Live's scales; of another, only tonic and third are told."""


def key_knobs(song):
    """Give tonic, mode and scale of the song; nothing where it has no key.

    Live 12 has a switch for that. Live 11 has none, and calls every new song C major: there C major
    says nothing.
    """
    tonic, name = int(song.root_note), song.scale_name
    says_nothing = (tonic, name) == (0, "Major")
    if not getattr(song, "scale_mode", not says_nothing):
        return {}
    knobs = {"tonic_pitch_class": tonic, "mode": _mode(song)}
    if name in SCALES:
        knobs["scale"] = SCALES[name]
    return knobs


def _mode(song):
    """Say which third the scale has; an early Live 11 tells no more than the scale's name."""
    intervals = list(getattr(song, "scale_intervals", ()))
    if not intervals:
        is_minor = "Minor" in song.scale_name or song.scale_name in ("Dorian", "Phrygian")
        return "minor" if is_minor else "major"
    return "minor" if 3 in intervals and 4 not in intervals else "major"
