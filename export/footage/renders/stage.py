"""A stage to film on: surfaces with pictures on them, people, lights; drawn by VTK off-screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy

from bridge.schema.arrays import AnyArray, FloatArray

WIDTH: Final = 192
HEIGHT: Final = 108
FINER: Final = 2
"""Pictures are drawn so many times larger, and averaged."""
SKY_RADIUS: Final = 60.0
SHADOW: Final = 0.22
"""How much darker the ground is for each side of a body between it and the light."""


@dataclass(frozen=True, slots=True)
class View:
    """What a camera sees at one time."""

    position: tuple[float, float, float]
    """In metres; z is up."""
    focus: tuple[float, float, float]
    """What is in the middle of the picture."""
    view_angle: float
    """From the bottom to the top of the picture, in degrees."""
    roll: float = 0.0
    """Degrees; the camera turns counter-clockwise, the picture clockwise."""


@dataclass(frozen=True, slots=True)
class Light:
    """How a place is lit."""

    direction: tuple[float, float, float]
    """Where the main light stands, from the middle."""
    colour: tuple[float, float, float]
    """Of the main light, 0..1."""
    strength: float
    """0..1.5."""
    fill: float
    """How bright the shadows are, 0..1."""


class Stage:
    """An empty stage."""

    def __init__(self, light: Light) -> None:
        self._scene = vtk.vtkRenderer()
        self._window = vtk.vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetSize(WIDTH * FINER, HEIGHT * FINER)
        self._window.AddRenderer(self._scene)
        self._fill = light.fill
        self._scene.SetBackground(0.02, 0.02, 0.02)
        self._hang_lights(light)
        self._sun = light.direction

    def _hang_lights(self, light: Light) -> None:
        self._scene.RemoveAllLights()
        self._scene.AutomaticLightCreationOff()
        x, y, z = light.direction
        for place, tint, strength in (
            ((x, y, z), light.colour, light.strength),
            ((-x, y * 0.6, z * 0.6), (0.85, 0.92, 1.0), light.fill * 0.6),
            ((0.0, -y, z), (1.0, 0.97, 0.92), light.fill * 0.4),
        ):
            lamp = vtk.vtkLight()
            lamp.SetLightTypeToSceneLight()
            lamp.SetPosition(*place)
            lamp.SetFocalPoint(0.0, 0.0, 0.8)
            lamp.SetColor(*tint)
            lamp.SetIntensity(strength)
            self._scene.AddLight(lamp)

    def surface(
        self,
        corners: Sequence[Sequence[float]],
        picture: AnyArray,
        *,
        repeat: float = 1.0,
        shines: bool = False,
    ) -> None:
        """Hang a picture between four corners.

        Args:
            corners: bottom left, bottom right, top right, top left as one looks at it, metres.
            picture: uint8 [row, column, rgb=3].
            repeat: how often it fills the width and height.
            shines: it is as bright as the picture, whatever the lights do: a window, a screen.
        """
        mesh = _mesh(np.array(corners, np.float32), np.array([[0, 1, 2], [0, 2, 3]]))
        at = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * repeat
        mesh.GetPointData().SetTCoords(numpy_to_vtk(at, deep=True))
        actor = self._add(mesh)
        actor.SetTexture(_texture(picture))
        if shines:
            self_lit(actor)

    def box(
        self, middle: Sequence[float], size: Sequence[float], picture: AnyArray, *, repeat: float
    ) -> None:
        """Put a box on the ground.

        Args:
            middle: x and y, in metres.
            size: along x, y and z, in metres.
            picture: what is on its sides.
            repeat: how often, on each side.
        """
        (x, y), (a, b, high) = middle, (size[0] / 2, size[1] / 2, size[2])
        foot = [(x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b)]
        for (x0, y0), (x1, y1) in zip(foot, foot[1:] + foot[:1], strict=True):
            side = [(x0, y0, 0.0), (x1, y1, 0.0), (x1, y1, high), (x0, y0, high)]
            self.surface(side, picture, repeat=repeat)
        self.surface([(*corner, high) for corner in foot], picture, repeat=repeat)

    def sky(self, panorama: AnyArray, *, turned: float) -> None:
        """Put a panorama around everything, as bright as it is.

        Args:
            panorama: uint8 [row, column, rgb=3], the whole sphere.
            turned: degrees around.
        """
        ball = vtk.vtkTexturedSphereSource()
        ball.SetRadius(SKY_RADIUS)
        ball.SetThetaResolution(64)
        ball.SetPhiResolution(48)
        ball.Update()
        actor = self._add(ball.GetOutput())
        actor.SetTexture(_texture(panorama[:, ::-1]))
        actor.RotateZ(turned)
        actor.SetPosition(0.0, 0.0, 1.6)
        self_lit(actor)

    def person(self, faces: AnyArray, colours: AnyArray) -> Body:
        """Let somebody on the stage.

        Args:
            faces: [face, corner=3].
            colours: uint8 [vertex, rgb=3].
        """
        mesh = _mesh(np.zeros((len(colours), 3), np.float32), faces)
        mesh.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(colours), deep=True))
        actor = self._add(mesh)
        actor.GetProperty().SetSpecular(0.12)
        actor.GetProperty().SetSpecularPower(18)
        shade = _mesh(np.zeros((len(colours), 3), np.float32), faces)
        shadow = self._add(shade)
        shadow.GetProperty().SetColor(0.0, 0.0, 0.0)
        shadow.GetProperty().SetLighting(False)
        shadow.GetProperty().SetOpacity(SHADOW)
        return Body(mesh, shade, self._sun)

    def _add(self, mesh: Any) -> Any:
        mapper = vtk.vtkPolyDataMapper()
        mapper.SetInputData(mesh)
        actor = vtk.vtkActor()
        actor.SetMapper(mapper)
        actor.GetProperty().SetAmbient(0.22 + 0.4 * self._fill)
        actor.GetProperty().SetDiffuse(0.85)
        self._scene.AddActor(actor)
        return actor

    def picture(self, view: View) -> FloatArray:
        """Take a picture.

        Returns:
            float32 [row, column, rgb=3], 0..255.
        """
        camera = self._scene.GetActiveCamera()
        camera.SetPosition(*view.position)
        camera.SetFocalPoint(*view.focus)
        camera.SetViewUp(0.0, 0.0, 1.0)
        camera.SetViewAngle(view.view_angle)
        camera.SetRoll(camera.GetRoll() + view.roll)
        camera.SetClippingRange(0.05, 2.5 * SKY_RADIUS)
        self._window.Render()
        taker = vtk.vtkWindowToImageFilter()
        taker.SetInput(self._window)
        taker.ReadFrontBufferOff()
        taker.Update()
        flat = vtk_to_numpy(taker.GetOutput().GetPointData().GetScalars())
        fine = flat.reshape(HEIGHT, FINER, WIDTH, FINER, 3)[::-1]
        return fine.mean(axis=(1, 3), dtype=np.float32)


class Body:
    """Somebody on a stage."""

    def __init__(self, mesh: Any, shade: Any, sun: tuple[float, float, float]) -> None:
        self._mesh = mesh
        self._shade = shade
        self._sun = sun

    def move(self, points: FloatArray, normals: FloatArray) -> None:
        """Take a pose.

        Args:
            points: [vertex, xyz=3] in metres.
            normals: [vertex, xyz=3].
        """
        _place(self._mesh, points)
        self._mesh.GetPointData().SetNormals(numpy_to_vtk(normals.astype(np.float32), deep=True))
        x, y, z = self._sun
        high = np.maximum(points[:, 2], 0.0)
        fallen = points - high[:, None] * np.array([x / z, y / z, 1.0])
        _place(self._shade, fallen * [1, 1, 0] + [0, 0, 0.012])


def self_lit(actor: Any) -> None:
    """Let a surface show its own brightness, whatever the lights do."""
    actor.GetProperty().SetAmbient(1.0)
    actor.GetProperty().SetDiffuse(0.0)
    actor.GetProperty().SetLighting(False)


def _place(mesh: Any, points: FloatArray) -> None:
    mesh.GetPoints().SetData(numpy_to_vtk(points.astype(np.float32), deep=True))
    mesh.GetPoints().Modified()
    mesh.Modified()


def _mesh(points: FloatArray, faces: AnyArray) -> Any:
    cells = vtk.vtkCellArray()
    offsets = np.arange(0, 3 * len(faces) + 1, 3, dtype=np.int64)
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True),
        numpy_to_vtkIdTypeArray(faces.astype(np.int64).ravel(), deep=True),
    )
    where = vtk.vtkPoints()
    where.SetData(numpy_to_vtk(points, deep=True))
    mesh = vtk.vtkPolyData()
    mesh.SetPoints(where)
    mesh.SetPolys(cells)
    return mesh


def _texture(picture: AnyArray) -> Any:
    image = vtk.vtkImageData()
    image.SetDimensions(picture.shape[1], picture.shape[0], 1)
    flat = np.ascontiguousarray(picture[::-1]).reshape(-1, 3)
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=True))
    texture = vtk.vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.SetMaximumAnisotropicFiltering(1.0)
    texture.RepeatOn()
    return texture
