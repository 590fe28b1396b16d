"""The objects of a document by the image that they name: most of them in columns, the others as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.annotation_columns import AnnotationColumns, ColumnAnnotations
from core.domain.geometry import Box, Polygon
from core.formats.coco.plain import NO_ID, Numbered, PlainObjects, Record
from core.formats.coco.values import is_crowd

Column = NDArray[Any]
Size = tuple[int, int]


class ObjectsOfImages:
    """Asked by an image's name. An image has given its objects when it was `forgotten`."""

    def __init__(self) -> None:
        self._plain: PlainObjects | None = None
        self._columns: AnnotationColumns | None = None
        self._stretches: dict[str, int] = {}  # by name: which of those that `_bounds` and `_extents` describe
        self._bounds = memoryview(b"")  # of places: a stretch ends where the next begins
        self._extents: list[memoryview] = []  # x0, y0, x1, y1
        self._repeated: frozenset[str] = frozenset()
        self._odd: dict[str, list[Numbered]] = {}

    def put(self, name: str, index: int, record: Record) -> None:
        self._odd.setdefault(name, []).append((index, record))

    def put_plain(self, sorted_out: SortedOut, names: Sequence[str], classes: Sequence[str]) -> None:
        """`names` are those of images, `classes` those of categories, by their numbers."""
        if not len(sorted_out.plain):
            return
        order = np.argsort(sorted_out.images, kind="stable")
        numbers, plain = sorted_out.images[order], sorted_out.plain
        plain.take(order)
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        self._bounds = np.append(starts, len(numbers)).data
        self._plain = plain
        self._columns = _to_columns(plain, sorted_out.categories[order], classes)
        low = np.minimum.reduceat(plain.corners[:2], starts, axis=1)
        high = np.maximum.reduceat(plain.corners[2:], starts, axis=1)
        self._extents = [side.data for side in (*low, *high)]
        present = numbers[starts].tolist()
        self._stretches = {names[number]: stretch for stretch, number in enumerate(present)}
        self._repeated = frozenset(names[number] for number in _with_repeats(plain, numbers))

    def __contains__(self, name: str) -> bool:
        return name in self._stretches or name in self._odd

    def __len__(self) -> int:
        return sum(map(len, self._odd.values())) + (0 if self._plain is None else len(self._plain))

    def are_all_crowds(self) -> bool:
        are_plain = self._plain is None or bool(self._plain.crowds.all())
        return are_plain and all(is_crowd(record) for objects in self._odd.values() for _, record in objects)

    def records(self, name: str) -> list[tuple[int, Record]]:
        """In the file's order, with ready shapes where they come out of columns."""
        found: list[Numbered] = [*self._odd.get(name, ()), *self._out_of_columns(name)]
        return sorted(found, key=lambda item: item[0])

    def plain(self, name: str, size: Size | None) -> ColumnAnnotations | None:
        """If all objects of an image are plain, inside it, and each is there once."""
        stretch = self._stretches.get(name)
        if stretch is None or name in self._odd or name in self._repeated or size is None:
            return None
        x0, y0, x1, y1 = self._extents
        if x0[stretch] < 0 or y0[stretch] < 0 or x1[stretch] > size[0] or y1[stretch] > size[1]:
            return None
        assert self._columns is not None
        return ColumnAnnotations(self._columns, self._bounds[stretch], self._bounds[stretch + 1])

    def forget(self, name: str) -> None:
        self._odd.pop(name, None)
        self._stretches.pop(name, None)

    def make_no_crowds(self) -> None:
        if self._plain is not None:
            self._plain.crowds[:] = False

    def odd_records(self) -> Iterator[Record]:
        for objects in self._odd.values():
            for _, record in objects:
                yield record

    @property
    def columns(self) -> AnnotationColumns | None:
        return self._columns

    def _out_of_columns(self, name: str) -> Iterator[tuple[int, Record]]:
        plain, columns = self._plain, self._columns
        stretch = self._stretches.get(name)
        if plain is None or columns is None or stretch is None:
            return
        for row in range(self._bounds[stretch], self._bounds[stretch + 1]):
            yield int(plain.places[row]), _to_record(plain, columns, row)


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Rows of which image and category are known, as numbers."""

    plain: PlainObjects
    images: Column
    categories: Column


def _to_columns(plain: PlainObjects, categories: Column, classes: Sequence[str]) -> AnnotationColumns:
    return AnnotationColumns(
        tuple(classes),
        categories,
        plain.corners,
        plain.crowds,
        plain.buffers,
        plain.buffer,
        plain.start,
        plain.end,
        plain.have_area,
    )


def _to_record(plain: PlainObjects, columns: AnnotationColumns, row: int) -> Record:
    """As `core.formats.coco.objects` reads it, with a ready shape instead of lists."""
    geometry = columns.geometry(row)
    record: Record = {
        "image_id": int(plain.images[row]),
        "category_id": int(plain.categories[row]),
        "iscrowd": int(plain.crowds[row]),
    }
    if plain.ids[row] != NO_ID:
        record["id"] = int(plain.ids[row])
    record["segmentation" if isinstance(geometry, Polygon) else "bbox"] = geometry
    return record


def _with_repeats(plain: PlainObjects, numbers: Column) -> set[int]:
    """Images that may have an object twice: equal numbers, and the unequal ones that happen to be mixed into one."""
    mixed = np.zeros(len(plain), dtype=np.uint64)
    for column in (numbers, plain.categories, plain.crowds, plain.buffer >= 0):
        mixed = _stirred(mixed ^ column.astype(np.uint64))
    for corner in plain.corners:
        mixed = _stirred(mixed ^ corner.view(np.uint64))
    order = np.argsort(mixed)
    is_same = np.diff(mixed[order]) == 0
    return set(numbers[order[1:][is_same]].tolist())


def _stirred(values: Column) -> Column:
    values = values * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(values ^ (values >> np.uint64(29)))


def sort_out(
    plain: PlainObjects, image_of: Callable[[int], int | None], category_of: Callable[[int], int | None]
) -> tuple[SortedOut, list[Numbered]]:
    """The rows that name one image and one category, and the other ones as records. Numbers by id, None = unknown."""
    image_ids, of_image = np.unique(plain.images, return_inverse=True)
    category_ids, of_category = np.unique(plain.categories, return_inverse=True)
    images, categories = _looked_up(image_ids, image_of)[of_image], _looked_up(category_ids, category_of)[of_category]
    is_known = (images >= 0) & (categories >= 0)
    if is_known.all():
        return SortedOut(plain, images, categories), []
    columns = _to_columns(plain, categories, ())
    rest = np.flatnonzero(~is_known).tolist()
    odd: list[Numbered] = [(int(plain.places[row]), _to_record(plain, columns, row)) for row in rest]
    kept = np.flatnonzero(is_known)
    plain.take(kept)
    return SortedOut(plain, images[kept], categories[kept]), odd


def _looked_up(ids: Column, find: Callable[[int], int | None]) -> Column:
    numbers = (find(id) for id in ids.tolist())
    return np.array([-1 if number is None else number for number in numbers], dtype=np.int32)


def are_boxes(columns: AnnotationColumns) -> bool | None:
    """Whether every outline is nothing but its box's corners; None when there is none."""
    rows = np.flatnonzero(columns.buffer >= 0)
    if not len(rows):
        return None
    if (columns.end[rows] - columns.start[rows] > 4 * (2 + 10)).any():  # more than five points
        return False
    for row in rows.tolist():
        geometry = columns.geometry(row)
        if isinstance(geometry, Polygon) and not is_rectangle(geometry):
            return False
    return True


def is_rectangle(polygon: Polygon) -> bool:
    box: Box = polygon.bounds()
    corners = {(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)}
    ring = polygon.rings[0]
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    return len(polygon.rings) == 1 and len(points) in (4, 5) and set(points) == corners and polygon.area == box.area
