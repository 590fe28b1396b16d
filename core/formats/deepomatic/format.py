"""Deepomatic studio: one file for all images, as an object with `images` or as lines behind a header; also a file for
one image, and what its models predict.

Places are shares of the image. A region may have no tag, one or several: none on the whole image says that somebody
looked and found nothing, several are an annotation each. A score is what a model gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.deepomatic.files import ENDINGS, deepomatic_files, holds_deepomatic, is_deepomatic
from core.formats.deepomatic.telling import Telling
from core.formats.deepomatic.writing import LINES_NAME, STUDIO_NAME, write_lines, write_studio
from core.formats.reading.images_root import guess_images_root

_IMAGES = "images"


class DeepomaticFormat:
    """Reads a file or all files below a folder; writes one file."""

    info = FormatInfo(
        slug="deepomatic",
        title="Deepomatic",
        reads="Deepomatic studio (.json, .txt)",
        writes=f"One file, {STUDIO_NAME} or {LINES_NAME}, for all images.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.IMAGE}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGONS, "written as their boxes, for Deepomatic knows no other shape"),
            Loss(Content.POLYGON_PARTS, "one box for all parts"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.UNSEEN_IMAGES, "not listed", Severity.INFO),
        ),
        endings=ENDINGS,
        images_folder=_IMAGES,
        write_options=(
            FormatOption(
                "form",
                "Form of the file",
                "Lines are what Deepomatic's current import takes; they hold no scores, no images that are empty on "
                "purpose and no test set.",
                (
                    ("studio", f"{STUDIO_NAME}: an object with tags and images"),
                    ("lines", f"{LINES_NAME}: a line an image"),
                ),
                "studio",
            ),
        ),
        precedence=65,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_deepomatic(path) else 0.0
        return 0.9 if holds_deepomatic(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        root = source.images_root or guess_images_root(folder, inner=_IMAGES)
        files = iter([source.path]) if is_single else deepomatic_files(folder, source.left_out)
        return Reading(root, Telling(source, root, size_of, is_single=is_single).items(files))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        if options.option("form", "studio") == "lines":
            return write_lines(images, categories, folder, place=f"{_IMAGES}/" if options.has_pictures else "")
        return write_studio(images, categories, folder)


FORMAT: AnnotationFormat = DeepomaticFormat()
