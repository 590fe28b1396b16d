"""Masks of single objects at the image's full resolution, each computed inside its own box only.

The engine upsamples every mask to the whole image: a page with 300 text lines would take seconds and gigabytes. The
arithmetic is the engine's own (its `process_mask_native`: bilinear, half-pixel centres, threshold 0, cut at the box),
restricted to the box.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as functional

from core.domain.geometry import Polygon
from core.metrics import masks

CHUNK = 16
SIMPLIFY_PX = 0.5

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class WindowMask:
    """`pixels` is 0 or 1 and starts at column `x0`, row `y0` of the image."""

    pixels: Mask
    x0: int
    y0: int


def window_masks(
    prototypes: torch.Tensor, coefficients: torch.Tensor, boxes: torch.Tensor, shape: tuple[int, int]
) -> Iterator[WindowMask]:
    """One mask a row of `coefficients` (n, c); `prototypes` (c, h, w) of the network's input, letterbox included;
    `boxes` (n, 4) in pixels of the image; `shape` its (height, width).
    """
    channels, rows, columns = prototypes.shape
    height, width = shape
    gain = min(4 * rows / height, 4 * columns / width)
    pad_y, pad_x = (4 * rows - max(round(height * gain), 1)), (4 * columns - max(round(width * gain), 1))
    padding = pad_y | pad_x
    factor = 4 // math.gcd(4, padding | padding // 2)  # the least that cuts the letterbox off on whole pixels
    inside = _content(rows * factor, columns * factor, height, width)
    flat = prototypes.float().view(channels, -1)
    for begin in range(0, len(coefficients), CHUNK):
        logits = (coefficients[begin : begin + CHUNK] @ flat).view(1, -1, rows, columns)
        if factor > 1:
            logits = functional.interpolate(logits, scale_factor=factor, mode="bilinear")
        cut = logits[0, :, inside[0] : inside[1], inside[2] : inside[3]].cpu().numpy()
        for logit, box in zip(cut, boxes[begin : begin + CHUNK].tolist(), strict=True):
            yield _window(logit, box, height, width)


def as_rle(mask: WindowMask, height: int, width: int) -> Mapping[str, Any]:
    """COCO's compressed run lengths over the whole image: columns one after the other."""
    return masks.encode_window(mask.pixels, mask.x0, mask.y0, width, height)


def as_polygon(mask: WindowMask) -> Polygon | None:
    """The outlines of the mask's parts; None when every part is thinner than a polygon can be."""
    contours, _ = cv2.findContours(mask.pixels, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rings = []
    for contour in contours:
        points = cv2.approxPolyDP(contour, SIMPLIFY_PX, True).reshape(-1, 2)
        if len(points) >= 3:
            moved = points.astype(np.float64) + np.array([mask.x0, mask.y0])
            rings.append(tuple(moved.reshape(-1).tolist()))
    return Polygon(tuple(rings)) if rings else None


def _content(rows: int, columns: int, height: int, width: int) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the image inside a letterboxed grid."""
    gain = min(rows / height, columns / width)
    inner_height, inner_width = max(round(height * gain), 1), max(round(width * gain), 1)
    top, left = round((rows - inner_height) / 2 - 0.1), round((columns - inner_width) / 2 - 0.1)
    return top, top + inner_height, left, left + inner_width


def _window(logit: npt.NDArray[np.float32], box: list[float], height: int, width: int) -> WindowMask:
    x0, x1 = max(math.ceil(box[0]), 0), min(math.ceil(box[2]), width)
    y0, y1 = max(math.ceil(box[1]), 0), min(math.ceil(box[3]), height)
    if x1 <= x0 or y1 <= y0:
        return WindowMask(np.zeros((0, 0), np.uint8), 0, 0)
    left, right, share_x = _neighbours(x0, x1, logit.shape[1], width)
    upper, lower, share_y = _neighbours(y0, y1, logit.shape[0], height)
    first = int(upper.min())
    band = logit[first : int(lower.max()) + 1]
    across = band[:, left] * (1 - share_x) + band[:, right] * share_x
    values = across[upper - first] * (1 - share_y)[:, None] + across[lower - first] * share_y[:, None]
    return WindowMask((values > 0).astype(np.uint8), x0, y0)


def _neighbours(
    begin: int, end: int, n_source: int, n_target: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The two source pixels of each target pixel, and the share of the second."""
    scale = np.float32(n_source / n_target)
    place = np.maximum(scale * (np.arange(begin, end, dtype=np.float32) + np.float32(0.5)) - np.float32(0.5), 0)
    low = np.minimum(place.astype(np.int64), n_source - 1)
    return low, np.minimum(low + 1, n_source - 1), (place - low).astype(np.float32)
