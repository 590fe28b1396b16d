"""Dataloop: a JSON file for each item, in a folder `json` beside the pictures in `items`; or a list of items.

Boxes, turned boxes, segments of several rings, masks and ellipses are read; what has no area is counted. What a model
made says so. An item without annotations counts as empty only when somebody has completed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.dataloop.files import dataloop_files, holds_dataloop, is_dataloop
from core.formats.dataloop.telling import Telling
from core.formats.dataloop.writing import write_dataloop
from core.formats.reading.images_root import guess_images_root

_JSON, _ITEMS = "json", "items"


class DataloopFormat:
    """Reads a file or all items below a folder; writes a file for each image."""

    info = FormatInfo(
        slug="dataloop",
        title="Dataloop",
        reads="Dataloop items (.json)",
        writes="A file for each image in json, at the path that its picture has in items.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for an annotation of Dataloop has a label"),
            Loss(Content.UNSEEN_IMAGES, "get no file", Severity.INFO),
        ),
        endings=(".json",),
        images_folder=_ITEMS,
        precedence=60,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_dataloop(path) else 0.0
        return 0.9 if holds_dataloop(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        root = source.images_root or _images_root(folder)
        files = iter([source.path]) if is_single else dataloop_files(folder, source.left_out)
        return Reading(root, Telling(source, root, size_of, is_single=is_single).items(files))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_dataloop(images, folder)


def _images_root(folder: Path) -> Path:
    """As Dataloop puts a download: items beside json, also when json or a folder in it was pointed at."""
    if (folder / _ITEMS).is_dir():
        return folder / _ITEMS
    for place in (folder, *list(folder.parents)[:8]):
        if place.name == _JSON and (place.parent / _ITEMS).is_dir():
            return place.parent / _ITEMS
    return guess_images_root(folder)


FORMAT: AnnotationFormat = DataloopFormat()
