from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.projects import Project
from ui.projects.recent_projects import FOLDER, NAME, RecentProjectsModel
from ui.projects.start_page import ActionCard, StartPage
from ui.theme import current_theme

MakeProject = Callable[..., Project]


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


def _card(page: StartPage, name: str) -> ActionCard:
    return next(card for card in page.findChildren(ActionCard) if card.accessibleName() == name)


def _drop(page: StartPage, *paths: Path) -> tuple[bool, bool]:
    """Drag over and drop; whether each was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), copy, data, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(page, enter)
    drop = QDropEvent(QPointF(50, 50), copy, data, buttons, keys)
    drop.ignore()
    if enter.isAccepted():
        QApplication.sendEvent(page, drop)
    return enter.isAccepted(), drop.isAccepted()


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Open the sample", "sample_requested"),
        ("New project…", "new_project_requested"),
        ("Open a folder…", "open_folder_requested"),
    ],
)
def test_the_cards_announce_their_wishes(qtbot: QtBot, page: StartPage, name: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(_card(page, name), Qt.MouseButton.LeftButton)


def test_the_cards_work_by_keyboard(qtbot: QtBot, page: StartPage) -> None:
    card = _card(page, "Open the sample")
    card.setFocus()
    with qtbot.waitSignal(page.sample_requested):
        qtbot.keyClick(card, Qt.Key.Key_Space)


def test_a_sample_being_made_is_said_and_not_asked_for_twice(qtbot: QtBot, page: StartPage) -> None:
    page.set_sample_progress("Drawing the pages… 40 %")
    card = _card(page, "Open the sample")
    assert card.accessibleDescription() == "Drawing the pages… 40 %"
    with qtbot.assertNotEmitted(page.sample_requested):
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    page.set_sample_progress("")
    assert card.isEnabled()


@pytest.mark.parametrize("name", ["data", "coco.json", "data.yaml", "page.XML"])
def test_folders_and_annotation_files_can_be_dropped(qtbot: QtBot, page: StartPage, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix:
        path.write_text("{}")
    else:
        path.mkdir()
    with qtbot.waitSignal(page.path_dropped) as dropped:
        assert _drop(page, path) == (True, True)
    assert dropped.args == [path]


def test_other_things_are_refused(qtbot: QtBot, page: StartPage, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"")
    with qtbot.assertNotEmitted(page.path_dropped):
        assert _drop(page, tmp_path / "song.mp3") == (False, False)
        assert _drop(page, tmp_path, tmp_path) == (False, False)


def test_recent_projects_open_by_double_click_and_enter(
    qtbot: QtBot, page: StartPage, make_project: MakeProject
) -> None:
    page.set_projects([make_project("Pages"), make_project("Birds")])
    table = page._recent
    centre = table.visualRect(table.model().index(1, NAME)).center()
    with qtbot.waitSignal(page.project_open_requested) as wish:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=centre)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert wish.args == ["birds"]
    table.setCurrentIndex(table.model().index(0, NAME))
    with qtbot.waitSignal(page.project_open_requested) as wish:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert wish.args == ["pages"]


def test_the_context_menu_opens_renames_and_removes(qtbot: QtBot, page: StartPage, make_project: MakeProject) -> None:
    project = make_project()
    page.set_projects([project])
    menu = page._recent.menu_for(0)
    actions = {action.text().replace("&", ""): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Open", "Locate folder…", "Rename…", "Remove from this list…"]
    for text, signal in (
        ("Open", page.project_open_requested),
        ("Locate folder…", page.project_locate_requested),
        ("Rename…", page.project_rename_requested),
        ("Remove from this list…", page.project_remove_requested),
    ):
        with qtbot.waitSignal(signal) as wish:
            actions[text].trigger()
        assert wish.args in ([project], [project.id])


def test_a_missing_folder_is_grey_and_says_why(qtbot: QtBot, page: StartPage, make_project: MakeProject) -> None:
    page.set_projects([make_project(is_root_missing=True)])
    model = page._recent.model()
    assert model.index(0, FOLDER).data() == "Not found: /data/pages"
    colour = model.index(0, NAME).data(Qt.ItemDataRole.ForegroundRole)
    assert colour.name() == current_theme().text_disabled
    assert "not on this computer" in model.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole)


def test_without_projects_there_is_a_word_instead_of_a_table(page: StartPage, make_project: MakeProject) -> None:
    assert not page._recent.isVisible()
    assert page._no_recent.isVisible()
    page.set_projects([make_project()])
    assert page._recent.isVisible()
    assert not page._no_recent.isVisible()


def test_the_model_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester, make_project: MakeProject) -> None:
    model = RecentProjectsModel()
    model.set_projects([make_project("A"), make_project("B")])
    qtmodeltester.check(model)


def test_it_is_imported_without_anything_heavy() -> None:
    heavy = ("numpy", "pyqtgraph", "PIL", "sqlalchemy", "pydantic", "torch")
    code = f"import sys, ui.projects.start_page; print([n for n in {heavy!r} if n in sys.modules])"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
