import time
from types import SimpleNamespace

import pytest

from bridge.transports.jack_time import JackTime

MS_NS = 1_000_000


def house():
    client = SimpleNamespace(samplerate=48_000, frame_time=0)
    return client, JackTime(client)


def off_ms(client, jack_time, *, frame, says):
    """How far from this moment a cycle is said to have begun that begins now."""
    client.frame_time = (frame + says) % (1 << 32)
    return (jack_time.measure(frame) - time.perf_counter_ns()) / MS_NS


def test_a_cycle_began_as_long_ago_as_jack_says():
    client, jack_time = house()
    assert off_ms(client, jack_time, frame=1024, says=96) == pytest.approx(-2.0, abs=0.5)


@pytest.mark.parametrize("says", [-1, 4_800, 1_280_000, -900_000_000, 1_800_000_000])
def test_what_jack_says_while_it_recovers_is_not_believed(says):
    client, jack_time = house()
    assert off_ms(client, jack_time, frame=1024, says=says) == pytest.approx(0.0, abs=0.5)
