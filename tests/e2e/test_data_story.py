"""A project from bare pictures to a second training, by the mouse alone; then everything undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hands import Mouse
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QTabBar
from pytestqt.qtbot import QtBot
from registry_story import kept
from window_desk import Desk

from core.domain.datasets import DatasetState
from core.domain.imports import Severity
from core.domain.runs import RunStatus
from core.domain.training import StartFrom
from ui.classes.class_dialogs import ClassNameDialog
from ui.classes.classes_dialog import ClassesDialog
from ui.classes.label_bar import LabelBar
from ui.datasets.fill_dialog import FillDialog
from ui.datasets.name_dialog import NameDialog
from ui.datasets.split_dialog import SplitDialog
from ui.filters.condition_dialog import ConditionDialog
from ui.filters.name_dialog import NameDialog as FilterNameDialog
from ui.tagging.share_dialog import ShareDialog
from ui.training import steps
from ui.widgets.title_dialog import TitleDialog

pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # menus that open

N_PICTURES, N_DRAWN = 10, 8
FROZEN = ("dataset", "dataset_set", "dataset_image", "snapshot")
SEAL, LINE = (20, 20, 50, 50), (16, 60, 80, 72)


REAL = pytest.param("yolo-detect", marks=[pytest.mark.training, pytest.mark.timeout(900)])


@pytest.mark.parametrize("worker", ["fake", REAL])
def test_a_project_goes_from_pictures_to_a_second_training_by_mouse(
    desk: Desk, letters: Path, qtbot: QtBot, worker: str
) -> None:
    window = desk.open()
    mouse = Mouse(window, qtbot)
    window.drop(letters)
    window.import_dropped("Letters", warnings=("no-annotations",))
    mouse.until(lambda: len(window.features.browser.grid.ids) == N_PICTURES)
    mouse.settle()
    bare = kept(window)
    add_classes(mouse, "seal", "line")
    draw_everything(mouse)
    label_whole_images(mouse)
    filter_and_keep(mouse)
    tag(mouse)
    make_a_dataset(mouse, "Seals")
    freeze(mouse)
    train(mouse, worker)
    clone_and_change(mouse)
    train(mouse, worker)
    assert [one.text for one in window.messages if one.severity is not Severity.INFO] == []
    frozen = kept(window)
    undo_everything(mouse)
    left = kept(window)
    for table in FROZEN:  # of a dataset that was frozen no step is taken back, and it is said
        assert left.pop(table) == frozen[table]
    assert left == {name: rows for name, rows in bare.items() if name not in FROZEN}
    refused = [one.text for one in window.messages if one.severity is not Severity.INFO]
    assert len(refused) == len(set(refused)) == 2, "once for each of the two datasets, for all of its steps"
    assert all("is complete and cannot be edited" in text for text in refused)
    assert window.features.services.registry.check() == ()


def add_classes(mouse: Mouse, *names: str) -> None:
    page = mouse.window.features.project_page
    mouse.press(page, "Edit classes")
    dialog = mouse.dialog(ClassesDialog)
    for name in names:
        mouse.press(dialog, "Add…")
        question = mouse.dialog(ClassNameDialog)
        mouse.write(question, "Name", name)
        mouse.press(question, "Add")
        mouse.dialog(ClassesDialog)
    mouse.press(dialog, "Close")
    mouse.until_closed()


def draw_everything(mouse: Mouse) -> None:
    """A box around the seal and a polygon around the line, on all pictures but the last two."""
    features, grid = mouse.window.features, mouse.window.features.browser.grid
    mouse.bot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mouse.cell(0))
    mouse.until(lambda: mouse.window.page == "viewer")
    page = features.viewer_page
    mouse.press(page, "Edit the annotations (E)")
    canvas, chooser = page.canvas, page.edit_bar.classes
    for number in range(N_DRAWN):
        mouse.until(lambda: canvas.picture is not None and not page.is_showing_problem, "the picture")
        mouse.settle()
        draw_a_box(mouse, "seal")
        mouse.press(page, "Draw a polygon, point by point (P)")
        mouse.pick(chooser, "line")
        x0, y0, x1, y1 = LINE
        for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)):
            at = QPoint(*(round(value) for value in canvas.view.to_view(x, y)))
            mouse.bot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
        mouse.settle()
        if number + 1 < N_DRAWN:
            mouse.press(page, "Next image that nobody has annotated (U)")
            mouse.settle()
    mouse.press(page, "Stop editing (E)")
    mouse.press(page, "Back to the images (Esc)")
    mouse.until(lambda: mouse.window.page == "project")


def draw_a_box(mouse: Mouse, category: str) -> None:
    page = mouse.window.features.viewer_page
    canvas = page.canvas
    mouse.press(page, "Draw a box (B)")
    mouse.pick(page.edit_bar.classes, category)
    mouse.drag(canvas, *(canvas.view.to_view(x, y) for x, y in (SEAL[:2], (30, 30), SEAL[2:])))
    mouse.settle()


def label_whole_images(mouse: Mouse) -> None:
    """The last picture but one shows nothing; the last gets a class as a whole."""
    browser = mouse.window.features.browser
    grid, chooser = browser.grid, browser.selection_bar.findChild(LabelBar)
    mouse.bot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mouse.cell(N_DRAWN))
    mouse.context_menu(grid.viewport(), mouse.cell(N_DRAWN))
    mouse.choose("Class", "Without concept")
    mouse.settle()
    mouse.bot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mouse.cell(N_DRAWN + 1))
    mouse.pick(chooser.findChild(QComboBox), "seal")
    mouse.press(chooser, "Label the chosen images")
    mouse.settle()
    assert {name: len(rows) for name, rows in kept(mouse.window).items() if name in ("annotation", "category")} == {
        "annotation": 2 * N_DRAWN + 2,
        "category": 2,
    }


def filter_and_keep(mouse: Mouse) -> None:
    """Pictures with more than one annotation, kept as "drawn"."""
    features = mouse.window.features
    mouse.press(features.filters.bar, "Add condition")
    dialog = mouse.dialog(ConditionDialog)
    mouse.pick_named(dialog, "What is asked", "Annotations")
    mouse.pick_named(dialog, "How it is compared", "more than")
    mouse.write_line(dialog.row.tab_widgets()[2], "1")
    mouse.press(dialog, "OK")
    mouse.until(lambda: len(features.browser.grid.ids) == N_DRAWN)
    mouse.choose_from(features.filters.bar, "Saved filters", "Save as")
    name = mouse.dialog(FilterNameDialog)
    mouse.write(name, "Name of the filter", "drawn")
    mouse.press(name, "Save")
    mouse.until_closed()
    mouse.settle()


def tag(mouse: Mouse) -> None:
    """Two are hard, all that are listed are shared out by chance; the filter goes again."""
    features = mouse.window.features
    view = features.browser.grid.viewport()
    mouse.bot.mouseClick(view, Qt.MouseButton.LeftButton, pos=mouse.cell(0))
    mouse.bot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, mouse.cell(1))
    mouse.context_menu(view, mouse.cell(1))
    mouse.choose("Tags", "hard case")
    mouse.settle()
    mouse.press(features.browser.selection_bar, "Choose none")
    mouse.context_menu(view, mouse.cell(0))
    mouse.choose("All")
    mouse.context_menu(view, mouse.cell(0))
    mouse.choose("Tags", "Share out")
    mouse.press(mouse.dialog(ShareDialog), "Tag them")
    mouse.until_closed()
    mouse.settle()
    assert len(kept(mouse.window)["image_tag"]) == 2 + N_DRAWN
    mouse.press(features.browser, "Clear filters")
    mouse.until(lambda: len(features.browser.grid.ids) == N_PICTURES)


def make_a_dataset(mouse: Mouse, name: str) -> None:
    """Filled by the filter that was kept, and split."""
    features = mouse.window.features
    mouse.tab(features.project_page.findChild(QTabBar), "Datasets")
    mouse.until(lambda: features.project_page.current_view == "datasets")
    page, view = features.datasets.page, features.datasets.page.view
    mouse.press(page, "Make one by hand…")
    dialog = mouse.dialog(TitleDialog)
    mouse.write_line(dialog.findChild(QLineEdit), name)
    mouse.press(dialog, "Save")
    mouse.until(lambda: page.shown() is not None and page.shown().name == name)
    mouse.press(page, "Fill…")
    fill = mouse.dialog(FillDialog)
    mouse.press(fill, "That pass the filter")
    mouse.press(fill, "Fill")
    mouse.until(lambda: view.dataset is not None and view.dataset.n_images == N_DRAWN)
    mouse.press(page, "Split…")
    split = mouse.dialog(SplitDialog)
    for share, text in (("train", "50"), ("val", "25"), ("test", "25")):
        mouse.write(split, f'Share of "{share}"', text)
    mouse.press(split, "Split")
    mouse.until(lambda: [one.n_images for one in view.dataset.sets] == [4, 2, 2])


def freeze(mouse: Mouse) -> None:
    datasets = mouse.window.features.datasets
    mouse.press(datasets.page, "Freeze…")
    mouse.press(mouse.dialog(NameDialog), "Freeze")
    mouse.until(lambda: datasets.page.view.dataset.state is DatasetState.COMPLETE)
    mouse.settle()


def train(mouse: Mouse, worker: str) -> None:
    """From the dataset that is shown, until the version is published."""
    window = mouse.window
    mouse.press(window.features.datasets.page, "Train…")
    mouse.until(lambda: window.page == "wizard")
    wizard, shown = window.features.wizard, window.features.datasets.page.shown()
    mouse.until(lambda: wizard.draft().worker and wizard.draft().dataset == shown.id)
    mouse.settle()
    mouse.settle()
    pretends = worker == "fake"  # the list of methods does not offer it
    values = {"n_steps": 1, "points_per_step": 2} if pretends else {"epochs": 1, "imgsz": 64, "batch": 2}
    start = StartFrom() if pretends else wizard.draft().start
    wizard.set_draft(replace(wizard.draft(), worker=worker, values=values, start=start))
    wizard.open_step(steps.OVERVIEW)
    mouse.settle()
    assert [issue.text for issue in wizard.issues() if issue.is_error] == []
    mouse.press(wizard, "Start training")
    answer_the_freeze_question(mouse, is_open=shown.state is DatasetState.OPEN)
    mouse.until(lambda: window.page == "run")
    assert window.wait_for_end().status is RunStatus.SUCCESS
    run = window.features.run_page.run_id
    assert run is not None and window.run_record(run).status is RunStatus.SUCCESS
    mouse.press(window.application.window, "Letters")
    mouse.until(lambda: window.page == "project")


def answer_the_freeze_question(mouse: Mouse, *, is_open: bool) -> None:
    if is_open:
        mouse.press(mouse.dialog(), "Freeze and start")


def clone_and_change(mouse: Mouse) -> None:
    """The picture that had only a class of its own gets a seal too, and comes into the clone."""
    features = mouse.window.features
    page, view = features.datasets.page, features.datasets.page.view
    mouse.press(page, "Clone")
    mouse.until(lambda: view.dataset.cloned_from is not None and view.dataset.state is DatasetState.OPEN)
    mouse.settle()
    mouse.tab(features.project_page.findChild(QTabBar), "Images")
    grid = features.browser.grid
    mouse.bot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mouse.cell(N_DRAWN + 1))
    mouse.until(lambda: mouse.window.page == "viewer" and features.viewer_page.canvas.picture is not None)
    mouse.settle()
    mouse.press(features.viewer_page, "Edit the annotations (E)")
    draw_a_box(mouse, "seal")
    mouse.press(features.viewer_page, "Back to the images (Esc)")
    mouse.until(lambda: mouse.window.page == "project")
    mouse.bot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=mouse.cell(N_DRAWN + 1))
    mouse.context_menu(grid.viewport(), mouse.cell(N_DRAWN + 1))
    mouse.choose("Put into a set", "train")
    mouse.settle()
    mouse.tab(features.project_page.findChild(QTabBar), "Datasets")
    mouse.until(lambda: [one.n_images for one in view.dataset.sets] == [5, 2, 2])


def undo_everything(mouse: Mouse) -> None:
    """Ctrl+Z until there is nothing left."""
    undo = mouse.window.application.actions["undo"]
    while undo.isEnabled():
        undo.trigger()
        mouse.settle()
