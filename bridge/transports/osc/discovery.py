"""How others find us without being told a port: DNS-SD, also called Bonjour or zeroconf.

What listens on this machine alone is announced on this machine alone. Nothing waits for the
announcement, and nothing else fails with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import ipaddress
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

OSC_SERVICE: Final = "_osc._udp.local."
"""What an OSC port is announced as."""
HTTP_SERVICE: Final = "_http._tcp.local."
"""What a web page is announced as."""

_NAME: Final = "Segue"
_ANYWHERE: Final = "192.0.2.1"
"""An address that nobody has; the system says which of ours it would be reached from."""
_MOST_CLOSING_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Door:
    """A port that others may look for."""

    service: str
    """OSC_SERVICE or HTTP_SERVICE."""
    port: int
    """UDP or TCP."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """What a TXT record says: version, path."""


class Announcement:
    """Doors that are announced as `Segue` until it is closed."""

    def __init__(
        self,
        doors: tuple[Door, ...],
        *,
        host: str,
        on_trouble: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """Make an announcement; `start` begins it.

        Args:
            doors: what to announce.
            host: IPv4 address that they listen on; a loopback address is told to this machine
                only; for `0.0.0.0` it is the address by which this machine goes to the network.
            on_trouble: is told in one line why others do not find us.
        """
        self._doors = doors
        self._host = host
        self._on_trouble = on_trouble
        self._task: asyncio.Task[None] | None = None
        self._zeroconf: AsyncZeroconf | None = None

    def start(self) -> None:
        """Announce in the background; returns at once, and never fails."""
        self._task = asyncio.get_running_loop().create_task(self._announce())

    async def wait(self) -> None:
        """Wait until everything is announced, or cannot be."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Take it back, so that nobody sees a door that is gone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._zeroconf is not None:
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(self._take_back(self._zeroconf), _MOST_CLOSING_SECONDS)

    async def _announce(self) -> None:
        """Open the sockets and register every door."""
        # The library is large, and nobody waits for it.
        library = await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
        errors = importlib.import_module("zeroconf")
        try:
            address = _announced_address(self._host)
            self._zeroconf = library.AsyncZeroconf(
                interfaces=[address], ip_version=errors.IPVersion.V4Only
            )
            for door in self._doors:
                info = _service(library.AsyncServiceInfo, door, address)
                await self._zeroconf.async_register_service(info, allow_name_change=True)
        except (OSError, ValueError, errors.Error) as error:
            self._on_trouble(f"{error or type(error).__name__}; give them the port by hand")

    async def _take_back(self, zeroconf: AsyncZeroconf) -> None:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def _service(make: type[AsyncServiceInfo], door: Door, address: str) -> AsyncServiceInfo:
    """Give a door as the library announces it."""
    machine = re.sub(r"[^a-zA-Z0-9]+", "-", socket.gethostname().partition(".")[0])[:40]
    return make(
        door.service,
        f"{_NAME}.{door.service}",
        port=door.port,
        properties=dict(door.properties),
        server=f"segue-{machine}-{door.port}.local.",
        parsed_addresses=[address],
    )


def _announced_address(host: str) -> str:
    """Give the address by which others reach what listens on a host address.

    Raises:
        ValueError: it is no IPv4 address.
        OSError: it is none of this machine's, or this machine goes to no network.
    """
    address = ipaddress.IPv4Address(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((host, 0))  # the library would leave a socket behind where this fails
        if address.is_unspecified:
            asking.connect((_ANYWHERE, 9))  # sends nothing
        return str(asking.getsockname()[0])
