from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.widgets.command_palette import CommandPalette, PaletteEntry

ENTRIES = (
    PaletteEntry("Train a model…", "Ctrl+T", lambda: None, refusal="Open a project first."),
    PaletteEntry("Show models", "Ctrl+4", lambda: None),
    PaletteEntry("Full screen", "F11", lambda: None),
)


@pytest.fixture
def palette(qtbot: QtBot) -> Iterator[CommandPalette]:
    window = QWidget()
    qtbot.addWidget(window)
    palette = CommandPalette(ENTRIES, window)
    palette.show()
    yield palette


def listed(palette: CommandPalette) -> list[str]:
    model = palette._filtered
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_words_are_found_in_any_order_in_text_and_note(palette: CommandPalette) -> None:
    palette._field.setText("models show")
    assert listed(palette) == ["Show models"]
    palette._field.setText("f11")
    assert listed(palette) == ["Full screen"]
    palette._field.setText("nothing of that name")
    assert listed(palette) == [] and palette._nothing.isVisible()


def test_what_cannot_be_done_says_why_and_does_nothing(qtbot: QtBot, palette: CommandPalette) -> None:
    palette._field.setText("train")
    assert palette._filtered.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "Open a project first."
    with qtbot.assertNotEmitted(palette.chosen):
        palette._choose(palette._filtered.index(0, 0))
        qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_enter_chooses_and_closes(qtbot: QtBot, palette: CommandPalette) -> None:
    palette._field.setText("full")
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert chosen.args == [ENTRIES[2]]


def test_what_comes_later_changes_neither_the_search_nor_the_choice(palette: CommandPalette) -> None:
    palette._field.setText("s")
    palette._list.setCurrentIndex(palette._filtered.index(1, 0))
    before = palette._list.currentIndex().data()
    palette.add_entries([PaletteEntry("Shapes", "Project", lambda: None), PaletteEntry("Birds", "Project", int)])
    assert palette._list.currentIndex().data() == before
    assert "Shapes" in listed(palette) and "Birds" in listed(palette)
    palette._field.setText("shapes")
    assert listed(palette) == ["Shapes"]
