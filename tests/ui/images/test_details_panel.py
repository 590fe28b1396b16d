"""What the panel says of one image, and of many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.image_sums import ImageSums, ImageUse
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord, ImageState, Source
from ui.images.details_panel import DetailsPanel
from ui.images.image_browser import ImageBrowser

WHEN = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
IMAGE = ImageRecord(ImageId("1"), ProjectId("p"), "train/deep/page_1.png", 400, 300, 6, "0" * 64, 2_500_000)
SHAPES = (
    Annotation(
        AnnotationId("1"), IMAGE.id, CategoryId("1"), Box(0, 0, 9, 9), Source.HUMAN, author="Ana", edited_at=WHEN
    ),
    Annotation(AnnotationId("2"), IMAGE.id, CategoryId("1"), Box(0, 0, 9, 9)),
    Annotation(AnnotationId("3"), IMAGE.id, CategoryId("2"), Box(0, 0, 9, 9)),
)
USE = ImageUse(AnnotatedImage(IMAGE, SHAPES, ("hard",), "val"), (("Pages (V001)", "learn"), ("Pages", "check")))


@pytest.fixture
def panel(qtbot: QtBot) -> DetailsPanel:
    panel = DetailsPanel()
    qtbot.addWidget(panel)
    panel.set_categories((Category(CategoryId("1"), "line", 0), Category(CategoryId("2"), "picture", 1)))
    return panel


def test_one_image_says_all_of_it(panel: DetailsPanel) -> None:
    panel.show_image(USE)
    facts = dict(panel.facts)
    assert panel.title.replace("\u200b", "") == "page_1.png"
    assert facts["Folder"] == "train/deep"
    assert facts["Turned"] == "turned by 90° to the right"
    assert facts["Classes"] == "line: 2\npicture: 1"
    assert facts["Made"] == "imported: 2\nby hand: 1"
    assert facts["By"].startswith("Ana, 2026-03-04")
    assert facts["Datasets"] == "Pages (V001): learn\nPages: check"
    assert (facts["Set"], facts["Tags"]) == ("val", "hard")
    assert "State" not in facts


def test_a_damaged_image_says_why(panel: DetailsPanel) -> None:
    damaged = replace(IMAGE, state=ImageState.DAMAGED, damage="It ends too early.")
    panel.show_image(ImageUse(AnnotatedImage(damaged)))
    facts = dict(panel.facts)
    assert facts["State"] == "Damaged. It ends too early."
    assert facts["Classes"] == "not annotated"
    assert facts["Datasets"] == "in none"


def test_many_are_summed(panel: DetailsPanel) -> None:
    panel.show_sums(ImageSums(3, 2, 17, 9_000_000, 0, 1, (10, 20), (400, 300)))
    assert panel.title == "3 images"
    assert dict(panel.facts) == {
        "Annotated": "2",
        "Annotations": "17",
        "Size": "9.0 MB",
        "Smallest": "10 × 20",
        "Largest": "400 × 300",
        "Missing": "1",
    }
    panel.show_nothing()
    assert panel.facts == []


def test_the_path_can_be_copied(qtbot: QtBot, panel: DetailsPanel) -> None:
    panel.show_image(USE)
    qtbot.mouseClick(panel._copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "train/deep/page_1.png"


def test_the_panel_is_opened_and_closed(qtbot: QtBot) -> None:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    assert not browser.are_details_shown
    with qtbot.waitSignal(browser.details_shown_changed):
        browser.controls._details.click()
    assert browser.are_details_shown
    browser.details._close.click()
    assert not browser.are_details_shown
    assert not browser.controls._details.isChecked()
