"""A member of an Ableton Link session, in a process of its own; writes JSON on stdout.

python link_member.py '{"seconds": 4, "is_segue": false, "bpm": 120, "deeds": [[1.0, "start"]]}'
"""

from __future__ import annotations

import json
import sys
import time

from link import Link

from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import SyncWish
from bridge.transports.sync.link import join_link

_LOOK_SECONDS = 0.02
BAR_BEATS = 4.0


class Peer:
    """Somebody else's program."""

    def __init__(self, bpm: float) -> None:
        self.session = Link(bpm)
        self.session.startStopSyncEnabled = True
        self.session.enabled = True

    def look(self, at_ns: int) -> dict:
        state, micros = self.session.captureAppSessionState(), self.session.clock().micros()
        return {
            "at_ns": time.perf_counter_ns(),
            "beats": state.beatAtTime(micros, BAR_BEATS),
            "bpm": state.tempo(),
            "is_rolling": state.isPlaying(),
        }

    def do(self, deed: str, number: float) -> None:
        state, micros = self.session.captureAppSessionState(), self.session.clock().micros()
        match deed:
            case "tempo":
                state.setTempo(number, micros)
            case "start":
                state.setIsPlayingAndRequestBeatAtTime(True, micros, 0.0, BAR_BEATS)
            case "stop":
                state.setIsPlaying(False, micros)
        self.session.commitAppSessionState(state)


class Segue:
    """Ours."""

    def __init__(self, bpm: float) -> None:
        self.follower = join_link(SyncWish(tempo_bpm=bpm, metre=TimeSignature(0, 4, 4)))

    def look(self, at_ns: int) -> dict | None:
        reading = self.follower.reading(at_ns)
        return reading and {
            "at_ns": reading.at_ns,
            "beats": reading.position_ticks / 480,
            "bpm": reading.tempo_bpm,
            "is_rolling": reading.is_rolling,
            "jumps": reading.jumps,
        }

    def do(self, deed: str, number: float) -> None:
        self.follower.heed(SyncWish(tempo_bpm=number), time.perf_counter_ns())


def main() -> None:
    wish = json.loads(sys.argv[1])
    member = (Segue if wish["is_segue"] else Peer)(wish["bpm"])
    deeds, looks = list(wish["deeds"]), []
    began = time.monotonic()
    while (now := time.monotonic() - began) < wish["seconds"]:
        if deeds and deeds[0][0] <= now:
            member.do(*deeds.pop(0)[1:])
        look = member.look(time.perf_counter_ns())
        if look is not None:
            looks.append(look | {"seconds": now})
        time.sleep(_LOOK_SECONDS)
    json.dump(looks, sys.stdout)


main()
