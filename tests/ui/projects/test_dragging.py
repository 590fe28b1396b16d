"""Images and folders dragged to sets and tags; folders of the disk take none."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetId, SetRole
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import Folder
from ui.images.image_browser import ImageBrowser
from ui.projects.drop_targets import DropTargets, SetTarget, TagTarget
from ui.projects.folder_tree import FolderTree
from ui.projects.project_page import ProjectPage
from ui.widgets.dropping import DraggedImages, images_to_drag, read_images

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
DRAGGED = DraggedImages(ProjectId("p"), ImageIds(np.array([4, 9], dtype=np.int64)))


def _dataset(state: DatasetState = DatasetState.OPEN) -> Dataset:
    sets = (
        DatasetSet(SetId("1"), "learn", SetRole.TRAIN, 12),
        DatasetSet(SetId("2"), "check", SetRole.VAL, 3),
    )
    return Dataset(DatasetId("d"), ProjectId("p"), "Pages", state, sets, NOW, NOW)


def _drag_over(widget: QWidget, at: QPoint, data: QMimeData) -> QDragMoveEvent:
    QApplication.sendEvent(widget, QDragEnterEvent(at, COPY, data, LEFT, NONE))
    event = QDragMoveEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event


@pytest.fixture
def targets(qtbot: QtBot) -> DropTargets:
    targets = DropTargets()
    qtbot.addWidget(targets)
    targets.resize(240, 300)
    targets.set_datasets([_dataset(), _dataset(DatasetState.COMPLETE)])
    targets.show()
    qtbot.waitExposed(targets)
    return targets


def test_what_is_dragged_comes_back_from_the_clipboards_data() -> None:
    assert read_images(images_to_drag(DRAGGED)) == DRAGGED
    folders = DraggedImages(ProjectId("p"), ImageIds.of(()), ("a/b", ""))
    assert read_images(images_to_drag(folders)) == folders
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.json")])
    assert read_images(files) is None
    for rubbish in (b"", b"[]\n", b"{}\n12345678", b'{"project":"p","folders":[]}\n123'):
        data = QMimeData()
        data.setData("application/x-calque-images", rubbish)
        assert read_images(data) is None


def test_a_million_images_are_dragged_in_a_moment() -> None:
    every = DraggedImages(ProjectId("p"), ImageIds(np.arange(1_000_000, dtype=np.int64)))
    assert read_images(images_to_drag(every)) == every


def test_sets_of_editable_datasets_take_images(qtbot: QtBot, targets: DropTargets) -> None:
    rows = targets.list.targets.rows
    assert [row if isinstance(row, str) else row.text for row in rows] == ["Pages", "learn (12)", "check (3)"]
    viewport, model = targets.list.viewport(), targets.list.targets
    data = images_to_drag(DRAGGED)
    on_heading = targets.list.visualRect(model.index(0)).center()
    assert not _drag_over(viewport, on_heading, data).isAccepted()
    on_set = targets.list.visualRect(model.index(2)).center()
    assert _drag_over(viewport, on_set, data).isAccepted()
    with qtbot.waitSignal(targets.dropped) as told:
        QApplication.sendEvent(viewport, QDropEvent(QPointF(on_set), COPY, data, LEFT, NONE))
    assert told.args is not None
    target, dragged = told.args
    assert isinstance(target, SetTarget)
    assert (target.dataset, target.item.name) == (DatasetId("d"), "check")
    assert dragged == DRAGGED


def test_tags_are_offered_while_something_is_dragged(targets: DropTargets) -> None:
    targets.set_tags(["hard"])
    assert not any(isinstance(row, TagTarget) for row in targets.list.targets.rows)
    targets.set_dragging(True)
    assert targets.list.targets.rows[-1] == TagTarget("hard")
    targets.set_datasets(())
    assert targets.isVisible()
    targets.set_dragging(False)
    assert not targets.isVisible(), "nothing to drop on, no heading either"


def test_folders_of_the_disk_refuse_in_words(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    tree = FolderTree()
    qtbot.addWidget(tree)
    tree.resize(240, 200)
    tree.set_folders([Folder("", 5, 0), Folder("train", 5, 0)])
    tree.show()
    qtbot.waitExposed(tree)
    event = _drag_over(tree.viewport(), QPoint(40, 40), images_to_drag(DRAGGED))
    assert not event.isAccepted()
    assert "moves none of your files" in said[0]


def test_a_folder_is_dragged_with_all_that_is_in_it(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = FolderTree()
    qtbot.addWidget(tree)
    tree.set_project(ProjectId("p"))
    tree.set_folders([Folder("", 5, 0), Folder("train", 5, 0)])
    tree.select_folder("train")
    given: list[QMimeData] = []
    monkeypatch.setattr(QDrag, "setMimeData", lambda _drag, data: given.append(data))
    monkeypatch.setattr(QDrag, "exec", lambda _drag, _actions: COPY)
    with qtbot.waitSignals([tree.drag_began, tree.drag_ended]):
        tree.startDrag(COPY)
    dragged = read_images(given[0])
    assert dragged is not None
    assert dragged.folders == ("train",)


def test_dragging_a_chosen_image_drags_all_that_are_chosen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    browser.resize(900, 640)
    browser.show()
    qtbot.waitExposed(browser)
    grid = browser.grid
    grid.set_project(ProjectId("p"))
    browser.set_images(ImageIds(np.arange(1, 30, dtype=np.int64)), 29)
    grid.choose_all()
    given: list[QMimeData] = []
    monkeypatch.setattr(QDrag, "setMimeData", lambda _drag, data: given.append(data))
    monkeypatch.setattr(QDrag, "exec", lambda _drag, _actions: COPY)
    start = grid.visualRect(grid.model().index(1, 0)).center()
    QTest.mousePress(grid.viewport(), LEFT, NONE, start)
    qtbot.mouseMove(grid.viewport(), start + QPoint(3, 0))
    qtbot.mouseMove(grid.viewport(), start + QPoint(40, 30))
    QApplication.processEvents()
    assert len(given) == 1
    dragged = read_images(given[0])
    assert dragged is not None
    assert len(dragged.images) == 29
    assert grid.n_chosen == 29


def test_others_add_to_the_menu_of_a_folder(qtbot: QtBot) -> None:
    tree = FolderTree()
    qtbot.addWidget(tree)
    tree.add_menu_section("Datasets", lambda menu, folder: menu.addAction(f"Add {folder.path}"))
    texts = [action.text() for action in tree.menu_for(Folder("train", 5, 0)).actions() if action.isVisible()]
    assert texts[-2:] == ["Datasets", "Add train"]
    with qtbot.waitSignal(tree.open_requested) as told:
        next(one for one in tree.menu_for(Folder("train", 5, 0)).actions() if "disk" in one.text()).trigger()
    assert told.args == ["train"]


def test_a_tab_opens_when_images_are_held_over_it(qtbot: QtBot) -> None:
    page = ProjectPage(ImageBrowser())
    page.offer_view("datasets", "Datasets")
    page.add_view("datasets", QWidget())
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    _drag_over(page._tabs, page._tabs.tabRect(1).center(), images_to_drag(DRAGGED))
    qtbot.waitUntil(lambda: page.current_view == "datasets", timeout=3000)
