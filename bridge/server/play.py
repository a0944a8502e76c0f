"""Play: everything from a function that makes bars to a MIDI port and a file on the disk.

`play` starts two processes, one that makes bars and one that sends notes, and keeps this one for
everything that is not in a hurry.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bridge.errors import OutputExistsError
from bridge.server.events import PlayEvent
from bridge.server.player import Ending, Plan, Player
from bridge.server.stopping import stopping
from bridge.server.take import TakeFile
from bridge.server.worker import BarFactory, BarSource, starter_of
from bridge.transports.base import PortWish
from bridge.transports.remote import RemoteClock


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """Where the music goes, and how long."""

    port: PortWish = field(default_factory=PortWish)
    """The MIDI port that is wanted."""
    plan: Plan = field(default_factory=Plan)
    """How long to play, and how far ahead."""
    save_path: Path | None = None
    """Where the take is saved; None: `take-YYYYMMDD-HHMMSS.mid` in the current folder."""
    render_path: Path | None = None
    """Where the sound of the take is saved, a .wav; None: nowhere."""
    force: bool = False
    """Replace files that are already there."""


@dataclass(frozen=True, slots=True)
class PlayReport:
    """What a performance came to."""

    ending: Ending
    """Why it ended."""
    path: Path | None
    """The take; None when it was stopped before the first bar."""
    render_path: Path | None
    """The sound of it; None when that was not asked for."""
    port: str | None
    """The MIDI port that was open last; None: there was none."""
    bars: int
    """Bars of the take, rests included."""
    notes: int
    """Notes that were played."""
    rests: int
    """Bars for which no music came in time."""
    restarts: int
    """How often the model process was started again."""
    dropped: int
    """Notes that came too late to be sent."""
    overruns: int
    """How often the MIDI system said that somebody was too slow."""

    def in_words(self) -> str:
        """Say it in one line."""
        if self.path is None:
            return "stopped before the first bar; nothing to save"
        where = f"played to {self.port}" if self.port else "written, none heard"
        faults = {
            "rests": self.rests,
            "restarts of the model": self.restarts,
            "notes left out": self.dropped,
        }
        said = "".join(f", {count} {what}" for what, count in faults.items() if count)
        return f"{self.bars} bars, {self.notes} notes {where}{said}"


def play(
    factory: BarFactory,
    request: object,
    *,
    options: PlayOptions,
    on_event: Callable[[PlayEvent], None],
) -> PlayReport:
    """Play what a factory makes, until its end, `options.plan.bars` or somebody stops it.

    Ctrl-C, SIGTERM and SIGHUP stop it: the notes are ended, the take is saved, and it returns as
    usual, for that is how an endless performance ends. A second Ctrl-C does not wait for the
    take: the notes are ended and KeyboardInterrupt is raised.

    Args:
        factory: a function of a module; is called with `request` in another process.
        request: picklable; says what to play.
        options: where the music goes, and how long.
        on_event: is told what happens, in this thread, while it plays.

    Raises:
        OutputExistsError: a file is already there and `options.force` is off.
        NotFoundError: a folder to save in is not there, or FluidSynth, for the sound.
        SegueError: what the factory raised before its first bar.
        WorkerError: the model process fails again and again; the take is saved.
        PortError: the clock process dies again and again; the take is saved.
        StorageError: the disk is full, or may not be written.
    """
    take_file = TakeFile(options.save_path or default_path(), force=options.force)
    _check_render(options)
    source = BarSource(starter_of(factory, request))
    clock = RemoteClock(options.port)
    player = Player(clock, source, take_file, plan=options.plan, on_event=on_event)
    with stopping(_stopper(player)):
        try:
            player.run()
        finally:
            player.close()
    if options.render_path is not None and len(player.timeline):
        from bridge.files.audio import render_audio

        render_audio(take_file.path, options.render_path, force=options.force)
    return _report(player, take_file, options)


def default_path() -> Path:
    """Give the file that a take is saved to when nobody says where."""
    return Path.cwd() / time.strftime("take-%Y%m%d-%H%M%S.mid")


def _check_render(options: PlayOptions) -> None:
    """Refuse, before anybody plays, what could not be rendered afterwards."""
    if options.render_path is None:
        return
    if options.render_path.exists() and not options.force:
        raise OutputExistsError(f"{options.render_path} is already there; use --force")
    from bridge.files.audio import find_soundfont

    find_soundfont()


def _report(player: Player, take_file: TakeFile, options: PlayOptions) -> PlayReport:
    sequence = player.take.sequence()
    has_bars = bool(len(player.timeline))
    return PlayReport(
        ending=player.ending or Ending.STOPPED,
        path=take_file.path if has_bars else None,
        render_path=options.render_path if has_bars else None,
        port=player.tally.port,
        bars=len(player.timeline),
        notes=sum(len(part.notes) for part in sequence.parts),
        rests=player.tally.rests,
        restarts=player.tally.restarts,
        dropped=player.tally.dropped,
        overruns=player.tally.overruns,
    )


def _stopper(player: Player) -> Callable[[int], None]:
    """Give what stops a player at a signal; a second Ctrl-C does not wait for the take."""
    asked: list[int] = []

    def stop(number: int) -> None:
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)
        player.stop()

    return stop
