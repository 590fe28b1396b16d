"""PAGE-XML of 2010 to 2019: an XML file for each page, with regions and lines.

As with ALTO, every TextLine is of the class `text_line`, its type kept with it, unless a class for each type is asked
for. Regions are classes of their own by the type of their structure (`custom`), else by their @type, else by their
element (text_region, image_region ...); numbers at a type's end are left off. Text, ids, reading order, baselines and
the rest of `custom` are kept as details. A page without lines and regions says "nothing here".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.layout.arranging import LINE_CLASSES_OPTION
from core.formats.layout.page_files import PageForm
from core.formats.layout.telling import LINES_OPTION, read_pages
from core.formats.page.page import read_image_name, read_page_file
from core.formats.page.writing import VERSION_OPTION, write_page_files

FORM = PageForm("PAGE", "PcGts", read_image_name, read_page_file, is_path=True)


class PageFormat:
    """Reads a file or all PAGE files below a folder; writes a file for each image."""

    info = FormatInfo(
        slug="page",
        title="PAGE",
        reads="PAGE 2010 to 2019 (.xml)",
        writes="A page (.xml) for each image, at its path. “text_line” becomes lines, other classes become regions.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGON_PARTS, "written as their largest part"),
            Loss(Content.WHOLE_IMAGES, "left out, for PAGE has lines and regions only"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a region without a type is a text region"),
            Loss(Content.UNSEEN_IMAGES, "get no page", Severity.INFO),
        ),
        endings=(".xml",),
        read_options=(LINES_OPTION,),
        write_options=(VERSION_OPTION, LINE_CLASSES_OPTION),
        precedence=31,
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
        return write_page_files(images, categories, folder, options)


FORMAT: AnnotationFormat = PageFormat()
