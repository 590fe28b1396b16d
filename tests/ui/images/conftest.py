"""Hand-made images for the grid's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QImage

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, ImageRecord, ImageState

MakeAnnotated = Callable[..., AnnotatedImage]


@pytest.fixture
def make_annotated() -> MakeAnnotated:
    def make(number: int, *, state: ImageState = ImageState.OK, damage: str = "") -> AnnotatedImage:
        image = ImageRecord(
            ImageId(f"i{number}"), ProjectId("p"), f"train/{number:05d}.png", 400, 300, 1, "0" * 64, 10, state, damage
        )
        shape = Annotation(AnnotationId(f"a{number}"), image.id, CategoryId("text"), Box(50, 50, 350, 250))
        return AnnotatedImage(image, (shape,))

    return make


@pytest.fixture
def make_thumbnail() -> Callable[..., QImage]:
    def make(width: int = 256, height: int = 192, colour: str = "#ffffff") -> QImage:
        image = QImage(width, height, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        return image

    return make
