from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from ui.judging.judging_item import JudgingItem
from ui.judging.review_page import ReviewPage
from ui.viewer.picture import Picture

CATEGORIES = (Category(CategoryId("1"), "disc", 0), Category(CategoryId("2"), "bar", 1))


def make_item(**changes: object) -> JudgingItem:
    record = ImageRecord(ImageId("1"), ProjectId("p"), "train/a.jpg", 200, 100, 1, "", 10)
    truth = Annotation(AnnotationId("1"), record.id, CategoryId("2"), Box(100, 10, 150, 40))
    values: dict[str, object] = {
        "title": "disc, confidence 0.40",
        "text": 'Is this "disc"?',
        "category": "disc",
        "shape": Box(20, 20, 60, 50),
        "is_prediction": True,
        "annotated": AnnotatedImage(record, (truth,)),
        "author": "predicted by Shapes V001",
        "confidence": 0.4,
        **changes,
    }
    return JudgingItem(**values)  # type: ignore[arg-type]


def make_picture() -> Picture:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#ddccaa"))
    return Picture(200, 100, (image,))


@pytest.fixture
def page(qtbot) -> ReviewPage:
    made = ReviewPage()
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.set_project_name("Drawings")
    made.set_categories(CATEGORIES)
    made.set_sources(["Shapes V001, validation set", "Shapes V002, test set"], 0)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made
