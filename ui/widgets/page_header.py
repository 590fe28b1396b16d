"""The strip at the top of a page: a way back, title, subtitle, and room for buttons at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ui.icons import icon
from ui.widgets.labels import ElidedLabel

_FEATURE = QTextDocument.MarkdownFeature
MARKDOWN = _FEATURE.MarkdownDialectGitHub | _FEATURE.MarkdownNoHTML  # HTML stays the text that it is


class PageHeader(QFrame):
    back_requested = Signal()

    def __init__(self, title: str = "", *, back: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        self._back = QToolButton(self)
        self._back.setIcon(icon("arrow-left"))
        if back:
            self._back.setShortcut(QKeySequence("Alt+Left"))
            back_key = self._back.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            self._back.setToolTip(f"{back} ({back_key})")
        self._back.setAccessibleName(back or self.tr("Back"))
        self._back.setVisible(bool(back))
        self._back.clicked.connect(self.back_requested)
        self._title = ElidedLabel(title, mode=Qt.TextElideMode.ElideMiddle)  # names often differ at their ends
        self._title.setProperty("role", "title")
        self._subtitle = ElidedLabel("")
        self._subtitle.setProperty("role", "muted")
        self._subtitle.hide()
        self._note = ElidedLabel("")  # a person's own words
        self._note.hide()
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._title)
        texts.addWidget(self._subtitle)
        texts.addWidget(self._note)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 10, 16, 10)
        self._row.setSpacing(8)
        self._row.addWidget(self._back)
        self._row.addLayout(texts, 1)

    def set_title(self, title: str, subtitle: str = "", note: str = "") -> None:
        """`note` is what a person wrote about it, in Markdown: one line of it is shown, all of it in the tool tip."""
        written = QTextDocument()
        written.setMarkdown(note, MARKDOWN)
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self._note.setText(" ".join(written.toPlainText().split()))
        self._note.setToolTip(written.toHtml() if note.strip() else "")
        self._note.setVisible(bool(note))

    def add_widget(self, widget: QWidget) -> None:
        """Put a control at the right end."""
        self._row.addWidget(widget)
