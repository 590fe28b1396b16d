from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QTableView, QTreeView
from pytestqt.qtbot import QtBot

from ui.theme import DARK, LIGHT, Theme, ThemeMode, apply_theme, category_colour, current_theme, style_sheet


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two sRGB colours after WCAG 2.2, "relative luminance"."""

    def luminance(colour: str) -> float:
        channels = (value / 255 for value in (QColor(colour).red(), QColor(colour).green(), QColor(colour).blue()))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        *((text, background) for text in ("text", "text_muted") for background in ("window", "surface", "raised")),
        ("text", "selection"),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        *((tone, f"{tone}_soft") for tone in ("info", "success", "warning", "error")),
        *((tone, "surface") for tone in ("info", "success", "warning", "error")),
        ("text_muted", "neutral_soft"),
    ],
)
def test_text_can_be_read(theme: Theme, text: str, background: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, background)) >= 4.5


def test_a_switch_takes_force(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeMode.DARK)
    assert current_theme() is DARK
    apply_theme(qapp, ThemeMode.LIGHT)
    assert current_theme() is LIGHT


def test_the_style_sheet_has_no_open_place() -> None:
    assert "{text" not in style_sheet(LIGHT)
    assert "{border" not in style_sheet(DARK)


def test_many_classes_get_different_colours() -> None:
    assert len({category_colour(index).name() for index in range(30)}) == 30


@pytest.mark.parametrize("kind", [QListView, QTableView, QTreeView])
def test_a_box_that_is_ticked_in_part_looks_like_no_other(
    qapp: QApplication, qtbot: QtBot, kind: type[QAbstractItemView]
) -> None:
    apply_theme(qapp, ThemeMode.DARK)
    view, model = kind(), QStandardItemModel()
    qtbot.addWidget(view)
    item = QStandardItem("a tag")
    item.setCheckable(True)
    model.appendRow(item)
    view.setModel(model)
    view.resize(200, 60)
    pictures = []
    for state in (Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Checked):
        item.setCheckState(state)
        pictures.append(view.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
