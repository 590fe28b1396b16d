"""A filter as JSON, with what is wrong in it marked where it stands."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from ui.forms.problem_label import ProblemLabel
from ui.theme import current_theme, theme_notifier

PAUSE_MS = 250


class FilterText(QWidget):
    typed = Signal()  # at once: what was read is old
    text_edited = Signal(str)  # after a pause in typing

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: tuple[int, int] | None = None
        self._text = QPlainTextEdit()
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(self.tr("The filter as JSON"))
        self._text.setPlaceholderText('{"$and": [{"dir": "train"}, {"annotations": {"$gt": 3}}]}')
        self._problem = ProblemLabel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(lambda: self.text_edited.emit(self.text()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._text, 1)
        column.addWidget(self._problem)
        self.setFocusProxy(self._text)
        self._text.textChanged.connect(self._timer.start)
        self._text.textChanged.connect(self.typed)
        theme_notifier().theme_changed.connect(self._mark)

    def text(self) -> str:
        return self._text.toPlainText()

    @property
    def is_waiting(self) -> bool:
        """For a pause: something was typed that nobody was told of."""
        return self._timer.isActive()

    def end_pause(self) -> None:
        """What was typed is to be read now."""
        if self._timer.isActive():
            self._timer.stop()
            self.text_edited.emit(self.text())

    def set_text(self, text: str) -> None:
        """Nothing is announced."""
        self._text.blockSignals(True)
        self._text.setPlainText(text)
        self._text.blockSignals(False)
        self._timer.stop()
        self.set_problem("")

    def set_problem(self, text: str, line: int | None = None, column: int | None = None) -> None:
        """ "" = none; `line` and `column` count from 1."""
        self._problem.show_problems([(text, True)] if text else [])
        self._place = (line, column or 1) if text and line is not None else None
        self._mark()

    @property
    def problem(self) -> str:
        return self._problem.text()

    @property
    def marked(self) -> tuple[int, int] | None:
        """Where the mark is: line and column from 1."""
        return self._place

    def go_to_problem(self) -> None:
        """Put the cursor where the mark is."""
        if self._place is not None:
            self._text.setTextCursor(self._cursor_at(*self._place))
            self._text.setFocus()

    def _cursor_at(self, line: int, column: int) -> QTextCursor:
        block = self._text.document().findBlockByNumber(line - 1)
        cursor = QTextCursor(block)
        cursor.movePosition(
            QTextCursor.MoveOperation.Right,
            QTextCursor.MoveMode.MoveAnchor,
            min(column - 1, max(block.length() - 1, 0)),
        )
        return cursor

    def _mark(self) -> None:
        """The line in a soft colour, and from the place on the rest of the word underlined."""
        marks: list[QTextEdit.ExtraSelection] = []
        if self._place is not None:
            whole, word = QTextEdit.ExtraSelection(), QTextEdit.ExtraSelection()
            line_style = QTextCharFormat()
            line_style.setBackground(QColor(current_theme().error_soft))
            line_style.setProperty(QTextFormat.Property.FullWidthSelection, True)
            whole.format, whole.cursor = line_style, self._cursor_at(*self._place)
            word_style = QTextCharFormat()
            word_style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            word_style.setUnderlineColor(QColor(current_theme().error))
            word_style.setBackground(QColor(current_theme().error_soft))
            word_style.setForeground(QColor(current_theme().error))
            word.format, word.cursor = word_style, self._word_at(*self._place)
            marks = [whole, word]
        self._text.setExtraSelections(marks)

    def _word_at(self, line: int, column: int) -> QTextCursor:
        cursor = self._cursor_at(line, column)
        rest = cursor.block().text()[cursor.positionInBlock() :]
        n_signs = len(rest)
        if rest.startswith('"'):
            n_signs = rest.find('"', 1) + 1 or len(rest)
        elif rest:
            n_signs = max(next((at for at, sign in enumerate(rest) if sign in ",:}] "), len(rest)), 1)
        else:
            cursor.movePosition(QTextCursor.MoveOperation.Left)
            n_signs = 1
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, n_signs)
        return cursor
