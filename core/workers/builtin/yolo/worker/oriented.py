"""Boxes that are turned: from the engine's rows (centre, size, confidence, class, angle) to objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from ultralytics.models.yolo.obb import OBBValidator
from ultralytics.utils import nms, ops

from core.domain.geometry import Polygon
from core.domain.predictions import PredictedObject

MOST_CANDIDATES = 3000
"""The engine compares every candidate of an image with every other at once: 30,000, its own limit, need gigabytes."""

SUPPRESSION: Mapping[str, Any] = {"rotated": True, "max_nms": MOST_CANDIDATES}
"""What its suppression is told beside what it is told of upright boxes."""


class OrientedValidator(OBBValidator):  # type: ignore[misc]  # the engine has no types
    """The engine's, with `MOST_CANDIDATES`."""

    def postprocess(self, preds: Any) -> list[dict[str, torch.Tensor]]:
        found = nms.non_max_suppression(
            preds,
            self.args.conf,
            self.args.iou,
            nc=self.nc,
            multi_label=True,
            agnostic=self.args.single_cls or self.args.agnostic_nms,
            max_det=self.args.max_det,
            end2end=self.end2end,
            **SUPPRESSION,
        )
        return [
            {"bboxes": torch.cat([rows[:, :4], rows[:, 6:]], dim=-1), "conf": rows[:, 4], "cls": rows[:, 5]}
            for rows in found
        ]


def oriented_objects(
    rows: torch.Tensor, input_shape: Sequence[int], shape: Sequence[int], ratio_pad: Any = None
) -> Iterator[PredictedObject]:
    """`rows` (n, 7) lie in pixels of the network's input of (height, width); the objects in those of the image."""
    boxes = torch.cat([rows[:, :4], rows[:, -1:]], dim=-1)
    boxes[:, :4] = ops.scale_boxes(tuple(input_shape), boxes[:, :4], tuple(shape), ratio_pad, xywh=True)
    corners = ops.xywhr2xyxyxyxy(boxes).tolist()
    for four, confidence, category in zip(corners, rows[:, 4].tolist(), rows[:, 5].tolist(), strict=True):
        yield corners_as_object(four, confidence, category, (int(shape[0]), int(shape[1])))


def corners_as_object(
    corners: Sequence[Sequence[float]], confidence: float, category: float, shape: tuple[int, int]
) -> PredictedObject:
    """The engine tells corners from the own right bottom one on, against the clock; here they begin at the own left
    top one. The upright box around them is cut at the image of (height, width); the corners are not."""
    right_bottom, right_top, left_top, left_bottom = corners
    polygon = Polygon(((*left_top, *right_top, *right_bottom, *left_bottom),))
    return PredictedObject(int(category), confidence, polygon.bounds().clipped(shape[1], shape[0]), polygon)
