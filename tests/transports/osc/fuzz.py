"""Send a million broken packets to a server, and see that it answers all the time.

python -m tests.transports.osc.fuzz                            # to a door of its own
python -m tests.transports.osc.fuzz --port 5758 --packets 50000   # to a `segue serve` that runs
"""

import argparse
import asyncio
import multiprocessing
import socket
import sys
import time

import psutil

from bridge.server.office import Office
from bridge.server.osc_door import OscDoor
from bridge.transports.osc.packets import format_message, parse
from tests.transports.osc.packets import mutants

BATCH = 50
"""So many packets are sent before the server must answer."""
PATIENCE_SECONDS = 10.0


def fuzz(port, *, packets, seed=0):
    """Send broken packets; give how many of ours were answered.

    Args:
        port: where an OSC door of ours listens on this machine.
        packets: how many.
        seed: the same seed breaks the same.

    Raises:
        TimeoutError: it does not answer any more.
    """
    answered = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(PATIENCE_SECONDS)
        for number, packet in enumerate(mutants(seed, packets), 1):
            sock.sendto(packet, ("127.0.0.1", port))
            if number % BATCH == 0 or number == packets:
                _await_answer(sock, port, f"/probe/{number}")
                answered += 1
    return answered


def _await_answer(sock, port, address):
    """Ask for what nobody hears, and wait until that is told."""
    sock.sendto(format_message(address), ("127.0.0.1", port))
    while True:
        for message in parse(sock.recv(65536)):
            if message.address == "/segue/error" and f"nothing hears {address};" in str(
                message.arguments[3]
            ):
                return


def serve(pipe):
    """Run a door, whose office does nothing, until the process is ended."""

    async def run():
        door = OscDoor(Office())
        await door.open()
        pipe.send(door.port)
        await asyncio.Event().wait()

    asyncio.run(run())


def main():
    """Fuzz, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, help="of a server that runs; else one is started")
    arguments = parser.parse_args()
    if arguments.port:
        answered = fuzz(arguments.port, packets=arguments.packets, seed=arguments.seed)
        sys.stdout.write(f"{arguments.packets} packets; it answered {answered} times\n")
        return
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    child.start()
    port = ours.recv()
    server = psutil.Process(child.pid)
    before, started = server.memory_info().rss, time.perf_counter()
    answered = fuzz(port, packets=arguments.packets, seed=arguments.seed)
    seconds = time.perf_counter() - started
    cpu_seconds = sum(server.cpu_times()[:2])
    grown_mb = (server.memory_info().rss - before) / 1e6
    child.terminate()
    sys.stdout.write(
        f"{arguments.packets} packets in {seconds:.0f} s ({cpu_seconds:.0f} CPU-s of the server); "
        f"it answered {answered} times; its memory grew by {grown_mb:.1f} MB\n"
    )


if __name__ == "__main__":
    main()
