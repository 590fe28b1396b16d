"""The published network: four blocks of dilated convolutions going down, three going up, a class for every pixel.

Boillet, Kermorvant, Paquet: Multiple Document Datasets Pre-training Improves Text Line Detection With Deep Neural
Networks (ICPR 2020). Layers have the published names and order, so that published weights fit.
"""

from __future__ import annotations

import torch
from torch import nn

DILATIONS = (1, 2, 4, 8, 16)


class DocUfcn(nn.Module):
    """Batches (n, 3, h, w) of normalised pictures, h and w multiples of 8, to scores (n, classes, h, w), not yet
    softmaxed. `n_classes` counts the background, which is class 0.

    Normalisation has no running statistics: a picture is normalised by its batch when predicted as well, so that what
    is predicted of it depends on its neighbours in a batch. Predict one by one.
    """

    def __init__(self, n_classes: int, dropout: float = 0.4) -> None:
        super().__init__()
        self.dilated_block1 = _dilated_block(3, 32, dropout)
        self.dilated_block2 = _dilated_block(32, 64, dropout)
        self.dilated_block3 = _dilated_block(64, 128, dropout)
        self.dilated_block4 = _dilated_block(128, 256, dropout)
        self.pool = nn.MaxPool2d(2)
        self.conv_block1 = _up_block(256, 128, dropout)
        self.conv_block2 = _up_block(256, 64, dropout)
        self.conv_block3 = _up_block(128, 32, dropout)
        self.last_conv = nn.Conv2d(64, n_classes, 3, padding=1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        whole = self.dilated_block1(pictures)
        half = self.dilated_block2(self.pool(whole))
        quarter = self.dilated_block3(self.pool(half))
        up = self.conv_block1(self.dilated_block4(self.pool(quarter)))
        up = self.conv_block2(torch.cat([up, quarter], dim=1))
        up = self.conv_block3(torch.cat([up, half], dim=1))
        scores: torch.Tensor = self.last_conv(torch.cat([up, whole], dim=1))
        return scores


def initialise(network: DocUfcn) -> None:
    """Xavier's uniform weights for every convolution; drawn from torch's random numbers."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def _dilated_block(n_in: int, n_out: int, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for index, dilation in enumerate(DILATIONS):
        n_before = n_out if index else n_in
        layers.append(nn.Conv2d(n_before, n_out, 3, padding=dilation, dilation=dilation, bias=False))
        layers += _after(n_out, dropout)
    return nn.Sequential(*layers)


def _up_block(n_in: int, n_out: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
        *_after(n_out, dropout),
        nn.ConvTranspose2d(n_out, n_out, 2, stride=2, bias=False),
        *_after(n_out, dropout),
    )


def _after(n_channels: int, dropout: float) -> list[nn.Module]:
    normalised = nn.BatchNorm2d(n_channels, track_running_stats=False)
    return [normalised, nn.ReLU(inplace=True), nn.Dropout(dropout)]
