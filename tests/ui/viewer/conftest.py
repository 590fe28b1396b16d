"""Hand-made images and classes for the viewer's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QImage

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from ui.viewer.picture import Picture

TEXT, PICTURE = CategoryId("text"), CategoryId("picture")


@pytest.fixture
def categories() -> tuple[Category, ...]:
    return (Category(TEXT, "text_line", 0, 3), Category(PICTURE, "illustration", 1, 1))


@pytest.fixture
def annotated() -> AnnotatedImage:
    """400 x 300 pixels: a large box with a polygon inside, another box, and a label on the whole image."""
    image = ImageRecord(ImageId("image"), ProjectId("project"), "train/page.png", 400, 300, 1, "0" * 64, 1234)
    shapes: list[tuple[CategoryId | None, Geometry]] = [
        (PICTURE, Box(50, 50, 250, 250)),
        (TEXT, Polygon(((100.0, 100.0, 150.0, 100.0, 150.0, 150.0, 100.0, 150.0),))),
        (TEXT, Box(300, 20, 380, 40)),
        (TEXT, None),
    ]
    annotations = tuple(
        Annotation(AnnotationId(f"a{number}"), image.id, category, geometry)
        for number, (category, geometry) in enumerate(shapes)
    )
    return AnnotatedImage(image, annotations)


@pytest.fixture
def make_picture() -> Callable[..., Picture]:
    def make(width: int = 400, height: int = 300, *, scale: float = 1.0, colour: str = "#336699") -> Picture:
        image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        return Picture(width, height, (image,))

    return make
