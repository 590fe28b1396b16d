"""A page with everything that zones and lines may have, and the way out and in again."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.formats.base import AnnotationFormat, PictureSize, ReadResult, WriteResult, gather
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set

SIZE = (400, 300)
PAGES = ("alto", "page")
MAIN = Polygon(((10, 10, 300, 12, 298, 200, 12, 198),))
FIRST = Polygon(((20, 20, 280, 22, 278, 50, 22, 48),))
SECOND = Polygon(((20, 60, 280, 62, 278, 90, 22, 88),))
NOTE = Polygon(((310, 20, 390, 20, 390, 60, 310, 60),))


def zone(category: str, shape: Polygon | Box, stated_id: str = "", **more: object) -> RawAnnotation:
    return RawAnnotation(category, shape, details=AnnotationDetails(stated_id=stated_id, **more))


def line(shape: Polygon | Box, stated_id: str = "", **more: object) -> RawAnnotation:
    return RawAnnotation("text_line", shape, details=AnnotationDetails(stated_id=stated_id, **more))


FULL = RawImage(
    "vol 1/f 11.tif.jpeg",
    (
        zone("GraphicZone", Polygon(((20, 100, 200, 100, 200, 180, 20, 180),)), "g", parent="main", order=0),
        zone("MainZone", MAIN, "main", order=1, attributes=(("label", "MainZone#1"),)),
        zone("MarginTextZone", NOTE, "note", order=0),
        # Not in the order in which they are read.
        line(SECOND, "l2", parent="main", order=1, text="Second & <last>", baseline=(22, 85, 150, 86, 278, 87)),
        line(
            FIRST,
            "l1",
            parent="main",
            order=0,
            text="First  \u017fi vis",
            baseline=(22, 45, 278, 47),
            attributes=(("type", "HeadingLine"),),
        ),
        line(Polygon(((20, 220, 200, 220, 200, 240, 20, 240),)), "gone_1", parent="gone", order=0),
        line(Box(20, 250, 200, 270), "alone", order=0),
    ),
    *SIZE,
    details=ImageDetails("p11", "https://example.org/iiif/f11"),
)


@cache
def the_format(slug: str) -> AnnotationFormat:
    return FormatCatalog().get(slug)


def classes_of(*images: RawImage) -> list[str]:
    return sorted({item.category or "" for image in images for item in image.annotations} - {""})


def write(slug: str, folder: Path, *images: RawImage, answers: dict[str, str] | None = None) -> WriteResult:
    """Pages of images whose pictures stand in for themselves beside them."""

    def put(image: RawImage, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    return write_data_set(
        the_format(slug), iter(images), classes_of(*images), folder, put_picture=put, answers=answers or {}
    )


def written(slug: str, folder: Path, image: RawImage, **answers: str) -> ElementTree.Element:
    """The root of an image's page, without namespaces."""
    write(slug, folder, image, answers=answers)
    (file,) = folder.rglob("*.xml")
    return parsed(file)


def parsed(file: Path) -> ElementTree.Element:
    root = ElementTree.parse(file).getroot()
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def read(slug: str, path: Path, images: Path | None = None, **options: str) -> ReadResult:
    source = ImportSource(path, images_root=images, options=tuple(options.items()))
    return gather(the_format(slug).read(source, size_of=lambda _: PictureSize(*SIZE)))


def by_id(image: RawImage) -> dict[str, RawAnnotation]:
    return {item.details.stated_id: item for item in image.annotations if item.details is not None}
