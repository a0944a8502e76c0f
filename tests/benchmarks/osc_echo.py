"""Answer every OSC message: `python -m tests.benchmarks.osc_echo segue`, or `python-osc`.

Both do the same in an asyncio loop, so that what a message costs can be compared.
"""

import asyncio
import sys

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import AsyncIOOSCUDPServer

from bridge.transports.osc.endpoint import open_endpoint


class Echo:
    """Answers through our endpoint."""

    def __init__(self):
        self._endpoint = None

    async def open(self):
        self._endpoint = await open_endpoint(self)
        return self._endpoint.port

    def hear(self, message, sender):
        self._endpoint.send(sender, "/echo", *message.arguments)

    def refuse(self, error, sender):
        self._endpoint.send(sender, "/refused", str(error))


class TheirEcho:
    """Answers through the server of python-osc."""

    async def open(self):
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *arguments: ("/echo", *arguments))
        server = AsyncIOOSCUDPServer(("127.0.0.1", 0), dispatcher, asyncio.get_running_loop())
        transport, _ = await server.create_serve_endpoint()
        return transport.get_extra_info("sockname")[1]


async def serve(echo):
    sys.stdout.write(f"{await echo.open()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve({"segue": Echo, "python-osc": TheirEcho}[sys.argv[1]]()))
