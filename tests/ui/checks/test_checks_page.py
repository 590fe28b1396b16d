"""The checks page: never run, at work, what was found, everything fine; by mouse and by keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.checks import CheckId, CheckReport, CheckWish, Finding, RepairOffer
from core.domain.ids import DatasetId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.projects import AnnotatedImage, ImageRecord
from ui.checks.checks_page import ChecksPage

PROJECT = ProjectId("p")


def ids(*numbers: int) -> ImageIds:
    return ImageIds(np.array(numbers, dtype=np.int64))


def report(*findings: Finding, fine: tuple[str, ...] = ("No shape is drawn twice.",)) -> CheckReport:
    return CheckReport(
        PROJECT, datetime(2026, 3, 1, tzinfo=UTC), 4, 12, findings, fine, sets=(("train", 9), ("val", 3))
    )


ALIKE = Finding(
    CheckId.ALIKE_ACROSS_SETS, Severity.WARNING, "Two pictures.", 2, ids(1, 2, 3, 4, 5, 6), (0, 2),
    repair=RepairOffer("Leave the copies out", "Gives 3 images the tag."),
)  # fmt: skip
MISSING = Finding(
    CheckId.MISSING_FILES, Severity.ERROR, "Files are gone.", 70, ids(*range(70)),
    details=tuple(f"page {n}.jpg" for n in range(20)),
)  # fmt: skip
ABSENT = Finding(CheckId.ABSENT_CLASSES, Severity.WARNING, "Sets lack classes.", 9, ids(), details=("a", "b"))


@pytest.fixture
def page(qtbot: QtBot) -> ChecksPage:
    made = ChecksPage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    return made


def texts(page: ChecksPage) -> list[str]:
    return [found.text() for found in page.findChildren(QLabel) if found.isVisible()]


def test_before_the_first_run_the_page_says_what_it_does(page: ChecksPage, qtbot: QtBot) -> None:
    assert "Can this data be trusted?" in texts(page)
    page._pictures.setChecked(False)
    buttons = [one for one in page.findChildren(QPushButton) if one.isVisible()]
    assert [one for one in buttons if "Run" in one.text().replace("&", "")] == [page._run]
    with qtbot.waitSignal(page.run_requested) as asked:
        page._run.click()
    assert asked.args == [CheckWish(compares_pictures=False)]


def test_while_at_work_it_can_be_stopped_and_nothing_repaired(page: ChecksPage, qtbot: QtBot) -> None:
    page.show_report(report(ALIKE), is_current=True)
    page.set_working(True)
    repair = page.findChild(QPushButton, "repair")
    assert repair is not None
    assert not repair.isEnabled()
    assert not page._run.isVisible()
    page.set_progress(3, 10, "looking at files")
    assert "looking at files" in texts(page)
    with qtbot.waitSignal(page.stop_requested):
        page._stop.click()


def test_what_was_found_is_told_with_its_images_and_its_repair(page: ChecksPage, qtbot: QtBot) -> None:
    page.show_report(report(MISSING, ALIKE, ABSENT), is_current=False)
    said = texts(page)
    assert "12 images checked: 3 problems and doubts." in said
    assert "Older than the last change." in said
    assert any(text.endswith("page 5.jpg\nand 64 more") for text in said)
    assert "a\nb" in said
    missing, alike, absent = page.cards
    assert [len(group.images) for group in alike.groups] == [2, 4]
    assert absent.findChildren(QPushButton) == []
    with qtbot.waitSignal(page.repair_requested) as asked:
        next(b for b in alike.findChildren(QPushButton) if b.text() == "Leave the copies out").click()
    assert asked.args == [ALIKE]
    alike.groups[1].setFocus()
    with qtbot.waitSignal(page.images_requested) as shown:
        qtbot.keyClick(alike.groups[1], Qt.Key.Key_Space)
    assert shown.args == [ids(3, 4, 5, 6), 'found by "Pictures that look the same in more than one set"']
    assert missing.accessibleName() == "Missing files"


def test_pictures_stay_when_the_colours_change(page: ChecksPage) -> None:
    page.show_report(report(ALIKE), is_current=True)
    image = ImageRecord(ImageId("1"), PROJECT, "train/a.jpg", 10, 10, 1, "", 1)
    page.set_known({image.id: AnnotatedImage(image)}, ())
    page.set_thumbnail(image.id, QImage(10, 10, QImage.Format.Format_RGB32))
    assert "train/a.jpg" in page.groups[0].accessibleName()
    page._draw()
    assert list(page.groups[0]._thumbnails) == [image.id]
    page.grab()


def test_nothing_to_complain_about_says_what_was_looked_at(page: ChecksPage) -> None:
    page.show_report(report(), is_current=True)
    assert "12 images checked: nothing to complain about." in texts(page)
    assert "No shape is drawn twice." in texts(page)
    assert "Older than the last change." not in texts(page)


def test_a_dataset_is_chosen_and_stays_chosen(page: ChecksPage, qtbot: QtBot) -> None:
    page.set_scopes([(DatasetId("d"), "Pages"), (DatasetId("e"), "Seals")])
    assert page.scope is None
    with qtbot.waitSignal(page.scope_changed) as chosen:
        page._scope.setCurrentIndex(2)
    assert chosen.args == ["e"]
    page.set_scopes([(DatasetId("e"), "Seals (V001)")])
    assert page.scope == "e"
    with qtbot.waitSignal(page.scope_changed) as chosen:
        page.set_scopes([])
    assert chosen.args == [None]


def test_without_images_there_is_nothing_to_check(page: ChecksPage) -> None:
    page.show_report(replace(report(), n_images=0), is_current=True)
    assert "No images to check" in texts(page)
