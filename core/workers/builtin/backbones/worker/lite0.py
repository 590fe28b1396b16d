"""EfficientNet-Lite0 in torch, built from the published architecture (Tan and Le 2019, its Lite variant of 2020).

Inverted residuals with ReLU6, neither squeeze-and-excitation nor swish; stem and head do not scale. Convolutions pad as
TensorFlow's SAME does, for which the published weights were learned: where a side is odd, more on the right and below.
Pictures go in as (x - 127) / 128 with x from 0 to 255: see `MEAN` and `STD`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from core.errors import WeightsError
from core.workers.builtin.backbones.lite0 import LITE0, check_lite0

MEAN = (127 / 255, 127 / 255, 127 / 255)
"""Subtracted from red, green and blue between 0 and 1."""
STD = (128 / 255, 128 / 255, 128 / 255)
"""Then divided by."""

STRIDES = (4, 8, 16, 32)
CHANNELS = (24, 40, 112, 320)
"""Of the feature maps at these strides."""
N_FEATURES = LITE0.n_features
N_PARTS = 9
"""The stem, seven stages, the head: what `freeze_stem` counts."""


class _Stage(NamedTuple):
    n_blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STEM_CHANNELS = 32
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
_UNITS = {
    "_expand_conv": "expand.conv",
    "_bn0": "expand.norm",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.conv",
    "_bn2": "project.norm",
}
_ENDS_OF_STRIDES = (2, 3, 5, 7)  # stages, from 1, after which a feature map is given out


class _SameConv(nn.Conv2d):
    """Pads to ceil(size / stride) outputs, the odd pixel on the right and below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        right, below = (self._missing(size) for size in (x.shape[-1], x.shape[-2]))
        if right % 2 == 0 and below % 2 == 0:
            padding = (below // 2, right // 2)
            return functional.conv2d(x, self.weight, None, self.stride, padding, self.dilation, self.groups)
        x = functional.pad(x, (right // 2, right - right // 2, below // 2, below - below // 2))
        return functional.conv2d(x, self.weight, None, self.stride, 0, self.dilation, self.groups)

    def _missing(self, size: int) -> int:
        kernel, stride = int(self.kernel_size[0]), int(self.stride[0])
        return max((-(-size // stride) - 1) * stride + kernel - size, 0)


class _Unit(nn.Sequential):
    """Convolution and normalisation, ReLU6 unless it is a projection."""

    def __init__(
        self, n_in: int, n_out: int, kernel: int, *, stride: int = 1, groups: int = 1, is_active: bool = True
    ) -> None:
        super().__init__()
        self.conv = _SameConv(n_in, n_out, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(n_out, eps=1e-3, momentum=0.01)
        if is_active:
            self.active = nn.ReLU6(inplace=True)


class _Block(nn.Module):
    """Expand, filter each channel, project; the input is added where the shapes agree."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        n_inside = n_in * expansion
        self.expand = _Unit(n_in, n_inside, 1) if expansion > 1 else nn.Identity()
        self.depthwise = _Unit(n_inside, n_inside, kernel, stride=stride, groups=n_inside)
        self.project = _Unit(n_inside, n_out, 1, is_active=False)
        self._adds_input = stride == 1 and n_in == n_out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self._adds_input else y


class Lite0(nn.Module):
    """Maps (n, 3, h, w), normalised with `MEAN` and `STD`, to features. It has no classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _Unit(3, _STEM_CHANNELS, 3, stride=2)
        self.stages = nn.ModuleList()
        n_in = _STEM_CHANNELS
        for stage in _STAGES:
            blocks = []
            for index in range(stage.n_blocks):
                stride = stage.stride if index == 0 else 1
                blocks.append(_Block(n_in, stage.channels, stage.kernel, stride, stage.expansion))
                n_in = stage.channels
            self.stages.append(nn.Sequential(*blocks))
        self.head: nn.Module = _Unit(n_in, N_FEATURES, 1)
        self._n_frozen = 0

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Maps of `CHANNELS` channels at `STRIDES`, the finest first; sides are rounded up."""
        found = []
        x = self.stem(x)
        for number, stage in enumerate(self.stages, start=1):
            x = stage(x)
            if number in _ENDS_OF_STRIDES:
                found.append(x)
        return found

    def forward_features(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 1280, ceil(h / 32), ceil(w / 32))."""
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        y: torch.Tensor = self.head(x)
        return y

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.forward_features(x)

    def parts(self) -> tuple[nn.Module, ...]:
        """The stem, the seven stages, the head, in the order of computation."""
        return (self.stem, *self.stages, self.head)

    def freeze_stem(self, until: int) -> None:
        """The first `until` of `parts` stop learning, their normalisation too; the others learn. 0 = all learn."""
        if not 0 <= until <= N_PARTS:
            raise ValueError(f"until is {until}, not 0 to {N_PARTS}")
        self._n_frozen = until
        for index, part in enumerate(self.parts()):
            part.requires_grad_(index >= until)
        self.train(self.training)

    def train(self, mode: bool = True) -> Lite0:
        """As torch's; frozen parts go on normalising with what they know."""
        super().train(mode)
        for part in self.parts()[: self._n_frozen]:
            part.eval()
        return self


def build_lite0(*, pretrained: bool) -> Lite0:
    """With ImageNet's weights, or with random ones from torch's generator.

    Raises WeightsError when the published file is missing or was altered.
    """
    network = Lite0()
    if pretrained:
        network.load_state_dict(
            {name: value for name, value in imagenet_state().items() if not name.startswith("classifier.")}
        )
        return network
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
    return network


def imagenet_state(path: Path | None = None) -> dict[str, torch.Tensor]:
    """The published weights under the names of `Lite0`, and ImageNet's classifier as "classifier.weight" and ".bias".

    The file's hash is checked before it is opened. Raises WeightsError.
    """
    file = check_lite0(path)
    try:
        published: Mapping[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError) as error:
        raise WeightsError(f"The weights of {LITE0.title} cannot be opened: {error}.") from error
    return {_own_name(name): value for name, value in published.items()}


def _own_name(published: str) -> str:
    """The name in `Lite0` of a tensor of the published file."""
    parts = published.split(".")
    if parts[0] == "_fc":
        return f"classifier.{parts[1]}"
    if parts[0] == "_blocks":
        place, unit = _place_of_block(int(parts[1])), _UNITS[parts[2]]
        return f"stages.{place[0]}.{place[1]}.{unit}.{parts[3]}"
    units = {"_conv_stem": "stem.conv", "_bn0": "stem.norm", "_conv_head": "head.conv", "_bn1": "head.norm"}
    return f"{units[parts[0]]}.{parts[1]}"


def _place_of_block(number: int) -> tuple[int, int]:
    """Stage and place in it of a block, all from 0."""
    for stage, facts in enumerate(_STAGES):
        if number < facts.n_blocks:
            return stage, number
        number -= facts.n_blocks
    raise WeightsError(f"The weights of {LITE0.title} have more blocks than the network.")
