"""A window with a text to read and copy: about, shortcuts, diagnostics."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QTextBrowser, QVBoxLayout, QWidget


class TextDialog(QDialog):
    """Shows Markdown (`set_markdown`) or plain text in a fixed-width face (`set_plain`)."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(640, 460)
        self._browser = QTextBrowser()
        self._browser.setOpenLinks(False)
        self._browser.setAccessibleName(title)
        self._plain = QPlainTextEdit()
        self._plain.setReadOnly(True)
        self._plain.setAccessibleName(title)
        self._plain.setStyleSheet('font-family: "DejaVu Sans Mono", monospace;')
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton(self.tr("Copy"))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._browser, 1)
        column.addWidget(self._plain, 1)
        column.addWidget(buttons)
        self._plain.hide()

    def set_markdown(self, text: str) -> None:
        self._browser.setMarkdown(text)
        self._browser.show()
        self._plain.hide()

    def set_plain(self, text: str) -> None:
        self._plain.setPlainText(text)
        self._plain.show()
        self._browser.hide()

    def text(self) -> str:
        return self._plain.toPlainText() if self._plain.isVisibleTo(self) else self._browser.toPlainText()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
