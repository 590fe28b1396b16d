"""Opening a pack: its images at once, their objects one image at a time, or all as columns."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from core.domain.geometry import Box
from core.domain.predictions import ImageRecord, Integers, MaskPairs, ObjectTable, PredictedImage
from core.domain.snapshots import SnapshotObject, Split
from core.errors import FormatError
from core.files.faults import told_as_storage_error
from core.packs import records
from core.packs.layout import LENGTH, MAGIC, TRAILER, PackHeader, damaged, header_from_json
from core.packs.records import RecordColumns

_MOST_HEADER = 32 * 2**20
_MOST_INDEX = 256 * 2**20  # over a million images
_MOST_RECORD = 512 * 2**20


class Pack:
    """An open pack. May be read from one thread at a time; close it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        """Raises FormatError when it is no whole pack, StorageError when it cannot be read."""
        self.path = path
        with told_as_storage_error("The predictions", path):
            self._file = path.open("rb")
            try:
                self.header, self.images, self._places = self._open()
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Pack:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @property
    def n_predictions(self) -> int:
        return sum(image.n_predictions for image in self.images)

    def read(self, index: int) -> ImageRecord:
        """The image at `index` of `images`, with every shape. Raises FormatError (naming the image), StorageError."""
        content = self._content(index)
        try:
            self._require_sound(index, records.decode_columns(content))
            predictions, truths, pairs = records.decode(content)
        except (ValueError, struct.error) as error:
            raise self._damaged_record(index) from error
        if self.header.labels:
            whole = Box(0.0, 0.0, self.images[index].width, self.images[index].height)
            predictions = tuple(replace(one, is_whole=one.box == whole and not one.polygon) for one in predictions)
        size = [self.images[index].height, self.images[index].width]
        if any(one.mask is not None and one.mask["size"] != size for one in predictions):
            raise self._damaged_record(index)
        return ImageRecord(self.images[index], predictions, truths, pairs)

    def read_all(self, index: int) -> ImageRecord:
        """As `read`, also of a pack that reads only what was chosen of what it holds."""
        return Pack.read(self, index)

    def truths(self, index: int) -> tuple[SnapshotObject, ...]:
        """The ground truth of the image alone. Raises as `read` does."""
        content = self._content(index)
        try:
            self._require_sound(index, records.decode_columns(content))
            return records.decode_truths(content)
        except (ValueError, struct.error) as error:
            raise self._damaged_record(index) from error

    def walk(self) -> Iterator[ImageRecord]:
        """Every image, in order."""
        return (self.read(index) for index in range(len(self.images)))

    def table(self, check: Callable[[], None] = lambda: None) -> ObjectTable:
        """All objects as columns, without outlines. `check` is called now and then, and may raise to give up."""
        parts = []
        for index in range(len(self.images)):
            if index % 100 == 0:
                check()
            parts.append(self._columns(index))
        return _joined(self.header, self.images, parts)

    def _columns(self, index: int) -> RecordColumns:
        try:
            columns = records.decode_columns(self._content(index))
            self._require_sound(index, columns)
            return columns
        except (ValueError, struct.error) as error:
            raise self._damaged_record(index) from error

    def _require_sound(self, index: int, columns: RecordColumns) -> None:
        """A pack may come with a stranger's version. Raises ValueError for what no pack of Calque's says."""
        image, n_categories = self.images[index], len(self.header.categories)
        n_predictions, n_truths = len(columns.confidences), len(columns.is_crowd)
        if (n_predictions, n_truths) != (image.n_predictions, image.n_truths):
            raise ValueError("as many objects as the list of images says")
        for categories in (columns.prediction_categories, columns.truth_categories):
            _require_below(categories, n_categories)
        numbers = (
            columns.confidences,
            columns.prediction_boxes,
            columns.prediction_areas,
            columns.truth_boxes,
            columns.truth_areas,
        )
        if not all(np.isfinite(one).all() for one in numbers):
            raise ValueError("what is no number")
        if columns.mask_pairs is not None:
            _require_below(columns.mask_pairs.prediction, n_predictions)
            _require_below(columns.mask_pairs.truth, n_truths)
            if not np.isfinite(columns.mask_pairs.iou).all():
                raise ValueError("an overlap that is no number")

    def _content(self, index: int) -> bytes:
        at, length = self._places[index]
        with told_as_storage_error("The predictions", self.path):
            self._file.seek(at)
            packed = self._file.read(length)
        try:
            return _unpacked(packed, _MOST_RECORD)
        except (ValueError, zlib.error) as error:
            raise self._damaged_record(index) from error

    def _damaged_record(self, index: int) -> FormatError:
        return damaged(self.path, f'what it says of "{self.images[index].key}" is damaged')

    def _open(self) -> tuple[PackHeader, tuple[PredictedImage, ...], list[tuple[int, int]]]:
        file = self._file
        size = file.seek(0, os.SEEK_END)
        least = len(MAGIC) + LENGTH.size + TRAILER.size
        file.seek(0)
        if size < least or file.read(len(MAGIC)) != MAGIC:
            raise damaged(self.path, "it is no file of predictions")
        (length,) = LENGTH.unpack(file.read(LENGTH.size))
        if length > min(size, _MOST_HEADER):
            raise damaged(self.path, "its header does not fit into it")
        header = header_from_json(self._json(file.read(length)), self.path)
        file.seek(size - TRAILER.size)
        at, n_bytes, crc, magic = TRAILER.unpack(file.read(TRAILER.size))
        if magic != MAGIC or at + n_bytes + TRAILER.size != size:
            raise damaged(self.path, "its end is missing: it was not written to the end, or cut off")
        file.seek(at)
        index = file.read(n_bytes)
        if zlib.crc32(index) != crc:
            raise damaged(self.path, "its list of images is damaged")
        try:
            content = _unpacked(index, _MOST_INDEX)
        except (ValueError, zlib.error) as error:
            raise damaged(self.path, "its list of images is damaged") from error
        return header, *self._index(content, at)

    def _index(self, content: bytes, end: int) -> tuple[tuple[PredictedImage, ...], list[tuple[int, int]]]:
        images, places = [], []
        try:
            for key, sha256, width, height, split, n_predictions, n_truths, at, length in self._json(content):
                _require_facts((key, sha256), (width, height, n_predictions, n_truths, at, length))
                state = None if split is None else Split(split)
                images.append(PredictedImage(key, sha256, width, height, state, n_predictions, n_truths))
                places.append((at, length))
        except (TypeError, ValueError) as error:
            raise damaged(self.path, f"its list of images says {error}") from error
        if any(not 0 <= at <= at + length <= end for at, length in places):
            raise damaged(self.path, "its list of images leads out of it")
        return tuple(images), places

    def _json(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise damaged(self.path, "its header or its list of images is no JSON") from error


def read_pack(path: Path) -> Pack:
    """See `Pack`."""
    return Pack(path)


def _unpacked(packed: bytes, most: int) -> bytes:
    """Raises zlib.error, and ValueError for what is no whole stream or unpacks to more than `most` bytes."""
    stream = zlib.decompressobj()
    content = stream.decompress(packed, most)
    if not stream.eof:
        raise ValueError("cut off, or far too much")
    return content


def _require_facts(texts: Sequence[object], numbers: Sequence[object]) -> None:
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("that an image has a name that is no text")
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("of an image what no image has")


def _require_below(numbers: Integers, limit: int) -> None:
    if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < limit:
        raise ValueError("a number that leads out of its list")


def _joined(header: PackHeader, images: tuple[PredictedImage, ...], parts: Sequence[RecordColumns]) -> ObjectTable:
    numbers = np.arange(len(parts))
    n_predictions = np.array([len(part.confidences) for part in parts], dtype=np.int64)
    n_truths = np.array([len(part.is_crowd) for part in parts], dtype=np.int64)

    def column(name: str, empty: Any) -> Any:
        found = [getattr(part, name) for part in parts]
        return np.concatenate(found) if found else empty

    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    return ObjectTable(
        categories=header.categories,
        images=images,
        prediction_images=np.repeat(numbers, n_predictions),
        prediction_categories=column("prediction_categories", whole),
        confidences=column("confidences", none),
        prediction_boxes=column("prediction_boxes", none.reshape(0, 4)),
        prediction_areas=column("prediction_areas", none),
        truth_images=np.repeat(numbers, n_truths),
        truth_categories=column("truth_categories", whole),
        truth_boxes=column("truth_boxes", none.reshape(0, 4)),
        truth_areas=column("truth_areas", none),
        is_crowd=column("is_crowd", np.zeros(0, dtype=np.bool_)),
        mask_pairs=_joined_pairs(parts, n_predictions, n_truths) if header.has_outlines else None,
    )


def _joined_pairs(parts: Sequence[RecordColumns], n_predictions: Any, n_truths: Any) -> MaskPairs:
    first_predictions = np.cumsum(n_predictions) - n_predictions
    first_truths = np.cumsum(n_truths) - n_truths
    rows, columns, ious = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for part, first_row, first_column in zip(parts, first_predictions, first_truths, strict=True):
        if part.mask_pairs is not None:
            rows.append(part.mask_pairs.prediction + first_row)
            columns.append(part.mask_pairs.truth + first_column)
            ious.append(part.mask_pairs.iou)
    return MaskPairs(np.concatenate(rows), np.concatenate(columns), np.concatenate(ious))
