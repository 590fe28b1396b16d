"""One field of a form: title, editor, a way back to the default, help and problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.workers import ConfigValue, FieldSpec
from ui.forms.field_editors import make_editor
from ui.forms.field_text import facts_text, value_text
from ui.forms.problem_label import ProblemLabel
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.labels import label, set_role

MARK_WIDTH = 3
EDITOR_WIDTH = 250


class FieldRow(QWidget):
    """A bar at the left edge marks a value that differs from the default; so does the button that resets it."""

    value_changed = Signal(str)  # the field's name

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._is_changed = False
        self._is_read_only = False
        self.editor = make_editor(spec, self)
        self.title = label(spec.title.replace("&", "&&"), wrap=True)
        self.title.setBuddy(self.editor.focus_target())
        engine = self.tr('The engine calls it "{name}".').format(name=spec.name)
        self.title.setToolTip(f"{spec.help}\n{engine}".strip())
        self.help = label(spec.help.strip(), "muted", wrap=True, parent=self)
        self.help.setVisible(bool(spec.help.strip()))
        self.plain = label("", "strong", wrap=True)  # the value where it cannot be edited
        self.plain.setAccessibleName(spec.title)
        self.plain.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.plain.setContentsMargins(0, 6, 0, 0)  # level with the title
        self.plain.hide()
        self.facts = label(facts_text(spec), "muted", wrap=True)
        self.problem = ProblemLabel()
        self.reset_button = self._make_reset_button()
        self._lay_out()
        self.editor.value_changed.connect(self._announce)
        self.reset_button.clicked.connect(self.reset)

    def _make_reset_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("rotate-ccw"))
        button.setToolTip(self._reset_text())
        button.setAccessibleName(self.tr("Reset {title}").format(title=self.spec.title))
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.hide()
        return button

    def _reset_text(self) -> str:
        return self.tr("Back to the default: {value}").format(value=value_text(self.spec, self.spec.default))

    def _lay_out(self) -> None:
        """What it is at the left, its value at the right, what is wrong with it below both."""
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addSpacing(6)  # the title's line is level with the editor's
        texts.addWidget(self.title)
        texts.addWidget(self.help)
        texts.addStretch(1)
        value = QVBoxLayout()
        value.setSpacing(2)
        value.addWidget(self.editor)
        value.addWidget(self.plain)
        value.addWidget(self.facts)
        value.addStretch(1)
        holder = QWidget()
        holder.setFixedWidth(EDITOR_WIDTH)
        value.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(value)
        grid = QGridLayout(self)
        grid.setContentsMargins(MARK_WIDTH + 9, 6, 0, 6)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        grid.addLayout(texts, 0, 0)
        grid.addWidget(holder, 0, 1)
        grid.addWidget(self.reset_button, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.problem, 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)

    def set_default(self, value: ConfigValue) -> None:
        """The default can go with another field's value."""
        if value == self.spec.default and type(value) is type(self.spec.default):
            return
        self.spec = replace(self.spec, default=value)
        self.facts.setText(facts_text(self.spec))
        self.reset_button.setToolTip(self._reset_text())

    def set_value(self, value: ConfigValue, *, is_changed: bool) -> None:
        if self.editor.value() != value or type(self.editor.value()) is not type(value):
            self.editor.set_value(value)
        self._show_plain(is_changed)
        self._mark(is_changed)

    def set_read_only(self, is_read_only: bool) -> None:
        self._is_read_only = is_read_only
        self.editor.set_read_only(is_read_only)
        self.editor.setVisible(not is_read_only)
        self.plain.setVisible(is_read_only)
        self._show_plain(self._is_changed)
        self._mark(self._is_changed)

    def _show_plain(self, is_changed: bool) -> None:
        self.plain.setText(value_text(self.spec, self.editor.value()))
        role = "strong" if is_changed else ""
        if self.plain.property("role") != role:
            set_role(self.plain, role)

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self.problem.show_problems(problems)
        self.editor.set_problem(self.problem.is_error)

    def reset(self) -> None:
        self.editor.set_value(self.spec.default)
        self._announce()

    @property
    def is_changed(self) -> bool:
        return self._is_changed

    def _announce(self) -> None:
        self.value_changed.emit(self.spec.name)

    def _mark(self, is_changed: bool) -> None:
        self._is_changed = is_changed
        if self.reset_button.isVisibleTo(self) == (is_changed and not self._is_read_only):
            return
        had_focus = self.reset_button.hasFocus()
        self.reset_button.setVisible(is_changed and not self._is_read_only)
        if had_focus and not is_changed:
            self.editor.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)
        state = self.tr("Differs from the default.") if is_changed else ""
        self.editor.focus_target().setAccessibleDescription(f"{self.spec.help} {state}".strip())
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_changed:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().accent))
        painter.drawRoundedRect(0, 6, MARK_WIDTH, self.height() - 12, 1.5, 1.5)
        painter.end()
