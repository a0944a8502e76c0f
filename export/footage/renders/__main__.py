"""Film people of our own in places of our own.

    python -m export.footage.renders --photos PHOTOS --panoramas WORLD --out RENDERS

PHOTOS is what `export.footage.photos` wrote; WORLD is the folder `studiolights/world` of the
package blender-data. Needs `pip install anny==0.6.2 vtk` (the extra `render`); its first run builds
`anny`'s cache for half a minute. Every shot becomes a file of uint8 [frame, row=108, column=192,
rgb=3] at 24 frames a second; truth.csv says what is true of each. Shots of one scene show the same
people at the same place, so that cuts within a scene and jump cuts can be made of them.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.schema.arrays import AnyArray
from bridge.schema.shots import CameraMovement, ShotScale
from export.footage.renders.cameras import VIEWS, Camera, How, draw_speed, scale_of
from export.footage.renders.motions import ACTIONS
from export.footage.renders.people import Cast, Person
from export.footage.renders.places import KINDS, Place, Supplies, build, lit
from export.footage.renders.stage import HEIGHT, WIDTH, Stage

log = logging.getLogger("renders")

FRAME_RATE: Final = 24
PEOPLE: Final = 40
"""How many different people there are."""
MIDDLE: Final = 1.75
"""When a shot is half over, about, in seconds."""
ELBOW_ROOM: Final = 0.45
"""How far others should be from the line between the camera and whom it films, in metres."""
MOVES: Final[tuple[tuple[CameraMovement, How], ...]] = (
    ("static", "none"),
    ("pan_left", "turn"),
    ("static", "none"),
    ("push_in", "dolly"),
    ("handheld", "shake"),
    ("static", "none"),
    ("tilt_up", "turn"),
    ("pan_right", "turn"),
    ("static", "none"),
    ("pull_out", "dolly"),
    ("roll", "turn"),
    ("static", "none"),
    ("tilt_down", "turn"),
    ("handheld", "shake"),
    ("static", "none"),
    ("push_in", "zoom"),
    ("pan_right", "truck"),
    ("static", "none"),
    ("pull_out", "zoom"),
    ("pan_left", "truck"),
    ("tilt_up", "crane"),
)
"""They are gone through, shot after shot; two shots of five stand still, as in film."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a shot."""

    file: str
    """Its file."""
    scene: str
    """Shots of one scene show the same place and people."""
    place: str
    """What kind of place."""
    people: str
    """Numbers of all people of the scene, `1 7 12`."""
    subject: int
    """Which of them is filmed."""
    action: str
    """What the subject does."""
    scale: ShotScale
    """From the camera's geometry, in the middle of the shot."""
    heights: float
    """How much of the subject's height fits in."""
    movement: CameraMovement
    """What the camera does."""
    how: How
    """How."""
    speed: float
    """See `Camera.speed`."""
    starts: float
    """When in the scene the shot begins, in seconds."""
    frames: int
    """How many."""
    blurred: bool
    """What the camera passes is blurred, as with a shutter open by half."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A stage with a place and people, ready to be filmed."""

    name: str
    """`scene_07`."""
    stage: Stage
    """Where all stands."""
    place: Place
    """What it is."""
    people: tuple[Person, ...]
    """Who is there."""
    supplies: Supplies
    """Where its pictures came from."""


def prepare(number: int, cast: Cast, supplies: Supplies) -> tuple[Scene, list[Any]]:
    """Build a scene, and the bodies of its people."""
    rng = np.random.default_rng([5, number])
    kind = KINDS[number % len(KINDS)]
    stage = Stage(lit(rng, kind))
    place = build(stage, kind, supplies, rng)
    people = []
    for index in range(int(rng.integers(1, 4))):
        who = (number * 3 + index) % PEOPLE
        action = ACTIONS[(number + 2 * index) % len(ACTIONS)]
        if kind == "room" and action == "walk":
            action = "look"
        at = (0.95 * index - 0.5, float(rng.uniform(-0.5, 0.5)))
        people.append(Person(who, action, at, float(rng.uniform(-0.7, 0.7))))
    bodies = [stage.person(cast.faces, cast.looks(who.number).colours) for who in people]
    return Scene(f"scene_{number:02}", stage, place, tuple(people), supplies), bodies


def aim(
    scene: Scene, subject: Person, cast: Cast, shot: int, starts: float
) -> tuple[Camera, ShotScale, float]:
    """Set up a camera for a shot; returns it, its scale and how many heights fit in."""
    number = int(scene.name[-2:])
    rng = np.random.default_rng([7, number, shot])
    movement, how = MOVES[(number * 5 + shot) % len(MOVES)]
    wanted = list(VIEWS)[[5, 3, 1, 2, 4, 0][shot % 6]]
    looks = cast.looks(subject.number)
    shown = rng.uniform(*VIEWS[wanted]) * looks.height
    angle = float(rng.uniform(38, 55) if scene.place.kind == "room" else rng.uniform(22, 40))
    far = shown / 2 / np.tan(np.radians(angle / 2))
    x, y = subject.place_at(starts + MIDDLE)
    aimed = looks.eyes if wanted == "ECU" else looks.height - 0.4 * shown
    if shown > looks.height:
        aimed = 0.55 * looks.height
    ground = _stand(scene, subject, (x, y, float(far)), starts + MIDDLE, rng)
    at = (*ground, float(np.clip(aimed + rng.uniform(-0.12, 0.2) * far, 0.4, 2.6)))
    focus = (x, y, float(aimed))
    speed = draw_speed(movement, rng)
    camera = Camera(at, focus, angle, movement, how, speed, int(rng.integers(1000)))
    if subject.action == "walk" and movement != "static":
        goes = np.subtract(subject.place_at(1.0), subject.place_at(0.0))
        camera = camera.following((float(goes[0]), float(goes[1]), 0.0))
    far = float(np.linalg.norm(np.subtract(at, focus)))
    return camera, *scale_of(camera.view(0.0, duration=0.0), far=far, height=looks.height)


def _stand(
    scene: Scene, subject: Person, aim_at: tuple[float, float, float], seconds: float, rng: Any
) -> tuple[float, float]:
    """Find where the camera sees its subject and nobody stands in between; 8 tries at most.

    `aim_at` is where the subject is (x, y), and how far away the camera should be.
    """
    x, y, far = aim_at
    reach = scene.place.reach
    others = [who.place_at(seconds) for who in scene.people if who != subject]
    for _ in range(8):
        around = subject.heading + rng.uniform(-0.75, 0.75)
        at = np.clip([x + far * np.sin(around), y - far * np.cos(around)], -reach, reach)
        between = at + np.linspace(0, 0.8, 9)[:, None] * ([x, y] - at)
        gaps = [np.linalg.norm(between - other, axis=1).min() for other in others]
        if min(gaps, default=1.0) > ELBOW_ROOM:
            break
    return float(at[0]), float(at[1])


def film(scene: Scene, bodies: list[Any], cast: Cast, camera: Camera, truth: Truth) -> AnyArray:
    """Film a shot, uint8 [frame, row=108, column=192, rgb=3]."""
    shot = np.zeros((truth.frames, HEIGHT, WIDTH, 3), np.uint8)
    duration = truth.frames / FRAME_RATE
    exposures = (0.0, 1 / 3, 2 / 3) if truth.blurred else (0.0,)
    for frame in range(truth.frames):
        light = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for who, body in zip(scene.people, bodies, strict=True):
            body.move(*cast.body(who, truth.starts + frame / FRAME_RATE))
        for share in exposures:
            seconds = (frame + share / 2) / FRAME_RATE
            light += scene.stage.picture(camera.view(seconds, duration=duration))
        shot[frame] = np.clip(light / len(exposures) + 0.5, 0, 255)
    return shot


def shots(
    number: int, count: int, cast: Cast, supplies: Supplies
) -> Iterator[tuple[Truth, AnyArray]]:
    """Film a scene, shot by shot."""
    scene, bodies = prepare(number, cast, supplies)
    rng = np.random.default_rng([9, number])
    for shot in range(count):
        subject = scene.people[shot % len(scene.people)]
        starts = float(rng.uniform(0, 2.5))
        camera, scale, heights = aim(scene, subject, cast, shot, starts)
        frames = int(rng.integers(3 * FRAME_RATE, 4 * FRAME_RATE + 1))
        truth = Truth(
            file=f"{scene.name}_shot_{shot}.npy",
            scene=scene.name,
            place=scene.place.kind,
            people=" ".join(str(who.number) for who in scene.people),
            subject=subject.number,
            action=subject.action,
            scale=scale,
            heights=round(heights, 3),
            movement=camera.movement,
            how=camera.how,
            speed=round(camera.speed, 4),
            starts=round(starts, 3),
            frames=frames,
            blurred=camera.movement != "static" and shot % 2 == 1,
        )
        yield truth, film(scene, bodies, cast, camera, truth)


def main() -> None:
    """Film scenes, one after another."""
    parser = argparse.ArgumentParser(description="Film people of our own.")
    parser.add_argument("--photos", type=Path, required=True, help="made by export.footage.photos")
    parser.add_argument("--panoramas", type=Path, required=True, help="folder of EXR panoramas")
    parser.add_argument("--out", type=Path, required=True, help="where the shots go")
    parser.add_argument("--scenes", type=int, default=16, help="how many (16)")
    parser.add_argument("--first", type=int, default=0, help="go on from this scene (0)")
    parser.add_argument("--shots", type=int, default=6, help="of each scene (6)")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    wanted.out.mkdir(parents=True, exist_ok=True)
    cast, supplies = Cast(), Supplies(wanted.photos, wanted.panoramas)
    mode = "a" if wanted.first else "w"
    with (wanted.out / "truth.csv").open(mode, newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, [each.name for each in fields(Truth)], lineterminator="\n")
        if not wanted.first:
            rows.writeheader()
        for number in range(wanted.first, wanted.scenes):
            for truth, pictures in shots(number, wanted.shots, cast, supplies):
                np.save(wanted.out / truth.file, pictures)
                rows.writerow(asdict(truth))
                file.flush()
                log.info("%s %s %s", truth.file, truth.scale, truth.movement)


if __name__ == "__main__":
    main()
