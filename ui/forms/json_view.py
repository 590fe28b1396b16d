"""The values of a form as JSON text."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from core.domain.workers import ConfigValue
from ui.forms.json_text import JsonProblem, read_json, write_json
from ui.forms.problem_label import ProblemLabel
from ui.theme import current_theme, theme_notifier

PAUSE_MS = 250


class JsonView(QWidget):
    """While the text is not valid, `values` stay those of the last valid text."""

    values_changed = Signal(object)  # dict, after an edit that is valid
    problem_changed = Signal(str)  # the sentence, "" when the text is valid again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, ConfigValue] = {}
        self._problem: JsonProblem | None = None
        self._text = QPlainTextEdit()
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setTabChangesFocus(True)
        self._text.setMinimumHeight(280)
        self._text.setAccessibleName(self.tr("Configuration as JSON"))
        self._message = ProblemLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._message)
        column.addWidget(self._text, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.read_now)
        self._text.textChanged.connect(self._timer.start)
        theme_notifier().theme_changed.connect(self._mark_line)

    def text(self) -> str:
        return self._text.toPlainText()

    def values(self) -> dict[str, ConfigValue]:
        return dict(self._values)

    def problem(self) -> JsonProblem | None:
        return self._problem

    def set_values(self, values: Mapping[str, ConfigValue]) -> None:
        """Replace the text, unless it already says the same; nothing is announced."""
        if self._problem is None and dict(values) == self._values and self._text.toPlainText():
            return
        self._values = dict(values)
        self._text.blockSignals(True)
        self._text.setPlainText(write_json(values))
        self._text.blockSignals(False)
        self._timer.stop()
        self._show(None)

    def set_read_only(self, is_read_only: bool) -> None:
        self._text.setReadOnly(is_read_only)
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)

    def read_now(self) -> None:
        """Take what is written without waiting for the pause in typing."""
        self._timer.stop()
        read = read_json(self._text.toPlainText())
        if isinstance(read, JsonProblem):
            self._show(read)
            return
        self._show(None)
        if read != self._values:
            self._values = read
            self.values_changed.emit(dict(read))

    def _show(self, problem: JsonProblem | None) -> None:
        has_changed = problem != self._problem
        self._problem = problem
        self._message.show_problems([(problem.text, True)] if problem else [])
        self._mark_line()
        if has_changed:
            self.problem_changed.emit(problem.text if problem else "")

    def _mark_line(self) -> None:
        marks: list[QTextEdit.ExtraSelection] = []
        if self._problem is not None and self._problem.line:
            cursor = QTextCursor(self._text.document().findBlockByNumber(self._problem.line - 1))
            mark = QTextEdit.ExtraSelection()
            style = QTextCharFormat()
            style.setBackground(QColor(current_theme().error_soft))
            style.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.format = style
            mark.cursor = cursor
            marks.append(mark)
        self._text.setExtraSelections(marks)
