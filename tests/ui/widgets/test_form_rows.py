"""Captions stand level with their fields."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import ThemeMode, apply_theme
from ui.widgets.form_rows import FormRows


def test_a_caption_stands_level_with_its_field_or_its_first_line(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, ThemeMode.LIGHT)
    box = QWidget()
    qtbot.addWidget(box)
    form = FormRows(box)
    fields = (QLineEdit(), QComboBox(), QPlainTextEdit())
    form.add_field("&Name", fields[0])
    form.add_field("&Format", fields[1])
    form.add_field("N&ote", fields[2])
    box.resize(500, 320)
    box.show()
    qtbot.waitExposed(box)
    middles = [(form.labelForField(one).geometry().center().y(), one.geometry()) for one in fields]
    for middle, field in middles[:2]:
        assert middle == pytest.approx(field.center().y(), abs=1)
    middle, field = middles[2]
    assert middle - field.top() == pytest.approx(fields[0].height() / 2, abs=2)
    caption = form.labelForField(fields[0])
    assert isinstance(caption, QLabel)
    assert caption.buddy() is fields[0]
