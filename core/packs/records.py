"""One image's objects as bytes and back, without losing a bit of any number.

Numbers that a float of 32 bits holds exactly are kept in 32, all others in 64: what networks give fits the former,
what other programs write often needs the latter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.predictions import Booleans, Floats, Integers, MaskPairs, PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics import masks, rotated

_HEAD = struct.Struct("<5I")  # predictions, truths, pairs, flags, bytes of the shapes
_WIDE, _HAS_PAIRS, _HAS_AREAS = 1, 2, 4
_BOX, _POLYGON, _MASK, _BOTH, _WHOLE = range(5)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class RecordColumns:
    """The numbers of a record without its shapes."""

    prediction_categories: Integers
    confidences: Floats
    prediction_boxes: Floats
    prediction_areas: Floats
    truth_categories: Integers
    truth_boxes: Floats
    truth_areas: Floats
    is_crowd: Booleans
    mask_pairs: MaskPairs | None


def encode(
    image: PredictedImage,
    predictions: Sequence[PredictedObject],
    truths: Sequence[SnapshotObject],
    *,
    has_masks: bool,
    is_oriented: bool = False,
) -> bytes:
    """`predictions` by falling confidence. With masks, areas and overlaps are those of the masks; of oriented boxes
    those of the boxes as they are turned."""
    size = (image.width, image.height)
    pairs, areas = overlaps(predictions, truths, size, has_masks=has_masks, is_oriented=is_oriented)
    boxes = [item.box for item in predictions] + [bounds_of(item.geometry, *size) for item in truths]
    numbers = np.array(
        [
            *(item.confidence for item in predictions),
            *(value for box in boxes for value in (box.x0, box.y0, box.x1, box.y1)),
            *areas,
        ],
        dtype=np.float64,
    )
    shapes = _Shapes()
    kinds = [_kind(item) for item in predictions]
    kinds += [_WHOLE if item.geometry is None else _POLYGON if item.geometry.rings else _BOX for item in truths]
    for prediction in predictions:
        shapes.add(prediction.polygon, prediction.mask)
    for truth in truths:
        shapes.add(truth.geometry if isinstance(truth.geometry, Polygon) else None, None)
    is_wide = _needs_wide(numbers) or _needs_wide(shapes.numbers())
    dtype = "<f8" if is_wide else "<f4"
    drawn = shapes.to_bytes(dtype)
    n_pairs = 0 if pairs is None else len(pairs.iou)
    flags = (_WIDE * is_wide) | (_HAS_PAIRS * (pairs is not None)) | (_HAS_AREAS * (has_masks or is_oriented))
    parts = [
        _HEAD.pack(len(predictions), len(truths), n_pairs, flags, len(drawn)),
        np.array([*(p.category for p in predictions), *(t.category for t in truths)], dtype="<i4").tobytes(),
        np.array(kinds, dtype=np.uint8).tobytes(),
        np.array([item.is_crowd for item in truths], dtype=np.uint8).tobytes(),
        numbers.astype(dtype).tobytes(),
    ]
    if pairs is not None:
        parts += [
            pairs.prediction.astype("<i4").tobytes(),
            pairs.truth.astype("<i4").tobytes(),
            pairs.iou.astype("<f8").tobytes(),
        ]
    return b"".join((*parts, drawn))


def overlaps(
    predictions: Sequence[PredictedObject],
    truths: Sequence[SnapshotObject],
    size: tuple[int, int],
    *,
    has_masks: bool,
    is_oriented: bool,
) -> tuple[MaskPairs | None, list[float]]:
    """Which objects of an image overlap, None without truths; and the areas of predictions, then of truths. Of upright
    boxes neither: they say it themselves."""
    is_crowd = [item.is_crowd for item in truths]
    if has_masks:
        predicted = [_mask_of(item, size) for item in predictions]
        true = [masks.encode(item.geometry, *size) for item in truths]
        areas = [float(masks.area(rle)) for rle in (*predicted, *true)]
        return (masks.close_pairs(predicted, true, is_crowd) if truths else None), areas
    if is_oriented:
        found = rotated.quads_of([item.geometry for item in predictions], *size)
        there = rotated.quads_of([item.geometry for item in truths], *size)
        areas = [*rotated.areas(found).tolist(), *rotated.areas(there).tolist()]
        return (rotated.close_pairs(found, there, is_crowd) if truths else None), areas
    return None, []


def decode_columns(content: bytes) -> RecordColumns:
    """Raises ValueError or struct.error when the bytes are no record."""
    return _Reader(content).columns()


def decode(content: bytes) -> tuple[tuple[PredictedObject, ...], tuple[SnapshotObject, ...], MaskPairs | None]:
    """Raises ValueError or struct.error when the bytes are no record."""
    reader = _Reader(content)
    columns = reader.columns()
    shapes = _ShapeReader(content, reader.at, reader.dtype)
    kinds = reader.kinds.tolist()
    predictions = []
    for kind, category, confidence, corners in zip(
        kinds[: reader.n_predictions],
        columns.prediction_categories.tolist(),
        columns.confidences.tolist(),
        columns.prediction_boxes.tolist(),
        strict=True,
    ):
        polygon = shapes.polygon() if kind in (_POLYGON, _BOTH) else None
        mask = shapes.mask() if kind in (_MASK, _BOTH) else None
        predictions.append(PredictedObject(category, confidence, Box(*corners), polygon, mask))
    return tuple(predictions), _truths(reader, columns, shapes), columns.mask_pairs


def decode_truths(content: bytes) -> tuple[SnapshotObject, ...]:
    """The ground truth alone. Raises ValueError or struct.error when the bytes are no record."""
    reader = _Reader(content)
    shapes = _ShapeReader(content, reader.at, reader.dtype)
    for kind in reader.kinds[: reader.n_predictions].tolist():
        shapes.skip(has_polygon=kind in (_POLYGON, _BOTH), has_mask=kind in (_MASK, _BOTH))
    return _truths(reader, reader.columns(), shapes)


def _truths(reader: _Reader, columns: RecordColumns, shapes: _ShapeReader) -> tuple[SnapshotObject, ...]:
    truths = []
    for kind, category, corners, is_crowd in zip(
        reader.kinds[reader.n_predictions :].tolist(),
        columns.truth_categories.tolist(),
        columns.truth_boxes.tolist(),
        columns.is_crowd.tolist(),
        strict=True,
    ):
        geometry: Geometry = Box(*corners)
        if kind != _BOX:
            geometry = shapes.polygon() if kind == _POLYGON else None
        truths.append(SnapshotObject(category, geometry, is_crowd))
    return tuple(truths)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.n_predictions, self.n_truths, self._n_pairs, self._flags, n_drawn = _HEAD.unpack_from(content)
        self.at = _HEAD.size
        self.dtype = "<f8" if self._flags & _WIDE else "<f4"
        n = self.n_predictions + self.n_truths
        self._categories = self._take("<i4", n)
        self.kinds = self._take("u1", n)
        self._crowd = self._take("u1", self.n_truths)
        n_values = 5 if self._flags & _HAS_AREAS else 4
        self._numbers = self._take(self.dtype, self.n_predictions + n_values * n)
        self._pairs: MaskPairs | None = None
        if self._flags & _HAS_PAIRS:
            rows, columns = self._take("<i4", self._n_pairs), self._take("<i4", self._n_pairs)
            iou = self._take("<f8", self._n_pairs).astype(np.float64)
            self._pairs = MaskPairs(rows.astype(np.int64), columns.astype(np.int64), iou)
        if len(content) != self.at + n_drawn:
            raise ValueError("a record is shorter or longer than it says")

    def columns(self) -> RecordColumns:
        n, n_predictions = self.n_predictions + self.n_truths, self.n_predictions
        numbers = self._numbers.astype(np.float64)
        boxes = numbers[n_predictions : n_predictions + 4 * n].reshape(-1, 4)
        areas = numbers[n_predictions + 4 * n :]
        if not self._flags & _HAS_AREAS:
            areas = np.maximum(boxes[:, 2] - boxes[:, 0], 0.0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0.0)
        categories = self._categories.astype(np.int64)
        return RecordColumns(
            categories[:n_predictions],
            numbers[:n_predictions],
            boxes[:n_predictions],
            areas[:n_predictions],
            categories[n_predictions:],
            boxes[n_predictions:],
            areas[n_predictions:],
            self._crowd.astype(np.bool_),
            self._pairs,
        )

    def _take(self, dtype: str, n: int) -> Array:
        found = np.frombuffer(self._content, dtype=dtype, count=n, offset=self.at)
        self.at += found.nbytes
        return found


class _Shapes:
    """Outlines and masks, one after the other; the order of the objects says whose they are."""

    def __init__(self) -> None:
        self._parts: list[bytes | Array] = []

    def add(self, polygon: Polygon | None, mask: masks.Rle | None) -> None:
        if polygon is not None:
            sizes = [len(polygon.rings), *(len(ring) for ring in polygon.rings)]
            self._parts.append(np.array(sizes, dtype="<u4").tobytes())
            self._parts.append(np.array([v for ring in polygon.rings for v in ring], dtype=np.float64))
        if mask is not None:
            stored = masks.as_text(mask)
            counts = stored["counts"].encode("ascii")
            self._parts.append(np.array([*stored["size"], len(counts)], dtype="<u4").tobytes() + counts)

    def numbers(self) -> Floats:
        found = [part for part in self._parts if not isinstance(part, bytes)]
        return np.concatenate(found) if found else np.zeros(0)

    def to_bytes(self, dtype: str) -> bytes:
        return b"".join(
            part if isinstance(part, bytes) else np.asarray(part).astype(dtype).tobytes() for part in self._parts
        )


class _ShapeReader:
    def __init__(self, content: bytes, at: int, dtype: str) -> None:
        self._content, self._at, self._dtype = content, at, dtype

    def polygon(self) -> Polygon:
        (n_rings,) = self._take("<u4", 1).tolist()
        sizes = self._take("<u4", n_rings).tolist()
        return Polygon(tuple(tuple(self._take(self._dtype, size).astype(np.float64).tolist()) for size in sizes))

    def skip(self, *, has_polygon: bool, has_mask: bool) -> None:
        """Past the shapes of an object."""
        if has_polygon:
            (n_rings,) = self._take("<u4", 1).tolist()
            n_values = int(self._take("<u4", n_rings).sum())
            self._at += n_values * np.dtype(self._dtype).itemsize
        if has_mask:
            n_bytes = int(self._take("<u4", 3)[2])
            self._at += n_bytes

    def mask(self) -> dict[str, Any]:
        height, width, n_bytes = self._take("<u4", 3).tolist()
        counts = self._take("u1", n_bytes).tobytes().decode("ascii")
        return {"size": [height, width], "counts": counts}

    def _take(self, dtype: str, n: int) -> Array:
        found = np.frombuffer(self._content, dtype=dtype, count=n, offset=self._at)
        self._at += found.nbytes
        return found


def _kind(item: PredictedObject) -> int:
    if item.mask is not None:
        return _MASK if item.polygon is None else _BOTH
    return _BOX if item.polygon is None else _POLYGON


def _mask_of(item: PredictedObject, size: tuple[int, int]) -> masks.Rle:
    return item.mask if item.mask is not None else masks.encode(item.geometry, *size)


def _needs_wide(numbers: Iterable[float] | Floats) -> bool:
    values = np.asarray(numbers, dtype=np.float64)
    with np.errstate(over="ignore"):
        return bool((values.astype(np.float32).astype(np.float64) != values).any())
