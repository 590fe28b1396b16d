"""The same by keys alone: from bare pictures to a second training, and everything undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hands import Keys
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from registry_story import kept
from window_desk import Desk

from core.domain.datasets import DatasetState
from core.domain.imports import Severity
from core.domain.runs import RunStatus
from core.domain.training import StartFrom
from ui.classes.class_dialogs import ClassNameDialog
from ui.classes.classes_dialog import ClassesDialog
from ui.datasets.fill_dialog import FillDialog
from ui.datasets.name_dialog import NameDialog
from ui.datasets.split_dialog import SplitDialog
from ui.filters.condition_dialog import ConditionDialog
from ui.filters.name_dialog import NameDialog as FilterNameDialog
from ui.imports.import_dialog import ImportDialog, Step
from ui.tagging.share_dialog import ShareDialog
from ui.widgets.title_dialog import TitleDialog

pytestmark = pytest.mark.qt_log_ignore(  # menus that open; keys that nobody takes, such as Space on a closing list
    "does not support (raise|grabbing)", "Keyboard event not accepted", extend=True
)

Key = Qt.Key
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
N_PICTURES, N_DRAWN = 10, 8
FROZEN = ("dataset", "dataset_set", "dataset_image", "snapshot")


def test_a_project_goes_from_pictures_to_a_second_training_by_keys(desk: Desk, letters: Path, qtbot: QtBot) -> None:
    window = desk.open()
    keys = Keys(window, qtbot)
    import_pictures(keys, letters)
    bare = kept(window)
    add_classes(keys, "seal", "line")
    draw_everything(keys)
    label_whole_images(keys)
    filter_and_keep(keys)
    tag(keys)
    make_a_dataset(keys, "Seals")
    freeze(keys)
    train(keys)
    clone_and_change(keys)
    train(keys)
    frozen = kept(window)
    undo_everything(keys)
    left = kept(window)
    for table in FROZEN:
        assert left.pop(table) == frozen[table]
    assert left == {name: rows for name, rows in bare.items() if name not in FROZEN}
    refused = [one.text for one in window.messages if one.severity is not Severity.INFO]
    assert all("is complete and cannot be edited" in text for text in refused)


def import_pictures(keys: Keys, folder: Path) -> None:
    window = keys.window
    window.application.window.activateWindow()
    keys.press(Key.Key_N, CONTROL)
    dialog = keys.dialog(ImportDialog)
    keys.type(str(folder))
    keys.press(Key.Key_Return)
    keys.until(lambda: dialog.step is Step.PREVIEW, "the preview")
    keys.to("Project name")
    keys.press(Key.Key_A, CONTROL)
    keys.type("Letters")
    keys.use("Import 10 images")
    keys.until(lambda: dialog.step is Step.REPORT, "the report")
    keys.use("Open project")
    keys.until_closed()
    keys.until(lambda: window.page == "project" and len(window.features.browser.grid.ids) == N_PICTURES)
    keys.settle()


def add_classes(keys: Keys, *names: str) -> None:
    keys.use("Edit classes")
    keys.dialog(ClassesDialog)
    for name in names:
        keys.use("Add…")
        keys.dialog(ClassNameDialog)
        keys.type(name)
        keys.press(Key.Key_Return)
        keys.dialog(ClassesDialog)
        keys.settle()
    keys.press(Key.Key_Escape)
    keys.until_closed()


def draw_everything(keys: Keys) -> None:
    """A box and a polygon on all pictures but the last two."""
    window = keys.window
    keys.to_grid()
    keys.press(Key.Key_Home)
    keys.press(Key.Key_Return)
    keys.until(lambda: window.page == "viewer")
    for number in range(N_DRAWN):
        keys.until(lambda: window.features.viewer_page.canvas.picture is not None)
        keys.settle()
        draw_a_box(keys)
        keys.press(Key.Key_P)
        keys.press(Key.Key_2, ALT)
        keys.press(Key.Key_Return)
        for arrow in (Key.Key_Right, Key.Key_Down, Key.Key_Left):
            keys.press(arrow, SHIFT, times=2)
            keys.press(Key.Key_Return)
        keys.press(Key.Key_Return)
        keys.settle()
        if number + 1 < N_DRAWN:
            keys.press(Key.Key_U)
            keys.settle()
    leave_viewer(keys)


def draw_a_box(keys: Keys) -> None:
    keys.press(Key.Key_B)
    keys.press(Key.Key_1, ALT)
    for edge, inwards in ((Key.Key_Left, Key.Key_Right), (Key.Key_Up, Key.Key_Down)):
        keys.press(edge, CONTROL)  # the cross is where it was on the image before
        keys.press(inwards, SHIFT, times=2)
    keys.press(Key.Key_Return)
    keys.press(Key.Key_Right, SHIFT, times=2)
    keys.press(Key.Key_Down, SHIFT, times=2)
    keys.press(Key.Key_Return)
    keys.settle()


def leave_viewer(keys: Keys) -> None:
    for _ in range(5):  # a drawing, the selection, editing, the viewer
        if keys.window.page == "viewer":
            keys.press(Key.Key_Escape)
    keys.until(lambda: keys.window.page == "project", "the project's page")


def label_whole_images(keys: Keys) -> None:
    keys.to_grid()
    keys.press(Key.Key_End)
    keys.press(Key.Key_L)
    keys.type("seal")
    keys.press(Key.Key_Return)
    keys.settle()
    keys.to_grid()
    keys.press(Key.Key_Left)
    keys.press(Key.Key_0)
    keys.settle()
    rows = kept(keys.window)
    assert [len(rows["annotation"]), len(rows["category"])] == [2 * N_DRAWN + 2, 2]


def filter_and_keep(keys: Keys) -> None:
    features = keys.window.features
    keys.press(Key.Key_F, CONTROL | SHIFT)
    keys.dialog(ConditionDialog)
    keys.type("Annotations")
    keys.press(Key.Key_Tab)
    keys.type("more")
    keys.press(Key.Key_Tab)
    keys.type("1")
    keys.press(Key.Key_Return)
    keys.until(lambda: len(features.browser.grid.ids) == N_DRAWN, "the filter")
    keys.use_menu("Saved filters", Key.Key_S)
    keys.dialog(FilterNameDialog)
    keys.type("drawn")
    keys.press(Key.Key_Return)
    keys.until_closed()
    keys.settle()


def tag(keys: Keys) -> None:
    """All that are listed are shared out by chance."""
    keys.to_grid()
    keys.press(Key.Key_A, CONTROL)
    keys.press(Key.Key_T)
    keys.in_menu(Key.Key_S)
    keys.dialog(ShareDialog)
    keys.press(Key.Key_Return)
    keys.until_closed()
    keys.settle()
    assert len(kept(keys.window)["image_tag"]) == N_DRAWN
    keys.use("Clear filters")
    keys.until(lambda: len(keys.window.features.browser.grid.ids) == N_PICTURES)


def show_view(keys: Keys, title: str) -> None:
    keys.to_tabs()
    tabs = keys.focused
    titles = [tabs.tabText(index) for index in range(tabs.count())]
    step = titles.index(title) - tabs.currentIndex()
    keys.press(Key.Key_Right if step > 0 else Key.Key_Left, times=abs(step))
    assert tabs.tabText(tabs.currentIndex()) == title


def make_a_dataset(keys: Keys, name: str) -> None:
    show_view(keys, "Datasets")
    page, view = keys.window.features.datasets.page, keys.window.features.datasets.page.view
    keys.settle()
    keys.use("Make one by hand…")
    keys.dialog(TitleDialog)
    keys.type(name)
    keys.press(Key.Key_Return)
    keys.until(lambda: page.shown() is not None and page.shown().name == name)
    keys.until_closed()
    keys.settle()
    keys.use("Fill…")
    keys.dialog(FillDialog)
    keys.press(Key.Key_L, ALT)
    keys.until(lambda: keys.focused.isChecked(), "the choice of a filter")
    keys.press(Key.Key_Return)
    keys.until(lambda: view.dataset is not None and view.dataset.n_images == N_DRAWN, "the set to be filled")
    keys.until_closed()
    keys.press(Key.Key_S, ALT)
    split = keys.dialog(SplitDialog)
    for share in ("50", "25", "25"):
        keys.press(Key.Key_A, CONTROL)
        keys.type(share)
        keys.press(Key.Key_Tab)
    keys.until(lambda: split._apply.isEnabled(), "the split to be counted")
    keys.press(Key.Key_Return)
    keys.until(lambda: [one.n_images for one in view.dataset.sets] == [4, 2, 2], "the split")
    keys.until_closed()


def freeze(keys: Keys) -> None:
    view = keys.window.features.datasets.page.view
    keys.press(Key.Key_Z, ALT)
    keys.dialog(NameDialog)
    keys.press(Key.Key_Return)
    keys.until(lambda: view.dataset.state is DatasetState.COMPLETE, "the dataset to be frozen")
    keys.until_closed()
    keys.settle()


def train(keys: Keys) -> None:
    window = keys.window
    shown = window.features.datasets.page.shown()
    keys.use("Train…")
    keys.until(lambda: window.page == "wizard")
    wizard = window.features.wizard
    keys.until(lambda: wizard.draft().worker and wizard.draft().dataset == shown.id)
    keys.settle()
    values = {"n_steps": 1, "points_per_step": 2}  # the list of methods does not offer the one that only pretends
    wizard.set_draft(replace(wizard.draft(), worker="fake", values=values, start=StartFrom()))
    keys.settle()
    keys.until(wizard.frame.footer.start_button.isEnabled, [issue.text for issue in wizard.issues()])
    keys.use("Start training")
    if shown.state is DatasetState.OPEN:
        keys.dialog()
        keys.press(Key.Key_F, ALT)
    keys.until(lambda: window.page == "run")
    assert window.wait_for_end().status is RunStatus.SUCCESS
    keys.press(Key.Key_2, CONTROL)
    keys.until(lambda: window.page == "project")
    keys.settle()


def clone_and_change(keys: Keys) -> None:
    window = keys.window
    view = window.features.datasets.page.view
    keys.use("Clone")
    keys.until(lambda: view.dataset.cloned_from is not None and view.dataset.state is DatasetState.OPEN)
    keys.settle()
    show_view(keys, "Images")
    keys.to_grid()
    keys.press(Key.Key_End)
    keys.press(Key.Key_Return)
    keys.until(lambda: window.page == "viewer" and window.features.viewer_page.canvas.picture is not None)
    keys.settle()
    draw_a_box(keys)
    leave_viewer(keys)
    keys.to_grid()
    keys.press(Key.Key_End)
    keys.press(Key.Key_F10, SHIFT)
    keys.in_menu(Key.Key_P)
    keys.in_menu(Key.Key_Return)
    keys.settle()
    show_view(keys, "Datasets")
    keys.until(lambda: [one.n_images for one in view.dataset.sets] == [5, 2, 2], "the image in the set")


def undo_everything(keys: Keys) -> None:
    undo = keys.window.application.actions["undo"]
    while undo.isEnabled():
        keys.press(Key.Key_Z, CONTROL)
        keys.settle()
