"""The page of the weights shelf: list, details, what can be done, files that are dropped, and when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.shelf import adding_question, removal_question
from core.domain.ids import TaskId, VersionId
from core.domain.starts import MeasuredStart, ShelfItem, ShelfOrigin
from ui.shelf.describe_dialog import DescribeDialog
from ui.shelf.shelf_page import ShelfPage
from ui.widgets.start_figures import UNKNOWN_FIGURES, figures_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
STARTER = ShelfItem(
    "starter:pages", "Pages", ShelfOrigin.STARTER, Path("/s/weights.safetensors"), 5_400_000, "ab" * 32,
    (TaskId("detection"),), ("yolo-detect",), "yolo11n", ("text_line", "illustration"), "AGPL-3.0", "AGPL-3.0",
    "Drawn pages.", kept_reason="It comes with Calque and goes with it.",
)  # fmt: skip
FILE = ShelfItem("file:kraken.pth", "kraken.pth", ShelfOrigin.FILE, Path("/w/kraken.pth"), 9_000_000, added_at=NOW)
OWN = ShelfItem(
    "version:v", "Lines V001", ShelfOrigin.VERSION, None, 5_000_000, "cd" * 32, version=VersionId("v"),
    kept_reason="Versions are deleted on the page of models.",
)  # fmt: skip
ROW = MeasuredStart("starter:pages", "old pages", "detection", "test mAP50-95", 48.0, (0.6, 0.7))
ROWS = (ROW, replace(ROW, start="scratch", values=(0.3,)))


def page_with(qtbot: QtBot, *items: ShelfItem) -> ShelfPage:
    page = ShelfPage()
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.set_measured(ROWS)
    page.set_items(items)
    return page


def test_it_lists_what_there_is_and_tells_all_of_what_is_chosen(qtbot: QtBot) -> None:
    page = page_with(qtbot, STARTER, FILE, OWN)
    assert page.n_shown == 3
    page.select("starter:pages")
    texts = "\n".join(page.details.texts()).replace("\u200b", "")
    for text in ("Comes with Calque", "yolo11n", "text_line, illustration", "AGPL-3.0", "abababab abababab"):
        assert text in texts
    assert "old pages: test mAP50-95 0.650 ± 0.071 after 48 s of CPU, from scratch 0.300 after 48 s" in texts
    assert not page.details.remove_button.isEnabled()
    assert page.details.remove_button.toolTip() == STARTER.kept_reason
    page.select("file:kraken.pth")
    texts = "\n".join(page.details.texts())
    assert texts.count("unknown") >= 4 and UNKNOWN_FIGURES in texts and "Verify finds it out" in texts
    assert page.details.remove_button.isEnabled()


def test_wishes_name_what_is_chosen(qtbot: QtBot) -> None:
    page = page_with(qtbot, STARTER, FILE, OWN)
    page.select("file:kraken.pth")
    with qtbot.waitSignal(page.details.remove_requested) as removal:
        page.details.remove_button.click()
    assert removal.args == [FILE]
    page.select("version:v")
    button = next(b for b in page.details.findChildren(QPushButton) if b.text() == "Open version")
    with qtbot.waitSignal(page.details.version_requested) as opened:
        button.click()
    assert opened.args == ["v"]


def test_what_is_chosen_stays_chosen(qtbot: QtBot) -> None:
    page = page_with(qtbot, STARTER, FILE)
    page.select("file:kraken.pth")
    page.set_items((OWN, STARTER, replace(FILE, note="mine")))
    assert page.chosen() == replace(FILE, note="mine")


def test_nothing_to_show_and_a_failure_say_so(qtbot: QtBot) -> None:
    page = page_with(qtbot)
    assert not page.details.isVisibleTo(page)
    page.set_failed("The registry is gone.")
    with qtbot.waitSignal(page.retry_requested):
        page.empty.action_requested.emit()
    page.set_items((STARTER,))
    assert page.n_shown == 1


def drop(page: ShelfPage, *names: str) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/tmp/{name}") for name in names])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.dropEvent(event)
    return event


def test_files_of_weights_that_are_dropped_are_asked_about_and_others_are_not_taken(qtbot: QtBot) -> None:
    page = page_with(qtbot, STARTER)
    with qtbot.waitSignal(page.files_given) as given:
        drop(page, "a.pt", "b.PTH")
    assert given.args == [(Path("/tmp/a.pt"), Path("/tmp/b.PTH"))]
    with qtbot.assertNotEmitted(page.files_given):
        drop(page, "a.pt", "notes.txt")
    question = adding_question((Path("/tmp/a.pt"),), Path("/home/weights"))
    assert "a.pt" in question.text and "nothing in them is executed" in question.details
    assert "trash" in removal_question(FILE).details


def test_licences_and_note_are_told(qtbot: QtBot) -> None:
    dialog = DescribeDialog(FILE)
    qtbot.addWidget(dialog)
    dialog._weights.setCurrentText("CC-BY-4.0")
    dialog._note.setPlainText("From a colleague.")
    with qtbot.waitSignal(dialog.described) as told:
        dialog._save()
    assert told.args == ["", "CC-BY-4.0", "From a colleague."]


def test_figures_are_of_the_task_and_beside_scratch_of_the_same_time() -> None:
    assert len(figures_of("starter:pages", ROWS)) == 1
    assert figures_of("starter:pages", ROWS, ["segmentation"]) == ()
    other = (ROW, replace(ROWS[1], cpu_s=500.0, values=(0.8,)), ROWS[1])
    assert figures_of("starter:pages", other)[0].endswith("from scratch 0.300 after 48 s")
    assert "from scratch" not in figures_of("starter:pages", (ROW, replace(ROWS[1], data="other")))[0]
    assert "scratch" not in figures_of("scratch", ROWS)[0]


def test_the_folder_of_a_version_is_wrapped_and_cuts_nothing_off(qtbot: QtBot) -> None:
    deep = replace(OWN, path=Path("/home/someone/Calque/models") / ("5f" * 32) / "weights.safetensors")
    page = page_with(qtbot, deep)
    page.show()
    page.select("version:v")
    folder = next(fact for fact in page.details.findChildren(QLabel) if "5f5f" in fact.text())
    assert folder.minimumSizeHint().width() < page.details.width() - 40, "margins and scroll bar"
