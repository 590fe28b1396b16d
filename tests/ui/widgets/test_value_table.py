"""Settings to look through: in words, with the engine's names beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.domain.workers import FieldKind, FieldSpec
from ui.widgets.value_table import ValueTable

FIELDS = (
    FieldSpec("lr0", FieldKind.FLOAT, "Initial learning rate", "Step size at the start."),
    FieldSpec("epochs", FieldKind.INTEGER, "Epochs"),
)


def test_settings_have_the_words_of_the_form_and_keep_their_names(qtbot: QtBot) -> None:
    table = ValueTable(("Setting", "Value"), "Nothing yet.")
    qtbot.addWidget(table)
    table.set_values({"lr0": 0.01, "epochs": 28, "amp": True, "unheard_of": None}, FIELDS)
    assert table.shown_rows() == [
        ("Epochs", "28"),
        ("Initial learning rate (lr0)", "0.01"),
        ("Mixed precision (amp)", "yes"),
        ("unheard_of", "not set"),
    ]
    help = table._model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert help == "Initial learning rate (lr0)\nStep size at the start."
    table._search.setText("learning")
    qtbot.waitUntil(lambda: len(table.shown_rows()) == 1)
    table._copy.click()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "lr0\t0.01", "other programs know these names"


def test_the_names_have_the_room_that_the_longest_needs(qtbot: QtBot) -> None:
    table = ValueTable(("Setting", "Value"), "Nothing yet.")
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.set_values({"epochs": 28})
    narrow = table._table.columnWidth(0)
    table.set_values({"epochs without any of the mixing of images at the end": 10})
    assert table._table.columnWidth(0) > narrow
    assert table._table.columnWidth(0) >= table._table.sizeHintForColumn(0)
