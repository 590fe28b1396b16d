from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.forms.number_field import NumberField, number_text, parse_number, stepped


@pytest.mark.parametrize(
    ("text", "is_whole", "expected"),
    [
        ("12", True, 12),
        (" -3 ", True, -3),
        ("2.5", True, 2.5),
        ("1e3", True, 1000.0),
        ("", True, ""),
        ("many", True, "many"),
        ("0,5", False, 0.5),
        (".25", False, 0.25),
        ("1e-5", False, 0.00001),
        ("nan", False, "nan"),
        ("inf", False, "inf"),
        ("1.2.3", False, "1.2.3"),
    ],
)
def test_what_a_text_says(text: str, is_whole: bool, expected: float | str) -> None:
    found = parse_number(text, is_whole=is_whole)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5"), (0.00001, "0.00001"), (3.0, "3"), (640, "640"), (0.1 + 0.2, "0.30000000000000004")]
)
def test_all_digits_are_shown(value: float, text: str) -> None:
    assert number_text(value) == text


def test_steps_are_decimal_and_stay_in_the_range() -> None:
    assert stepped(0.1, 2, step=0.1, minimum=0.0, maximum=1.0) == 0.3
    assert stepped(0.95, 1, step=0.1, minimum=0.0, maximum=1.0) == 1.0
    assert stepped(1, -5, step=1, minimum=1, maximum=None) == 1
    assert isinstance(stepped(10, 1, step=1, minimum=1, maximum=None), int)


def test_a_value_out_of_range_stays(qtbot: QtBot) -> None:
    field = NumberField(is_whole=True, minimum=1, maximum=10)
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.number_edited):
        qtbot.keyClicks(field, "500")
    assert field.number() == 500


def test_keys_step(qtbot: QtBot) -> None:
    field = NumberField(is_whole=True, minimum=1, maximum=100)
    qtbot.addWidget(field)
    field.set_number(5)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.number() == 6
    qtbot.keyClick(field, Qt.Key.Key_PageUp)
    assert field.number() == 16
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.number() == 15


def test_stepping_from_no_number_starts_at_the_minimum(qtbot: QtBot) -> None:
    field = NumberField(is_whole=True, minimum=6, maximum=6000)
    qtbot.addWidget(field)
    field.set_number("soon")
    field.step_by(1)
    assert field.number() == 6


def test_read_only_does_not_step(qtbot: QtBot) -> None:
    field = NumberField(is_whole=True)
    qtbot.addWidget(field)
    field.set_number(5)
    field.set_read_only(True)
    field.step_by(1)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.number() == 5


def test_the_wheel_changes_nothing_that_has_no_focus(qtbot: QtBot, qapp: QApplication) -> None:
    field = NumberField(is_whole=True)
    qtbot.addWidget(field)
    field.set_number(5)
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    qapp.sendEvent(field, wheel)
    assert field.number() == 5
    assert not wheel.isAccepted()
