"""A small study by hand: five images with everything that can become of an object."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import VersionId
from core.domain.predictions import ImageRecord, ObjectTable, PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.domain.studies import PictureState, StudyImage, StudyInfo, StudyKind, StudySource
from core.metrics.coco import EvalImage
from core.metrics.listing import Lister
from core.metrics.outcomes import Matcher
from tests.core.metrics.tables import table_of
from ui.studies.study_page import StudyPage
from ui.viewer.picture import Picture

SIDE = 400
CAT, DOG = 0, 1


def found(x: float, confidence: float, category: int = CAT, side: float = 50) -> PredictedObject:
    return PredictedObject(category, confidence, Box(x, 0, x + side, side))


def there(x: float, category: int = CAT, side: float = 50) -> SnapshotObject:
    return SnapshotObject(category, Box(x, 0, x + side, side))


def image(key: str, predictions: list[PredictedObject], truths: list[SnapshotObject]) -> ImageRecord:
    size = PredictedImage(key, "", SIDE, SIDE, Split.TEST, len(predictions), len(truths))
    return ImageRecord(size, tuple(predictions), tuple(truths))


RECORDS = (
    image("test/page 10.png", [found(0, 0.9), found(200, 0.8)], [there(0)]),  # TP, FP
    image("test/page 2.png", [found(0, 0.7, DOG)], [there(0), there(200)]),  # wrong class, missed
    image("test/page 1.png", [found(0, 0.6)], [there(0)]),  # TP
    image("test/empty.png", [], []),
    image("test/page 3.png", [found(0, 0.52, side=10)], []),  # FP, small
)


def table_from(records: tuple[ImageRecord, ...]) -> ObjectTable:
    images = [EvalImage(SIDE, SIDE, one.truths, one.predictions) for one in records]
    return replace(table_of(2, images), categories=("cat", "dog"), images=tuple(one.image for one in records))


def info_of(records: tuple[ImageRecord, ...] = RECORDS) -> StudyInfo:
    return StudyInfo(
        source=StudySource.of_version(VersionId("v1"), Split.TEST),
        kind=StudyKind.TRAINING,
        title="Animals V001",
        subtitle="test set",
        created_at=None,
        n_images=len(records),
        n_predictions=sum(len(one.predictions) for one in records),
        has_truth=any(one.truths for one in records),
        split=Split.TEST,
        version=VersionId("v1"),
    )


def picture() -> Picture:
    blank = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    blank.fill(0xFFFFFFFF)
    return Picture(SIDE, SIDE, (blank,))


def study_image(index: int, records: tuple[ImageRecord, ...] = RECORDS) -> StudyImage:
    return StudyImage(index, records[index], None, PictureState.OK)


class AnsweringPage(StudyPage):
    """Answers its own questions at once, as the controller does on a job."""

    def __init__(self) -> None:
        super().__init__()
        self.records = RECORDS
        self.lister: Lister | None = None
        self.n_questions = 0
        self.question_changed.connect(self._answer_now)
        self.image_requested.connect(self._show_now)

    def open_records(self, records: tuple[ImageRecord, ...]) -> None:
        from core.domain.outcomes import Thresholds

        self.records = records
        table = table_from(records)
        self.lister = Lister(Matcher(table))
        self.set_study(info_of(records), table, thresholds=Thresholds(0.5), optimum=0.55, worker="YOLO 1.0")

    def _answer_now(self, question: object) -> None:
        assert self.lister is not None
        self.n_questions += 1
        self.set_answer(self.lister.answer(question))  # type: ignore[arg-type]

    def _show_now(self, index: int) -> None:
        self.pane.set_image(study_image(index, self.records))
        self.pane.set_picture(picture())


@pytest.fixture
def page(qtbot: QtBot) -> AnsweringPage:
    page = AnsweringPage()
    qtbot.addWidget(page)
    page.resize(1080, 700)
    page.show()
    qtbot.waitExposed(page)
    page.open_records(RECORDS)
    return page
