"""MIDI inputs through rtmidi: on stand-ins for what only other systems have, and through JACK."""

import time

import pytest

from bridge.errors import PortError
from bridge.transports.agenda import Agenda
from bridge.transports.base import Link, PortWish, TimedNote
from bridge.transports.hearing import Hearing
from bridge.transports.midi import RtMidiInputs, open_more_rtmidi, open_rtmidi
from bridge.transports.opening import open_wire
from tests.mouth import Mouth

WISH = PortWish(
    outputs=("midi_out", "bass"),
    inputs=("midi_in", "control_in"),
    listen=("Keystation", "control_in=nano"),
)


class Cables:
    """What is plugged in, and every rtmidi object that was made."""

    def __init__(self, *names):
        self.names = list(names)
        self.made = []

    def make(self, api, client_name):
        self.made.append(FakeMidi(self))
        return self.made[-1]

    def open(self, name):
        (port,) = [port for port in self.made if port.opened == name]
        return port


class FakeMidi:
    """What python-rtmidi calls a MidiIn or a MidiOut."""

    def __init__(self, cables):
        self.cables, self.opened, self.callback, self.ignored = cables, None, None, None

    def get_ports(self):
        return list(self.cables.names)

    def open_port(self, index):
        self.opened = self.cables.names[index]

    def open_virtual_port(self, name):
        self.opened = f"virtual {name}"

    def ignore_types(self, **types):
        self.ignored = types

    def set_callback(self, callback, name):
        self.callback = (callback, name)

    def cancel_callback(self):
        self.callback = None

    def close_port(self):
        self.opened = None

    def delete(self):
        self.opened = None

    def play(self, payload):
        callback, name = self.callback
        callback((list(payload), 0.0), name)


@pytest.fixture
def cables(monkeypatch):
    cables = Cables("Keystation 49 20:0", "nanoKONTROL2 24:0")
    monkeypatch.setattr("bridge.transports.midi._input", cables.make)
    monkeypatch.setattr("bridge.transports.midi._output", cables.make)
    return cables


def listening(api="alsa", wish=WISH):
    inputs, heard = RtMidiInputs(wish, api=api), []
    inputs.listen(lambda name, payload, at_ns: heard.append((name, payload)))
    return inputs, heard


def test_inputs_have_names_of_their_own(cables):
    inputs, _ = listening()
    assert inputs.names[:2] == ("Segue In", "Segue Control")


def test_what_is_played_to_an_input_is_told_with_its_short_name(cables):
    _, heard = listening()
    cables.open("virtual Segue In").play(b"\x90\x3c\x40")
    cables.open("virtual Segue Control").play(b"\xb0\x07\x7f")
    assert heard == [("midi_in", b"\x90\x3c\x40"), ("control_in", b"\xb0\x07\x7f")]


def test_clock_ticks_are_let_through_and_sysex_is_not(cables):
    listening()
    ignored = cables.open("virtual Segue In").ignored
    assert ignored == {"sysex": True, "timing": False, "active_sense": True}


def test_sources_are_heard_at_the_inputs_that_were_wished_for(cables):
    inputs, heard = listening()
    cables.open("Keystation 49 20:0").play(b"\x90\x3c\x40")
    cables.open("nanoKONTROL2 24:0").play(b"\xb0\x07\x7f")
    assert [name for name, _ in heard] == ["midi_in", "control_in"]
    assert inputs.tend() == (
        Link("midi_in", "Keystation 49 20:0"),
        Link("control_in", "nanoKONTROL2 24:0"),
    )


def test_a_source_that_is_pulled_out_and_plugged_in_again_is_heard_again(cables):
    inputs, heard = listening()
    name = cables.names.pop(0)
    assert inputs.tend() == (Link("control_in", "nanoKONTROL2 24:0"),)
    cables.names.append(name)
    inputs.tend()
    cables.open(name).play(b"\x90\x3c\x40")
    assert heard == [("midi_in", b"\x90\x3c\x40")]


def test_we_do_not_listen_to_ourselves(cables):
    cables.names.append("Segue:Segue nano 128:0")
    inputs, _ = listening()
    assert "Segue:Segue nano 128:0" not in [link.theirs for link in inputs.tend()]


def test_on_windows_an_input_is_the_cable_with_its_name_as_soon_as_there_is_one(cables):
    inputs, heard = listening("winmm", PortWish(inputs=("midi_in",)))
    assert inputs.names == ()
    cables.names.append("Segue In 3")
    assert inputs.tend() == (Link("midi_in", "Segue In 3"),)
    cables.open("Segue In 3").play(b"\x90\x3c\x40")
    assert heard == [("midi_in", b"\x90\x3c\x40")]


def test_on_windows_the_main_cable_is_not_the_one_of_a_part(cables):
    cables.names[:] = ["Segue Bass 2", "Segue 1"]
    assert open_rtmidi(PortWish(), api="winmm").name == "Segue 1"


def test_on_windows_only_parts_with_a_cable_have_a_port(cables):
    cables.names[:] = ["Segue 1", "Segue Bass 2"]
    wish = PortWish(outputs=("midi_out", "bass", "drums"))
    ports = open_more_rtmidi(wish, api="winmm")
    assert {short: port.name for short, port in ports.items()} == {"bass": "Segue Bass 2"}


def test_everywhere_else_each_part_gets_a_port(cables):
    ports = open_more_rtmidi(PortWish(outputs=("midi_out", "bass", "drums")), api="alsa")
    assert [port.name for port in ports.values()] == ["Segue Bass", "Segue Drums"]


def test_a_system_that_refuses_an_input_is_not_half_open(cables, monkeypatch):
    def refuse(api, client_name):
        raise PortError("alsa: not today")

    monkeypatch.setattr("bridge.transports.midi._input", refuse)
    attempt = open_wire(PortWish(api="alsa", inputs=("midi_in",)))
    assert attempt.wire is None
    assert attempt.reasons == ("alsa: not today",)
    assert [port.opened for port in cables.made] == [None]


@pytest.mark.jack
def test_rtmidi_sends_and_hears_through_a_real_system(jack_server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    hearing, agenda = Hearing(), Agenda(("midi_out", "bass"))
    wish = PortWish(
        name="Night", api="rtmidi-jack", outputs=("midi_out", "bass"), inputs=("midi_in",)
    )
    wire = open_wire(wish, hearing=hearing).wire
    mouth = Mouth(jack_server, "rtmidi-mouth")
    try:
        ports = {port.name for port in mouth.client.get_ports("Night.*", is_midi=True)}
        (bass,) = [name for name in ports if "Bass" in name]
        (ours,) = [name for name in ports if "In" in name]
        mouth.connect(bass, "rtmidi-mouth:in")
        mouth.connect("rtmidi-mouth:out", ours)
        wire.start(agenda, song_ns=0)
        agenda.add([TimedNote(0, 0, 36, 80, 50_000_000, 80_000_000, port="bass")])
        mouth.say(b"\x90\x48\x00")
        deadline = time.monotonic() + 5.0
        heard = ()
        while time.monotonic() < deadline and not (heard and len(mouth.heard) == 2):
            heard += hearing.messages()
            time.sleep(0.01)
        assert [data.hex(" ") for _, data in mouth.heard] == ["90 24 50", "80 24 40"]
        assert [(m.port, m.payload.hex(" ")) for m in heard] == [("midi_in", "80 48 40")]
    finally:
        wire.close()
        mouth.close()
