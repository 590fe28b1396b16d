"""Blocks of images as columns: what the annotations of each image amount to, without the shapes themselves.

A block holds the images of one project whose keys share all but their last bits. It says, for each image, what a
choice of classes can be applied to later: how many usable shapes of which class and kind it has. (Usable is what has
an area inside the image; that is so whatever a task then makes of the shape.) A million images with ten million
annotations are 250 blocks of some hundred kilobytes, read and counted in a fraction of a second.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.geometry import Polygon
from core.domain.projects import ImageState
from core.registry.stores.annotation_arrays import AnnotationArrays, AnnotationColumns, arrays_of, columns_of, joined
from core.registry.stores.shapes import Shape, decode

BITS = 12
IMAGES_PER_BLOCK = 1 << BITS

NEGATIVE, SHAPES, BOX, POLYGON, WHOLE_IMAGE, JPEG_NAME, UPRIGHT = (1 << bit for bit in range(7))
"""Flags of an image: somebody said that nothing is there; has a shape of a class; kinds of what it has with a class."""

IS_POLYGON, IS_CROWD = 1, 2
"""Flags of an entry."""

STATES = (ImageState.OK, ImageState.DAMAGED, ImageState.MISSING)

EXCLUDED_STATE = len(STATES)
"""In `ImageBlock.states` of a selection: a person left the image out of training, whatever its state. Not kept."""

_FORMAT = 1
_HEADER = struct.Struct("<III")  # format, images, entries
_JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
_HASH_BYTES = 32
_MINIMUM_RING = 6  # coordinates of a triangle

Column = NDArray[Any]

ImageColumns = tuple[int, int, bytes, int, int, int, bytes | None, int, str]
"""Key, folder, path, width, height, orientation, SHA-256, bytes, state."""


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """The first columns have a value for each image, the last four one for each entry.

    An entry says how many usable shapes of one class and kind an image has; entries are sorted by image, then class.
    """

    keys: Column  # ascending
    folders: Column
    states: Column  # index into STATES, or EXCLUDED_STATE
    flags: Column
    n_bad: Column  # shapes of a class that have no area in the image
    n_whole: Column  # annotations of the whole image with a class
    n_bytes: Column
    n_pixels: Column
    hashes: Column  # (images, 32)
    images: Column  # index into the columns above
    categories: Column
    kinds: Column
    n_shapes: Column

    def __len__(self) -> int:
        return len(self.keys)

    def where(self, mask: Column) -> ImageBlock:
        """The images at which `mask` is true."""
        if mask.all():
            return self
        place = np.cumsum(mask) - 1
        of_kept = mask[self.images]
        changes = {name: getattr(self, name)[mask] for name in _OF_IMAGES}
        changes |= {name: getattr(self, name)[of_kept] for name in _OF_ENTRIES}
        return replace(self, **changes, hashes=self.hashes[mask], images=place[self.images[of_kept]])


_OF_IMAGES = {
    "keys": "<u2",  # kept as their last bits
    "folders": "<u4",
    "states": "u1",
    "flags": "u1",
    "n_bad": "<u4",
    "n_whole": "<u4",
    "n_bytes": "<i8",
    "n_pixels": "<i8",
}
_OF_ENTRIES = {"categories": "<u4", "kinds": "u1", "n_shapes": "<u4"}
_ENTRY_COLUMNS = {"images": "<u2", **_OF_ENTRIES}


def make_block(
    images: Sequence[ImageColumns],
    annotations: Sequence[AnnotationColumns],
    at_hand: Sequence[AnnotationArrays] = (),
) -> ImageBlock:
    """`images` ascending by key; annotations, as rows or at hand, of other images are passed over."""
    keys, folders, paths, widths, heights, orientations, hashes, n_bytes, states = columns_of(images, 9)
    sizes = np.array([widths, heights], dtype=np.int64).reshape(2, -1)
    flags = np.zeros(len(images), dtype=np.int64)
    flags |= np.where(np.array([_has_jpeg_name(path) for path in paths], dtype=bool), JPEG_NAME, 0)
    flags |= np.where(np.array(orientations, dtype=np.int64) == 1, UPRIGHT, 0)
    read = _read_annotations(np.array(keys, dtype=np.int64), sizes, joined([arrays_of(annotations), *at_hand]))
    of_state = {state.value: index for index, state in enumerate(STATES)}
    digests = b"".join((value or b"").ljust(_HASH_BYTES, b"\0") for value in hashes)
    return ImageBlock(
        keys=np.array(keys, dtype=np.int64),
        folders=np.array(folders, dtype=np.uint32),
        states=np.array([of_state[state] for state in states], dtype=np.uint8),
        flags=(flags | read.flags).astype(np.uint8),
        n_bad=read.n_bad.astype(np.uint32),
        n_whole=read.n_whole.astype(np.uint32),
        n_bytes=np.array(n_bytes, dtype=np.int64),
        n_pixels=sizes[0] * sizes[1],
        hashes=np.frombuffer(digests, dtype=np.uint8).reshape(-1, _HASH_BYTES),
        images=read.images,
        categories=read.categories,
        kinds=read.kinds,
        n_shapes=read.n_shapes,
    )


def pack(block: ImageBlock) -> bytes:
    """All columns but the hashes."""
    parts = [_HEADER.pack(_FORMAT, len(block), len(block.images))]
    for name, kind in _OF_IMAGES.items():
        column = block.keys & (IMAGES_PER_BLOCK - 1) if name == "keys" else getattr(block, name)
        parts.append(column.astype(kind).tobytes())
    parts += [getattr(block, name).astype(kind).tobytes() for name, kind in _ENTRY_COLUMNS.items()]
    return b"".join(parts)


def unpack(number: int, content: bytes, hashes: bytes) -> ImageBlock:
    """Raises ValueError when the bytes are of another format."""
    found, n_images, n_entries = _HEADER.unpack_from(content)
    if found != _FORMAT:
        raise ValueError(f"a block of images of format {found}")
    columns: dict[str, Column] = {}
    start = _HEADER.size
    for names, length in ((_OF_IMAGES, n_images), (_ENTRY_COLUMNS, n_entries)):
        for name, kind in names.items():
            columns[name] = np.frombuffer(content, dtype=kind, count=length, offset=start)
            start += columns[name].nbytes
    columns["keys"] = columns["keys"].astype(np.int64) + (number << BITS)
    return ImageBlock(hashes=np.frombuffer(hashes, dtype=np.uint8).reshape(-1, _HASH_BYTES), **columns)


def is_in(values: Column, ordered: Column) -> NDArray[np.bool_]:
    """Which of the values are among others in ascending order. (NumPy's own way sorts and hashes both each time.)"""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[places] == values)


def folders_of(block: ImageBlock) -> bytes:
    return bytes(np.unique(block.folders).astype("<u4").tobytes())


@dataclass(slots=True)
class _Read:
    flags: Column
    n_bad: Column
    n_whole: Column
    images: Column
    categories: Column
    kinds: Column
    n_shapes: Column


def _read_annotations(keys: Column, sizes: Column, annotations: AnnotationArrays) -> _Read:
    found, categories, points = annotations.images, annotations.categories, annotations.points
    is_ours = is_in(found, keys)
    places = np.minimum(np.searchsorted(keys, found), max(len(keys) - 1, 0))
    has_class = is_ours & (categories > 0)
    is_box, is_polygon = annotations.is_box, annotations.is_polygon
    is_whole = has_class & ~is_box & ~is_polygon
    is_usable = _usable_boxes(annotations.corners, sizes[:, places])
    is_usable |= annotations.have_area
    drawn = np.flatnonzero(has_class & is_polygon & ~annotations.have_area)
    is_usable[drawn] = _usable_polygons([points[i] or b"" for i in drawn.tolist()], sizes[:, places[drawn]])
    is_object = has_class & ~is_whole & is_usable

    def count(mask: Column) -> Column:
        return np.bincount(places[mask], minlength=len(keys))

    flags = np.zeros(len(keys), dtype=np.int64)
    for flag, mask in (
        (NEGATIVE, is_ours & ~has_class),
        (SHAPES, has_class & ~is_whole),
        (BOX, has_class & is_box),
        (POLYGON, has_class & is_polygon),
        (WHOLE_IMAGE, is_whole),
    ):
        flags[places[mask]] |= flag
    kinds = np.where(is_polygon, IS_POLYGON, 0) | np.where(annotations.crowds, IS_CROWD, 0)
    entries, n_shapes = np.unique(
        (places << 34 | categories << 2 | kinds)[is_object] if len(found) else np.zeros(0, dtype=np.int64),
        return_counts=True,
    )
    return _Read(
        flags=flags,
        n_bad=count(has_class & ~is_whole & ~is_usable),
        n_whole=count(is_whole),
        images=entries >> 34,
        categories=entries >> 2 & 0xFFFFFFFF,
        kinds=entries & 3,
        n_shapes=n_shapes,
    )


def usable_shapes(annotations: AnnotationArrays, chosen: Column, sizes: Column) -> Column:
    """Which of the chosen boxes and polygons (by their places) have an area in images of those sizes (2, chosen)."""
    is_usable = _usable_boxes(annotations.corners[:, chosen], sizes)
    have_area, is_polygon = annotations.have_area[chosen], annotations.is_polygon[chosen]
    is_usable |= have_area
    drawn = np.flatnonzero(is_polygon & ~have_area)
    points = [annotations.points[i] or b"" for i in chosen[drawn].tolist()]
    is_usable[drawn] = _usable_polygons(points, sizes[:, drawn])
    return is_usable


def _usable_boxes(corners: Column, sizes: Column) -> Column:
    """As `inside` sees it; what is no box may come out either way."""
    clipped = np.minimum(np.maximum(corners, 0.0), np.concatenate([sizes, sizes]))
    with np.errstate(invalid="ignore"):
        has_area = (clipped[2] - clipped[0] > 0) & (clipped[3] - clipped[1] > 0)
    return np.asarray(np.isfinite(corners).all(axis=0) & has_area)


def _usable_polygons(points: Sequence[bytes], sizes: Column) -> Column:
    """As `inside` sees it. Polygons of one ring at once; an area next to nothing, and more rings, one by one."""
    is_usable = np.zeros(len(points), dtype=bool)
    if not points:
        return is_usable
    heads = np.frombuffer(b"".join(value[:8] for value in points), dtype="<u4").reshape(-1, 2)
    lengths = heads[:, 1].astype(np.int64)
    is_plain = (heads[:, 0] == 1) & (lengths >= _MINIMUM_RING) & (lengths % 2 == 0)
    plain = np.flatnonzero(is_plain)
    doubtful = np.flatnonzero(~is_plain)
    if len(plain):
        values = np.frombuffer(b"".join(points[i][8:] for i in plain.tolist()), dtype="<f4").astype(np.float64)
        is_sure, is_finite = _have_area(values.reshape(-1, 2), lengths[plain] // 2, sizes[:, plain])
        is_usable[plain] = is_sure
        doubtful = np.concatenate([doubtful, plain[is_finite & ~is_sure]])
    for i in doubtful.tolist():
        polygon = decode(Shape("polygon", 0.0, 0.0, 0.0, 0.0, points[i]))
        assert isinstance(polygon, Polygon)  # it has points
        is_usable[i] = polygon.inside(float(sizes[0, i]), float(sizes[1, i])) is not None
    return is_usable


def _have_area(points: Column, lengths: Column, sizes: Column) -> tuple[Column, Column]:
    """Of rings one after the other: is there an area beyond all doubt of rounding; are all numbers finite."""
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    is_finite = np.logical_and.reduceat(np.isfinite(points).all(axis=1), starts)
    clipped = np.minimum(np.maximum(points, 0.0), np.repeat(sizes.T, lengths, axis=0))
    following = np.arange(1, len(points) + 1)
    following[starts + lengths - 1] = starts
    with np.errstate(invalid="ignore"):
        first = clipped[:, 0] * clipped[following, 1]
        second = clipped[following, 0] * clipped[:, 1]
        area = np.abs(np.add.reduceat(first - second, starts))
        doubt = 1e-9 * np.add.reduceat(np.abs(first) + np.abs(second), starts)
        return is_finite & (area > doubt), is_finite


def _has_jpeg_name(path: bytes) -> bool:
    return os.fsdecode(path).lower().endswith(_JPEG_SUFFIXES)


assert {field.name for field in fields(ImageBlock)} == {*_OF_IMAGES, *_ENTRY_COLUMNS, "hashes"}
