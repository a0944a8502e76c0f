"""What controls do is written to the files of the devices, and whoever hears them goes by it."""

import pytest

from bridge.errors import NotFoundError, RequestError
from bridge.operations.mapping import (
    BindRequest,
    LearnRequest,
    ListMapsRequest,
    TargetsRequest,
    UnbindRequest,
    bind,
    learn,
    list_maps,
    targets,
    unbind,
)
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import LiveSettings
from bridge.schema.mapping import Binding, ControlForm, ControlMaps, DeviceMap, LearnState
from bridge.schema.targets import Target, all_targets
from bridge.server.controls import Controls

CC, NOTE = ControlForm.CC, ControlForm.NOTE
AMOUNT = Binding("amount", CC, 21)
PANIC = Binding("do.panic", NOTE, 36, channel=9)


@pytest.fixture(autouse=True)
def devices(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_CONFIG", str(tmp_path))
    return tmp_path / "devices"


@pytest.fixture
def controls():
    return Controls()


@pytest.fixture
def studio(controls):
    return Studio(controls=controls)


def test_what_is_bound_is_listed_from_its_file(devices, studio):
    bind(BindRequest(AMOUNT, "nano", port="nanoKONTROL2"), studio)
    expected = ControlMaps((DeviceMap("nano", "nanoKONTROL2", (AMOUNT,)),))
    assert list_maps(ListMapsRequest(), studio) == expected
    assert [path.name for path in devices.iterdir()] == ["nano.toml"]


def test_whoever_hears_controls_goes_by_what_is_bound_at_once(studio, controls):
    bind(BindRequest(AMOUNT), studio)
    assert controls.hear(b"\xb0\x15\x7f", LiveSettings()).settings.amount == 1.0
    unbind(UnbindRequest("amount"), studio)
    assert controls.hear(b"\xb0\x15\x7f", LiveSettings()).settings is None


def test_after_an_edit_by_hand_listing_has_it_counted(devices, studio, controls):
    bind(BindRequest(AMOUNT), studio)
    path = devices / "controller.toml"
    path.write_text(path.read_text().replace("amount", "knobs.swing"))
    list_maps(ListMapsRequest(), studio)
    assert controls.devices[0].bindings[0].target == "knobs.swing"


def test_a_device_that_nobody_named_is_the_only_one_there_is():
    studio = Studio()
    bind(BindRequest(AMOUNT, "nano"), studio)
    assert bind(BindRequest(PANIC), studio) == DeviceMap("nano", bindings=(AMOUNT, PANIC))


def test_a_device_that_nobody_named_is_called_controller_where_there_are_several():
    studio = Studio()
    for name in ("nano", "pedals"):
        bind(BindRequest(AMOUNT, name), studio)
    assert bind(BindRequest(PANIC), studio).device == "controller"


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (UnbindRequest("amount"), [PANIC]),
        (UnbindRequest("panic"), [AMOUNT]),
        (UnbindRequest(control=NOTE), [AMOUNT]),
        (UnbindRequest(control=CC, number=21), [PANIC]),
        (UnbindRequest(channel=9), [AMOUNT]),
        (UnbindRequest(device="nano"), []),
    ],
)
def test_controls_are_unbound_by_what_is_said_of_them(request_, left):
    studio = Studio()
    for binding in (AMOUNT, PANIC):
        bind(BindRequest(binding, "nano"), studio)
    unbind(request_, studio)
    assert list(list_maps(ListMapsRequest(), studio).devices[0].bindings) == left


def test_what_was_unbound_is_told_device_by_device():
    studio = Studio()
    bind(BindRequest(AMOUNT, "a"), studio)
    bind(BindRequest(AMOUNT, "b"), studio)
    gone = unbind(UnbindRequest("amount"), studio)
    assert gone == (DeviceMap("a", bindings=(AMOUNT,)), DeviceMap("b", bindings=(AMOUNT,)))


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        (UnbindRequest(), RequestError, "say which: a target, a control, or a device"),
        (UnbindRequest("amount"), NotFoundError, "no control is bound like that"),
        (UnbindRequest("amonut"), NotFoundError, "near: amount"),
        (UnbindRequest(device="nano"), NotFoundError, "no device 'nano'.*none is bound yet"),
    ],
)
def test_what_cannot_be_unbound_is_told(request_, error, said):
    with pytest.raises(error, match=said):
        unbind(request_, Studio())


def test_the_next_control_that_is_moved_is_learned(studio, controls):
    armed = learn(LearnRequest("panic", "pads"), studio)
    assert (armed.waiting.target, armed.learned) == ("do.panic", None)
    controls.hear(b"\x99\x24\x40", LiveSettings())
    done = learn(LearnRequest(), studio)
    assert (done.waiting, done.learned.device, done.learned.binding) == (None, "pads", PANIC)


def test_learning_anew_forgets_what_was_learned_before(studio, controls):
    learn(LearnRequest("panic", "pads"), studio)
    controls.hear(b"\x99\x24\x40", LiveSettings())
    assert learn(LearnRequest("amount", "pads"), studio).learned is None


def test_learning_can_be_given_up(studio, controls):
    learn(LearnRequest("amount"), studio)
    assert learn(LearnRequest(stop=True), studio) == LearnState(None, None)
    assert controls.learning is None


def test_stopping_goes_without_a_target(studio):
    with pytest.raises(RequestError, match="stop goes without a target"):
        learn(LearnRequest("amount", stop=True), studio)


def test_where_nobody_hears_controls_nothing_can_be_learned():
    with pytest.raises(NotFoundError, match="start `segue serve` first"):
        learn(LearnRequest("amount"), Studio())


def test_the_targets_survive_a_trip_through_their_plain_form():
    found = targets(TargetsRequest(), Studio())
    assert found == all_targets()
    assert [from_plain(Target, plain) for plain in to_plain(found)] == list(found)
