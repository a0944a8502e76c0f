import numpy as np
import pytest

pytest.importorskip("vtk", reason="renders need the extra `render`")

from export.footage.renders.cameras import Camera, scale_of, shaking


def camera(movement, how, speed=0.2, **more):
    return Camera((0.0, -4.0, 1.5), (0.0, 0.0, 1.5), 30.0, movement, how, speed, 3, **more)


def test_a_still_camera_sees_the_same_all_the_time():
    still = camera("static", "none", 0.0)
    assert still.view(0.0, duration=3.0) == still.view(2.9, duration=3.0)


@pytest.mark.parametrize(("movement", "sign"), [("pan_left", -1), ("pan_right", 1)])
def test_a_pan_turns_to_its_side(movement, sign):
    panning = camera(movement, "turn")
    first, last = panning.view(0.0, duration=3.0), panning.view(3.0, duration=3.0)
    assert np.sign(last.focus[0] - first.focus[0]) == sign
    assert first.position == last.position


def test_a_push_in_comes_nearer_and_a_zoom_narrows():
    dolly, zoom = camera("push_in", "dolly"), camera("push_in", "zoom")
    assert dolly.view(3.0, duration=3.0).position[1] > dolly.view(0.0, duration=3.0).position[1]
    assert zoom.view(3.0, duration=3.0).view_angle < zoom.view(0.0, duration=3.0).view_angle


def test_following_somebody_is_named_by_where_the_camera_looks():
    still = camera("static", "none", 0.0)
    assert still.following((1.2, 0.0, 0.0)).movement == "pan_right"
    assert still.following((-1.2, 0.3, 0.0)).movement == "pan_left"
    assert still.following((0.2, 1.2, 0.0)).movement == "push_in"
    assert still.following((0.0, -1.2, 0.0)).movement == "pull_out"


@pytest.mark.parametrize(
    ("far", "scale"),
    [(0.4, "ECU"), (0.8, "CU"), (1.4, "MCU"), (2.0, "MS"), (4.0, "FS"), (9.0, "LS")],
)
def test_scale_follows_from_how_much_of_a_person_is_seen(far, scale):
    view = camera("static", "none", 0.0).view(0.0, duration=1.0)
    assert scale_of(view, far=far, height=1.7)[0] == scale


def test_a_hand_shakes_about_as_much_as_it_is_said_to():
    strays = np.stack([shaking(seed, t) for seed in range(20) for t in np.arange(0, 20, 0.5)])
    assert np.all(np.abs(strays.std(axis=0) - 1.0) < 0.25)
