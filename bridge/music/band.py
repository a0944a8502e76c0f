"""An endless performance: melody and drums from the models, chords and bass by rule.

The form is periods of four phrases of two bars: a theme, its answer, the theme again, and an
ending with a fill. From one period to the next the theme walks a little way through the latent
space; after four periods a new one follows out of the last ending.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.music import drums_vae, melody_vae
from bridge.music.chords import Chord
from bridge.music.drum_grid import STEPS_PER_BAR, from_drum_grid
from bridge.music.drums_vae import DrumWish
from bridge.music.feel import draw_touch, swing_of, swung, touched
from bridge.music.frame import new_frame
from bridge.music.harmony import bass_line, find_chords
from bridge.music.lines import levelled, transposed
from bridge.music.melodies import Improviser
from bridge.music.melody_grid import FIRST_PITCH, MelodyGrid, from_grid, joined
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray
from bridge.schema.notes import DRUM_CHANNEL, Note, Part, TimeSignature
from bridge.schema.performance import Bar
from bridge.units import PPQ, SIXTEENTH_TICKS

BAR_TICKS: Final = STEPS_PER_BAR * SIXTEENTH_TICKS
"""The band plays in 4/4."""

_PHRASES_IN_PERIOD: Final = 4
_PERIODS_OF_THEME: Final = 4
_MELODY_VELOCITY: Final = 96.0
"""Mean velocity of the melody: above the bass, which plays at 88."""
_LOUDNESS: Final = 78.0
"""Mean velocity asked of the drums."""
_WALK: Final = 0.3
"""How far the theme moves between its repeats, see `move_latents`."""
_REPEAT: Final = 0.18
"""How much the theme is changed when it comes back inside a period."""
_GROOVE_WALK: Final = 0.25
_FILL: Final = 0.45
"""Share of toms and crashes in the bar that ends a period."""
_KICK: Final = 36
_MELODY_DENSITY: Final = 1.4
"""Notes a beat that the melody has where nobody asks: enough to lead a band."""
_MELODY_REGISTER: Final = 71.0
"""Mean pitch asked of the melody, to keep it clear of the bass."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Two bars as the models gave them."""

    melody: MelodyGrid
    """[time=48], the tonic at C."""
    drums: tuple[Note, ...]
    """From the start of the phrase."""
    kicks_ticks: tuple[int, ...]
    """Where the bass drum is hit, before it swings."""
    touch: FloatArray
    """float32 [2, time=48], see `draw_touch`: of a note that begins at a slot."""


class Band:
    """Three players who never stop.

    Args:
        improviser: plays the melody; its knobs, style and chance are the whole band's.
        drums: the drums VAE.
    """

    def __init__(self, improviser: Improviser, drums: Model) -> None:
        self._melody, self._drums = improviser.model, drums
        self._knobs, self._rng = improviser.knobs, improviser.rng
        self._feel_rng = improviser.rng.spawn(1)[0]
        self._frame = new_frame(improviser.knobs, TimeSignature(0, 4, 4))
        self._swing = swing_of(improviser.knobs.swing, self._frame.metre)
        asked = self._frame.wish(
            improviser.knobs, register=_MELODY_REGISTER, style=improviser.style
        )
        if asked.density is None:
            asked = replace(asked, density=_MELODY_DENSITY)
        self._wish = melody_vae.typical_wish(self._melody, asked, self._rng)
        self._semitones = -self._frame.key.shift_to_c
        if improviser.knobs.register is not None and self._wish.register is not None:
            sounding = self._wish.register + self._semitones
            self._semitones += 12 * round((improviser.knobs.register - sounding) / 12)
        self._ending: FloatArray | None = None

    def bars(self) -> Iterator[Bar]:
        """Play bar after bar, without end."""
        phrases = self._phrases()
        current = next(phrases)
        chords = self._chords(current, None)
        index = 0
        while True:
            following = next(phrases)
            next_chords = self._chords(following, chords[-1])
            yield from self._two_bars(index, current, following, [*chords, next_chords[0]])
            current, chords, index = following, next_chords, index + 2

    def _phrases(self) -> Iterator[_Phrase]:
        """Walk through both latent spaces, phrase by phrase."""
        groove = self._draw_groove(DrumWish(loudness=_LOUDNESS), None)
        while True:
            theme = self._draw(self._ending)
            for _ in range(_PERIODS_OF_THEME):
                for latent, place in self._period(theme):
                    fill = place == _PHRASES_IN_PERIOD - 1
                    played = (
                        self._draw_groove(DrumWish(loudness=_LOUDNESS, fill=_FILL), groove)
                        if fill
                        else groove
                    )
                    yield self._decoded(latent, played)
                    groove = self._walked_groove(groove)
                theme = self._moved(theme, _WALK)

    def _period(self, theme: FloatArray) -> Iterator[tuple[FloatArray, int]]:
        """Give theme, answer, theme, ending, each [1, latent], with its place."""
        yield theme, 0
        yield self._draw(theme), 1
        again = self._moved(theme, _REPEAT)
        yield again, 2
        self._ending = self._draw(again)
        yield self._ending, 3

    def _draw(self, previous: FloatArray | None) -> FloatArray:
        return melody_vae.draw(
            self._melody,
            [self._wish],
            self._rng,
            temperature=self._knobs.temperature,
            previous=previous,
        )

    def _moved(self, latent: FloatArray, amount: float) -> FloatArray:
        return melody_vae.move(self._melody, latent, [self._wish], self._rng, amount=amount)

    def _draw_groove(self, wish: DrumWish, previous: FloatArray | None) -> FloatArray:
        return drums_vae.draw(
            self._drums,
            [wish],
            self._rng,
            temperature=self._knobs.temperature,
            previous=previous,
        )

    def _walked_groove(self, groove: FloatArray) -> FloatArray:
        return drums_vae.move(
            self._drums, groove, [DrumWish(loudness=_LOUDNESS)], self._rng, amount=_GROOVE_WALK
        )

    def _decoded(self, melody: FloatArray, groove: FloatArray) -> _Phrase:
        """Give the notes of a melody and a groove, each [1, latent]."""
        temperature, rng = self._knobs.temperature, self._rng
        phrase = melody_vae.decode(
            self._melody,
            melody,
            temperature=temperature,
            rng=rng,
            leaning=self._frame.leaning(invents=True),
        )[0]
        drums = drums_vae.decode(self._drums, groove, temperature=temperature, rng=rng)[0]
        loose = 1.0 if self._knobs.humanise is None else self._knobs.humanise
        drums = replace(drums, offsets=np.float32(loose) * drums.offsets)
        touch = draw_touch(len(phrase.tokens), self._feel_rng)
        touch[0, 0] = abs(touch[0, 0])  # no phrase begins before its bar line
        kicks = tuple(n.onset_ticks for n in from_drum_grid(drums) if n.pitch == _KICK)
        return _Phrase(phrase, from_drum_grid(drums, self._swing), kicks, touch)

    def _chords(self, phrase: _Phrase, previous: Chord | None) -> list[Chord]:
        """Find the chords of a phrase's two bars."""
        notes = self._in_key(from_grid(phrase.melody))
        bars = [_within(notes, bar * BAR_TICKS, (bar + 1) * BAR_TICKS) for bar in range(2)]
        return find_chords(bars, self._frame.key, bar_ticks=BAR_TICKS, previous=previous)

    def _two_bars(
        self, index: int, phrase: _Phrase, following: _Phrase, chords: list[Chord]
    ) -> Iterator[Bar]:
        """Give the bars of a phrase; `chords` are theirs and the one after."""
        melody = self._sung(phrase, following)
        for bar in range(2):
            start, end = bar * BAR_TICKS, (bar + 1) * BAR_TICKS
            drums = _within(phrase.drums, start, end)
            bass = bass_line(
                chords[bar],
                chords[bar + 1],
                bar_ticks=BAR_TICKS,
                kicks_ticks=[ticks - start for ticks in phrase.kicks_ticks if start <= ticks < end],
            )
            swinging = swung(bass, self._swing)
            bass = self._touched(swinging, draw_touch(len(bass), self._feel_rng))
            yield Bar(
                index=index + bar,
                duration_ticks=BAR_TICKS,
                tempo_bpm=self._frame.tempo_bpm,
                chord=str(chords[bar]),
                parts=(
                    Part(name="Melody", channel=0, notes=tuple(_within(melody, start, end))),
                    Part(name="Bass", channel=1, program=33, notes=bass),
                    Part(name="Drums", channel=DRUM_CHANNEL, notes=tuple(drums)),
                ),
            )

    def _in_key(self, notes: tuple[Note, ...]) -> tuple[Note, ...]:
        """Move notes from C to the key, and to the octave that is asked for."""
        return tuple(transposed(notes, self._semitones))

    def _sung(self, phrase: _Phrase, following: _Phrase) -> tuple[Note, ...]:
        """Give the melody of a phrase and the one after, in key, register and feel."""
        grid = joined([phrase.melody, following.melody], beats=8)
        touch = np.concatenate([phrase.touch, following.touch], axis=1)
        line = swung(self._in_key(from_grid(grid)), self._swing)
        level = levelled(line, mean_velocity=_MELODY_VELOCITY)
        return self._touched(level, touch[:, grid.tokens >= FIRST_PITCH])

    def _touched(self, notes: Sequence[Note], touch: FloatArray) -> tuple[Note, ...]:
        """Give notes a player's touch, as far as that is asked for."""
        amount = self._knobs.humanise or 0.0
        return tuple(touched(notes, touch, amount=amount, tempo_bpm=self._frame.tempo_bpm))


def _within(notes: tuple[Note, ...], start_ticks: int, end_ticks: int) -> list[Note]:
    """Give the notes that begin in a stretch, from its start; they ring two bars at most."""
    return [
        replace(
            note,
            onset_ticks=note.onset_ticks - start_ticks,
            duration_ticks=min(note.duration_ticks, 8 * PPQ),
        )
        for note in notes
        if start_ticks <= note.onset_ticks < end_ticks
    ]
