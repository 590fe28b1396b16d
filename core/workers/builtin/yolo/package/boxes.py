"""From a picture to the network's input, and from its output to objects. Needs NumPy and Pillow only.

Part of a package exported from Calque; package.json beside it says what the model wants and gives.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

Array = npt.NDArray[np.float32]
MOST_CANDIDATES = 3000  # turned boxes that are compared with each other, the surest
Place = tuple[float, int, int, int, int]  # gain, left and top of the picture in the input; its width and height


def read_package() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_name("package.json").read_text(encoding="utf-8"))
    return content


def read(path: str) -> npt.NDArray[np.uint8]:
    """The upright picture, (height, width, 3), red first."""
    with Image.open(path) as file:
        return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))


def prepare(picture: npt.NDArray[np.uint8]) -> tuple[Array, Place]:
    """The network's input (1, 3, h, w), 0 to 1, and where in it the picture is."""
    wanted = read_package()["input"]
    side, stride = wanted["image_size"], wanted["stride"]
    height, width = picture.shape[:2]
    gain = min(side / height, side / width)
    inner_height, inner_width = round(height * gain), round(width * gain)
    rest_y, rest_x = side - inner_height, side - inner_width
    if not wanted["is_fixed_size"]:  # no more padding than to the next multiple of the stride
        rest_y, rest_x = rest_y % stride, rest_x % stride
    top, left = round(rest_y / 2 - 0.1), round(rest_x / 2 - 0.1)
    canvas = np.full((inner_height + rest_y, inner_width + rest_x, 3), wanted["padding"], np.float32)
    inner = resize(picture.astype(np.float32), inner_height, inner_width)
    canvas[top : top + inner_height, left : left + inner_width] = np.floor(inner + 0.5)
    batch: Array = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None])
    batch /= 255
    return batch, (gain, left, top, width, height)


def decode(outputs: Any, place: Place, threshold: float | None = None) -> list[dict[str, Any]]:
    """Objects by falling confidence. Without a threshold those of package.json."""
    package = read_package()
    usual, own = package["threshold"]["value"], package["threshold"]["by_class"]
    # The object whose confidence the threshold is counts, though each program computes the last digits otherwise.
    own_limits = [own.get(name, usual) - 0.001 for name in package["classes"]]
    limits = np.array(own_limits if threshold is None else [threshold] * len(own_limits))
    rows = np.asarray(outputs[0], np.float32)[0]
    if package["task"] == "oriented":
        return decode_turned(rows.T, limits, package, place)
    if package["form"] == "raw":
        rows = suppressed(rows.T, len(limits), float(limits.min()), package["suppression_iou"])
        rows = rows[: package["max_objects"]]
    rows = rows[rows[:, 4] > limits[rows[:, 5].astype(int)]]
    gain, left, top, width, height = place
    corners = (rows[:, :4] - np.array([left, top, left, top], np.float32)) / gain
    corners = np.clip(corners, 0, np.array([width, height, width, height], np.float32))
    found = [
        {"class": package["classes"][int(row[5])], "confidence": float(row[4]), "box": box.tolist()}
        for row, box in zip(rows, corners, strict=True)
    ]
    if len(outputs) > 1:
        for item, mask in zip(found, masks(rows[:, 6:], np.asarray(outputs[1])[0], corners, place), strict=True):
            item["mask_pixels"] = int(mask.sum())  # the mask itself: one bool a pixel of the picture
    return found


def suppressed(candidates: Array, n_classes: int, least: float, most_overlap: float) -> Array:
    """Non-maximum suppression within each class: rows of left, top, right, bottom, confidence, class and the rest."""
    scores = candidates[:, 4 : 4 + n_classes]
    keep = scores.max(1) > least
    candidates, scores = candidates[keep], scores[keep]
    order = np.argsort(-scores.max(1), kind="stable")
    candidates, scores = candidates[order], scores[order]
    centre, half = candidates[:, :2], candidates[:, 2:4] / 2
    corners = np.concatenate([centre - half, centre + half], 1)
    classes = scores.argmax(1)
    areas = np.prod(corners[:, 2:] - corners[:, :2], 1)
    is_left = np.ones(len(corners), bool)
    chosen = []
    for index in range(len(corners)):
        if not is_left[index]:
            continue
        chosen.append(index)
        shared = np.minimum(corners[index, 2:], corners[:, 2:]) - np.maximum(corners[index, :2], corners[:, :2])
        overlap = np.prod(np.clip(shared, 0, None), 1)
        is_same = classes == classes[index]
        is_left &= ~(is_same & (overlap / (areas + areas[index] - overlap) > most_overlap))
    numbers = (scores.max(1), classes.astype(np.float32))
    parts = (corners, *(number[:, None] for number in numbers), candidates[:, 4 + n_classes :])
    rows: Array = np.concatenate(parts, 1).astype(np.float32)[chosen]
    return rows


def masks(coefficients: Array, prototypes: Array, corners: Array, place: Place) -> list[npt.NDArray[np.bool_]]:
    """One mask of the whole picture an object, cut at its box."""
    gain, left, top, width, height = place
    found = []
    for row, (x0, y0, x1, y1) in zip(coefficients, corners, strict=True):
        logits: Array = np.tensordot(row, prototypes, 1).astype(np.float32)
        whole = resize(logits, logits.shape[0] * 4, logits.shape[1] * 4)  # of the network's input size
        inner = whole[top : top + round(height * gain), left : left + round(width * gain)]
        mask = resize(inner, height, width) > 0
        rows, columns = np.mgrid[:height, :width]
        found.append(mask & (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1))
    return found


def resize(picture: Array, height: int, width: int) -> Array:
    """Bilinear, pixel centres at halves, without smoothing: as OpenCV does it."""
    above, below, share_y = _neighbours(picture.shape[0], height)
    before, after, share_x = _neighbours(picture.shape[1], width)
    if picture.ndim == 3:
        share_x, share_y = share_x[:, None], share_y[:, None]
    across: Array = picture[:, before] * (1 - share_x) + picture[:, after] * share_x
    made: Array = across[above] * (1 - share_y[:, None]) + across[below] * share_y[:, None]
    return made.astype(np.float32, copy=False)


def _neighbours(n_source: int, n_target: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    middle = (np.arange(n_target) + 0.5) * (n_source / n_target) - 0.5
    middle = np.clip(middle, 0, n_source - 1)
    low = np.minimum(middle.astype(np.int64), n_source - 1)
    return low, np.minimum(low + 1, n_source - 1), (middle - low).astype(np.float32)


def decode_turned(candidates: Array, limits: Any, package: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    """Of a network for turned boxes: each object with its four corners."""
    rows = suppressed_turned(candidates, len(limits), float(limits.min()), package["suppression_iou"])
    rows = rows[: package["max_objects"]]
    rows = rows[rows[:, 4] > limits[rows[:, 5].astype(int)]]
    gain, left, top, _, _ = place
    corners = (corners_of(rows) - np.array([left, top], np.float32)) / gain
    return [
        {"class": package["classes"][int(row[5])], "confidence": float(row[4]), "corners": four.tolist()}
        for row, four in zip(rows, corners, strict=True)
    ]


def suppressed_turned(candidates: Array, n_classes: int, least: float, most_overlap: float) -> Array:
    """Of candidates of a class that overlap more than that none but the surest: rows of centre, size, confidence, class
    and angle."""
    scores = candidates[:, 4 : 4 + n_classes]
    candidates, scores = candidates[scores.max(1) > least], scores[scores.max(1) > least]
    order = np.argsort(-scores.max(1), kind="stable")[:MOST_CANDIDATES]
    candidates, scores = candidates[order], scores[order]
    classes = scores.argmax(1)
    overlaps = likeness(np.concatenate([candidates[:, :4], candidates[:, -1:]], 1))
    is_surer = np.triu(np.ones(overlaps.shape, bool), 1) & (classes[:, None] == classes)
    is_left = ~(is_surer & (overlaps > most_overlap)).any(0)
    numbers = np.stack([scores.max(1), classes.astype(np.float32), candidates[:, -1]], 1)
    rows: Array = np.concatenate([candidates[:, :4], numbers], 1)[is_left].astype(np.float32)
    return rows


def likeness(boxes: Array) -> Array:
    """Of each with each: boxes as normal distributions, 1 less their Hellinger distance (arXiv:2106.06072)."""
    x, y, width, height, angle = boxes.T
    cos, sin = np.cos(angle), np.sin(angle)
    long, short = width**2 / 12, height**2 / 12
    a = long * cos**2 + short * sin**2
    b = long * sin**2 + short * cos**2
    c = (long - short) * cos * sin
    a2, b2, c2 = (one[:, None] + one for one in (a, b, c))
    dx, dy = x[:, None] - x, y[:, None] - y
    area = a2 * b2 - c2**2
    own = np.clip(a * b - c**2, 0, None)
    distance = (a2 * dy**2 + b2 * dx**2) / (area + 1e-7) / 4 - c2 * dx * dy / (area + 1e-7) / 2
    distance += np.log(area / (4 * np.sqrt(own[:, None] * own) + 1e-7) + 1e-7) / 2
    result: Array = 1 - np.sqrt(1 - np.exp(-np.clip(distance, 1e-7, 100)) + 1e-7)
    return result


def corners_of(rows: Array) -> Array:
    """(n, 4, 2): from the box's own left top corner on, clockwise."""
    cos, sin = np.cos(rows[:, 6]), np.sin(rows[:, 6])
    along = np.stack([cos, sin], 1) * rows[:, 2:3] / 2
    across = np.stack([-sin, cos], 1) * rows[:, 3:4] / 2
    centre = rows[:, :2]
    corners: Array = np.stack(
        [centre - along - across, centre + along - across, centre + along + across, centre - along + across], 1
    )
    return corners
