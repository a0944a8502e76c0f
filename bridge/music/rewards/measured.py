"""What real melodies are like; written by `export.music.reward_bands`."""

from __future__ import annotations

from typing import Final

from bridge.music.rewards.bands import Band

BANDS: Final[dict[str, Band]] = {
    "in_scale_share": Band(low=1.0, high=1.0, slope=0.2113),
    "resolved_leap_share": Band(low=0.5385, high=1.0, slope=0.5385),
    "excess_repetition_share": Band(low=0.0, high=0.0201, slope=0.2112),
    "climaxes_in_eight_bars": Band(low=1.0, high=1.5, slope=4.114),
    "strong_chord_tone_share": Band(low=0.6364, high=1.0, slope=0.4061),
    "range_semitones": Band(low=11.0, high=20.0, slope=6.0),
    "step_share": Band(low=0.3056, high=0.6604, slope=0.1456),
    "leap_share": Band(low=0.05042, high=0.2553, slope=0.1336),
    "onsets_per_beat": Band(low=0.5625, high=2.017, slope=1.883),
    "motif_share": Band(low=0.1179, high=0.6792, slope=0.2015),
    "novelty": Band(low=0.2489, high=0.9823, slope=0.241),
    "distance_between_songs": Band(low=1.0, high=1.0, slope=0.2351),
}
"""Where excerpts of 8 to 16 bars lie, by measure."""

FIRST_DEGREES: Final[dict[str, tuple[int, ...]]] = {
    "major": (238, 2, 30, 3, 214, 22, 1, 429, 2, 42, 3, 14),
    "minor": (263, 3, 38, 128, 7, 35, 10, 338, 14, 9, 137, 16),
}
"""Songs in a thousand that begin on each semitone above the tonic, by mode."""

LAST_DEGREES: Final[dict[str, tuple[int, ...]]] = {
    "major": (741, 13, 46, 5, 39, 30, 2, 66, 2, 35, 3, 19),
    "minor": (501, 12, 55, 141, 19, 36, 13, 112, 9, 20, 61, 20),
}
"""Songs in a thousand that end on each semitone above the tonic, by mode."""

MOOD_NORMS: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "one": {
        "tempo": (6.7, 0.4),
        "event_rate": (0.9792, 0.7006),
        "mode": (0.06649, 0.1814),
        "register": (70.7, 3.831),
        "loudness": (75.0, 18.0),
        "legato": (0.9249, 0.1219),
        "dissonance": (-0.3192, 0.07828),
        "chromaticism": (0.03743, 0.05972),
    },
    "several": {
        "tempo": (6.7, 0.4),
        "event_rate": (1.692, 0.2502),
        "mode": (0.05609, 0.2232),
        "register": (62.67, 2.597),
        "loudness": (75.0, 18.0),
        "legato": (0.8881, 0.06558),
        "dissonance": (-0.4691, 0.05667),
        "chromaticism": (0.02068, 0.03496),
    },
}
"""Mean and standard deviation of each cue, in music of one voice or several."""

MOOD_SPREAD: Final[dict[str, tuple[float, float]]] = {
    "one": (0.7866, 0.643),
    "several": (0.6856, 0.6659),
}
"""Standard deviation of the weighed cues: (valence, arousal)."""

FEATURE_NORMS: Final[dict[str, tuple[float, float]]] = {
    "density": (0.159, 0.7848),
    "tempo": (6.7, 0.4),
    "syncopation": (0.06372, 0.09711),
    "off_beat": (0.4454, 0.2031),
    "triplets": (0.0203, 0.06865),
    "rests": (0.1885, 0.2091),
    "legato": (0.9249, 0.1219),
    "long_notes": (-0.5262, 0.7179),
    "rhythm_variety": (1.563, 0.636),
    "rhythm_repetition": (0.5068, 0.2515),
    "steps": (0.4844, 0.1382),
    "leaps": (0.1455, 0.08233),
    "repeated_pitches": (0.1717, 0.1266),
    "turns": (0.5227, 0.1117),
    "range": (15.34, 3.703),
    "register": (70.7, 3.831),
    "rising": (0.9223, 3.368),
    "arch": (0.3001, 2.257),
    "pitch_variety": (2.633, 0.2731),
    "chromaticism": (0.04645, 0.08562),
    "minor": (0.3166, 0.4652),
    "chord_tones": (0.6772, 0.1122),
    "tension": (0.4363, 0.1744),
    "ends_home": (0.3072, 0.4613),
    "motif_return": (0.3175, 0.2427),
    "loudness": (75.0, 18.0),
    "dynamics": (9.972, 6.549),
}
"""Mean and standard deviation of each feature of taste."""

KNOWN_ERROR: Final[float] = 0.007495
"""Share of figures in no song that the filter takes for known."""
