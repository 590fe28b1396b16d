from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QPushButton, QTabBar, QToolButton, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Category, Folder, Project
from ui.projects.dialogs import RemoveProjectDialog, RenameProjectDialog
from ui.projects.folder_tree import FolderTree, FolderTreeModel
from ui.projects.project_actions import EXPORT, IMPORT, MODELS, REMOVE, RENAME, RUNS, TRAIN
from ui.projects.project_page import ProjectPage

MakeProject = Callable[..., Project]

FOLDERS = (
    Folder("", 12, 10),
    Folder("train", 8, 8),
    Folder("train/b 10", 3, 3),
    Folder("train/b 9", 5, 5),
    Folder("empty", 4, 0),
)
CATEGORIES = (Category(CategoryId("text"), "text", 0, 30), Category(CategoryId("zone"), "zone", 1, 10))


@pytest.fixture
def page(qtbot: QtBot, make_project: MakeProject) -> ProjectPage:
    page = ProjectPage(QWidget())
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitExposed(page)
    page.show_project(make_project())
    page.set_folders(FOLDERS)
    page.set_categories(CATEGORIES)
    page.set_action_refusals({})
    return page


@pytest.mark.parametrize(
    ("key", "signal", "payload"),
    [
        (TRAIN, "train_requested", ["pages", ()]),
        (RUNS, "runs_requested", ["pages"]),
        (MODELS, "models_requested", ["pages"]),
    ],
)
def test_the_actions_announce_their_wishes(
    qtbot: QtBot, page: ProjectPage, key: str, signal: str, payload: list[object]
) -> None:
    with qtbot.waitSignal(getattr(page, signal)) as wish:
        page.action(key).trigger()
    assert wish.args == payload


@pytest.mark.parametrize(
    ("key", "signal"),
    [(IMPORT, "import_requested"), (RENAME, "rename_requested"), (REMOVE, "remove_requested")],
)
def test_actions_on_the_project_carry_it(qtbot: QtBot, page: ProjectPage, key: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(page, signal)) as wish:
        page.action(key).trigger()
    assert wish.args == [page.project]


def test_the_chosen_folder_is_prefilled_for_training(qtbot: QtBot, page: ProjectPage) -> None:
    page._folders.select_folder("train")
    with qtbot.waitSignal(page.train_requested) as wish:
        page.action(TRAIN).trigger()
    assert wish.args == ["pages", ("train",)]


def test_the_chosen_folder_is_offered_for_an_export(qtbot: QtBot, page: ProjectPage) -> None:
    for folder, offered in (("", ()), ("train", ("train",))):
        page._folders.select_folder(folder)
        with qtbot.waitSignal(page.export_requested) as wish:
            page.action(EXPORT).trigger()
        assert wish.args == [page.project, offered]


def test_a_refused_action_stays_with_its_reason(qtbot: QtBot, page: ProjectPage) -> None:
    reason = "This project has no folder with images. Add images before training a model."
    page.set_action_refusals({TRAIN: reason})
    action = page.action(TRAIN)
    menu = page._actions.menu()
    assert action in menu.actions()
    assert action.isVisible()
    assert not action.isEnabled()
    assert action.toolTip() == reason
    assert menu.toolTipsVisible()
    page.set_action_refusals({})
    assert action.isEnabled()
    assert action.toolTip() == "Train a model…"


def test_another_project_starts_without_the_filters_of_the_one_before(
    qtbot: QtBot, page: ProjectPage, make_project: MakeProject
) -> None:
    page._folders.select_folder("train")
    page._categories.set_chosen([CategoryId("text")])
    page._categories.toggle(1)
    page.show_project(make_project("Birds"))
    assert page.selected_folder == ""
    assert page.chosen_categories == ()
    assert page._categories.hidden == frozenset()


def test_new_counts_of_the_same_project_keep_the_choices(page: ProjectPage, make_project: MakeProject) -> None:
    page._folders.select_folder("train")
    page._categories.set_chosen([CategoryId("text")])
    page.show_project(make_project(n_images=20))
    page.set_folders(FOLDERS[:2])
    page.set_categories(CATEGORIES)
    assert page.selected_folder == "train"
    assert page.chosen_categories == (CategoryId("text"),)


def test_all_and_none_are_of_no_use_without_a_class(page: ProjectPage) -> None:
    buttons = [one for one in page.findChildren(QToolButton) if one.text() in ("All", "None")]
    assert [one.isEnabled() for one in buttons] == [True, True]
    page.set_categories(())
    assert [one.isEnabled() for one in buttons] == [False, False]


def test_clearing_the_filters_announces_what_changes(qtbot: QtBot, page: ProjectPage) -> None:
    page._folders.select_folder("train")
    page._categories.set_chosen([CategoryId("zone")])
    with qtbot.waitSignals([page.folder_selected, page.category_filter_changed]):
        page.clear_filters()
    assert page.selected_folder == ""


@pytest.fixture
def tree(qtbot: QtBot) -> FolderTree:
    tree = FolderTree()
    qtbot.addWidget(tree)
    tree.resize(300, 300)
    tree.show()
    qtbot.waitExposed(tree)
    tree.set_folders(FOLDERS)
    return tree


def test_the_tree_shows_all_images_on_top_and_numbers_in_order(tree: FolderTree) -> None:
    model = tree.model()
    top = model.index(0, 0, QModelIndex())
    assert top.data() == "All images"
    names = [model.index(row, 0, top).data() for row in range(model.rowCount(top))]
    assert names == ["empty", "train"]
    train = model.index(1, 0, top)
    assert [model.index(row, 0, train).data() for row in range(2)] == ["b 9", "b 10"]
    assert train.data(Qt.ItemDataRole.AccessibleTextRole) == "train: 8 images, 8 of them annotated"


def test_selecting_a_folder_announces_its_path(qtbot: QtBot, tree: FolderTree) -> None:
    model = tree.model()
    train = model.index(1, 0, model.index(0, 0, QModelIndex()))
    with qtbot.waitSignal(tree.folder_selected) as wish:
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(train).center())
    assert wish.args == ["train"]


def test_new_counts_announce_nothing(qtbot: QtBot, tree: FolderTree) -> None:
    tree.select_folder("train/b 9")
    with qtbot.assertNotEmitted(tree.folder_selected):
        tree.set_folders(FOLDERS)
        assert tree.selected_folder() == "train/b 9"
        tree.set_folders(FOLDERS[:2])
    assert tree.selected_folder() == ""


def test_new_counts_leave_the_tree_as_it_was(qtbot: QtBot, tree: FolderTree) -> None:
    model = tree.model()
    train = model.index(1, 0, model.index(0, 0))
    assert train.data() == "train"
    tree.collapse(train)
    counted = (Folder("", 13, 11), Folder("train", 9, 9), FOLDERS[2], Folder("train/b 9", 6, 6), FOLDERS[4])
    changed: list[tuple[str, str]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.data(), last.data())))
    with qtbot.assertNotEmitted(model.modelReset):
        tree.set_folders(counted)
    assert changed == [("All images", "All images"), ("train", "train"), ("b 9", "b 9")]
    assert "9 images" in train.data(Qt.ItemDataRole.ToolTipRole)
    assert not tree.isExpanded(train)
    with qtbot.waitSignal(model.modelReset):
        tree.set_folders(counted[:4])


def test_numbers_in_names_are_sorted_by_their_value(qtbot: QtBot) -> None:
    model = FolderTreeModel()
    names = ("p", "p 2", "p 02b", "p 9", "p 10", "p 10a", "p 100", "pa", "٣", "p4", "Pa 1")
    model.set_folders([Folder(name, 1, 0) for name in names])
    root = model.index(0, 0)
    shown = [model.index(row, 0, root).data() for row in range(model.rowCount(root))]
    assert shown == ["p", "p 2", "p 02b", "p 9", "p 10", "p 10a", "p 100", "pa", "Pa 1", "p4", "٣"]


def test_a_folder_can_be_trained_on_from_its_menu(qtbot: QtBot, tree: FolderTree) -> None:
    action = tree.menu_for(FOLDERS[1]).actions()[0]
    with qtbot.waitSignal(tree.train_requested) as wish:
        action.trigger()
    assert wish.args == ["train"]


def test_a_folder_without_annotations_says_why_it_cannot(tree: FolderTree) -> None:
    menu = tree.menu_for(FOLDERS[4])
    action = menu.actions()[0]
    assert not action.isEnabled()
    assert action.toolTip() == 'No image in "empty" has an annotation. Annotate or choose another folder.'
    assert menu.toolTipsVisible()


def test_folders_without_a_root_row_are_summed(qtbot: QtBot) -> None:
    model = FolderTreeModel()
    model.set_folders((Folder("a", 3, 1), Folder("b/c", 4, 4)))
    top = model.index(0, 0)
    assert model.rowCount(top) == 2
    assert model.index_of("b").isValid()
    assert model.index_of("b/c").parent() == model.index_of("b")


def test_the_model_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = FolderTreeModel()
    model.set_folders(FOLDERS)
    qtmodeltester.check(model)


def test_renaming_needs_another_name(qtbot: QtBot, make_project: MakeProject) -> None:
    dialog = RenameProjectDialog(make_project())
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog._rename.isEnabled()
    dialog._name.setText("   ")
    assert not dialog._rename.isEnabled()
    assert dialog._problem.text() == "Give the project a name."
    dialog._name.setText(" Birds ")
    with qtbot.waitSignal(dialog.name_chosen) as chosen:
        qtbot.mouseClick(dialog._rename, Qt.MouseButton.LeftButton)
    assert chosen.args == ["Birds"]
    dialog.show_problem("A project of that name exists.")
    assert dialog.isVisible()


def test_removing_says_that_the_files_stay(qtbot: QtBot, make_project: MakeProject) -> None:
    dialog = RemoveProjectDialog(make_project())
    qtbot.addWidget(dialog)
    texts = [label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text")]
    assert "Your files stay where they are, unchanged: /data/pages" in texts
    assert "Remove from Calque" in texts


def test_f6_leads_through_the_panes_and_back(qtbot: QtBot, page: ProjectPage) -> None:
    page.activateWindow()
    page._tabs.show()
    page._folders.setFocus()
    qtbot.waitUntil(page._folders.hasFocus)
    qtbot.keyClick(page._folders, Qt.Key.Key_F6)
    assert page._categories.hasFocus()
    qtbot.keyClick(page._categories, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert page._folders.hasFocus()
    qtbot.keyClick(page._folders, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert page._tabs.hasFocus()


def test_a_missing_folder_can_be_located_where_it_is_said(qtbot: QtBot, page: ProjectPage) -> None:
    page.show_missing_root(UserMessage("The folder is not there.", "Say where it is.", Severity.WARNING))
    button = next(one for one in page.banner.findChildren(QPushButton) if one.text() == "Locate folder…")
    with qtbot.waitSignal(page.locate_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    page.show_message(UserMessage("Something else."))
    assert not button.isVisible()


def test_the_tabs_take_the_keyboard_when_what_had_it_is_hidden(qtbot: QtBot, page: ProjectPage) -> None:
    other = QPushButton("Other")
    page.offer_view("other", "Other")
    page.add_view("other", other)
    tree = page.findChild(FolderTree)
    assert tree is not None
    page.window().activateWindow()
    tree.setFocus()
    qtbot.waitUntil(tree.hasFocus)
    tabs = page.findChild(QTabBar)
    assert tabs is not None
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(1).center())
    assert page.current_view == "other"
    assert tabs.hasFocus()
