"""The same values as a form and as JSON; an edit of one shows in the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from core.domain.workers import ConfigValue, FieldProblem, FieldSpec
from ui.forms.json_view import JsonView
from ui.forms.schema_form import SchemaForm
from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon

FORM_WIDTH = 860


class SchemaEditor(QWidget):
    """While the JSON is not valid the form cannot be shown, and the values stay the last valid ones."""

    values_changed = Signal(object)  # dict of what differs from the defaults
    validity_changed = Signal(str)  # the sentence on invalid JSON, "" when it is valid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = SchemaForm()
        self.json = JsonView()
        self.form_button = self._make_button("list-checks", self.tr("F&orm"))
        self.json_button = self._make_button("code", self.tr("&JSON"))
        group = QButtonGroup(self)
        for button in (self.form_button, self.json_button):
            group.addButton(button)
        self.form_button.setChecked(True)
        self.bar = QHBoxLayout()
        self.bar.setSpacing(6)
        self.bar.addWidget(self.form_button)
        self.bar.addWidget(self.json_button)
        self.bar.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(ScrollColumn(self.form, max_width=FORM_WIDTH))
        self._stack.addWidget(self.json)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.bar)
        column.addWidget(self._stack, 1)
        group.buttonClicked.connect(lambda _button: self._switch())
        self.form.values_changed.connect(self._take_form)
        self.json.values_changed.connect(self._take_json)
        self.json.problem_changed.connect(self._take_problem)

    def _make_button(self, icon_name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        return button

    def set_specs(self, specs: Sequence[FieldSpec]) -> None:
        self.form.set_specs(specs)
        self.json.set_values(self.form.all_values())

    def values(self) -> dict[str, ConfigValue]:
        return self.form.values()

    def set_values(self, values: Mapping[str, ConfigValue]) -> None:
        self.form.set_values(values)
        self.json.set_values(self.form.all_values())

    def set_problems(self, problems: Iterable[FieldProblem]) -> None:
        self.form.set_problems(problems)

    def set_read_only(self, is_read_only: bool) -> None:
        self.form.set_read_only(is_read_only)
        self.json.set_read_only(is_read_only)

    def json_problem(self) -> str:
        """The sentence on what is wrong with the JSON text, "" when nothing is."""
        problem = self.json.problem()
        return problem.text if problem else ""

    def focus_field(self, name: str) -> None:
        if not self.json_problem():
            self.form_button.setChecked(True)
            self._switch()
            self.form.focus_field(name)

    def _switch(self) -> None:
        self.json.read_now()
        if self.json_problem():
            self.json_button.setChecked(True)
        self._stack.setCurrentIndex(1 if self.json_button.isChecked() else 0)

    def _take_form(self, values: dict[str, ConfigValue]) -> None:
        self.json.set_values(self.form.all_values())
        self.values_changed.emit(values)

    def _take_json(self, values: dict[str, ConfigValue]) -> None:
        self.form.set_values(values)
        self.values_changed.emit(self.form.values())

    def _take_problem(self, text: str) -> None:
        self.form_button.setEnabled(not text)
        self.form_button.setToolTip(self.tr("Mend the JSON text first.") if text else "")
        self.validity_changed.emit(text)
