import subprocess
import sys

import pytest

from bridge.cli.play import API_NAMES
from bridge.errors import PortError, RangeError, RequestError
from bridge.schema.notes import ControlEvent, ControlKind
from bridge.transports import opening
from bridge.transports.base import APIS, PortWish, TimedMessage, TimedNote, control_bytes
from bridge.transports.midi import RtMidiPort, how_to_get_one, open_rtmidi
from bridge.transports.opening import apis_to_try, open_wire


class FakeOutput:
    """What python-rtmidi calls a MidiOut."""

    def __init__(self, names=(), error=None):
        self.names, self.error, self.opened = list(names), error, None

    def get_ports(self):
        return self.names

    def open_port(self, index):
        self.opened = self.names[index]

    def open_virtual_port(self, name):
        self.opened = f"virtual {name}"

    def send_message(self, payload):
        if self.error:
            raise self.error

    def close_port(self):
        self.opened = None

    def delete(self):
        self.opened = "deleted"


@pytest.fixture
def output(monkeypatch):
    fake = FakeOutput(["Midi Through 14:0", "loopMIDI Port 1", "FLUID Synth 128:0"])
    monkeypatch.setattr("bridge.transports.midi._output", lambda api, name: fake)
    return fake


def test_the_help_names_the_apis_that_there_are():
    assert API_NAMES == APIS


def test_jack_is_tried_first_on_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert apis_to_try(PortWish())[0] == "jack"


def test_coremidi_is_tried_first_on_macos(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert apis_to_try(PortWish())[0] == "coremidi"


def test_an_api_that_was_asked_for_is_the_only_one_tried():
    assert apis_to_try(PortWish(api="alsa")) == ("alsa",)


def test_when_no_system_works_every_reason_is_told(monkeypatch):
    def refuse(api, wish, links, hearing):
        raise PortError(f"{api}: not today")

    monkeypatch.setattr(opening, "apis_to_try", lambda wish: ("jack", "alsa"))
    monkeypatch.setattr(opening, "_open", refuse)
    attempt = open_wire(PortWish())
    assert attempt.wire is None
    assert attempt.reasons == ("jack: not today", "alsa: not today")


def test_a_virtual_port_is_made_where_the_system_can(output):
    port = open_rtmidi(PortWish(name="Night"), api="alsa")
    assert (output.opened, port.name) == ("virtual Night", "Night")


def test_on_windows_the_port_with_our_name_is_opened(output):
    output.names.append("Segue 2")
    assert open_rtmidi(PortWish(), api="winmm").name == "Segue 2"


def test_on_windows_the_loopmidi_cable_does_when_no_port_has_our_name(output):
    assert open_rtmidi(PortWish(), api="winmm").name == "loopMIDI Port 1"


def test_an_input_to_connect_to_is_found_by_part_of_its_name_in_any_case(output):
    assert open_rtmidi(PortWish(connect="fluid"), api="alsa").name == "FLUID Synth 128:0"


def test_an_input_that_is_not_there_is_refused_with_those_that_are(output):
    with pytest.raises(PortError, match="no port named zyx; there are: Midi Through 14:0, loop"):
        open_rtmidi(PortWish(connect="zyx"), api="alsa")


def test_a_port_that_was_pulled_out_is_noticed():
    port = RtMidiPort(FakeOutput(["a"]), api="winmm", name="b", is_virtual=False)
    with pytest.raises(PortError, match="b is gone"):
        port.check()


def test_a_port_that_refuses_a_message_is_lost():
    port = RtMidiPort(FakeOutput(error=OSError("MMSYSERR")), api="winmm", name="b", is_virtual=True)
    with pytest.raises(PortError, match="b does not take MIDI any more: MMSYSERR"):
        port.send(bytes((0x90, 60, 80)))


@pytest.mark.parametrize(
    ("platform", "way"),
    [("linux", "modprobe snd-seq"), ("darwin", "CoreMIDI"), ("win32", "loopMIDI")],
)
def test_every_system_is_told_its_own_way_to_a_port(monkeypatch, platform, way):
    monkeypatch.setattr(sys, "platform", platform)
    assert way in how_to_get_one()


def test_an_api_that_nobody_knows_is_refused_with_those_that_are_known():
    with pytest.raises(RequestError, match="no MIDI system 'oss'; one of: jack, alsa"):
        PortWish(api="oss")


def test_a_note_that_ends_before_it_begins_is_refused():
    with pytest.raises(RangeError):
        TimedNote(0, 0, 60, 80, on_ns=5, off_ns=5)


def test_a_note_on_is_no_message_beside_the_notes():
    with pytest.raises(RangeError):
        TimedMessage(0, bytes((0x90, 60, 80)))


@pytest.mark.parametrize(
    ("kind", "number", "value", "sent"),
    [
        (ControlKind.CONTROL_CHANGE, 64, 127, "b2 40 7f"),
        (ControlKind.PROGRAM_CHANGE, 0, 33, "c2 21"),
        (ControlKind.CHANNEL_PRESSURE, 0, 9, "d2 09"),
        (ControlKind.KEY_PRESSURE, 60, 9, "a2 3c 09"),
        (ControlKind.PITCH_BEND, 0, -8192, "e2 00 00"),
        (ControlKind.PITCH_BEND, 0, 0, "e2 00 40"),
        (ControlKind.PITCH_BEND, 0, 8191, "e2 7f 7f"),
    ],
)
def test_a_control_event_is_sent_as_midi_says(kind, number, value, sent):
    assert control_bytes(ControlEvent(0, kind, number, value), channel=2).hex(" ") == sent


def test_the_clock_process_loads_nothing_heavy():
    program = (
        "import sys, bridge.transports.clock;"
        "print({'numpy', 'onnxruntime', 'mido', 'rich', 'click'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert run.stdout.decode().strip() == "set()"
