"""MobileNetV2, as torchvision writes its weights, and what Segue reads off it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

FEATURES: Final = 1280
"""Numbers that the network makes of a picture, before its classes."""
EMBEDDING: Final = 128
"""Numbers that are left of them."""

_MEAN: Final = (0.485, 0.456, 0.406)
_DEVIATION: Final = (0.229, 0.224, 0.225)
_STAGES: Final = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Widening, channels, blocks and first stride of each stage (Sandler and others, 2018, table 2)."""


def _convolution(
    channels: tuple[int, int], kernel: int = 3, stride: int = 1, *, each: bool = False
) -> nn.Sequential:
    """A convolution, its normalization, and a ReLU that ends at 6."""
    groups = channels[0] if each else 1
    padding = (kernel - 1) // 2
    return nn.Sequential(
        nn.Conv2d(*channels, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(channels[1]),
        nn.ReLU6(),
    )


class _Block(nn.Module):
    """Widen, look around in each channel alone, and narrow again."""

    def __init__(self, channels: tuple[int, int], widening: int, stride: int) -> None:
        super().__init__()
        wide = channels[0] * widening
        layers = [_convolution((channels[0], wide), kernel=1)] if widening > 1 else []
        layers.append(_convolution((wide, wide), stride=stride, each=True))
        self.conv = nn.Sequential(
            *layers, nn.Conv2d(wide, channels[1], 1, bias=False), nn.BatchNorm2d(channels[1])
        )
        self.adds = stride == 1 and channels[0] == channels[1]

    def forward(self, maps: Tensor) -> Tensor:
        answer = self.conv(maps)
        return maps + answer if self.adds else answer


class Backbone(nn.Module):
    """A picture to features, classes of ImageNet, and a short direction to compare by."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution((3, 32), stride=2)]
        channels = 32
        for widening, wide, blocks, first_stride in _STAGES:
            for block in range(blocks):
                stride = first_stride if block == 0 else 1
                layers.append(_Block((channels, wide), widening, stride))
                channels = wide
        layers.append(_convolution((channels, FEATURES), kernel=1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(FEATURES, 1000))
        self.projection = nn.Linear(FEATURES, EMBEDDING)
        self.register_buffer("mean", torch.tensor(_MEAN).reshape(3, 1, 1))
        self.register_buffer("deviation", torch.tensor(_DEVIATION).reshape(3, 1, 1))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Give features [batch, 1280], class logits [batch, 1000], embedding [batch, 128].

        Args:
            picture: float32 [batch, rgb=3, row, column], 0..1, at least 32 by 32.
        """
        maps = self.features((picture - self.mean) / self.deviation)
        features = maps.mean((2, 3))
        embedding = functional.normalize(self.projection(torch.sqrt(features)), dim=1)
        return features, self.classifier(features), embedding


def load_weights(network: Backbone, weights: Mapping[str, Tensor]) -> None:
    """Take over torchvision's weights, and fold each normalization into its convolution.

    Args:
        network: without normalizations folded yet.
        weights: torchvision's state dict of MobileNetV2; it knows of no projection.
    """
    missing, unexpected = network.load_state_dict(weights, strict=False)
    ours = {"projection.weight", "projection.bias", "mean", "deviation"}
    if unexpected or set(missing) != ours:
        raise ValueError(f"not torchvision's MobileNetV2: {unexpected or missing}")
    network.eval()
    for module in list(network.modules()):
        if isinstance(module, nn.Sequential):
            _fold(module)


def _fold(layers: nn.Sequential) -> None:
    """Fold the normalizations of one chain, in place."""
    for place in range(len(layers) - 1):
        first, second = layers[place], layers[place + 1]
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
            layers[place] = fuse_conv_bn_eval(first, second)
            layers[place + 1] = nn.Identity()
