"""What a mode has at hand: the song, the settings, a way to ask for music and one to play it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, ParamSpec, Protocol

from bridge.operations.music import AnswerRequest, PlayRequest, VaryRequest
from bridge.schema.live import LiveSettings, PartRoute
from bridge.schema.notes import Note, NoteSequence
from bridge.schema.performance import Bar
from bridge.server.stage.song import Song, to_song_ns
from bridge.transports.base import TimedMessage, TimedNote

P = ParamSpec("P")

_SHORTEST_NS: Final = 1_000_000
"""A note of no length still sounds for so long; in song time, so about a millisecond."""
_KEPT_TICKS: Final = 480 * 64
"""A note that ended so long ago is forgotten."""


class Sender(Protocol):
    """What plays: the clock process."""

    def play(self, notes: tuple[TimedNote, ...], messages: tuple[TimedMessage, ...]) -> None:
        """Have notes and messages sent in time."""

    def forget(self, note_ids: frozenset[int] | None) -> None:
        """Do not play these; end those that sound. None: all."""


Lost = Callable[[], None]
"""Is told that there will be no answer."""


class Asking(Protocol):
    """A question that is on its way."""

    def drop(self) -> None:
        """Do not wait for the answer any more; it will not be told."""


class Bars(Protocol):
    """A band in the other process, bar by bar."""

    def ask(self, told: Callable[[Bar], None], lost: Lost) -> None:
        """Have the next bar told, one at a time; or that there will be none any more."""

    def drop(self) -> None:
        """Send the band home; nothing more is told."""


class Maker(Protocol):
    """Who makes music when asked."""

    def answer(
        self, request: AnswerRequest, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asking:
        """Have an answer made and told, or that there will be none; never before this returns."""

    def vary(
        self, request: VaryRequest, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asking:
        """Have a variation made and told, or that there will be none."""

    def band(self, request: PlayRequest) -> Bars:
        """Call a band together."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A note on its way."""

    note_id: int
    """As the clock knows it."""
    part: str
    """One of `bridge.schema.live.PARTS`."""
    note: Note
    """Its onset in song ticks."""


class Desk:
    """The song, the settings, a way to ask for music and one to play it.

    Args:
        song: where the song is.
        settings: what is set.
        sender: plays.
        maker: makes music when asked.
    """

    def __init__(self, song: Song, settings: LiveSettings, sender: Sender, maker: Maker) -> None:
        self.song = song
        self.settings = settings
        self.maker = maker
        self.doing = "listening"
        """What the mode does now, in a word or two."""
        self.shortened = 0
        """Notes that were left out because they came too late."""
        self.on_played: Callable[[Planned], None] = lambda planned: None
        """Is told of every note that is handed to the clock."""
        self.on_forgotten: Callable[[tuple[int, ...]], None] = lambda note_ids: None
        """Is told of notes that were handed to it and will not be heard."""
        self.on_told: Callable[[], None] = lambda: None
        """Is told that something came back which was asked for."""
        self._sender = sender
        self._ids = count()
        self._planned: dict[int, Planned] = {}

    def ask(
        self, request: AnswerRequest, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asking:
        """Have an answer made and told, or that there will be none."""
        return self.maker.answer(request, self._then_look(told), self._then_look(lost))

    def vary(
        self, request: VaryRequest, told: Callable[[NoteSequence], None], lost: Lost
    ) -> Asking:
        """Have a variation made and told, or that there will be none."""
        return self.maker.vary(request, self._then_look(told), self._then_look(lost))

    def next_bar(self, bars: Bars, told: Callable[[Bar], None], lost: Lost) -> None:
        """Have the next bar of a band told, or that there will be none any more."""
        bars.ask(self._then_look(told), self._then_look(lost))

    def play(
        self, part: str, notes: Iterable[Note], *, start_ticks: int, late_ticks: int = 0
    ) -> frozenset[int]:
        """Play notes of a part in time; those whose time has passed are left out.

        Args:
            part: one of `bridge.schema.live.PARTS`; its route says where it goes.
            notes: onsets from `start_ticks`.
            start_ticks: in song ticks.
            late_ticks: notes that are late by no more than this begin at once.

        Returns:
            The notes' ids, for `forget`.
        """
        route = self.settings.route(part)
        if route.is_muted:
            return frozenset()
        now_ticks = self.song.now_ticks
        timed: list[TimedNote] = []
        for note in notes:
            late = now_ticks - start_ticks - note.onset_ticks
            if late > late_ticks:
                self.shortened += 1
                continue
            moved = replace(note, onset_ticks=note.onset_ticks + max(0, math.ceil(late)))
            timed.append(self._plan(part, route, moved, start_ticks))
        self._forget_old(now_ticks)
        if timed:
            self._sender.play(tuple(timed), ())
        return frozenset(note.note_id for note in timed)

    def forget(self, note_ids: frozenset[int]) -> None:
        """Do not play these notes; end those that sound."""
        if note_ids:
            self._sender.forget(note_ids)
            self._cut(note_ids)

    def forget_from(self, note_ids: frozenset[int], ticks: float) -> frozenset[int]:
        """Do not play those of these notes that begin from a moment on; give the others."""
        later = {
            note_id
            for note_id in note_ids
            if note_id in self._planned and self._planned[note_id].note.onset_ticks >= ticks
        }
        self.forget(frozenset(later))
        return note_ids - later

    def forget_part(self, part: str) -> None:
        """Do not play anything of a part that was planned; end what sounds of it."""
        now_ticks = self.song.now_ticks
        mine = (p for p in self._planned.values() if p.part == part)
        self.forget(frozenset(p.note_id for p in mine if p.note.end_ticks > now_ticks))

    def forget_all(self) -> None:
        """Do not play anything that was planned; end whatever sounds."""
        self._sender.forget(None)
        self.forget_plans()

    def forget_plans(self) -> None:
        """Take note that the clock has forgotten whatever was planned."""
        self._cut(frozenset(self._planned))

    def played(self, note_ids: frozenset[int]) -> tuple[Planned, ...]:
        """Give those of these notes that were not forgotten, in order."""
        kept = [self._planned[note_id] for note_id in note_ids if note_id in self._planned]
        return tuple(sorted(kept, key=lambda planned: planned.note.onset_ticks))

    def _then_look(self, listener: Callable[P, None]) -> Callable[P, None]:
        """Have a listener told, and then whoever looks at the time."""

        def tell(*args: P.args, **kwargs: P.kwargs) -> None:
            listener(*args, **kwargs)
            self.on_told()

        return tell

    def _plan(self, part: str, route: PartRoute, note: Note, start_ticks: int) -> TimedNote:
        note_id = next(self._ids)
        onset = start_ticks + note.onset_ticks
        on_ns = to_song_ns(onset)
        off_ns = max(to_song_ns(onset + note.duration_ticks), on_ns + _SHORTEST_NS)
        planned = Planned(note_id, part, replace(note, onset_ticks=onset))
        self._planned[note_id] = planned
        self.on_played(planned)
        return TimedNote(
            note_id=note_id,
            channel=route.channel,
            pitch=note.pitch,
            velocity=note.velocity,
            on_ns=on_ns,
            off_ns=off_ns,
            release_velocity=note.release_velocity,
            port=route.port,
        )

    def _cut(self, note_ids: frozenset[int]) -> None:
        """Take off the plan what will not be heard; what began stays, as long as it sounded."""
        now_ticks = self.song.now_ticks
        planned = [self._planned[note_id] for note_id in note_ids if note_id in self._planned]
        unheard = tuple(p.note_id for p in planned if p.note.onset_ticks >= now_ticks)
        for note_id in unheard:
            del self._planned[note_id]
        if unheard:
            self.on_forgotten(unheard)

    def _forget_old(self, now_ticks: float) -> None:
        if len(self._planned) > 4096:
            self._planned = {
                note_id: planned
                for note_id, planned in self._planned.items()
                if planned.note.end_ticks > now_ticks - _KEPT_TICKS
            }
