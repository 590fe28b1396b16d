"""Images put into sets from the project's page, against the real services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QMenu, QMessageBox

from app.controllers.set_filling import SetFillingController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.datasets import Dataset
from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import Folder, ImageFilter
from core.projects.service import ProjectService
from tests.core.datasets.dataset_shop import DatasetShop
from ui.images.image_browser import ImageBrowser
from ui.projects.drop_targets import SetTarget
from ui.projects.project_page import ProjectPage
from ui.widgets.dropping import DraggedImages


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[DatasetShop]:
    made = DatasetShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(qtbot) -> ProjectPage:
    page = ProjectPage(ImageBrowser())
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def undo(shop: DatasetShop, page: ProjectPage) -> UndoHistory:
    return UndoHistory(JobRunner(parent=page), page)


@pytest.fixture
def filling(shop: DatasetShop, page: ProjectPage, undo: UndoHistory, qtbot) -> Iterator[SetFillingController]:
    shop.editing.create(shop.project, "Pages")
    jobs = JobRunner()
    controller = SetFillingController(
        services=SimpleNamespace(dataset_editing=shop.editing),
        jobs=jobs,
        undo=undo,
        page=page,
        browser=page._browser,
        parent=page,
    )
    jobs.changed.connect(controller.refresh)
    undo._jobs.changed.connect(controller.refresh)
    project = ProjectService(shop.registry).get_project(shop.project)
    undo.show_project(project.id)
    page.show_project(project)
    controller.show_project(project)
    qtbot.waitUntil(lambda: len(_targets(page)) == 3)
    yield controller
    assert jobs.shutdown()
    assert undo._jobs.shutdown()


def _targets(page: ProjectPage) -> list[SetTarget]:
    return [row for row in page.drop_targets.list.targets.rows if isinstance(row, SetTarget)]


def _dataset(shop: DatasetShop) -> Dataset:
    return shop.editing.list_datasets(shop.project)[0]


def _counts(shop: DatasetShop) -> list[int]:
    return [item.n_images for item in _dataset(shop).sets]


def test_dragged_images_and_folders_fill_sets_and_are_taken_back(
    shop: DatasetShop, page: ProjectPage, filling: SetFillingController, undo: UndoHistory, qtbot
) -> None:
    said: list[str] = []
    filling.message_raised.connect(lambda message: said.append(message.text))
    train = _targets(page)[0]
    page.images_dropped.emit(train, DraggedImages(shop.project, ImageIds.of(()), ("train",)))
    qtbot.waitUntil(lambda: _counts(shop) == [6, 0, 0])
    qtbot.waitUntil(lambda: [one.item.n_images for one in _targets(page)] == [6, 0, 0])
    assert said == ['6 images put into "train".']
    page.images_dropped.emit(train, DraggedImages(shop.project, ImageIds.of(()), ("train",)))
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1] == '"train" has all of these images already.'
    undo.undo()
    qtbot.waitUntil(lambda: _counts(shop) == [0, 0, 0])
    undo.redo()
    qtbot.waitUntil(lambda: _counts(shop) == [6, 0, 0])
    undo.undo()
    qtbot.waitUntil(lambda: _counts(shop) == [0, 0, 0])


def test_an_image_leaves_another_set_only_when_asked(
    shop: DatasetShop, page: ProjectPage, filling: SetFillingController, qtbot
) -> None:
    train, val, _ = _targets(page)
    images = ProjectService(shop.registry).list_image_ids(ImageFilter(shop.project, folders=("train",)))
    page.images_dropped.emit(train, DraggedImages(shop.project, images))
    qtbot.waitUntil(lambda: _counts(shop) == [6, 0, 0])
    page.images_dropped.emit(val, DraggedImages(shop.project, images[:2]))
    qtbot.waitUntil(lambda: filling.dialog is not None)
    assert isinstance(filling.dialog, QMessageBox)
    assert _counts(shop) == [6, 0, 0]
    next(one for one in filling.dialog.buttons() if one.text() == "Move them").click()
    qtbot.waitUntil(lambda: _counts(shop) == [4, 2, 0])


def test_what_is_in_a_set_is_listed(shop: DatasetShop, page: ProjectPage, filling: SetFillingController, qtbot) -> None:
    train = _targets(page)[0]
    page.images_dropped.emit(train, DraggedImages(shop.project, ImageIds.of(()), ("test",)))
    qtbot.waitUntil(lambda: _counts(shop) == [2, 0, 0])
    with qtbot.waitSignal(filling.set_show_requested) as told:
        page.target_activated.emit(train)
    assert len(told.args[0]) == 2
    assert told.args[1] == 'in the set "train"'
    late: list[object] = []
    filling.set_show_requested.connect(lambda *shown: late.append(shown))
    page.target_activated.emit(train)
    filling.show_project(replace(ProjectService(shop.registry).get_project(shop.project), id=ProjectId("0")))
    qtbot.waitUntil(lambda: filling._jobs.n_busy == 0)
    assert late == [], "of a project that is not shown any more"


def test_the_menus_do_the_same_by_keys(
    shop: DatasetShop, page: ProjectPage, filling: SetFillingController, qtbot
) -> None:
    menu = QMenu(page)
    filling._add_to_folder_menu(menu, Folder("valid", 3, 3))
    (sets,) = menu.findChildren(QMenu)
    assert [action.text() for action in sets.actions()] == ["train (0)", "val (0)", "test (0)"]
    sets.actions()[1].trigger()
    qtbot.waitUntil(lambda: _counts(shop) == [0, 3, 0])


def test_images_of_another_project_are_not_taken(
    shop: DatasetShop, page: ProjectPage, filling: SetFillingController, qtbot
) -> None:
    filling.put(_targets(page)[0], DraggedImages(ProjectId("other"), ImageIds.of(["1"])))
    qtbot.wait(50)
    assert _counts(shop) == [0, 0, 0]
