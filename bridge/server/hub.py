"""The hub of `segue serve`: opens the doors, joins them to the stage, and ends in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge import __version__
from bridge.errors import NotFoundError, SegueError
from bridge.files.devices import bind_control, read_devices
from bridge.operations.mapping import devices_folder
from bridge.operations.studio import Studio
from bridge.schema.live import PARTS, HostState, LiveSettings, SyncSource, Take
from bridge.schema.mapping import DeviceMap, Learned
from bridge.server.controls import Controls
from bridge.server.folder_door import FolderDoor
from bridge.server.live import CONTROL_IN, CONTROL_OUT, MAIN_INPUT, LiveRoom, PortNews, StageClock
from bridge.server.maker import OfficeMaker
from bridge.server.office import Office, starter_of
from bridge.server.osc_door import OscDoor
from bridge.server.ratings import RatingKeeper, StageFromBehind
from bridge.server.stage.stage import LiveStage
from bridge.server.state import Memory
from bridge.server.stopping import stopping
from bridge.server.web.app import make_app
from bridge.server.web.events import Broadcast
from bridge.server.web.serving import WebServer
from bridge.settings import ServeSettings
from bridge.transports.base import MAIN_OUTPUT, NO_MIDI, PortWish
from bridge.transports.osc.discovery import HTTP_SERVICE, OSC_SERVICE, Announcement, Door
from bridge.transports.remote import RemoteClock
from bridge.transports.sync.base import SyncWish
from bridge.transports.sync.link import has_link

CLOCK_OUT: Final = "clock_out"
"""The output of MIDI clock, where Segue leads others."""
_CLOSE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Ready:
    """Every door is open."""

    url: str
    """The web door; its page is the panel."""
    osc_port: int
    """UDP."""


@dataclass(frozen=True, slots=True)
class NotAnnounced:
    """Other programs do not find us by our name."""

    reason: str
    """In one line."""


HubEvent = Ready | NotAnnounced | PortNews


class Hub:
    """Everything of one `segue serve`; belongs to the event loop.

    Args:
        settings: where to listen, whom to follow.
        say: is told what people should know.
    """

    def __init__(self, settings: ServeSettings, say: Callable[[HubEvent], None]) -> None:
        if settings.sync is SyncSource.LINK and not has_link():
            raise NotFoundError("Ableton Link is not installed; pip install 'segue[link]'")
        self._settings = settings
        self._say = say
        self._broadcast = Broadcast()
        loop, complain = asyncio.get_running_loop(), self._complain_of("memory")
        self._memory = Memory(
            settings.state_folder,
            complain=lambda words: loop.call_soon_threadsafe(complain, words),
        )
        maps = read_devices(devices_folder())
        self._remote = RemoteClock(_ports(settings, maps.devices))
        self._stage = self._make_stage()
        self._stage.note_trouble("maps", "; ".join(maps.troubles))
        self._controls = Controls(maps.devices)
        studio = Studio(
            models=settings.models,
            stage=StageFromBehind(self._stage, loop),
            controls=self._controls,
            place=lambda: settings.feedback_place,
        )
        self._ratings = RatingKeeper(studio, self._complain_of("ratings"))
        self._office = Office(
            local=studio,
            starter=starter_of(settings.models, place=settings.feedback_place),
        )
        self._web = WebServer(
            make_app(self._office, self._broadcast, token=settings.token),
            host=settings.listen,
            port=settings.http_port,
        )
        self._osc = OscDoor(self._office, token=settings.token or "")
        self._folder = self._make_folder_door()
        self._announcement: Announcement | None = None
        self._live = LiveRoom(
            self._stage,
            self._remote,
            self._controls,
            on_learned=self._write_down,
            on_ports=self._note_ports,
        )

    async def run(self) -> None:
        """Serve until somebody stops it.

        Raises:
            PortError: a port is taken, or the clock process dies again and again.
            StorageError: what is to be remembered cannot be written at all.
        """
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        with stopping(lambda number: loop.call_soon_threadsafe(stopped.set)):
            try:
                await self._open()
                await self._serve(stopped)
            finally:
                await self._close()

    async def _open(self) -> None:
        await self._web.open()
        if self._settings.osc:
            await self._osc.open(host=self._settings.listen, port=self._settings.osc_port)
        await self._office.open()
        if self._folder is not None:
            self._folder.open()
        self._announce()
        self._say(Ready(self._web.url, self._osc.port))

    async def _serve(self, stopped: asyncio.Event) -> None:
        """Go on until somebody stops it, or the clock process cannot be kept alive."""
        live = asyncio.create_task(self._live.run())
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait({live, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if live.done():
            live.result()
        live.cancel()

    async def _close(self) -> None:
        """End every note first, then the doors."""
        self._live.close()
        self._remote.stop()
        if self._announcement is not None:
            await self._announcement.close()
        await self._osc.close()
        if self._folder is not None:
            await self._folder.close()
        await self._office.close()
        await self._web.close()
        await asyncio.to_thread(self._remote.close, timeout_seconds=_CLOSE_SECONDS)
        await self._ratings.close()
        await asyncio.to_thread(self._memory.close)

    def _make_folder_door(self) -> FolderDoor | None:
        folder = self._settings.folder
        if folder is None:
            return None
        return FolderDoor(self._office, folder, self._complain_of("folder"))

    def _make_stage(self) -> LiveStage:
        settings = self._settings
        wish = SyncWish(settings.sync, settings.offset_ms, is_master=settings.is_master)
        before = self._memory.recall()
        stage = LiveStage(
            before.settings,
            before.takes,
            StageClock(self._remote, wish),
            OfficeMaker(lambda: self._office, self._complain_of("music")),
        )
        watchers = stage.watchers
        watchers.heard = lambda note: self._broadcast.tell("heard", note)
        watchers.played = lambda planned: self._broadcast.tell("played", planned)
        watchers.forgotten = lambda note_ids: self._broadcast.tell("forgotten", note_ids)
        watchers.host = self._note_host
        watchers.changed = self._note_change
        watchers.taken = self._note_take
        watchers.marked = self._note_take
        watchers.rated = self._note_rating
        return stage

    def _announce(self) -> None:
        if not self._settings.zeroconf:
            return
        version = {"version": __version__}
        doors = [Door(HTTP_SERVICE, self._web.port, version | {"path": "/"})]
        if self._settings.osc:
            doors.append(Door(OSC_SERVICE, self._osc.port, version))
        self._announcement = Announcement(
            tuple(doors),
            host=self._settings.listen,
            on_trouble=lambda reason: self._say(NotAnnounced(reason)),
        )
        self._announcement.start()

    # --- what happens on the stage

    def _complain_of(self, topic: str) -> Callable[[str], None]:
        """Give what notes trouble with something, and tells those who watch."""

        def complain(trouble: str) -> None:
            before = self._stage.trouble
            self._stage.note_trouble(topic, trouble)
            if self._stage.trouble != before:
                self._tell_status()

        return complain

    def _note_host(self, state: HostState) -> None:
        self._broadcast.tell("host", state)

    def _note_change(self, settings: LiveSettings) -> None:
        self._memory.keep_settings(settings)
        self._live.show_settings()
        self._tell_status()

    def _note_take(self, take: Take) -> None:
        self._memory.keep_take(take)
        self._broadcast.tell("take", take)
        self._tell_status()

    def _note_rating(self, take: Take) -> None:
        self._ratings.keep(take, self._stage.settings())

    def _note_ports(self, news: PortNews) -> None:
        self._say(news)
        self._tell_status()

    def _tell_status(self) -> None:
        self._broadcast.tell("status", self._stage.status())

    def _write_down(self, learned: Learned) -> None:
        """Write into the file of its device what a control does that was learned."""
        try:
            bind_control(devices_folder(), learned.device, learned.binding)
        except SegueError as error:
            self._complain_of("maps")(str(error))


def _ports(settings: ServeSettings, devices: tuple[DeviceMap, ...]) -> PortWish:
    """Give the MIDI ports that are wanted, and those of controllers that they connect to."""
    names = [device.port for device in devices if device.port]
    parts = PARTS if settings.part_ports else ()
    clock = (CLOCK_OUT,) if settings.is_master else ()
    return PortWish(
        name=settings.port_name,
        api=settings.api if settings.midi else NO_MIDI,
        connect=settings.connect,
        outputs=(MAIN_OUTPUT, CONTROL_OUT, *clock, *parts),
        inputs=(MAIN_INPUT, CONTROL_IN),
        listen=(*settings.listen_to, *(f"{CONTROL_IN}={name}" for name in names)),
        speak=tuple(f"{CONTROL_OUT}={name}" for name in names),
    )
