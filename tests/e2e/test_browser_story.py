"""A project gone through by keys alone: images chosen, tagged, put into a set, all of it undone; and the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from window_desk import Desk

from core.domain.image_order import SortKey, SortOrder
from ui.images.image_grid import ViewMode

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_images_are_chosen_tagged_put_into_a_set_and_taken_back_by_keys(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    features = window.features
    window.drop(shapes)
    window.import_dropped("Shapes")
    browser, grid = features.browser, features.browser.grid
    window.until(lambda: len(grid.ids) == 16)
    project = features.projects.current
    assert project is not None
    window.application.window.activateWindow()
    grid.setFocus()
    window.until(grid.hasFocus)
    QTest.keyClick(grid, Qt.Key.Key_Home)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert browser.selection_bar.text == "3 of 16 chosen"
    tags = next(menu for menu in browser.context_menu().findChildren(QMenu) if "Tags" in menu.title())
    next(action for action in tags.actions() if action.text() == "exclude").trigger()
    window.until(lambda: features.services.tags.count(project.id)["exclude"] == 3)
    assert browser.n_chosen == 3, "what is chosen stays so when the images are read anew"

    features.services.dataset_editing.create(project.id, "Pages")
    features.set_filling.show_project(project)
    window.until(lambda: len(features.project_page.drop_targets.list.targets.rows) == 4)
    sets = next(menu for menu in browser.context_menu().findChildren(QMenu) if "set" in menu.title())
    sets.actions()[0].trigger()

    def n_in_sets() -> int:
        return features.services.dataset_editing.list_datasets(project.id)[0].n_images

    window.until(lambda: n_in_sets() == 3)
    window.until(lambda: features.undo.undo_text.startswith("the addition") or "train" in features.undo.undo_text)
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Z, CONTROL)
    window.until(lambda: n_in_sets() == 0)
    QTest.keyClick(grid, Qt.Key.Key_Z, CONTROL)
    window.until(lambda: features.services.tags.count(project.id)["exclude"] == 0)
    QTest.keyClick(grid, Qt.Key.Key_Z, CONTROL | SHIFT)
    window.until(lambda: features.services.tags.count(project.id)["exclude"] == 3)
    QTest.keyClick(QApplication.focusWidget() or grid, Qt.Key.Key_F6)
    assert not grid.hasFocus()


def test_the_next_start_shows_what_was_left(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    browser = window.features.browser
    window.until(lambda: len(browser.grid.ids) == 16)
    window.features.project_page.select_folder("train")
    window.until(lambda: 0 < len(browser.grid.ids) < 16)
    n_listed = len(browser.grid.ids)
    window.features.images.sort(SortOrder(SortKey.SIZE, is_descending=True))
    browser.set_mode(ViewMode.LIST)
    window.until(lambda: window.features.jobs.n_busy == 0)
    browser.grid.select_image(browser.grid.ids[2])
    left = browser.grid.current_image()
    window.application.leave()
    desk.leave(window)

    again = desk.open()
    browser = again.features.browser
    again.until(lambda: browser.grid.current_image() == left)
    assert len(browser.grid.ids) == n_listed
    assert browser.grid.mode is ViewMode.LIST
    assert again.features.project_page.selected_folder == "train"
    assert again.features.images.order == SortOrder(SortKey.SIZE, is_descending=True)
