"""The body that is kept is the one that anny gives."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bridge.animation.body.statics import shared_body

pytest.importorskip("anny", reason="needs the extra render")

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def model():
    from export.animation.body.joints import whole_model

    return whole_model()


def test_the_body_that_is_kept_is_the_one_that_is_made():
    from export.animation.body.__main__ import PLACE, body_bytes

    made, kept = np.load(io.BytesIO(body_bytes())), np.load(PLACE)
    assert made.files == kept.files
    for name in kept.files:
        if kept[name].dtype.kind == "f":
            assert made[name] == pytest.approx(kept[name], abs=1e-5), name
        else:
            assert (made[name] == kept[name]).all(), name


def test_faces_join_the_same_vertices_as_triangles_do(model):
    import anny

    triangles = anny.Anny(local_changes="none")
    assert (triangles.base_mesh_vertex_indices == model.base_mesh_vertex_indices).all()


def test_joints_move_with_the_shape_as_anny_moves_them(model):
    import torch

    from export.animation.body.joints import joint_points

    points = joint_points(model)
    some = torch.from_numpy(np.random.default_rng(3).uniform(0, 0.3, len(points.offsets)))
    heads = model.get_rest_model(some[None])["rest_bone_heads"][0].numpy()
    moved = points.template + np.einsum("s,spx->px", some.numpy(), points.offsets)
    assert moved[:104] == pytest.approx(heads, abs=1e-4)
    assert len(points.template) == len(shared_body().template_joints)


def test_a_model_without_all_blend_shapes_is_refused():
    import anny

    from export.animation.body.joints import joint_points

    with pytest.raises(ValueError, match="all blend shapes"):
        joint_points(anny.Anny(local_changes="none"))
