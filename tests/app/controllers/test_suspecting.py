"""The label-error finder by keyboard against the real services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox

from app.controllers.suspecting import SuspectingController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.judgements import LABEL_SUSPICIOUS
from core.domain.suspicions import SuspicionKind
from core.errors import StorageError
from core.evaluations.studies import StudyService
from core.judgements.suspecting import SuspectingService
from tests.core.judgements.predicted_shop import PredictedShop
from tests.core.judgements.test_suspecting import predicted
from ui.judging.suspicions_page import TAKE, SuspicionsPage


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    predicted(made)
    yield made
    made.close()


@pytest.fixture
def page(qtbot) -> SuspicionsPage:
    made = SuspicionsPage()
    qtbot.addWidget(made)
    made.resize(1000, 640)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def finder(shop: PredictedShop, page: SuspicionsPage, qtbot) -> Iterator[SuspectingController]:
    jobs = JobRunner()
    studies = StudyService(shop.registry, shop.projects, shop.models)
    controller = SuspectingController(
        projects=shop.projects,
        studies=studies,
        accepting=shop.accepting,
        suspecting=SuspectingService(shop.registry, studies),
        jobs=jobs,
        undo=UndoHistory(jobs),
        page=page,
    )
    controller.open(shop.projects.get_project(shop.project))
    qtbot.waitUntil(lambda: page.item is not None)
    yield controller
    assert jobs.shutdown()


def press(finder: SuspectingController, page: SuspicionsPage, qtbot, key: Qt.Key) -> None:
    before = finder.entry
    QTest.keyClick(page.canvas, key)
    qtbot.waitUntil(lambda: finder.entry is not before)
    qtbot.waitUntil(lambda: finder.entry is None or (page.item is not None and not finder._is_busy))


def test_verdicts_are_given_walked_past_and_taken_back_by_keys(
    shop: PredictedShop, finder: SuspectingController, page: SuspicionsPage, qtbot
) -> None:
    first = finder.entry
    press(finder, page, qtbot, Qt.Key.Key_Right)
    press(finder, page, qtbot, Qt.Key.Key_Left)
    assert finder.entry is first
    press(finder, page, qtbot, Qt.Key.Key_W)
    assert shop.tags.count(shop.project)[LABEL_SUSPICIOUS] == 1
    QTest.keyClick(page.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: finder.entry is first)
    assert shop.tags.count(shop.project)[LABEL_SUSPICIOUS] == 0


def test_every_control_has_a_name(finder: SuspectingController, page: SuspicionsPage) -> None:
    for kind in (QAbstractButton, QComboBox):
        for widget in page.findChildren(kind):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(page):
                assert widget.accessibleName() or getattr(widget, "text", lambda: "")(), widget


def test_a_missing_object_is_accepted_from_the_prediction(
    shop: PredictedShop, finder: SuspectingController, page: SuspicionsPage, qtbot
) -> None:
    page.filter_chosen.emit(SuspicionKind.MISSING.value)
    qtbot.waitUntil(lambda: finder.entry is not None and finder.entry.kind is SuspicionKind.MISSING)
    qtbot.waitUntil(lambda: page.item is not None and page.button(TAKE).isEnabled())
    image = finder.entry.image
    press(finder, page, qtbot, Qt.Key.Key_A)
    (accepted,) = shop.accepting.list_accepted([image])
    assert accepted.source == "Shapes V001"
    page.undo_requested.emit()
    qtbot.waitUntil(lambda: finder.entry is not None)
    assert shop.accepting.list_accepted([image]) == ()


def test_no_verdict_is_given_where_its_prediction_is_not_accepted(
    shop: PredictedShop, finder: SuspectingController, page: SuspicionsPage, qtbot, monkeypatch
) -> None:
    page.filter_chosen.emit(SuspicionKind.MISSING.value)
    qtbot.waitUntil(lambda: finder.entry is not None and finder.entry.kind is SuspicionKind.MISSING)
    qtbot.waitUntil(lambda: page.item is not None and page.button(TAKE).isEnabled())
    entry, told = finder.entry, []
    monkeypatch.setattr(page.banner, "show_message", told.append)
    with shop.registry.occupied.importing(shop.project):
        QTest.keyClick(page.canvas, Qt.Key.Key_A)
        qtbot.waitUntil(lambda: len(told) == 1)
    assert (told[0].code, finder.entry) == ("E-432", entry)
    with monkeypatch.context() as patched:
        patched.setattr(SuspectingService, "review", _fail)
        QTest.keyClick(page.canvas, Qt.Key.Key_A)
        qtbot.waitUntil(lambda: len(told) == 2)
    assert shop.tags.count(shop.project)[LABEL_SUSPICIOUS] == 0
    assert (shop.accepting.list_accepted([entry.image]), finder.entry) == ((), entry)


def _fail(*_: object) -> None:
    raise StorageError("The disk is full.")
