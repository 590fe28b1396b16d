"""Editors of the value of a condition, one for each kind of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QDateEdit, QLineEdit, QWidget

from core.domain.filter_fields import Field, FieldKind
from core.domain.filter_values import UnfitError, moments_of
from core.domain.filters import FilterValue, Operator
from ui.filters.many_values import ChosenValues, WrittenValues
from ui.filters.shown_texts import ShownTexts
from ui.filters.value_editor import ValueEditor

MOST_TO_TICK = 2000
"""Above, values are written instead of ticked."""
_SIZES = (("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("bytes", 1))


def editor_of(field: Field, operator: Operator, offers: Sequence[str]) -> ValueEditor:
    """For a value that fits the field and the operator; `offers` are names that there are."""
    if operator is Operator.EXISTS or field.kind is FieldKind.YES_NO:
        return YesNoValue()
    if operator in (Operator.IN, Operator.NIN):
        choices = field.choices or tuple((name, name or "/") for name in offers)
        if 0 < len(choices) <= MOST_TO_TICK:
            return ChosenValues(choices)
        return WrittenValues(are_numbers=field.is_number)
    if field.kind is FieldKind.CHOICE:
        return ChoiceValue(field.choices)
    if field.kind is FieldKind.BYTES:
        return BytesValue()
    if field.kind is FieldKind.NUMBER:
        return NumberValue(field.unit)
    if field.kind is FieldKind.DATE:
        return DateValue()
    if operator is Operator.MATCH:
        return TextValue("*.jpg")
    return NamedValue(offers) if offers else TextValue()


class TextValue(ValueEditor):
    def __init__(self, example: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = ShownTexts()
        self._line = QLineEdit()
        self._line.setPlaceholderText(example)
        self._fill(self._line)
        self._line.textChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        return self._texts.read(self._line.text()) or None

    def set_value(self, value: FilterValue) -> None:
        self._line.setText(self._texts.show(value) if isinstance(value, str) else "")


class NamedValue(ValueEditor):
    """A name that is there, or another one: what is missing is said where the filter is applied."""

    def __init__(self, offers: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = ShownTexts()
        self._box = QComboBox()
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._box.setMinimumContentsLength(12)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.addItems([self._texts.show(name or "/") for name in offers])
        completer = self._box.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._fill(self._box)
        self._box.currentTextChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        return self._texts.read(self._box.currentText()) or None

    def set_value(self, value: FilterValue) -> None:
        self._box.setCurrentText(self._texts.show(value or "/") if isinstance(value, str) else "")


class NumberValue(ValueEditor):
    def __init__(self, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QLineEdit()
        self._line.setPlaceholderText(unit)
        self._fill(self._line)
        self._line.textChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        return number_of(self._line.text())

    def set_value(self, value: FilterValue) -> None:
        self._line.setText(str(value) if isinstance(value, int | float) and not isinstance(value, bool) else "")


class BytesValue(ValueEditor):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QLineEdit()
        self._unit = QComboBox()
        for name, size in _SIZES:
            self._unit.addItem(name, size)
        self._unit.setCurrentIndex(1)
        self._unit.setAccessibleName(self.tr("Unit"))
        self._fill(self._line, self._unit)
        self._line.textChanged.connect(self.changed)
        self._unit.currentIndexChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        number, unit = number_of(self._line.text()), int(self._unit.currentData())
        if number is None:
            return None
        return round(number * unit) if unit > 1 and math.isfinite(number) else number

    def set_value(self, value: FilterValue) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._line.clear()
            return
        at = max((at for at, (_, size) in enumerate(_SIZES[:3]) if value >= size), default=3)
        self._unit.setCurrentIndex(at)
        self._line.setText(f"{value / _SIZES[at][1]:.15g}")


class DateValue(ValueEditor):
    """A day. What only a text can say, a moment or a day written otherwise, stays until another day is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._date = QDateEdit(QDate.currentDate())
        self._date.setDateRange(QDate(100, 1, 1), QDate(9999, 12, 31))
        self._date.setCalendarPopup(True)
        self._date.setDisplayFormat("yyyy-MM-dd")
        self._moment = ""
        self._fill(self._date)
        self._date.dateChanged.connect(self._choose)

    def value(self) -> FilterValue | None:
        return self._moment or self._day()

    def _day(self) -> str:
        return self._date.date().toString(Qt.DateFormat.ISODate)

    def set_value(self, value: FilterValue) -> None:
        try:
            day, _ = moments_of(str(value))
        except UnfitError:
            return
        self._date.setDate(QDate(day.year, day.month, day.day))
        self._moment = "" if self._day() == value else str(value)

    def _choose(self) -> None:
        self._moment = ""
        self.changed.emit()


class ChoiceValue(ValueEditor):
    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QComboBox()
        for value, words in choices:
            self._box.addItem(words, str(value))
        self._fill(self._box)
        self._box.currentIndexChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        found: FilterValue = self._box.currentData()
        return found

    def set_value(self, value: FilterValue) -> None:
        self._box.setCurrentIndex(max(self._box.findData(value), 0))


class YesNoValue(ValueEditor):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QComboBox()
        self._box.addItem(self.tr("yes"), True)
        self._box.addItem(self.tr("no"), False)
        self._fill(self._box)
        self._box.currentIndexChanged.connect(self.changed)

    def value(self) -> FilterValue | None:
        found: FilterValue = self._box.currentData()
        return found

    def set_value(self, value: FilterValue) -> None:
        self._box.setCurrentIndex(0 if value is not False else 1)


def number_of(text: str) -> int | float | None:
    """As a person writes it: with thousands apart, and a comma where there is no point."""
    plain = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if "," in plain:
        is_decimal = plain.count(",") == 1 and "." not in plain and len(plain.rpartition(",")[2]) != 3
        plain = plain.replace(",", "." if is_decimal else "")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return None
