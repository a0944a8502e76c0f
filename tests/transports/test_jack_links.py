from types import SimpleNamespace

import pytest

from bridge.transports.base import Link, PortWish
from bridge.transports.jack_links import JackLinks


class RefusalError(Exception):
    """What a JACK client raises."""


class HandClient:
    """A JACK client among ports that the test makes."""

    name = "Segue"

    def __init__(self):
        self.inputs, self.outputs = ["Segue:midi_in"], ["Segue:midi_out"]
        self.asleep = set()
        self.connected = set()

    def get_ports(self, *, is_midi, is_input=False, is_output=False):
        assert is_midi
        return [SimpleNamespace(name=name) for name in (self.inputs if is_input else self.outputs)]

    def get_all_connections(self, port):
        return [SimpleNamespace(name=b if a == port else a) for a, b in self._of(port)]

    def connect(self, source, target):
        if {source, target} & self.asleep:
            raise RefusalError(target)
        self.connected.add((source, target))

    def _of(self, port):
        return [pair for pair in self.connected if port in pair]


def house(*, missed=(), **wish):
    client = HandClient()
    links = JackLinks(
        client,
        PortWish("Segue", inputs=("midi_in",), **wish),
        outputs={"midi_out": "Segue:midi_out"},
        inputs={"midi_in": "Segue:midi_in"},
        refusal=RefusalError,
    )
    links.miss(missed)
    return client, links


SYNTH = Link("midi_out", "synth:in")
KEYS = Link("midi_in", "keys:out")


@pytest.mark.parametrize(
    "wish", [{"connect": "SYNTH"}, {"speak": ("midi_out=Synth",)}, {"missed": (SYNTH,)}]
)
def test_a_port_that_comes_later_is_connected(wish):
    client, links = house(**wish)
    assert links.tend() == ()
    client.inputs.append("synth:in")
    assert links.tend() == (SYNTH,)


@pytest.mark.parametrize(
    "wish", [{"connect": "SYNTH"}, {"speak": ("midi_out=Synth",)}, {"missed": (SYNTH,)}]
)
def test_a_port_that_is_not_yet_active_is_tried_again(wish):
    client, links = house(**wish)
    client.inputs.append("synth:in")
    client.asleep = {"synth:in"}
    assert links.tend() == ()
    client.asleep = set()
    assert links.tend() == (SYNTH,)


def test_a_port_that_sleeps_keeps_no_other_from_being_connected():
    client, links = house(missed=(KEYS, SYNTH))
    client.outputs.append("keys:out")
    client.inputs.append("synth:in")
    client.asleep = {"keys:out"}
    assert links.tend() == (SYNTH,)


@pytest.mark.parametrize(
    "wish", [{"connect": "SYNTH"}, {"speak": ("midi_out=Synth",)}, {"missed": (SYNTH,)}]
)
def test_a_connection_that_somebody_cuts_stays_cut(wish):
    client, links = house(**wish)
    client.inputs.append("synth:in")
    links.tend()
    client.connected.clear()
    assert links.tend() == ()


def test_a_port_that_goes_and_comes_back_is_connected_again():
    client, links = house(speak=("midi_out=synth",))
    client.inputs.append("synth:in")
    links.tend()
    client.inputs.remove("synth:in")
    client.connected.clear()
    links.tend()
    client.inputs.append("synth:in")
    assert links.tend() == (SYNTH,)
