from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTreeView
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.projects import Category, Folder
from ui.training.folder_model import FolderModel
from ui.training.folder_picker import FolderPicker
from ui.training.folder_sums import carved, folder_title, outermost, sum_of

CHECK = Qt.ItemDataRole.CheckStateRole


def test_a_folder_inside_another_counts_once(folders: tuple[Folder, ...]) -> None:
    by_path = {folder.path: folder for folder in folders}
    total = sum_of(["train", "train/a", "test", "nowhere"], by_path)
    assert (total.n_images, total.n_annotated) == (170, 150)
    assert total.category_counts[CategoryId("c0")] == 400
    assert sum_of([], by_path).n_images == 0


def test_only_the_outermost_folders_count() -> None:
    assert outermost(["a/b", "a", "ab", "a"]) == ("a", "ab")
    assert outermost(["x", ""]) == ("",)


@pytest.mark.parametrize(
    ("n", "ratio", "expected"), [(10, 0.2, (8, 2)), (3, 0.01, (2, 1)), (2, 0.9, (1, 1)), (1, 0.5, (1, 0))]
)
def test_something_always_remains_on_both_sides(n: int, ratio: float, expected: tuple[int, int]) -> None:
    assert carved(n, ratio) == expected


def test_a_name_that_is_no_text_can_be_shown() -> None:
    assert folder_title("caf\udce9") == "caf\\xe9"
    assert folder_title("") == "Whole project"


@pytest.fixture
def model(qtbot: QtBot, folders: tuple[Folder, ...], categories: tuple[Category, ...]) -> FolderModel:
    made = FolderModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning, made)
    assert tester is not None
    made.set_folders(folders, categories)
    return made


def check(model: FolderModel, path: str, *, is_on: bool = True) -> bool:
    state = Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
    return model.setData(model.index_of(path), state, CHECK)


def test_the_tree_has_the_folders_and_their_counts(model: FolderModel) -> None:
    root = model.index(0, 0, QModelIndex())
    assert root.data() == "Whole project"
    assert model.rowCount(root) == 2
    train = model.index_of("train")
    assert [train.siblingAtColumn(column).data() for column in range(3)] == ["train", "150", "130"]
    assert "text_line 340" in train.data(Qt.ItemDataRole.ToolTipRole)
    assert model.path_of(model.index(0, 0, train)) == "train/a"
    assert model.parent(train) == root


def test_a_checked_folder_includes_what_is_below_it(model: FolderModel) -> None:
    check(model, "train/a")
    assert model.index_of("train").data(CHECK) == Qt.CheckState.PartiallyChecked
    check(model, "train")
    assert model.chosen() == ("train",)
    below = model.index_of("train/a")
    assert below.data(CHECK) == Qt.CheckState.Checked
    assert not model.flags(below) & Qt.ItemFlag.ItemIsUserCheckable
    assert 'Included with "train".' in below.data(Qt.ItemDataRole.ToolTipRole)
    check(model, "train", is_on=False)
    assert model.chosen() == ()


def test_folders_that_only_lead_to_others_are_made(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    made = FolderModel()
    made.set_folders((Folder("a/b/c", 3, 3), Folder("a/b/d", 3, 3)), categories)
    assert made.index(0, 0, QModelIndex()).data() == "a"
    assert made.index_of("a/b").siblingAtColumn(1).data() == "–"
    assert made.rowCount(made.index_of("a/b")) == 2


@pytest.fixture
def picker(qtbot: QtBot, folders: tuple[Folder, ...], categories: tuple[Category, ...]) -> FolderPicker:
    made = FolderPicker("Training: choose folders")
    qtbot.addWidget(made)
    made.set_content(folders, categories, chosen=("train/b",), uses={"test": "Test"})
    made.show()
    return made


def test_the_picker_adds_up_what_is_checked(picker: FolderPicker) -> None:
    assert picker.sum().n_images == 50
    check(picker.model(), "train/a")
    assert picker.sum().n_images == 150
    assert picker._counts.texts() == [["text_line", "340"], ["initial", "30"], ["stamp", "0"]]
    assert picker._sum.text() == "150 images"
    assert picker._sum_note.text() == "2 folders · 130 annotated"


def test_the_picker_says_what_other_sets_use(picker: FolderPicker) -> None:
    assert picker.model().index_of("test").siblingAtColumn(3).data() == "Test"


def test_several_folders_are_handed_back_on_acceptance_only(qtbot: QtBot, picker: FolderPicker) -> None:
    check(picker.model(), "train/a")
    with qtbot.assertNotEmitted(picker.folders_chosen):
        picker.reject()
    with qtbot.waitSignal(picker.folders_chosen) as caught:
        picker.accept()
    assert caught.args == [("train/a", "train/b")]


def test_space_checks_a_folder_and_enter_takes_them(qtbot: QtBot, picker: FolderPicker) -> None:
    tree = picker.findChild(QTreeView)
    assert tree is not None
    tree.setCurrentIndex(picker.model().index_of("train/a"))
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert picker.model().chosen() == ("train/a", "train/b")
    with qtbot.waitSignal(picker.folders_chosen) as caught:
        qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert caught.args == [("train/a", "train/b")]


def test_the_search_keeps_the_way_to_what_matches(picker: FolderPicker) -> None:
    tree = picker.findChild(QTreeView)
    assert tree is not None
    picker._filter("B")

    def is_hidden(path: str) -> bool:
        index = picker.model().index_of(path)
        return tree.isRowHidden(index.row(), index.parent())

    assert [path for path in ("", "train", "train/a", "train/b", "test") if is_hidden(path)] == ["train/a", "test"]
    picker._filter("")
    assert not is_hidden("test")
