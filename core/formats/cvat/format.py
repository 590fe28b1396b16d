"""CVAT for images 1.0 and 1.1: one annotations.xml for a task, a job or a project. Tracks of CVAT for video too, where
the frames of the video lie there as pictures.

A file lists every image of its task. An image without shapes is taken for one in which nothing is to be found, and how
many there are is said, for CVAT does not tell those from images that nobody has come to yet. Shapes of the source
"auto" were made by a model and seen by nobody; "semi-auto" ones by a person with a tool. CVAT turns pictures upright
before it shows them. Polygons and masks of one group and label are the parts of one object, as in its own COCO export.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.cvat.files import cvat_files, holds_cvat, is_cvat
from core.formats.cvat.telling import Telling
from core.formats.cvat.writing import write_cvat
from core.formats.reading.images_root import guess_images_root

_ALL_SHAPES = frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE})


class CvatFormat:
    """Reads a file or all of CVAT's below a folder, in slices; writes one file."""

    info = FormatInfo(
        slug="cvat",
        title="CVAT",
        reads="CVAT for images 1.1 (annotations.xml)",
        writes="One file, annotations.xml, with labels.json to set up a task; pictures in images/.",
        shapes_read=_ALL_SHAPES,
        shapes_written=_ALL_SHAPES,
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a shape of CVAT has a label"),
            Loss(Content.UNSEEN_IMAGES, "get no entry", Severity.INFO),
        ),
        endings=(".xml",),
        images_folder="images",
        precedence=60,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_cvat(path) else 0.0
        return 0.9 if holds_cvat(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        root = source.images_root or guess_images_root(folder, inner="images")
        files = iter([source.path]) if is_single else cvat_files(folder, source.left_out)
        telling = Telling(source, folder, root, size_of, is_single=is_single)
        return Reading(root, telling.items(files))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_cvat(images, categories, folder)


FORMAT: AnnotationFormat = CvatFormat()
