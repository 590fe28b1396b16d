"""Showing a `UserMessage`: a banner that stays until it is dismissed, with details behind a disclosure."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.imports import Severity
from core.domain.messages import UserMessage
from ui.icons import icon

ICON_NAMES = {Severity.INFO: "info", Severity.WARNING: "triangle-alert", Severity.ERROR: "circle-alert"}


class MessageBanner(QFrame):
    """One message across the top of a page. Hidden until `show_message`."""

    dismissed = Signal()
    action_requested = Signal()  # what the message offers to do
    folder_requested = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBanner")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._folder: Path | None = None
        self._action_button = QPushButton()
        self._folder_button = QToolButton()
        self._folder_button.setText(self.tr("Open folder"))
        self._details_button = QToolButton()
        self._details_button.setText(self.tr("Details"))
        self._details_button.setCheckable(True)
        self._copy_button = QToolButton()
        self._copy_button.setIcon(icon("copy"))
        self._copy_button.setToolTip(self.tr("Copy this message"))
        self._copy_button.setAccessibleName(self.tr("Copy this message"))
        self._close_button = QToolButton()
        self._close_button.setIcon(icon("x"))
        self._close_button.setToolTip(self.tr("Dismiss"))
        self._close_button.setAccessibleName(self.tr("Dismiss"))
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(180)
        self._details.setAccessibleName(self.tr("Details of the message"))
        self._details.hide()

        row = QHBoxLayout()
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._action_button)
        row.addWidget(self._folder_button)
        row.addWidget(self._details_button)
        row.addWidget(self._copy_button)
        row.addWidget(self._close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.addLayout(row)
        column.addWidget(self._details)

        self._action_button.clicked.connect(self.action_requested)
        self._folder_button.clicked.connect(lambda: self.folder_requested.emit(self._folder))
        self._details_button.toggled.connect(self._details.setVisible)
        self._copy_button.clicked.connect(self._copy)
        self._close_button.clicked.connect(self.dismiss)
        self.hide()

    def show_message(self, message: UserMessage, *, action: str = "") -> None:
        """`action` is the text of a button, "" = none."""
        self._action_button.setText(action)
        self._action_button.setVisible(bool(action))
        self.setProperty("severity", str(message.severity))
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.setPixmap(icon(ICON_NAMES[message.severity], role=str(message.severity)).pixmap(20, 20))
        code = f"{message.code}: " if message.code else ""
        text = f"<b>{code}{escape(message.text)}</b>"
        if message.hint:
            text += f"<br>{escape(message.hint)}"
        self._text.setText(text)
        self._details.setPlainText(message.details)
        self._folder = message.folder
        self._folder_button.setVisible(message.folder is not None)
        self._details_button.setVisible(bool(message.details))
        self._details_button.setChecked(False)
        self.show()

    def dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def plain_text(self) -> str:
        text = self._text.text().replace("<b>", "").replace("</b>", "").replace("<br>", "\n")
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
            text = text.replace(entity, character)
        return f"{text}\n{self._details.toPlainText()}".strip()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.plain_text())
