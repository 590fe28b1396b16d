"""FCOS (Tian et al. 2019) of torchvision on the feature maps of EfficientNet-Lite0.

Four maps, at strides 8 to 64, of 96 channels; two convolutions in the head. What the backbone's normalisation knows of
photographs stays as it is: a batch of four images could not teach it better.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.fcos import FCOS, FCOSHead
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FeaturePyramidNetwork, batched_nms, nms

from core.workers.builtin.backbones.worker.lite0 import CHANNELS, MEAN, N_PARTS, STD, Lite0, build_lite0

STRIDES = (8, 16, 32, 64)
WIDTH = 96  # channels of the maps that the head sees
N_CONVOLUTIONS = 2
FROZEN_FOR_GOOD = 5  # of the backbone's parts: stem and stages up to stride 16; the same on any images
CANDIDATES = 1000  # places of a map that are looked at, the surest

_MAPS = ("0", "1", "2", "3")


class Detector(nn.Module):
    """`backbone`, `pyramid`, `coarse` and `head` are what is trained; `rows` of classes lie in the head."""

    def __init__(self, n_categories: int) -> None:
        super().__init__()
        self.backbone: Lite0 = build_lite0(pretrained=False)
        self.backbone.head = nn.Identity()  # the maps end before it
        self.pyramid = FeaturePyramidNetwork(list(CHANNELS[1:]), WIDTH)
        self.coarse = nn.Conv2d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.head = FCOSHead(WIDTH, 1, n_categories, num_convs=N_CONVOLUTIONS)
        self.n_categories = n_categories
        self.reduced: torch.dtype | None = None  # in which dense layers are computed while training
        anchors = AnchorGenerator(tuple((stride,) for stride in STRIDES), ((1.0,),) * len(STRIDES))
        matcher = FCOS(_Nothing(), n_categories, anchor_generator=anchors, head=self.head)
        self._helpers = [anchors, matcher]  # a list: their weights are the head's, not their own
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)
        self.n_frozen = 0

    @property
    def class_rows(self) -> tuple[str, str]:
        """The tensors of the state with a row for each class."""
        return ("head.classification_head.cls_logits.weight", "head.classification_head.cls_logits.bias")

    def freeze(self, n_parts: int) -> None:
        """So many parts of the backbone stop learning."""
        self.n_frozen = n_parts
        self.backbone.freeze_stem(n_parts)

    def train(self, mode: bool = True) -> Detector:
        """The backbone normalises with what it knows, unless it learns as a whole, from random weights."""
        super().train(mode)
        if self.n_frozen:
            for module in self.backbone.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """`pictures` (n, 3, h, w) from 0 to 1, sides multiples of 32; maps of `WIDTH` channels at `STRIDES`."""
        x = (pictures - self.mean) / self.std
        found = []
        for number, part in enumerate(self.backbone.parts()[:-1]):
            is_frozen = number < self.n_frozen
            # Filters of single channels learn faster in 32 bits; without gradients all is faster in 16.
            with torch.set_grad_enabled(torch.is_grad_enabled() and not is_frozen), self._reduced(is_frozen):
                x = part(x if is_frozen else x.float())
            if number in (3, 5, 7):
                found.append(x)
        with self._reduced(True):
            pyramid = list(self.pyramid(dict(zip(_MAPS, found, strict=False))).values())
            return [*pyramid, self.coarse(pyramid[-1])]

    def answers(self, maps: Sequence[torch.Tensor]) -> dict[str, torch.Tensor]:
        """Of the head, for all places of all maps: logits of classes, distances of edges, centredness."""
        with self._reduced(True):
            found = self.head(list(maps))
        return {name: value.float() for name, value in found.items()}

    def losses(self, pictures: torch.Tensor, targets: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        """`targets`: "boxes" (m, 4) in pixels of the pictures, "labels" (m,) from 0, for each picture."""
        maps = self.maps(pictures)
        answers = self.answers(maps)
        anchors = self._anchors(pictures, maps)
        counts = [value.shape[-2] * value.shape[-1] for value in maps]
        found: dict[str, torch.Tensor] = self._helpers[1].compute_loss(targets, answers, anchors, counts)
        return {
            "cls_loss": found["classification"],
            "box_loss": found["bbox_regression"],
            "centre_loss": found["bbox_ctrness"],
        }

    def find(
        self, picture: torch.Tensor, *, confidence: float, iou: float, most: int, is_multi_label: bool
    ) -> torch.Tensor:
        """On one picture (3, h, w): rows (n, 6) of box, confidence, class, by falling confidence."""
        maps = self.maps(picture.unsqueeze(0))
        answers = self.answers(maps)
        sure = (answers["cls_logits"][0].sigmoid() * answers["bbox_ctrness"][0].sigmoid()).sqrt()
        coder, anchors = self._helpers[1].box_coder, self._anchors(picture.unsqueeze(0), maps)[0]
        rows, start = [], 0
        for found in maps:
            count = found.shape[-2] * found.shape[-1]
            part = slice(start, start + count)
            start += count
            places, classes, scores = _surest(sure[part], confidence, is_multi_label=is_multi_label)
            boxes = coder.decode(answers["bbox_regression"][0][part][places], anchors[part][places])
            rows.append(torch.cat([boxes, scores[:, None], classes[:, None].float()], dim=1))
        joined = torch.cat(rows)
        kept = (
            batched_nms(joined[:, :4], joined[:, 4], joined[:, 5], iou)
            if is_multi_label
            else nms(joined[:, :4], joined[:, 4], iou)
        )
        return joined[kept[:most]]

    def _anchors(self, pictures: torch.Tensor, maps: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        height, width = int(pictures.shape[-2]), int(pictures.shape[-1])
        sizes = [(height, width)] * pictures.shape[0]
        # Of the maps their sides and numbers' kind are read: anchors are wanted in 32 bits.
        found: list[torch.Tensor] = self._helpers[0](ImageList(pictures, sizes), [value.float() for value in maps])
        return found

    def _reduced(self, is_wanted: bool) -> AbstractContextManager[Any]:
        if self.reduced is None or not is_wanted:
            return nullcontext()
        return torch.autocast(self.mean.device.type, dtype=self.reduced)

    mean: torch.Tensor
    std: torch.Tensor


class _Nothing(nn.Module):
    """Stands where torchvision's matcher wants a backbone."""

    out_channels = WIDTH


def _surest(
    sure: torch.Tensor, confidence: float, *, is_multi_label: bool
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of (places, classes): place, class and confidence of the surest `CANDIDATES`."""
    if not is_multi_label:
        scores, classes = sure.max(dim=1)
        places = torch.arange(len(scores), device=sure.device)
    else:
        n_categories = sure.shape[1]
        scores = sure.flatten()
        index = torch.arange(len(scores), device=sure.device)
        places, classes = index // n_categories, index % n_categories
    kept = (scores >= confidence).nonzero().flatten()
    kept = kept[scores[kept].sort(descending=True, stable=True).indices[:CANDIDATES]]
    return places[kept], classes[kept], scores[kept]


ALL_FROZEN = N_PARTS
