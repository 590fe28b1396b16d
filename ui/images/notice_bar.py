"""One line above the images: what is the matter with some of them, and a button that does something about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ui.icons import icon
from ui.widgets.labels import label


class NoticeBar(QFrame):
    """Hidden until `show_notice`; closed, it stays so until another one is to be shown."""

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBanner")
        self.setProperty("severity", "warning")
        sign = QLabel()
        sign.setPixmap(icon("triangle-alert", role="warning").pixmap(18, 18))
        self._text = label("", wrap=True)
        self._action = QPushButton()
        self._close = QToolButton()
        self._close.setIcon(icon("x"))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._action.clicked.connect(self.action_requested)
        self._close.clicked.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_notice(self, text: str, action: str) -> None:
        self._text.setText(text)
        self._action.setText(action)
        self.show()
