"""The main colours of pictures, found in OKLab, where distances are what an eye sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.film.look.scaling import scaled

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

COLOURS: Final = 5
"""Colours of a palette, at most."""
_SAMPLE_ROWS: Final = 27
_SAMPLE_COLUMNS: Final = 48
"""A picture is looked at in so many patches."""
_ROUNDS: Final = 12
_ALIKE: Final = 0.055
"""OKLab distance below which two colours of a palette are one; some three times what is just
seen."""
_LEAST_SHARE: Final = 0.04
"""Share of the picture below which a colour is none of the main ones."""

# Björn Ottosson, "A perceptual color space for image processing", 2020
_TO_CONES: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def oklab(colours: AnyArray) -> FloatArray:
    """Give sRGB colours in OKLab.

    Args:
        colours: [..., rgb=3], 0..255.

    Returns:
        float32 [..., lab=3]: lightness 0..1, and two axes, green to red and blue to yellow.
    """
    import numpy as np

    encoded = colours.astype(np.float32) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ np.array(_TO_CONES, np.float32).T)
    lab: FloatArray = (cones @ np.array(_TO_LAB, np.float32).T).astype(np.float32)
    return lab


def srgb(lab: FloatArray) -> AnyArray:
    """Give OKLab colours as sRGB.

    Args:
        lab: [..., lab=3].

    Returns:
        uint8 [..., rgb=3], the nearest that can be shown.
    """
    import numpy as np

    cones = (lab @ np.linalg.inv(np.array(_TO_LAB)).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(np.array(_TO_CONES)).T, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: AnyArray = np.rint(encoded * 255).astype(np.uint8)
    return colours


def picture_colours(picture: AnyArray) -> FloatArray:
    """Find the main colours of one picture.

    Args:
        picture: uint8 [row, column, rgb=3].

    Returns:
        float32 [colour=5, lab and share=4], the largest share first; missing ones have share 0.
    """
    import numpy as np

    patches = oklab(scaled(picture, _SAMPLE_ROWS, _SAMPLE_COLUMNS).reshape(-1, 3))
    return _gather(patches, np.full(len(patches), 1 / len(patches), np.float32))


def palette(colours: FloatArray) -> tuple[str, ...]:
    """Join the colours of many pictures into one palette.

    Args:
        colours: float32 [picture, colour=5, lab and share=4], from `picture_colours`.

    Returns:
        At most five colours `#rrggbb`, the largest share first; at least one.
    """
    rows = colours.reshape(-1, 4)
    joined = _gather(rows[:, :3], rows[:, 3] / max(1e-6, float(rows[:, 3].sum())))
    kept = joined[joined[:, 3] >= _LEAST_SHARE]
    return tuple(
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in srgb(kept[:, :3]).tolist()
    )


def _gather(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Gather weighted points into at most five, by k-means: float32 [colour=5, lab and share]."""
    import numpy as np

    centers = _spread_out(points, weights)
    for _ in range(_ROUNDS):
        nearest = ((points[:, None] - centers) ** 2).sum(2).argmin(1)
        shares = np.bincount(nearest, weights, len(centers))
        sums = [np.bincount(nearest, weights * axis, len(centers)) for axis in points.T]
        filled = shares > 0
        centers[filled] = (np.stack(sums, 1)[filled] / shares[filled, None]).astype(np.float32)
    return _merged(centers, shares.astype(np.float32))


def _spread_out(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Choose where to begin: the mean, then again and again what is farthest and counts most."""
    import numpy as np

    centers = [(points * weights[:, None]).sum(0) / weights.sum()]
    gaps = ((points - centers[0]) ** 2).sum(1)
    for _ in range(COLOURS):
        farthest = points[int((gaps * weights).argmax())]
        centers.append(farthest)
        gaps = np.minimum(gaps, ((points - farthest) ** 2).sum(1))
    return np.array(centers[1:], np.float32)


def _merged(centers: FloatArray, shares: FloatArray) -> FloatArray:
    """Make one of colours that look alike, and put the largest first."""
    import numpy as np

    answer = np.zeros((COLOURS, 4), np.float32)
    count = 0
    for index in np.argsort(-shares, kind="stable"):
        found = answer[:count]
        gaps = np.sqrt(((found[:, :3] - centers[index]) ** 2).sum(1))
        if count and gaps.min() < _ALIKE:
            _join(found[int(gaps.argmin())], centers[index], float(shares[index]))
        elif shares[index] > 0:
            answer[count, :3], answer[count, 3] = centers[index], shares[index]
            count += 1
    return answer[np.argsort(-answer[:, 3], kind="stable")]


def _join(colour: FloatArray, other: FloatArray, share: float) -> None:
    """Add a colour to one that looks alike, in place."""
    total = colour[3] + share
    colour[:3] = (colour[:3] * colour[3] + other * share) / total
    colour[3] = total
