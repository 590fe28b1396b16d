"""Records of objects as most files have them, taken into columns a slice at a time; what is not plain stays a record.

Plain is an object with numbers for ids, a sound box or a sound outline of polygons, and nothing else that is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

NO_ID = -(2**63)
_LARGEST = 1e9  # of a coordinate that is taken without a closer look
_ROUNDED = 1000  # times the doubt of reckoning is the doubt of points with half the digits
_NO_BOX = (0.0, 0.0, 0.0, 0.0)

Column = NDArray[Any]
Record = dict[str, Any]
Numbered = tuple[int, Record | Any]
"""A record with its place in the array."""


class Entry(msgspec.Struct, gc=False):
    """An object as its record states it, if it is as expected."""

    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float] | None = None
    segmentation: list[list[float]] | dict[str, Any] | None = None
    iscrowd: int = 0
    id: int = NO_ID
    score: msgspec.Raw | None = None
    keypoints: msgspec.Raw | None = None
    attributes: msgspec.Raw | None = None
    caption: msgspec.Raw | None = None
    segments_info: msgspec.Raw | None = None


decode_entries = msgspec.json.Decoder(list[Entry]).decode

_RAW = ("score", "keypoints", "attributes", "caption", "segments_info")


@dataclass(slots=True)
class PlainObjects:
    """Rows of columns, in the file's order. `corners` are x0, y0, x1, y1; points of outlines are packed into `buffers`
    as `AnnotationColumns` has them."""

    places: Column  # in the array
    images: Column  # ids
    categories: Column  # ids
    ids: Column
    crowds: Column
    corners: Column
    buffers: list[memoryview]
    buffer: Column
    start: Column
    end: Column
    have_area: Column  # outlines of one ring, beyond all doubt of rounding

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Column) -> None:
        """Keep those rows, in that order. A column at a time, for there may be a million of each."""
        for name in ("places", "images", "categories", "ids", "crowds", "buffer", "start", "end", "have_area"):
            setattr(self, name, getattr(self, name)[rows])
        for corner in range(4):
            self.corners[corner, : len(rows)] = self.corners[corner][rows]
        self.corners = self.corners[:, : len(rows)]


@dataclass(slots=True)
class PlainReader:
    """Takes slices; `odd` are the records that are not plain."""

    odd: list[Numbered] = field(default_factory=list)
    _slices: list[tuple[Column, ...]] = field(default_factory=list)
    _buffers: list[memoryview] = field(default_factory=list)

    def add_records(self, first: int, records: Sequence[Any]) -> None:
        self.odd += enumerate(records, first)

    def add(self, first: int, entries: list[Entry]) -> None:
        n = len(entries)
        try:
            numbers = np.array(
                [[e.image_id for e in entries], [e.category_id for e in entries], [e.id for e in entries]],
                dtype=np.int64,
            )
        except OverflowError:
            self.odd += ((first + at, _to_record(entry)) for at, entry in enumerate(entries))
            return
        boxes = np.fromiter(chain.from_iterable([e.bbox or _NO_BOX for e in entries]), dtype=np.float64, count=4 * n)
        corners = _corners(boxes.reshape(n, 4))
        is_plain = _are_sound(corners)
        outlined = np.fromiter([bool(e.segmentation) for e in entries], dtype=bool, count=n)
        is_odd = np.array(
            [
                e.score is not None
                or e.keypoints is not None
                or e.attributes is not None
                or e.caption is not None
                or e.segments_info is not None
                or type(e.segmentation) is dict
                for e in entries
            ],
            dtype=bool,
        )
        buffer = np.full(n, -1, dtype=np.int32)
        start, end = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        have_area = np.zeros(n, dtype=bool)
        drawn = np.flatnonzero(outlined & ~is_odd)
        if len(drawn):
            outlines = _Outlines([entries[i].segmentation for i in drawn.tolist()])
            is_plain[drawn] = outlines.are_sound
            corners[:, drawn] = outlines.bounds
            have_area[drawn] = outlines.have_area
            buffer[drawn] = len(self._buffers)
            start[drawn], end[drawn] = outlines.starts, outlines.ends
            self._buffers.append(outlines.packed)
        is_plain &= ~is_odd
        self.odd += [(first + i, _to_record(entries[i])) for i in np.flatnonzero(~is_plain).tolist()]
        rows = np.flatnonzero(is_plain)
        crowds = np.fromiter([e.iscrowd == 1 for e in entries], dtype=bool, count=n)
        columns = ((first + rows).astype(np.int32), *numbers[:, rows], crowds[rows], corners[:, rows], buffer[rows])
        self._slices.append((*columns, start[rows].astype(np.int32), end[rows].astype(np.int32), have_area[rows]))

    def finish(self) -> PlainObjects:
        slices, self._slices = self._slices, []
        if not slices:
            none = np.zeros(0, dtype=np.int64)
            return PlainObjects(none, none, none, none, none > 0, np.zeros((4, 0)), [], none, none, none, none > 0)
        waiting = [list(column) for column in zip(*slices, strict=True)]
        slices.clear()
        columns = []
        while waiting:
            columns.append(np.concatenate(waiting.pop(0), axis=-1))
        places, images, categories, ids, crowds, corners, buffer, start, end, have_area = columns
        buffers, self._buffers = self._buffers, []
        return PlainObjects(places, images, categories, ids, crowds, corners, buffers, buffer, start, end, have_area)


def _to_record(entry: Entry) -> Record:
    """As the file has it, as far as anything of it is read."""
    record: Record = {"image_id": entry.image_id, "category_id": entry.category_id, "iscrowd": entry.iscrowd}
    if entry.id != NO_ID:
        record["id"] = entry.id
    record["bbox"] = None if entry.bbox is None else list(entry.bbox)
    record["segmentation"] = entry.segmentation
    for name in _RAW:
        value = getattr(entry, name)
        if value is not None:
            record[name] = json.loads(bytes(value).decode("utf-8", "surrogateescape"))
    return record


def _corners(boxes: Column) -> Column:
    x, y, width, height = boxes.T
    return np.stack([x, y, x + width, y + height])


def _are_sound(corners: Column) -> Column:
    x0, y0, x1, y1 = corners
    return np.asarray((x1 > x0) & (y1 > y0) & (np.abs(corners) < _LARGEST).all(axis=0))


class _Outlines:
    """Polygons of one or more rings at once."""

    def __init__(self, outlines: Sequence[Any]) -> None:
        n_rings = np.fromiter(map(len, outlines), dtype=np.int64, count=len(outlines))
        rings: list[list[float]] = list(chain.from_iterable(outlines))
        lengths = np.fromiter(map(len, rings), dtype=np.int64, count=len(rings))
        values = np.fromiter(chain.from_iterable(rings), dtype=np.float64, count=int(lengths.sum()))
        first_rings = np.cumsum(n_rings) - n_rings
        is_ring = (lengths >= 6) & (lengths % 2 == 0)  # three points
        self.are_sound = np.logical_and.reduceat(is_ring, first_rings)
        n_values = np.add.reduceat(lengths, first_rings)
        n_words = 1 + n_rings + n_values
        word_ends = np.cumsum(n_words)
        self.starts, self.ends = (word_ends - n_words) * 4, word_ends * 4
        self.packed = _pack(n_rings, lengths, values, word_ends - n_words)
        self.bounds = np.zeros((4, len(outlines)))
        self.have_area = np.zeros(len(outlines), dtype=bool)
        if self.are_sound.all():
            self._measure(values, lengths, n_values, first_rings)
        elif self.are_sound.any():
            # Odd numbers of values would turn x into y: those that are sound are measured alone.
            rows = np.flatnonzero(self.are_sound)
            of_ring = np.repeat(self.are_sound, n_rings)
            of_value = np.repeat(of_ring, lengths)
            n = n_rings[rows]
            sound = _Measured(values[of_value], lengths[of_ring], n_values[rows], np.cumsum(n) - n)
            self.bounds[:, rows] = sound.bounds
            self.are_sound[rows] = sound.are_sound
            self.have_area[rows] = sound.have_area

    def _measure(self, values: Column, lengths: Column, n_values: Column, first_rings: Column) -> None:
        measured = _Measured(values, lengths, n_values, first_rings)
        self.bounds, self.are_sound, self.have_area = measured.bounds, measured.are_sound, measured.have_area


class _Measured:
    """Bounds of outlines, and whether each of their rings has an area beyond all doubt of rounding."""

    def __init__(self, values: Column, lengths: Column, n_values: Column, first_rings: Column) -> None:
        xs, ys = values[0::2], values[1::2]
        n_points = lengths // 2
        ring_starts = np.cumsum(n_points) - n_points
        following_x, following_y = _following(xs, ring_starts, n_points), _following(ys, ring_starts, n_points)
        first, second = xs * following_y, following_x * ys
        area = np.abs(np.add.reduceat(first - second, ring_starts))
        doubt = 1e-9 * np.add.reduceat(np.abs(first) + np.abs(second), ring_starts)
        n_rings = np.diff(first_rings, append=len(lengths))
        self.have_area = (area > _ROUNDED * doubt)[first_rings] & (n_rings == 1)
        starts = (np.cumsum(n_values) - n_values) // 2
        self.bounds = np.stack(
            [
                np.minimum.reduceat(xs, starts),
                np.minimum.reduceat(ys, starts),
                np.maximum.reduceat(xs, starts),
                np.maximum.reduceat(ys, starts),
            ]
        )
        is_small = (np.abs(self.bounds) < _LARGEST).all(axis=0)
        self.are_sound = np.logical_and.reduceat(area > doubt, first_rings) & is_small


def _following(values: Column, starts: Column, lengths: Column) -> Column:
    """Of each point of a ring the next."""
    following = np.empty_like(values)
    following[:-1] = values[1:]
    following[starts + lengths - 1] = values[starts]
    return following


def _pack(n_rings: Column, lengths: Column, values: Column, starts: Column) -> memoryview:
    """One after the other: the number of rings, the lengths, the values."""
    n_heads = int(n_rings.sum()) + len(n_rings)
    words = np.empty(n_heads + len(values), dtype="<u4")
    is_head = np.zeros(len(words), dtype=bool)
    first_rings = np.cumsum(n_rings) - n_rings
    words[starts] = n_rings
    is_head[starts] = True
    of_rings = np.repeat(starts + 1 - first_rings, n_rings) + np.arange(len(lengths))
    words[of_rings] = lengths
    is_head[of_rings] = True
    with np.errstate(over="ignore"):
        words.view("<f4")[~is_head] = values
    return memoryview(words.tobytes())
