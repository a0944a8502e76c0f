"""People for films: bodies of `anny` with skin, hair and clothes painted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import anny
import numpy as np
import torch

from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.mesh import vertex_normals
from export.footage.renders.motions import WALKING_SPEED, Action, Pose, Turn, pose_at

SKINS: Final = ("#f0c8aa", "#e2b08c", "#c98e66", "#a86b45", "#7a4a2c", "#57351f", "#f5d6c0")
HAIRS: Final = ("#1c1512", "#3a2618", "#5f3f24", "#8e6a3a", "#b8975a", "#777470", "#6b2d1a")
CLOTHES: Final = (
    *("#20304f", "#7d1f24", "#2f5a3a", "#c9c3b4", "#2a2a2c", "#b5832f", "#3d6f94", "#e7e2da"),
    *("#5d3a66", "#8a8f93", "#1f4b4f", "#a8483a", "#4c5238", "#d8a5a0"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and where they are."""

    number: int
    """Who: their looks follow from it."""
    action: Action
    """What they do."""
    place: tuple[float, float]
    """Where they stand at the beginning, in metres."""
    heading: float
    """Where they look: radians around z; 0 looks along -y."""

    def place_at(self, seconds: float) -> tuple[float, float]:
        """Say where they are; only who walks goes anywhere."""
        way = WALKING_SPEED * seconds if self.action == "walk" else 0.0
        x, y = self.place
        return x + way * float(np.sin(self.heading)), y - way * float(np.cos(self.heading))


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What somebody looks like, whatever they do."""

    phenotype: dict[str, float]
    """Shape of the body, as `anny` takes it."""
    colours: AnyArray
    """uint8 [vertex, rgb=3]."""
    thickness: FloatArray
    """How far hair and clothes stand off the body, in metres, [vertex]."""
    height: float
    """In metres."""
    eyes: float
    """How high their eyes are, in metres."""
    ground: float
    """z of the soles before they are put on the ground."""


def colour(code: str) -> FloatArray:
    """Read #rrggbb as float32 [rgb=3], 0..255."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


class Cast:
    """Everybody who can be filmed. Building it takes minutes when `anny` has no cache yet."""

    def __init__(self) -> None:
        self._model = anny.Anny(facial_actions="all").to(torch.float32)
        self._bones = list(self._model.bone_labels)
        self.faces: AnyArray = self._model.faces.numpy()
        rest = torch.argmax(self._model.vertex_bone_weights, dim=1, keepdim=True)
        owner = torch.gather(self._model.vertex_bone_indices, 1, rest)[:, 0].numpy()
        self._owner = np.array(self._bones)[owner]
        self._looks: dict[int, Looks] = {}

    def looks(self, number: int) -> Looks:
        """Say what person `number` looks like."""
        if number not in self._looks:
            self._looks[number] = self._dress(np.random.default_rng(number))
        return self._looks[number]

    def body(self, person: Person, seconds: float) -> tuple[FloatArray, FloatArray]:
        """Pose somebody.

        Args:
            person: who.
            seconds: when, from the beginning of the scene.

        Returns:
            Where their vertices are, float32 [vertex, xyz=3] in metres, and which way the skin
            looks there, float32 [vertex, xyz=3].
        """
        looks = self.looks(person.number)
        pose = pose_at(person.action, seconds, phase=person.number * 1.7)
        points = self._shape(looks.phenotype, pose)
        normals = vertex_normals(points, self.faces)
        points = points + normals * looks.thickness[:, None]
        points[:, 2] -= looks.ground
        c, s = np.cos(person.heading), np.sin(person.heading)
        around = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], np.float32)
        here = np.array([*person.place_at(seconds), 0.0], np.float32)
        return points @ around.T + here, normals @ around.T

    def _shape(self, phenotype: dict[str, float], pose: Pose) -> FloatArray:
        """Ask `anny` for a body, float32 [vertex, xyz=3]."""
        turns = torch.eye(4).repeat(1, len(self._bones), 1, 1)
        for bone, turn in pose.turns.items():
            turns[0, self._bones.index(bone), :3, :3] = torch.from_numpy(turned(turn))
        with torch.no_grad():
            out = self._model(
                pose_parameters=turns,
                phenotype_kwargs=phenotype,
                facial_actions=dict(pose.face),
            )
        points: FloatArray = out["vertices"][0].numpy()
        return points

    def _dress(self, rng: Any) -> Looks:
        """Make somebody up."""
        phenotype = {
            "gender": float(rng.choice([0.05, 0.95])),
            "age": float(rng.uniform(0.55, 0.9)),
            "muscle": float(rng.uniform(0.35, 0.7)),
            "weight": float(rng.uniform(0.35, 0.65)),
            "height": float(rng.uniform(0.35, 0.65)),
            "proportions": float(rng.uniform(0.4, 0.9)),
        }
        body = self._shape(phenotype, Pose({}))
        ground, top = float(body[:, 2].min()), float(body[:, 2].max())
        eyes = float(body[np.char.startswith(self._owner, "eye")][:, 2].mean())
        colours, thickness = self._paint(body, eyes, rng)
        return Looks(phenotype, colours, thickness, top - ground, eyes - ground, ground)

    def _paint(self, body: FloatArray, eyes: float, rng: Any) -> tuple[AnyArray, FloatArray]:
        """Give every vertex a colour, and clothes and hair a thickness."""
        skin = colour(str(rng.choice(SKINS)))
        colours = np.repeat(skin[None], len(body), 0) * rng.normal(1.0, 0.015, (len(body), 1))
        thickness = np.zeros(len(body), np.float32)
        self._paint_clothes(colours, thickness, body, rng)
        self._paint_head(colours, thickness, body - np.array([0, 0, eyes], np.float32), rng)
        return np.clip(colours, 0, 255).astype(np.uint8), thickness

    def _paint_clothes(
        self, colours: FloatArray, thickness: FloatArray, body: FloatArray, rng: Any
    ) -> None:
        """Put on shirt, trousers and shoes."""
        sleeve = rng.integers(0, 3)
        parts = ["spine", "clavicle", "shoulder", "upperarm01"]
        parts += ["upperarm02"] if sleeve > 0 else []
        parts += ["lowerarm"] if sleeve > 1 else []
        shirt, trousers, shoes = (colour(str(code)) for code in rng.choice(CLOTHES, 3, False))
        folds = 1.0 + 0.05 * np.sin(body @ rng.normal(0, 35, 3)) + 0.03 * rng.normal(size=len(body))
        hips = body[self._owned("upperleg01")][:, 2].max() - 0.03
        stripes = rng.random() < 0.3
        for names, dye, gap in (
            (parts, shirt, 0.012),
            (["pelvis", "upperleg", "lowerleg"], trousers, 0.01),
            (["foot", "toe"], shoes * 0.6, 0.008),
        ):
            worn = self._owned(*names)
            if names is parts:
                worn &= body[:, 2] > hips
            elif gap == 0.01:
                worn |= self._owned("spine") & (body[:, 2] <= hips)
            colours[worn] = dye * folds[worn, None]
            thickness[worn] = gap * folds[worn]
            if names is parts and stripes:
                band = worn & (np.sin(body[:, 2] * 90) > 0.3)
                colours[band] = colours[band] * 0.3 + 160
        legs = self._owned("lowerleg")
        if rng.random() < 0.25:
            colours[legs], thickness[legs] = colours[self._owned("head")].mean(0), 0.0

    def _paint_head(
        self, colours: FloatArray, thickness: FloatArray, body: FloatArray, rng: Any
    ) -> None:
        """Give hair, eyes, brows and lips; `body` is measured from the height of the eyes."""
        x, y, z = np.abs(body[:, 0]), body[:, 1], body[:, 2]
        head = self._owned("head", "neck")
        front = y[self._owned("head")].min()
        depth = y - front
        hair = colour(str(rng.choice(HAIRS)))
        low = float(rng.choice([-0.09, -0.03]))
        scalp = head & ((z > 0.075) | ((depth > 0.115) & (z > low)))
        scalp &= ~((depth < 0.1) & (z < 0.06)) & ~((x > 0.066) & (z < 0.03) & (depth < 0.15))
        strands = 1.0 + 0.18 * np.sin(body[:, 0] * 900) + 0.12 * rng.normal(size=len(body))
        colours[scalp] = hair * strands[scalp, None]
        thickness[scalp] = rng.uniform(0.008, 0.028) * (1 + 0.2 * strands[scalp])
        brow = head & (depth < 0.045) & (z > 0.02) & (z < 0.027) & (x > 0.014) & (x < 0.045)
        colours[brow] = 0.6 * hair + 0.4 * colours[brow]
        lips = head & (depth < 0.035) & (z > -0.081) & (z < -0.068) & (x < 0.02)
        colours[lips] = colours[lips] * [0.88, 0.66, 0.66]
        cheeks = head & (depth < 0.06) & (z > -0.06) & (z < -0.02) & (x > 0.02) & ~scalp
        colours[cheeks] *= [1.04, 0.93, 0.91]
        for side in ("eye.L", "eye.R"):
            self._paint_eye(colours, body, self._owned(side), rng)

    def _paint_eye(self, colours: FloatArray, body: FloatArray, ball: AnyArray, rng: Any) -> None:
        """Paint white, iris and pupil."""
        middle = body[ball].mean(0)
        off = np.hypot(*(body[ball] - middle)[:, [0, 2]].T)
        ahead = body[ball][:, 1] < middle[1]
        iris = np.where(off < 0.0028, 15.0, 70.0)[:, None] * np.array([1.0, 0.8, 0.65])
        colours[ball] = np.where((ahead & (off < 0.0065))[:, None], iris, 225.0)

    def _owned(self, *starts: str) -> AnyArray:
        """Say which vertices follow mostly bones of these names, bool [vertex]."""
        return np.logical_or.reduce([np.char.startswith(self._owner, start) for start in starts])


def turned(turn: Turn) -> FloatArray:
    """Make a rotation matrix, float32 [3, 3]: around x first, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(turn), np.sin(turn)
    around_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    around_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return (around_z @ around_y @ around_x).astype(np.float32)
