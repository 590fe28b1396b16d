"""A folder for each class, with the pictures that are of it: as Ultralytics, torchvision and Keras read classes.

The first folder of a picture's path is its class, whatever lies deeper. Folders that are called train, valid or test
are sets, those called images or the like only hold pictures. Other annotation files say more than folders do, so these
are never preferred to them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.class_folders.layout import class_folders, likeness, place_of
from core.formats.class_folders.writing import UNSORTED, write_class_folders
from core.formats.reading.image_index import ImageIndex


class ClassFoldersFormat:
    """Reads and writes pictures that lie in folders of their classes."""

    info = FormatInfo(
        slug="class-folders",
        title="Folder for each class",
        reads="folders of classes with their images",
        writes="A folder for each class with the pictures, below train, val and test where there are sets.",
        shapes_read=frozenset({ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.IMAGE}),
        holds_splits=True,
        losses=(
            Loss(Content.BOXES, "left out, for a folder says something of whole images only"),
            Loss(Content.POLYGONS, "left out, for a folder says something of whole images only"),
            Loss(Content.WITHOUT_CLASS, "left out, for a folder is a class"),
            Loss(Content.NEGATIVES, "left out, for every folder is a class"),
            Loss(Content.UNSEEN_IMAGES, "left out", Severity.INFO),
        ),
        images_folder=UNSORTED,
        precedence=900,
    )

    def detect(self, path: Path) -> float:
        return likeness(path) if path.is_dir() else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        root = source.images_root or source.path
        if not root.is_dir():
            raise FormatError(f'"{shown(root)}" is not a folder.', file=root, hint="Choose the folder of the classes.")
        return Reading(root, _items(root))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_class_folders(images, categories, folder, has_pictures=options.has_pictures)


def _items(root: Path) -> Generator[RawImage | Problem, None, Iterable[str]]:
    paths = ImageIndex(root).paths
    places = {path: place_of(path) for path in paths}
    outside = [path for path, place in places.items() if not place.label]
    # "train" alone says no more than that somebody means to train.
    has_sets = {place.split for place in places.values()} - {""} > {"train"} or any(
        place.split in ("val", "test") for place in places.values()
    )
    for path, place in places.items():
        if place.label:
            yield RawImage(path, (RawAnnotation(_name(place.label), None),), stated_set=place.split if has_sets else "")
    if outside:
        n = counted(len(outside), "image lies", "images lie")
        text = f'{n} in no folder of a class and so without one, e.g. "{shown(outside[0])}".'
        yield Problem("image-without-class", text, str(root))
    if len(outside) == len(paths):
        text = f'"{shown(root)}" holds no folder of a class with images.'
        yield Problem("images-not-found", text, str(root), severity=Severity.ERROR)
    labels = [*class_folders(root), *(place.label for place in places.values() if place.label)]
    return sorted({_name(label) for label in labels})


def _name(folder: str) -> str:
    return one_line(folder) or "_"


FORMAT: AnnotationFormat = ClassFoldersFormat()
