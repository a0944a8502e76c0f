"""A device's file says what a person meant, and stays theirs when it is changed."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import (
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RequestError,
    StorageError,
)
from bridge.files.devices import (
    READY_FOLDER,
    add_device,
    bind_control,
    read_device,
    read_devices,
    unbind_controls,
)
from bridge.schema.mapping import (
    Binding,
    ControlForm,
    ControlMaps,
    Curve,
    DeviceMap,
    Reading,
    Takeover,
)
from bridge.schema.targets import RANGES, TargetKind, all_targets

CC, NOTE = ControlForm.CC, ControlForm.NOTE

NANO = """# mine
port = "nanoKONTROL2"  # the USB one

# how far it goes
[[binding]]
target = "amount"   # the big knob
cc = 21
channel = 2

# a pad
[[binding]]
target = "mode"
note = 36
choice = "duet"
"""


def write(folder, text, name="nano"):
    path = folder / f"{name}.toml"
    path.write_bytes(text.encode())
    return path


def test_a_file_is_read(tmp_path):
    write(tmp_path, NANO)
    assert read_device(tmp_path / "nano.toml") == DeviceMap(
        "nano",
        "nanoKONTROL2",
        (Binding("amount", CC, 21, channel=1), Binding("mode", NOTE, 36, choice="duet")),
    )


def test_every_key_is_read(tmp_path):
    text = """[[binding]]
target = "tempo_bpm"
pitch_bend = true
low = 180
high = 60.5
curve = "log"
takeover = "pickup"
reading = "position"
lit = 5
unlit = 1
"""
    (binding,) = read_device(write(tmp_path, text)).bindings
    assert (binding.control, binding.ends) == (ControlForm.PITCH_BEND, (180.0, 60.5))
    assert (binding.curve, binding.takeover, binding.reading) == ("log", "pickup", "position")
    assert (binding.lit, binding.unlit) == (5, 1)


def test_a_number_does_for_a_choice(tmp_path):
    path = write(tmp_path, '[[binding]]\ntarget = "tempo_bpm"\nnote = 36\nchoice = 96\n')
    assert read_device(path).bindings[0].choice == "96"


def test_a_file_as_windows_writes_it_is_read(tmp_path):
    path = write(tmp_path, "\ufeff" + NANO.replace("\n", "\r\n"))
    assert len(read_device(path).bindings) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = \n", "nano.toml:1: Invalid value"),
        ('port = "x', "at the end: "),
        ("prot = 'x'\n", "nano.toml:1: no key 'prot'; near: port"),
        ("# hello\nport = 3\n", "nano.toml:2: port must be a string"),
        (
            "\n[binding]\ntarget = 'mode'\n",
            r"nano.toml:2: write \[\[binding\]\], with two brackets",
        ),
        ("binding = [3]\n", "nano.toml:1: a binding is a table"),
        (NANO.replace("channel", "chanel"), "nano.toml:8: no key 'chanel'; near: channel"),
        (NANO.replace("= 36", "= 361"), r"nano.toml:13: note number must be 0\.\.127, not 361"),
        (NANO.replace("= 36", '= "C1"'), "nano.toml:13: note must be a whole number, not 'C1'"),
        (NANO.replace("= 2\n", "= 0\n"), r"nano.toml:8: channel must be 1\.\.16, not 0"),
        (NANO.replace("= 2\n", "= true\n"), r"nano.toml:8: channel must be 1\.\.16, not True"),
        (
            NANO.replace("duet", "duett"),
            "nano.toml:14: choice: mode must be one of off, call, duet",
        ),
        (NANO.replace("amount", "amuont"), "nano.toml:6: nothing called 'amuont'.* near: amount"),
        (NANO.replace('target = "mode"', ""), "nano.toml:11: target is missing"),
        (NANO.replace("note = 36", ""), "nano.toml:11: a binding has one of cc, .* none is here"),
        (NANO.replace("note = 36", "note = 36\ncc = 1"), "nano.toml:11: .* not cc and note"),
        (NANO.replace("note = 36", "pitch_bend = 1"), "nano.toml:13: pitch_bend can only be true"),
        (NANO + 'curve = "log"\n', "nano.toml:15: curve"),
        (NANO + "lit = 200\n", r"nano.toml:15: lit must be 0\.\.127, not 200"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, said):
    with pytest.raises(FileFormatError, match=said):
        read_device(write(tmp_path, text))


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "nano.toml"
    path.write_bytes(b'port = "\xff"')
    with pytest.raises(FileFormatError, match="not UTF-8"):
        read_device(path)


def test_the_devices_of_a_folder_come_by_name(tmp_path):
    for name in ("b", "A", "c"):
        write(tmp_path, NANO, name)
    assert [device.device for device in read_devices(tmp_path).devices] == ["A", "b", "c"]


def test_a_folder_that_is_not_there_holds_no_devices(tmp_path):
    assert read_devices(tmp_path / "none") == ControlMaps(())


def test_a_file_that_is_wrong_keeps_no_other_from_working(tmp_path):
    write(tmp_path, NANO)
    write(tmp_path, "prot = 3\n", "broken")
    found = read_devices(tmp_path)
    assert [device.device for device in found.devices] == ["nano"]
    assert found.troubles == (f"{tmp_path}/broken.toml:1: no key 'prot'; near: port",)


def test_a_file_is_made_for_a_device_that_has_none(tmp_path):
    made = bind_control(tmp_path / "a" / "b", "Launch Control", Binding("amount", CC, 21), port="x")
    assert read_device(tmp_path / "a" / "b" / "Launch Control.toml") == made
    assert (made.port, made.bindings) == ("x", (Binding("amount", CC, 21),))


def test_a_device_is_found_whatever_its_capitals(tmp_path):
    write(tmp_path, NANO)
    bind_control(tmp_path, "NANO", Binding("tempo_bpm", CC, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["nano.toml"]


def test_a_new_binding_stands_below_the_others_which_stay_as_they_were(tmp_path):
    path = write(tmp_path, NANO)
    bind_control(tmp_path, "nano", Binding("do.panic", CC, 64, channel=0))
    added = '\n[[binding]]\ntarget = "do.panic"\ncc = 64\nchannel = 1\n'
    assert path.read_text() == NANO + added


def test_a_control_that_is_bound_anew_keeps_its_place_and_comments(tmp_path):
    path = write(tmp_path, NANO)
    bind_control(tmp_path, "nano", Binding("loop_bars", CC, 21, channel=1, high=8.0))
    changed = NANO.replace('"amount"', '"loop_bars"').replace(
        "channel = 2\n\n# a pad", "channel = 2\nhigh = 8.0\n\n# a pad"
    )
    assert path.read_text() == changed


def test_a_binding_that_is_taken_out_leaves_the_comments_of_the_others(tmp_path):
    path = write(tmp_path, NANO)
    gone = unbind_controls(tmp_path, "nano", lambda binding: binding.target == "amount")
    assert gone == (Binding("amount", CC, 21, channel=1),)
    left = NANO.partition("[[binding]]")[0] + "\n# a pad" + NANO.partition("# a pad")[2]
    assert path.read_text() == left


def test_comments_at_the_end_stay_when_the_last_binding_goes(tmp_path):
    path = write(tmp_path, NANO + "\n# until here\n")
    unbind_controls(tmp_path, "nano", lambda binding: True)
    assert read_device(path) == DeviceMap("nano", "nanoKONTROL2")
    assert path.read_text().count("#") == NANO.count("#") - 1 + 1


def test_bindings_may_be_written_as_a_list(tmp_path):
    path = write(tmp_path, 'binding = [{ target = "amount", cc = 21 }]\n')
    bind_control(tmp_path, "nano", Binding("mode", CC, 22))
    unbind_controls(tmp_path, "nano", lambda binding: binding.number == 21)
    assert read_device(path).bindings == (Binding("mode", CC, 22),)


def test_a_port_can_be_set_before_bindings_that_are_there(tmp_path):
    path = write(tmp_path, '[[binding]]\ntarget = "amount"\ncc = 21\n')
    bind_control(tmp_path, "nano", Binding("mode", CC, 22), port="nano")
    assert read_device(path).port == "nano"
    assert len(read_device(path).bindings) == 2


def test_nothing_is_written_when_nothing_is_taken_out(tmp_path):
    path = write(tmp_path, NANO)
    path.chmod(0o444)
    assert unbind_controls(tmp_path, "nano", lambda binding: False) == ()


def test_an_unknown_device_is_answered_with_those_nearby(tmp_path):
    write(tmp_path, NANO)
    with pytest.raises(NotFoundError, match=r"no device 'nanno' in .*; near: nano"):
        unbind_controls(tmp_path, "nanno", lambda binding: True)


def test_a_file_that_is_wrong_is_not_changed(tmp_path):
    path = write(tmp_path, "prot = 3\n")
    with pytest.raises(FileFormatError, match=r"nano\.toml:1"):
        bind_control(tmp_path, "nano", Binding("amount", CC, 21))
    assert path.read_text() == "prot = 3\n"


def test_a_name_that_leads_elsewhere_is_refused(tmp_path):
    with pytest.raises(RequestError, match="cannot be the name of a device's file"):
        bind_control(tmp_path / "devices", "../x", Binding("amount", CC, 21))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="no folder can be made"):
        bind_control(tmp_path / "file" / "devices", "x", Binding("amount", CC, 21))


@st.composite
def bindings(draw):
    """Any binding that makes sense."""
    target = draw(st.sampled_from(all_targets()))
    control = draw(st.sampled_from(ControlForm))
    highest = {ControlForm.CC: 119, ControlForm.CC14: 31, ControlForm.PITCH_BEND: 0}
    if target.kind is TargetKind.VERB:
        control = draw(st.sampled_from((CC, NOTE, ControlForm.PROGRAM)))
    ends = {}
    if target.is_number:
        low, high = RANGES[target.path]
        middle = (low + high) / 2
        ends = draw(st.sampled_from(({}, {"low": high, "high": low}, {"low": middle})))
        if control is CC and draw(st.booleans()):
            ends = {**ends, "reading": draw(st.sampled_from(Reading))}
        if low > 0:
            ends = {**ends, "curve": draw(st.sampled_from(Curve))}
    elif target.choices and control in (CC, NOTE, ControlForm.PROGRAM):
        ends = {"choice": draw(st.sampled_from((None, *target.choices)))}
    return Binding(
        target.path,
        control,
        draw(st.integers(0, highest.get(control, 127))),
        draw(st.none() | st.integers(0, 15)),
        lit=draw(st.integers(0, 127)),
        **ends,
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(bindings(), max_size=6), st.text(st.characters(exclude_categories=("Cs",))))
def test_what_is_bound_is_read_back_whatever_it_is(tmp_path_factory, made, port):
    folder = tmp_path_factory.mktemp("devices")
    device = DeviceMap("x", port)
    for binding in made:
        others = device.bindings
        places = [i for i, other in enumerate(others) if other.is_same_control(binding)]
        kept = (
            (*others[: places[0]], binding, *others[places[0] + 1 :])
            if places
            else (*others, binding)
        )
        device = DeviceMap("x", port, kept)
        bind_control(folder, "x", binding, port=port)
    if made:
        assert read_device(folder / "x.toml") == device
        assert isinstance(tomllib.loads((folder / "x.toml").read_text("utf-8")), dict)
    gone = unbind_controls(folder, "x", lambda _: True) if made else ()
    assert gone == device.bindings


def test_drafts_of_files_are_no_devices(tmp_path):
    write(tmp_path, "nonsense", ".1234.part")
    assert read_devices(tmp_path) == ControlMaps(())


def test_a_full_disk_is_told_and_leaves_the_file_as_it_was(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    (tmp_path / "x.toml").symlink_to("/dev/full")
    with pytest.raises(FileFormatError, match="is a device"):
        bind_control(tmp_path, "x", Binding("amount", CC, 21))


READY = read_devices(READY_FOLDER)


def test_every_file_that_is_ready_can_be_read():
    assert READY.troubles == ()
    assert {"nanoKONTROL2", "Launch Control XL"} <= {found.device for found in READY.devices}


@pytest.mark.parametrize("device", READY.devices, ids=lambda device: device.device)
def test_in_a_file_that_is_ready_no_control_does_two_things(device):
    controls = [(found.control, found.number) for found in device.bindings]
    assert len(controls) == len(set(controls))
    assert device.port


def test_a_file_that_is_ready_is_copied_with_its_comments(tmp_path):
    added = add_device(tmp_path / "devices", "nanokontrol2")
    assert added.bindings[0] == Binding("knobs.temperature", CC, 16, takeover=Takeover.PICKUP)
    copied = (tmp_path / "devices" / "nanoKONTROL2.toml").read_text("utf-8")
    assert copied.startswith("# KORG nanoKONTROL2 in CC mode")


def test_a_file_that_was_edited_is_not_replaced_unless_one_says_so(tmp_path):
    path = write(tmp_path, "# mine\n", "nanoKONTROL2")
    with pytest.raises(OutputExistsError, match="--force replaces it"):
        add_device(tmp_path, "nanoKONTROL2")
    assert path.read_text() == "# mine\n"
    assert add_device(tmp_path, "nanoKONTROL2", force=True).bindings


def test_a_controller_for_which_nothing_is_ready_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(NotFoundError, match="there are: Launch Control XL, nanoKONTROL2"):
        add_device(tmp_path, "MPK mini")


def test_the_example_on_the_page_of_controllers_is_a_file(tmp_path):
    page = Path(__file__).parents[2].joinpath("plugins", "CONTROLLERS.md").read_text("utf-8")
    device = read_device(write(tmp_path, page.partition("```toml")[2].partition("```")[0]))
    assert [found.target for found in device.bindings] == ["knobs.temperature", "mode"]
