"""The Datasets view on a real registry: made, filled, split, frozen, verified, cloned, and every edit undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMessageBox, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.datasets import DatasetsController
from app.jobs import JobRunner
from app.services import Services, build_services
from app.undo import UndoHistory
from core.domain.datasets import Dataset, DatasetState
from core.domain.ids import ProjectId
from core.domain.projects import Project
from core.home import Home
from tests.core.judgements.predicted_shop import PredictedShop
from ui.datasets.fill_dialog import FillDialog
from ui.datasets.name_dialog import NameDialog
from ui.datasets.split_dialog import SplitDialog
from ui.widgets.title_dialog import TitleDialog


class Desk:
    def __init__(self, qtbot: QtBot, services: Services, project: Project) -> None:
        self.qtbot, self.services, self.project = qtbot, services, project
        self.jobs = JobRunner()
        self.undo = UndoHistory(self.jobs)
        self.said: list[object] = []
        self.undo.message_raised.connect(self.said.append)
        self.controller = DatasetsController(services=services, jobs=self.jobs, undo=self.undo)
        self.jobs.changed.connect(self.controller.refresh)
        self.page = self.controller.page
        qtbot.addWidget(self.page)
        self.page.resize(1200, 760)
        self.page.show()
        self.undo.show_project(project.id)
        self.controller.show_project(project)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.jobs.n_busy == 0, timeout=20_000)

    def datasets(self) -> tuple[Dataset, ...]:
        return self.services.dataset_editing.list_datasets(self.project.id)

    def press(self, text: str, among: object = None) -> None:
        button = next(
            b
            for b in (among or self.page).findChildren(QAbstractButton)  # type: ignore[attr-defined]
            if b.text().replace("&", "") == text and b.isVisibleTo(b.window())
        )
        assert button.isEnabled(), text
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def dialog(self, kind: type) -> object:
        self.qtbot.waitUntil(lambda: isinstance(self.controller.dialog, kind), timeout=5000)
        return self.controller.dialog

    def freezing_dialog(self) -> NameDialog:
        freezing = self.controller.freezing
        self.qtbot.waitUntil(lambda: freezing.dialog is not None, timeout=5000)
        assert freezing.dialog is not None
        return freezing.dialog

    def proposed(self) -> Dataset:
        self.press("Make these sets a dataset")
        return self.datasets()[0]

    def close(self) -> None:
        self.jobs.shutdown()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    shop = PredictedShop(tmp_path)
    shop.close()
    services = build_services(Home(tmp_path / "home"))
    made = Desk(qtbot, services, services.projects.list_projects()[0])
    yield made
    made.close()
    services.registry.close()


def texts(desk: Desk) -> str:
    return desk.page.banner.plain_text()


def test_a_project_that_tells_of_sets_becomes_a_dataset_with_one_press(desk: Desk) -> None:
    dataset = desk.proposed()
    assert [item.name for item in dataset.sets] == ["train", "val", "test"]
    assert desk.page.view.dataset.id == dataset.id
    desk.undo.undo()
    desk.settle()
    assert desk.datasets() == ()
    desk.undo.redo()
    desk.settle()
    assert desk.datasets()[0].id == dataset.id


def test_a_dataset_is_made_by_hand_filled_and_split(desk: Desk) -> None:
    desk.controller.ask_creating()
    dialog = desk.dialog(TitleDialog)
    dialog.findChild(QLineEdit).setText("Mine")
    dialog.findChild(QPlainTextEdit).setPlainText("for trying")
    desk.press("Save", dialog)
    (dataset,) = desk.datasets()
    assert (dataset.name, dataset.description) == ("Mine", "for trying")
    desk.press("Fill…")
    dialog = desk.dialog(FillDialog)
    desk.press("Fill", dialog)  # no folder is chosen
    assert desk.controller.dialog is dialog
    dialog._folders.setCurrentRow(0)
    desk.press("Fill", dialog)
    (dataset,) = desk.datasets()
    assert dataset.sets[0].n_images > 0
    desk.controller.ask_splitting()
    dialog = desk.dialog(SplitDialog)
    dialog._missing.setChecked(True)
    dialog._chosen.setCurrentIndex(1)
    dialog.ask_now()
    desk.settle()
    desk.qtbot.waitUntil(lambda: dialog._plan is not None, timeout=5000)
    desk.press("Split", dialog)
    (after,) = desk.datasets()
    assert after.n_images == desk.project.n_images
    assert after.rules[0].shares == (("train", "70"), ("val", "15"), ("test", "15"))
    desk.undo.undo()
    desk.settle()
    (back,) = desk.datasets()
    assert (back.sets, back.rules) == (dataset.sets, ())


def test_a_set_is_filled_from_the_set_of_another_dataset(desk: Desk) -> None:
    first = desk.proposed()
    desk.controller.ask_creating()
    dialog = desk.dialog(TitleDialog)
    dialog.findChild(QLineEdit).setText("Mine")
    desk.press("Save", dialog)
    desk.press("Fill…")
    dialog = desk.dialog(FillDialog)
    train = first.sets[0]
    chosen = dialog._set.findText(f"{first.name} / {train.name} ({train.n_images})")
    dialog._set.setCurrentIndex(chosen)
    dialog._set.activated.emit(chosen)
    desk.press("Fill", dialog)
    mine = next(one for one in desk.datasets() if one.name == "Mine")
    assert [item.n_images for item in mine.sets] == [train.n_images, 0, 0]


def test_linked_shares_add_up(desk: Desk) -> None:
    desk.proposed()
    desk.controller.ask_splitting()
    dialog = desk.dialog(SplitDialog)
    dialog._unit.setCurrentIndex(1)
    dialog._change_unit()
    train, val, test = dialog._shares
    assert (train.text(), val.text(), test.text()) == ("0.8", "0.2", "")
    train.setFocus()
    train.selectAll()
    desk.qtbot.keyClicks(train, "0.12345")
    assert val.text() == "0.87655"
    desk.qtbot.keyClicks(train, "6")
    dialog.ask_now()
    desk.settle()
    assert "Use 1 to 5 decimals" in dialog._problem.text()
    assert not dialog._apply.isEnabled()
    dialog.reject()


def test_freezing_asks_tells_and_is_for_good(desk: Desk) -> None:
    dataset = desk.proposed()
    desk.press("Freeze…")
    dialog = desk.freezing_dialog()
    assert dialog.findChild(QLineEdit).placeholderText() == "V001"
    dialog.findChild(QLineEdit).setText("a b")
    desk.press("Freeze", dialog)
    assert desk.controller.freezing.dialog is dialog  # E-431
    dialog.findChild(QLineEdit).setText("")
    desk.press("Freeze", dialog)
    assert desk.datasets()[0].version == "V001"
    assert "is frozen" in texts(desk)
    view = desk.page.view
    assert view.dataset.state is DatasetState.COMPLETE
    assert not view._fill.isEnabled()
    desk.press("Verify")
    assert "are what was frozen" in texts(desk)
    file = desk.project.root / "train/00.jpg"
    file.write_bytes(file.read_bytes() + b"\0")
    desk.press("Verify")
    assert "1 file changed since" in texts(desk)
    desk.press("Clone")
    clone, first = desk.datasets()
    assert (clone.cloned_from, clone.state) == (dataset.id, DatasetState.OPEN)
    assert view.dataset.id == clone.id
    assert f"cloned from {first.label}" in view._facts.text()
    file.unlink()
    desk.press("Freeze…")
    dialog = desk.freezing_dialog()
    desk.press("Freeze", dialog)
    assert view.dataset.state is DatasetState.ERROR
    assert view._problems.isVisibleTo(view)
    desk.press("Take these images out")
    assert view.dataset.state is DatasetState.OPEN
    assert view.dataset.n_images == first.n_images - 1


def test_a_question_about_a_dataset_is_asked_once_and_not_over_another_one(desk: Desk) -> None:
    first = desk.proposed()
    view = desk.page.view
    view.freeze_requested.emit()
    view.freeze_requested.emit()
    dialog = desk.freezing_dialog()
    desk.settle()
    assert desk.page.window().findChildren(NameDialog) == [dialog]
    dialog.reject()
    view.freeze_requested.emit()
    view.fill_requested.emit(first.sets[0].id)
    desk.controller.show_project(replace(desk.project, id=ProjectId("0")))
    assert desk.page.shown() is None
    desk.settle()
    assert (desk.controller.freezing.dialog, desk.controller.dialog) == (None, None)


def test_deleting_is_asked_and_undone(desk: Desk) -> None:
    dataset = desk.proposed()
    desk.press("Delete…")
    box = desk.controller.dialog
    assert isinstance(box, QMessageBox)
    desk.press("Delete", box)
    assert desk.datasets() == ()
    desk.undo.undo()
    desk.settle()
    assert desk.datasets()[0].sets == dataset.sets


def test_sets_are_renamed_moved_and_removed_by_keys(desk: Desk) -> None:
    desk.proposed()
    view = desk.page.view
    view._table.setFocus()
    view._table.setCurrentIndex(view._sets.index(1, 0))
    desk.qtbot.keyClick(view._table, Qt.Key.Key_F2)
    dialog = desk.dialog(NameDialog)
    dialog.findChild(QLineEdit).setText("dev")
    desk.press("Save", dialog)
    view._fill_menu()
    next(action for action in view._set_menu.actions() if "up" in action.text()).trigger()
    desk.settle()
    assert [item.name for item in desk.datasets()[0].sets] == ["dev", "train", "test"]
    desk.page.activateWindow()
    view._table.setFocus()
    desk.qtbot.waitUntil(view._table.hasFocus, timeout=5000)
    desk.qtbot.keyClick(view._table, Qt.Key.Key_Delete)
    desk.settle()
    assert len(desk.datasets()[0].sets) == 2
    for _ in range(3):
        desk.undo.undo()
        desk.settle()
    assert [item.name for item in desk.datasets()[0].sets] == ["train", "val", "test"]


def test_the_images_of_a_set_are_asked_for(desk: Desk) -> None:
    dataset = desk.proposed()
    found: list[tuple[object, str]] = []
    desk.controller.images_requested.connect(lambda images, words: found.append((images, words)))
    desk.press("Show images")
    assert [(len(images), words) for images, words in found] == [(dataset.sets[0].n_images, 'in the set "train"')]
    desk.page.view.images_requested.emit(dataset.sets[0].id)
    desk.controller.show_project(replace(desk.project, id=ProjectId("0")))
    desk.settle()
    assert len(found) == 1, "they are of no project that is open"


def test_a_training_on_the_dataset_is_asked_for(desk: Desk) -> None:
    dataset = desk.proposed()
    wished: list[tuple[object, object]] = []
    desk.controller.train_requested.connect(lambda project, id: wished.append((project, id)))
    desk.press("Train…")
    assert wished == [(dataset.project, dataset.id)]


def test_every_control_has_a_name(desk: Desk) -> None:
    desk.proposed()
    for button in (one for one in desk.page.findChildren(QPushButton) if one.isVisibleTo(desk.page)):
        assert button.text() or button.accessibleName() or button.toolTip()
