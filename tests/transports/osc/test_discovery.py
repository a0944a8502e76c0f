"""Others find our doors by zeroconf; where that cannot be, nothing else suffers."""

import asyncio

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from bridge.transports.osc.discovery import HTTP_SERVICE, OSC_SERVICE, Announcement, Door

NOBODY = "192.0.2.77"
"""An address that no machine has."""
DOORS = (Door(OSC_SERVICE, 5758, {"path": "/segue"}), Door(HTTP_SERVICE, 5757, {"path": "/"}))


async def seen(service, name="Segue"):
    """Look for a service as another program on this machine does."""
    peer = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    try:
        info = AsyncServiceInfo(service, f"{name}.{service}")
        return info if await info.async_request(peer.zeroconf, 1500) else None
    finally:
        await peer.async_close()


async def announced(look, *, host="127.0.0.1", doors=DOORS):
    """Announce, look, and take it back."""
    reasons = []
    announcement = Announcement(doors, host=host, on_trouble=reasons.append)
    announcement.start()
    await announcement.wait()
    try:
        return reasons, await look()
    finally:
        await announcement.close()


def test_a_program_on_this_machine_finds_the_osc_port_and_the_page():
    async def look():
        return [await seen(service) for service in (OSC_SERVICE, HTTP_SERVICE)]

    reasons, (osc, page) = asyncio.run(announced(look))
    assert reasons == []
    assert (osc.port, osc.parsed_addresses()) == (5758, ["127.0.0.1"])
    assert (page.port, page.properties) == (5757, {b"path": b"/"})


def test_a_second_one_of_us_has_a_name_of_its_own():
    async def look():
        await announced(second, doors=(Door(OSC_SERVICE, 5799),))

    async def second():
        found.append(await seen(OSC_SERVICE, "Segue-2"))

    found = []
    asyncio.run(announced(look, doors=DOORS[:1]))
    assert found[0].port == 5799


def test_what_was_taken_back_is_found_no_more():
    async def run():
        await announced(lambda: asyncio.sleep(0), doors=DOORS[:1])
        return await seen(OSC_SERVICE)

    assert asyncio.run(run()) is None


@pytest.mark.parametrize("host", [NOBODY, "::1", "not an address"])
def test_what_cannot_be_announced_is_told_in_one_line(host):
    async def look():
        return None

    (reason,), _ = asyncio.run(announced(look, host=host))
    assert reason.endswith("; give them the port by hand")
    assert "\n" not in reason


def test_to_begin_waits_for_nothing():
    async def run():
        loop = asyncio.get_running_loop()
        announcement = Announcement(DOORS, host="127.0.0.1")
        before = loop.time()
        announcement.start()
        spent_seconds = loop.time() - before
        await announcement.close()
        return spent_seconds

    assert asyncio.run(run()) < 0.05


def test_an_announcement_that_was_never_begun_can_be_closed():
    asyncio.run(Announcement(DOORS, host="127.0.0.1").close())
