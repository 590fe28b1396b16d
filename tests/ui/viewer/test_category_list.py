from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.theme import ThemeMode, apply_theme, category_colour
from ui.viewer.category_list import CategoryList, CategoryRole, check_rect
from ui.viewer.class_menu import ClassVerb
from ui.viewer.colouring import visible_edge

TEXT, PICTURE = CategoryId("text"), CategoryId("picture")


def _list(qtbot: QtBot, categories: tuple[Category, ...], *, is_filter: bool = True) -> CategoryList:
    view = CategoryList(is_filter=is_filter, has_keys=not is_filter)
    qtbot.addWidget(view)
    view.resize(240, 200)
    view.set_categories(categories)
    view.show()
    qtbot.waitExposed(view)
    return view


def _box(view: CategoryList, row: int) -> QPoint:
    return check_rect(view.visualRect(view.model().index(row, 0))).center()


def _name(view: CategoryList, row: int) -> QPoint:
    return _box(view, row) + QPoint(50, 0)


def test_a_click_on_the_box_hides_and_does_not_filter(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    with qtbot.waitSignal(view.hidden_changed) as hidden, qtbot.assertNotEmitted(view.filter_changed):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_box(view, 1))
    assert hidden.args == [frozenset({PICTURE})]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_box(view, 1))
    assert view.hidden == frozenset()


def test_a_click_on_the_name_filters_and_does_not_hide(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    with qtbot.assertNotEmitted(view.hidden_changed):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_name(view, 1))
        assert view.chosen() == (PICTURE,)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_name(view, 0))
        assert view.chosen() == (TEXT, PICTURE)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_name(view, 1))
    assert view.chosen() == (TEXT,)


def test_space_toggles_the_current_row(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories, is_filter=False)
    view.setFocus()
    view.setCurrentIndex(view.model().index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.hidden == frozenset({PICTURE})


def test_all_and_none(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    view.hide_all()
    assert view.hidden == {TEXT, PICTURE}
    view.show_all()
    assert view.hidden == frozenset()


def test_new_counts_keep_what_is_hidden_and_chosen(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    view.toggle(0)
    view.set_chosen([PICTURE])
    view.set_categories(categories, {TEXT: 7})
    assert view.hidden == {TEXT}
    assert view.chosen() == (PICTURE,)
    text = view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "text_line, 7 annotations, hidden"


def test_a_class_that_went_is_not_hidden_for_ever(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    view.hide_all()
    with qtbot.waitSignal(view.hidden_changed) as hidden:
        view.set_categories(categories[:1])
    assert hidden.args == [frozenset({TEXT})]
    assert view.hidden == {TEXT}


def test_the_model_keeps_qts_contract(
    qtbot: QtBot, qtmodeltester: ModelTester, categories: tuple[Category, ...]
) -> None:
    view = _list(qtbot, categories)
    qtmodeltester.check(view.model())


def test_a_colour_that_a_person_chose_is_the_class_s(qtbot: QtBot) -> None:
    chosen, by_index = Category(TEXT, "text", 0, colour="#12ab34"), Category(PICTURE, "picture", 1)
    view = _list(qtbot, (chosen, by_index))
    colours = [view.model().index(row, 0).data(CategoryRole.COLOUR).name() for row in range(2)]
    assert colours == ["#12ab34", category_colour(1).name()]
    assert category_colour(Category(TEXT, "text", 3, colour="#000000").colour_number).name() == "#000000"


def test_rename_and_delete_are_wished_by_key_and_menu(qtbot: QtBot, categories: tuple[Category, ...]) -> None:
    view = _list(qtbot, categories)
    view.setFocus()
    view.setCurrentIndex(view.model().index(1, 0))
    for key, verb in ((Qt.Key.Key_F2, ClassVerb.RENAME), (Qt.Key.Key_Delete, ClassVerb.DELETE)):
        with qtbot.waitSignal(view.class_wished) as wished:
            qtbot.keyClick(view, key)
        assert wished.args == [verb, PICTURE]
    with qtbot.waitSignal(view.class_wished) as wished:
        next(one for one in view.class_menu(0).actions() if "Merge" in one.text()).trigger()
    assert wished.args == [ClassVerb.MERGE, TEXT]
    assert [one.text() for one in view.class_menu(-1).actions()] == ["&Add a class…", "&Edit classes…"]


@pytest.mark.parametrize(("mode", "pale"), [(ThemeMode.LIGHT, "#f5f5dc"), (ThemeMode.DARK, "#20242c")])
def test_a_pale_colour_has_an_edge_that_can_be_seen(qapp, mode: ThemeMode, pale: str) -> None:
    theme = apply_theme(qapp, mode)
    assert visible_edge(QColor(pale)).name() == QColor(theme.text_muted).name()
    assert visible_edge(QColor("#d55e00")).name() == "#d55e00"
    apply_theme(qapp, ThemeMode.LIGHT)
