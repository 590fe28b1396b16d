"""A description in Markdown: written in one tab, looked at in the other."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTabWidget, QTextBrowser, QWidget

HEIGHT = 76


class LocalMarkdownView(QTextBrowser):
    """Shows Markdown without HTML, fetches nothing, and opens a link only when it is clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenExternalLinks(True)

    def show_markdown(self, text: str) -> None:
        self.document().setMarkdown(
            text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
        )

    # Qt overrides

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Pictures in a description would be fetched from wherever it says."""
        return None


class MarkdownField(QTabWidget):
    text_edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = QPlainTextEdit()
        self.editor.setTabChangesFocus(True)
        self.editor.setPlaceholderText(self.tr("What it is for, what it was trained on … Markdown is understood."))
        self.view = LocalMarkdownView()
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.addTab(self.editor, self.tr("Write"))
        self.addTab(self.view, self.tr("Preview"))
        self.setFixedHeight(HEIGHT + 44)
        self.editor.textChanged.connect(self.text_edited)
        self.currentChanged.connect(lambda _index: self.view.show_markdown(self.editor.toPlainText()))
        self.setFocusProxy(self.editor)

    def text(self) -> str:
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Nothing is announced."""
        if text != self.text():
            self.editor.blockSignals(True)
            self.editor.setPlainText(text)
            self.editor.blockSignals(False)
            self.view.show_markdown(text)
