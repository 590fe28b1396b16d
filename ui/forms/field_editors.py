"""One editor per kind of field. An editor shows any value, even of a wrong type, and keeps it until it is edited."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from core.domain.workers import ConfigValue, FieldKind, FieldSpec
from ui.forms.field_text import AUTOMATIC, can_be_automatic
from ui.forms.number_field import NumberField
from ui.forms.switch import Switch
from ui.widgets.labels import label

TEXT_WIDTH = 236


class FieldEditor(QWidget):
    """The control of one field. `set_value` never announces a change; only the person does."""

    value_changed = Signal()

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._value: ConfigValue = spec.default
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)

    def value(self) -> ConfigValue:
        return self._value

    def set_value(self, value: ConfigValue) -> None:
        self._value = value
        self._show(value)

    def set_problem(self, has_problem: bool) -> None:
        target = self.focus_target()
        if bool(target.property("problem")) == has_problem:
            return
        target.setProperty("problem", has_problem)
        target.style().unpolish(target)
        target.style().polish(target)

    def focus_target(self) -> QWidget:
        """The widget that takes the keyboard, for the label's mnemonic and for screen readers."""
        raise NotImplementedError

    def set_read_only(self, is_read_only: bool) -> None:
        raise NotImplementedError

    def _show(self, value: ConfigValue) -> None:
        raise NotImplementedError

    def _edited(self, value: ConfigValue) -> None:
        self._value = value
        self.value_changed.emit()


class BooleanEditor(FieldEditor):
    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._switch = Switch()
        self._row.addWidget(self._switch)
        self._row.addStretch(1)
        self._switch.clicked.connect(self._toggle)
        self._show(self._value)

    def focus_target(self) -> QWidget:
        return self._switch

    def set_read_only(self, is_read_only: bool) -> None:
        self._switch.setEnabled(not is_read_only)

    def _show(self, value: ConfigValue) -> None:
        self._switch.setChecked(value is True)
        known = self.tr("On") if value is True else self.tr("Off")
        self._switch.setText(known if isinstance(value, bool) else json.dumps(value))

    def _toggle(self, is_on: bool) -> None:
        self._show(is_on)
        self._edited(is_on)


class NumberEditor(FieldEditor):
    """A number; with a box "Automatic" when the worker may choose it."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._is_whole = spec.kind is not FieldKind.FLOAT
        self._field = NumberField(
            is_whole=self._is_whole, minimum=spec.minimum, maximum=spec.maximum, step=spec.step, parent=self
        )
        self._is_read_only = False
        self._automatic = QCheckBox(AUTOMATIC, self)
        self._automatic.setVisible(can_be_automatic(spec))
        self._automatic.setAccessibleName(f"{spec.title}: {AUTOMATIC}")
        self._row.addWidget(self._field)
        if spec.unit:
            self._row.addWidget(label(spec.unit, "muted"))
        self._row.addWidget(self._automatic)
        self._row.addStretch(1)
        self._field.number_edited.connect(lambda: self._edited(self._typed()))
        self._automatic.clicked.connect(self._toggle_automatic)
        self._show(self._value)

    def focus_target(self) -> QWidget:
        return self._field

    def set_read_only(self, is_read_only: bool) -> None:
        self._is_read_only = is_read_only
        self._field.set_read_only(is_read_only)
        self._automatic.setEnabled(not is_read_only)

    def _show(self, value: ConfigValue) -> None:
        is_automatic = value is None and can_be_automatic(self.spec)
        self._automatic.setChecked(is_automatic)
        self._field.setEnabled(not is_automatic)
        self._field.setPlaceholderText(AUTOMATIC if is_automatic else "")
        if value is None:
            self._field.set_number("")
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            self._field.set_number(value)
        else:
            self._field.set_number(json.dumps(value, ensure_ascii=False))

    def _typed(self) -> ConfigValue:
        typed = self._field.number()
        return float(typed) if isinstance(typed, int) and not self._is_whole else typed

    def _first_number(self) -> ConfigValue:
        """Where a choice that was automatic starts from."""
        default = self.spec.default
        start = default if isinstance(default, int | float) else self.spec.minimum
        number = 1 if start is None else start
        return int(number) if self._is_whole else float(number)

    def _toggle_automatic(self, is_automatic: bool) -> None:
        value = None if is_automatic else self._first_number()
        self._show(value)
        if not is_automatic:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._field.selectAll()
        self._edited(value)


class TextEditor(FieldEditor):
    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._line = QLineEdit()
        self._line.setFixedWidth(TEXT_WIDTH)
        self._row.addWidget(self._line)
        self._row.addStretch(1)
        self._line.textEdited.connect(lambda text: self._edited(None if spec.is_optional and not text else text))
        self._show(self._value)

    def focus_target(self) -> QWidget:
        return self._line

    def set_read_only(self, is_read_only: bool) -> None:
        self._line.setReadOnly(is_read_only)

    def _show(self, value: ConfigValue) -> None:
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
        if text != self._line.text():
            self._line.setText(text)


class QuietComboBox(QComboBox):
    """Leaves the wheel to the form that it stands in."""

    # Qt overrides

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceEditor(FieldEditor):
    """One of the choices; a value that is none of them is shown as an entry of its own."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._box = QuietComboBox()
        self._box.setMinimumWidth(180)
        self._box.setMaximumWidth(TEXT_WIDTH)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._row.addWidget(self._box)
        self._row.addStretch(1)
        if spec.is_optional:
            self._box.addItem(AUTOMATIC, None)
        for value, title in spec.choices:
            self._box.addItem(title, value)
        self._n_known = self._box.count()
        self._box.activated.connect(lambda index: self._edited(self._at(index)))
        self._show(self._value)

    def focus_target(self) -> QWidget:
        return self._box

    def set_read_only(self, is_read_only: bool) -> None:
        self._box.setEnabled(not is_read_only)

    def _at(self, index: int) -> ConfigValue:
        """The value itself, not Qt's copy: a QVariant would not keep the difference of 1 and True."""
        if index >= self._n_known:
            return self._value
        offset = 1 if self.spec.is_optional else 0
        return None if index < offset else self.spec.choices[index - offset][0]

    def _show(self, value: ConfigValue) -> None:
        while self._box.count() > self._n_known:
            self._box.removeItem(self._n_known)
        for index in range(self._n_known):
            known = self._at(index)
            if known == value and type(known) is type(value):
                self._box.setCurrentIndex(index)
                return
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._box.addItem(self.tr("{value} (not among the choices)").format(value=text))
        self._box.setCurrentIndex(self._n_known)


EDITORS: Mapping[FieldKind, type[FieldEditor]] = {
    FieldKind.BOOLEAN: BooleanEditor,
    FieldKind.INTEGER: NumberEditor,
    FieldKind.FLOAT: NumberEditor,
    FieldKind.TEXT: TextEditor,
    FieldKind.CHOICE: ChoiceEditor,
    FieldKind.INTEGER_OR_AUTO: NumberEditor,
}


def make_editor(spec: FieldSpec, parent: QWidget | None = None) -> FieldEditor:
    """The editor for the field's kind, with the field's title as its name for screen readers."""
    editor = EDITORS[spec.kind](spec, parent)
    editor.focus_target().setAccessibleName(spec.title)
    editor.focus_target().setAccessibleDescription(spec.help)
    return editor
