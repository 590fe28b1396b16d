"""ALTO v2 to v4: an XML file for each page, with lines and zones.

Every TextLine is of the class `text_line`, whatever the type its tag states (DefaultLine, HeadingLine, InterlinearLine,
DropCapitalLine ...): a person who brings pages wants to train on text lines, and types that are rare and look alike
would only split them. The type is kept with the line, and makes the class for who asks for it. Zones are classes of
their own by the label of their tag (MainZone, GraphicZone ...), numbers left off ("MainZone#1" is a MainZone); zones
without a tag are called by their element (text_block, illustration ...). What was merged is told as a remark. A page
without lines and zones says "nothing here". Text, ids, reading order and baselines are kept as details.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.alto.page import read_alto, read_image_name
from core.formats.alto.writing import VERSION_OPTION, write_alto
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.layout.arranging import LINE_CLASSES_OPTION
from core.formats.layout.page_files import PageForm
from core.formats.layout.telling import LINES_OPTION, read_pages

FORM = PageForm("ALTO", "alto", read_image_name, read_alto)


class AltoFormat:
    """Reads a file or all ALTO files below a folder; writes a file for each image."""

    info = FormatInfo(
        slug="alto",
        title="ALTO",
        reads="ALTO v2 to v4 (.xml)",
        writes="A page (.xml) for each image, at its path. “text_line” becomes lines, other classes become zones.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGON_PARTS, "written as their largest part"),
            Loss(Content.WHOLE_IMAGES, "left out, for ALTO has lines and zones only"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a zone without a tag is a text block"),
            Loss(Content.UNSEEN_IMAGES, "get no page", Severity.INFO),
        ),
        endings=(".xml",),
        read_options=(LINES_OPTION,),
        write_options=(VERSION_OPTION, LINE_CLASSES_OPTION),
        precedence=30,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return float(FORM.is_page(path))
        return 0.9 if FORM.holds_pages(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        return read_pages(FORM, source, size_of)

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_alto(images, categories, folder, options)


FORMAT: AnnotationFormat = AltoFormat()
