"""What a page shows when it has nothing to show: why, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.icons import icon
from ui.theme import theme_notifier
from ui.widgets.labels import label

ICON_SIZE = 48


class EmptyState(QWidget):
    """A picture, a heading, a sentence and at most one button of its own, in the middle."""

    action_requested = Signal()

    def __init__(
        self, icon_name: str, heading: str, text: str, action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._heading = label(heading, "heading")
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label(text, "muted", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setMaximumWidth(520)
        self._button = QPushButton(action, self)
        self._button.setProperty("role", "primary")
        self._button.setVisible(bool(action))
        self._button.clicked.connect(self.action_requested)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addSpacing(8)
        column.addWidget(self._heading)
        # Not added with an alignment: then the layout would not ask for the height that the wrapped text needs.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._text, 100)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(12)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme_notifier().theme_changed.connect(self._repaint_icon)
        self._repaint_icon()

    def add_below(self, widget: QWidget) -> None:
        """Something else to do, under the button."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(column.count() - 1, widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_content(self, icon_name: str, heading: str, text: str, action: str = "") -> None:
        self._icon_name = icon_name
        self._heading.setText(heading)
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._repaint_icon()

    def set_action_enabled(self, is_enabled: bool) -> None:
        """Not while it is at work."""
        self._button.setEnabled(is_enabled)

    def _repaint_icon(self) -> None:
        self._picture.setPixmap(icon(self._icon_name, role="text_disabled").pixmap(ICON_SIZE, ICON_SIZE))
