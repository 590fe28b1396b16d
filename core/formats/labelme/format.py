"""LabelMe, versions 3 to 7, and X-AnyLabeling, which writes the same files: a JSON file for each image.

Flags of an image are kept as attributes, for they mostly say things such as "blurred"; who used them for sorting
images may have them as classes of the whole image instead. A shape with a score was made by a model in X-AnyLabeling,
but there a person has looked at the image and saved it: it is taken as ground truth, and told. Both programs turn a
picture upright before they show it, so that shapes are those of the upright one, unless the stated size says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.labelme.embedded import embedded_pictures
from core.formats.labelme.files import holds_labelme, is_labelme, labelme_files
from core.formats.labelme.telling import Telling
from core.formats.labelme.writing import ORIENTED, POLYGON, ROTATION, write_labelme
from core.formats.reading.images_root import guess_images_root


class LabelMeFormat:
    """Reads a file or all LabelMe files below a folder; writes a file for each image."""

    info = FormatInfo(
        slug="labelme",
        title="LabelMe",
        reads="LabelMe and X-AnyLabeling (.json)",
        writes="A file (.json) for each image, at its path: LabelMe opens the folder.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_negatives=True,
        losses=(
            Loss(Content.WHOLE_IMAGES, "written as flags of the image, which are read as classes only on request"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a shape of LabelMe has a label"),
            Loss(Content.UNSEEN_IMAGES, "get no file", Severity.INFO),
        ),
        endings=(".json",),
        read_options=(
            FormatOption(
                "flags",
                "Flags of images",
                "What becomes of the flags that are set for a whole image.",
                (("attributes", "Keep them as attributes"), ("classes", "Take them as classes of the whole image")),
                "attributes",
            ),
        ),
        write_options=(
            FormatOption(
                "turned",
                "Turned rectangles",
                "Only newer programs know shapes that are turned rectangles.",
                (
                    (POLYGON, "As polygons, for every program"),
                    (ROTATION, "As X-AnyLabeling's rotation"),
                    (ORIENTED, "As LabelMe 7's oriented rectangle"),
                ),
                POLYGON,
            ),
        ),
        precedence=50,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_labelme(path) else 0.0
        return 0.9 if holds_labelme(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        root = source.images_root or guess_images_root(folder)
        files = iter([source.path]) if is_single else labelme_files(folder, source.left_out)
        telling = Telling(source, folder, root, size_of, is_single=is_single)
        return Reading(root, telling.items(files))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_labelme(images, folder, options.option("turned", POLYGON))

    def embedded_pictures(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Pictures that are only inside the files (`HoldsPictures`)."""
        return embedded_pictures(path)


FORMAT: AnnotationFormat = LabelMeFormat()
